"""What people say of where orders ship from: one order pinned to a node, or everything of a node sent elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from waybill.fulfilment.model.machine import CLOSED, LEFT, WITHDRAWN_FROM
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import InvalidInput, WaybillError
from waybill.orders import store
from waybill.orders.model import state as verbs
from waybill.orders.store import Record


class Withdraws(Protocol):
    """`fulfilment.service.Fulfilment`."""

    def withdraw(self, fo_id: str, actor: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Direction:
    """`only` these nodes may ship (empty: any), and `without` those."""

    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def allows(self, node: str) -> bool:
        return node not in self.without and (not self.only or node in self.only)

    def check(self, known: Collection[str]) -> None:
        """Raises InvalidInput for a node that there is not, or where nothing is left that may ship."""
        for name in ("only", "without"):
            for place, node in enumerate(getattr(self, name)):
                if node not in known:
                    field = f"{name}[{place}]"
                    raise InvalidInput(f"{field}: there is no node {node[:64]!r}; there are {', '.join(sorted(known))}", fields={field: "unknown"})
        if not any(self.allows(node) for node in known):
            raise InvalidInput("this leaves no node that may ship", fields={"without": "leaves no node"})


@dataclass(frozen=True, slots=True)
class Steering:
    """`nodes` answers the ids of the shop's nodes."""

    fulfilment: Withdraws
    nodes: Callable[[], Collection[str]]
    clock: Clock

    def send(self, order_ids: list[str], direction: Direction, actor: str, *, dry: bool = False) -> list[dict[str, Any]]:
        """Each order on its own: what is wrong with one keeps no other from being sent. Safe to repeat. Raises InvalidInput."""
        direction.check(self.nodes())
        return [self._sent(order_id, direction, actor, dry) for order_id in dict.fromkeys(order_ids)]

    def _sent(self, order_id: str, direction: Direction, actor: str, dry: bool) -> dict[str, Any]:
        """{"order", "moved": [fo ids], "stays": {fo id: why}}; with a problem, that."""
        try:
            record = store.load(order_id)
            moved, stays = _sorted(record, direction)
            if not dry:
                store.change_state(order_id, lambda now: verbs.direct(now.state, direction.only, direction.without, instant(self.clock()), actor))
                for fo_id in moved:
                    self.fulfilment.withdraw(fo_id, actor)
        except WaybillError as problem:
            return {"order": order_id, "moved": [], "stays": {}, "problem": problem.message}
        return {"order": order_id, "moved": moved, "stays": stays}


def _sorted(record: Record, direction: Direction) -> tuple[list[str], dict[str, str]]:
    """The fulfilment orders that move, and those that stay, each with the reason."""
    moved: list[str] = []
    stays: dict[str, str] = {}
    for work in record.fulfilment_orders:
        why = _stays(work, direction)
        if why:
            stays[work["id"]] = why
        elif work["status"] in WITHDRAWN_FROM:
            moved.append(work["id"])
    return moved, stays


def _stays(work: Mapping[str, Any], direction: Direction) -> str:
    """Empty for what moves, and for what is over."""
    if work["status"] in LEFT:
        return "has left"
    if work["status"] in CLOSED:
        return ""
    if direction.allows(work["node"]):
        return f"{work['node']} may ship it"
    return "" if work["status"] in WITHDRAWN_FROM else f"is {work['status']} already"
