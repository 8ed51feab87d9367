"""Work that is kept from its node: asked for on its day, or when a person says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from waybill.aws.logs import count, logger
from waybill.aws.tables import Page
from waybill.fulfilment.codec import APPROVAL, SCHEDULED
from waybill.fulfilment.model import approval, releasing
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Schedule
from waybill.fulfilment.service import Changed, Fulfilment, load
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import InvalidInput, WaybillError
from waybill.orders.model import state as order_verbs
from waybill.orders.model.order import MOST_DAYS_AHEAD
from waybill.orders.store import ORDERS, Record
from waybill.shop import store as shop
from waybill.shop.calendar import begins

ACTOR = "fulfilment"
_PAGE, _MOST = 100, 1000
Verb = Callable[[FulfilmentOrder, bool, str], FulfilmentOrder]


@dataclass(frozen=True, slots=True)
class Releasing:
    """`fulfilment` carries changes out; `nodes` answers the ids of the shop's nodes."""

    fulfilment: Fulfilment
    clock: Clock
    nodes: Callable[[], Sequence[str]] = lambda: [node.id for node in shop.nodes()]

    def open(self, fo_id: str, actor: str) -> tuple[Record, FulfilmentOrder]:
        """Its node is asked now, whatever its day. Raises IllegalTransition for what is not scheduled, OrderHeld."""
        return self._asked(fo_id, lambda work, pushed, at: releasing.opened(work, pushed, at, actor))

    def approve(self, fo_id: str, actor: str) -> tuple[Record, FulfilmentOrder]:
        """A person lets it go: to its node, or to wait for its day. Raises IllegalTransition where nobody was asked, OrderHeld."""
        return self._asked(fo_id, lambda work, pushed, at: releasing.approved(work, pushed, at, actor))

    def reschedule(self, fo_id: str, day: str, actor: str) -> tuple[Record, FulfilmentOrder]:
        """It is kept for another day. Raises InvalidInput for one that has come or is too far ahead, IllegalTransition once its node was asked."""
        latest = (self.clock() + timedelta(days=MOST_DAYS_AHEAD)).date().isoformat()
        if day > latest:
            raise InvalidInput(f"ship_not_before is at most {MOST_DAYS_AHEAD} days ahead, {latest}", fields={"ship_not_before": "too far ahead"})
        return self.fulfilment.alone(fo_id, "", lambda work, at: releasing.rescheduled(work, schedule(work.node, day), at, actor))

    def round(self) -> dict[str, int]:
        """What has its day is asked of its node. What is held stays, and is looked at again. Bounded: the rest is due in the next round too."""
        at, opened, looked = instant(self.clock()), 0, 0
        for node in self.nodes():
            start: dict[str, Any] | None = None
            while looked < _MOST:
                page = _until(node, SCHEDULED, at, start)
                opened += sum(self._opened(entry["lookup_sk"].rpartition("#")[2]) for entry in page.items)
                looked, start = looked + len(page.items), page.next
                if start is None:
                    break
        count("WorkOpened", opened)
        return {"opened": opened}

    def overdue(self) -> int:
        """How much has waited for a person longer than it may, at most a hundred a node."""
        late = approval.overdue_before(self.fulfilment.policy(approval.POLICY), instant(self.clock()))
        return sum(len(_until(node, APPROVAL, late, None).items) for node in self.nodes())

    def _opened(self, fo_id: str) -> bool:
        before = load(fo_id)[1]
        try:
            _, after = self._asked(fo_id, lambda work, pushed, at: releasing.due(work, pushed, at, ACTOR))
        except WaybillError as problem:
            logger.info("work stays kept", fo_id=fo_id, problem=problem.code)
            return False
        return after.status != before.status

    def _asked(self, fo_id: str, verb: Verb) -> tuple[Record, FulfilmentOrder]:
        def decide(record: Record, work: FulfilmentOrder, at: str) -> Changed:
            after = verb(work, shop.node(work.node).is_told, at)
            if after is not work and after.status == "requested":
                for step in ("release", "ship"):
                    order_verbs.refuse_held(record.state, step)
            return after, record.state

        return self.fulfilment.changed(fo_id, "", decide)


def schedule(node: str, day: str) -> Schedule:
    """A day (ISO) as it begins at a node."""
    return Schedule(day, instant(begins(shop.node(node), day)))


def _until(node: str, part: str, at: str, start: dict[str, Any] | None) -> Page:
    """Of a part of a node's list what stands in it from before an instant."""
    return ORDERS.page(f"NODE#{node}", between=(f"{part}#", f"{part}#{at}~"), index="lookup", keys=("lookup_pk", "lookup_sk"), limit=_PAGE, start=start)
