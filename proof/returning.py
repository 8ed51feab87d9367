"""Looks at the gateway as money goes back, and at the carrier's books at that moment: not before the label of what was cancelled is given back (I20)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from proof.living import Dweller
from proof.quick import seen
from waybill.fulfilment.model.case import VOID_REFUSED
from waybill.orders.codec import DOC, STATE
from waybill.proof.facts import AtCarrier, Broken, OrderFacts

_BACK = ("_void", "_refund")
"""What the gateway does when it lets go of money."""


KEEPS_BOOKS = "easypost"
"""The carrier of the lives; what another has sold is judged by its own tests."""


class Returning:
    """Stands before the gateway of a world."""

    def __init__(self, the: Dweller) -> None:
        self.broken: list[Broken] = []
        self._the = the
        for name in _BACK:
            setattr(the.gateway, name, self._watched(getattr(the.gateway, name)))

    def close(self) -> None:
        """Looks no more: the world may go."""
        for name in _BACK:
            delattr(self._the.gateway, name)

    def _watched(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def watched(payment: Any, *more: Any) -> Any:
            self._look(payment.demand.order_id)
            return real(payment, *more)

        return watched

    def _look(self, order_id: str) -> None:
        orders = self._the.world.cloud.dynamodb.tables["OrdersTable"]
        partition = orders.partition(f"ORDER#{order_id}")
        facts = OrderFacts(order_id, {sk: seen(partition.items[sk]) for sk in partition.order} if partition else {})
        if STATE not in facts.items or not facts.state.cancelled:
            return
        for label in labels_of(self._the, facts) or ():
            if label.live and label.tracking_number not in not_taken_back(self._the):
                self.broken.append(Broken("I20", order_id, f"cancelled, and money goes back while {label.tracking_number} is live at the carrier"))


def labels_of(the: Dweller, facts: OrderFacts) -> tuple[AtCarrier, ...] | None:
    """What the carrier has sold for an order, as its books say; None where nobody keeps such books."""
    if the.outside is None or DOC not in facts.items:
        return None
    if any(package.shipment and package.carrier != KEEPS_BOOKS for work in facts.work for package in work.packages):
        return None
    order = facts.order.number or facts.order.external_reference
    sold = [label for label in the.outside.carrier.labels() if label.order in (order, f"{order} return")]
    others = _borne_by_others(the, facts.order_id) if sold else frozenset()
    return tuple(AtCarrier(label.shipment, label.tracking_number, label.live) for label in sold if label.shipment not in others)


def _borne_by_others(the: Dweller, order_id: str) -> frozenset[str]:
    """The carrier's ids of what parcels of other orders bear: one that is sent again goes under the same number."""
    partitions = the.world.cloud.dynamodb.tables["OrdersTable"].partitions.items()
    works = (seen(item) for pk, partition in partitions if pk.startswith("ORDER#") and pk != f"ORDER#{order_id}" for sk, item in partition.items.items() if sk.startswith("FO#"))
    borne = (label["shipment"] for work in works for package in work.get("packages", ()) for label in (package, package.get("back") or {}) if label.get("shipment"))
    return frozenset(borne)


def not_taken_back(the: Dweller) -> frozenset[str]:
    """The tracking numbers of labels that people are shown because the carrier does not take them back."""
    partitions = the.world.cloud.dynamodb.tables["OrdersTable"].partitions.items()
    cases = [seen(item) for pk, partition in partitions if pk.startswith("SX#") for item in partition.items.values()]
    return frozenset(case["tracking_number"] for case in cases if case["kind"] == VOID_REFUSED)
