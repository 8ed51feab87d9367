"""Which of the two doors an event came through, and what stands behind both."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from waybill.aws import http
from waybill.aws.config import is_local
from waybill.aws.secrets import secret
from waybill.desk import web, widget
from waybill.desk.model.visitor import Visitor, visitor
from waybill.desk.ports import Edits, Pays, Takes, Works
from waybill.desk.service import Desk
from waybill.desk.sources import Deeds, Sources
from waybill.desk.visit import Door
from waybill.kernel.clock import Clock
from waybill.orders.service import Orders
from waybill.shop import store as shop

if TYPE_CHECKING:
    from waybill.channels.condition import Conditions


class Doors:
    """`doors(event, arn)`. An API event never reaches the widget: whatever its body says, it has a requestContext."""

    def __init__(self, orders: Orders, pays: Pays, takes: Takes, edits: Edits, works: Works, conditions: Callable[[], Conditions], clock: Clock) -> None:
        self._reads = Sources(clock, conditions)
        self._acts = Deeds(orders)
        self._pays = pays
        self._takes = takes
        self._edits = edits
        self._works = works
        self._clock = clock
        door = Door(self._desk, shop.key_hash, _visitor, _secrets, clock, secure=not is_local())
        self._router = web.router(door)

    def __call__(self, event: dict[str, Any], arn: str) -> Any:
        if "requestContext" in event:
            return http.serve(event, self._router)
        return widget.answer(event, arn, self._desk(widget.CONSOLE), self._clock)

    def _desk(self, who: Visitor) -> Desk:
        return Desk(self._reads, self._acts, self._pays, self._takes, who, self._edits, self._works)


def _visitor(hash: str) -> Visitor | None:
    key = shop.key_by_hash(hash)
    return visitor(key.name, key.roles, key.scope) if key else None


def _secrets() -> list[str]:
    """The first signs; the older one still opens what it has signed, so that they can be rotated."""
    kept = secret("desk")
    return [kept[name] for name in ("session_key", "older_session_key") if kept.get(name)]
