"""The desk's use cases: the same for the two doors. Who may see or do what is decided here, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from waybill.desk.model.facts import Listing, Order, Query
from waybill.desk.model.intake import Opened
from waybill.desk.model.money import Refund
from waybill.desk.model.visitor import Visitor
from waybill.desk.ports import Acts, Edits, Pays, Reads, Takes, Works
from waybill.kernel.errors import Forbidden, InvalidInput, NotFound
from waybill.payments.model.refunds import Wanted

if TYPE_CHECKING:
    from waybill.desk.model.floor import Collected, Deed, Floor

REASONS = (
    ("customer_asked", "The customer asked"),
    ("payment_failed", "Payment failed"),
    ("out_of_stock", "No stock to be had"),
    ("suspected_fraud", "Suspected fraud"),
    ("wrong_address", "Address cannot be served"),
    ("other", "Something else"),
)
"""Why a person cancels: a code that the channel, the mail and the books understand, and its words."""

QUEUES = (
    ("payment", "Payment", "declined, a person decides"),
    ("backordered", "Backordered", "go on when stock arrives"),
    ("unfillable", "Unfillable", "no node can ship them"),
    ("sums", "Sums differ", "imported held, never fixed"),
    ("item", "Unknown item", "a SKU that the shop lacks"),
    ("address", "Address", "cannot be served as it is"),
    ("manual", "Held by hand", "a person or a stopped workflow"),
    ("fraud", "Fraud check", "released by a person"),
)
"""The queues of people: the first four always show, the others while somebody waits in them."""

_ALWAYS = 4


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk for one visitor."""

    reads: Reads
    acts: Acts
    pays: Pays
    takes: Takes
    visitor: Visitor
    edits: Edits | None = None
    works: Works | None = None

    def orders(self, query: Query) -> Listing:
        return self.reads.orders(query, self.visitor.channel)

    def queues(self) -> list[tuple[str, str, str, int]]:
        """Name, title, hint and number of each queue worth showing."""
        counts = self.reads.queues(self.visitor.channel)
        shown = [(name, title, hint, counts.get(name, 0)) for name, title, hint in QUEUES]
        return [queue for index, queue in enumerate(shown) if index < _ALWAYS or queue[3]]

    def order(self, order_id: str) -> Order:
        """Raises NotFound, for another channel's order too."""
        order = self.reads.order(order_id)
        if not self.visitor.sees(order.row.channel):
            raise NotFound(f"there is no order {order_id[:64]!r}")
        return order

    def label(self, order_id: str, fo_id: str, package: str) -> bytes:
        order = self.order(order_id)
        if not any(work.id == fo_id for work in order.fulfilment_orders):
            raise NotFound("the order has no such parcel")
        return self.reads.label(order_id, fo_id, package)

    def release_hold(self, order_id: str, hold_id: str) -> None:
        self._may_act_on(order_id)
        self.acts.release_hold(order_id, hold_id, self.actor)

    def cancel(self, order_id: str, reason: str) -> None:
        self._may_act_on(order_id)
        self.acts.cancel(order_id, _a_reason(reason), self.actor)

    def cancel_rest(self, order_id: str, reason: str) -> None:
        self._may_act_on(order_id)
        self.acts.cancel_rest(order_id, _a_reason(reason), self.actor)

    def retry_payment(self, order_id: str) -> None:
        self._may_act_on(order_id)
        self.acts.retry_payment(order_id, self.actor)

    def lines(self, order_id: str) -> list[tuple[str, str, str, int]]:
        self._may_act_on(order_id)
        return self._edits.lines(order_id)

    def preview_edit(self, order_id: str, body: Mapping[str, Any], undoes: int = 0) -> tuple[dict[str, Any], str]:
        self._may_act_on(order_id)
        return self._edits.preview(order_id, body, undoes)

    def edit(self, order_id: str, body: Mapping[str, Any], seen: str, undoes: int = 0) -> int:
        self._may_act_on(order_id)
        return self._edits.confirm(order_id, body, seen, self.actor, undoes)

    def preview_refund(self, order_id: str, wanted: Wanted, reason: str) -> tuple[Refund, str]:
        self._may_move_money_of(order_id, self.visitor.may_refund)
        return self.pays.preview(order_id, wanted, reason, self.actor)

    def refund(self, order_id: str, wanted: Wanted, reason: str, seen: str) -> Refund:
        self._may_move_money_of(order_id, self.visitor.may_refund)
        return self.pays.refund(order_id, wanted, reason, seen, self.actor)

    def decide_refund(self, order_id: str, number: int, verb: str) -> None:
        self._may_move_money_of(order_id, self.visitor.may_refund if verb == "retry" else self.visitor.may_approve)
        self.pays.decide(order_id, number, verb, self.actor)

    def refund_as_credit(self, order_id: str, number: int) -> tuple[str, int]:
        self._may_move_money_of(order_id, self.visitor.may_refund)
        return self.pays.credit(order_id, number, self.actor)

    def note_paid(self, order_id: str, tender: int, amount: int, reference: str, seen: str) -> None:
        self._may_move_money_of(order_id, self.visitor.may_approve)
        self.pays.paid(order_id, tender, amount, reference, seen, self.actor)

    def retry_tender(self, order_id: str, tender: int, seen: str) -> None:
        self._may_move_money_of(order_id, self.visitor.may_refund)
        self.pays.retry(order_id, tender, seen, self.actor)

    def work(self, order_id: str, fo_id: str, deed: Deed) -> None:
        """A verb of a fulfilment order of this order."""
        self._may_act()
        if not any(work.id == fo_id for work in self.order(order_id).fulfilment_orders):
            raise NotFound("the order has no such fulfilment order")
        self._works.do(fo_id, deed, self.actor)

    def floor(self) -> Floor:
        """What waits at nodes and on its way. Raises NotFound for a visitor who sees one channel only."""
        self.of_the_shop()
        return self._works.floor()

    def close_case(self, case_id: str, why: str) -> None:
        self._may_act_on_the_floor()
        self._works.close_case(case_id, why, self.actor)

    def tell_again(self, delivery_id: str) -> None:
        self._may_act_on_the_floor()
        self._works.tell_again(delivery_id)

    def close_interchange(self, id: str) -> None:
        self._may_act_on_the_floor()
        self._works.close_interchange(id, self.actor)

    def book_van(self, said: Collected) -> None:
        self._may_act_on_the_floor()
        self._works.book_van(said, self.actor)

    def cancel_van(self, id: str) -> None:
        self._may_act_on_the_floor()
        self._works.cancel_van(id, self.actor)

    def taking(self) -> Takes:
        """Orders on the phone, for who may take them. Raises Forbidden, NotFound."""
        self.of_the_shop()
        if not self.visitor.may_take:
            raise Forbidden("this needs one of the roles: support, finance, admin")
        return self.takes

    def redrive(self, document_id: str) -> None:
        self.of_the_shop()
        self._may_act()
        self.acts.redrive(document_id, self.actor)

    def opened(self, document_id: str) -> Opened:
        """A kept document to be read: for who may act on it, for it is full of people. Raises Forbidden, NotFound."""
        self.of_the_shop()
        self._may_act()
        return self.reads.opened(document_id)

    def of_the_shop(self) -> None:
        """Raises NotFound for a visitor who sees one channel only."""
        if not self.visitor.sees_shop:
            raise NotFound("there is no such page")

    def _may_act_on(self, order_id: str) -> None:
        self._may_act()
        self.order(order_id)

    def _may_move_money_of(self, order_id: str, may: bool) -> None:
        if not may:
            raise Forbidden("this needs one of the roles: finance, admin; support may ask for a refund")
        self.order(order_id)

    def _may_act(self) -> None:
        if not self.visitor.may_act:
            raise Forbidden("this needs one of the roles: support, admin")

    def _may_act_on_the_floor(self) -> None:
        self.of_the_shop()
        self._may_act()

    @property
    def _works(self) -> Works:
        if self.works is None:
            raise NotFound("there is no such page")
        return self.works

    @property
    def _edits(self) -> Edits:
        if self.edits is None:
            raise NotFound("orders are not edited here")
        return self.edits

    @property
    def actor(self) -> str:
        return f"desk:{self.visitor.name}"


def _a_reason(reason: str) -> str:
    """Raises InvalidInput."""
    if reason not in dict(REASONS):
        raise InvalidInput("choose one of the reasons", fields={"reason": "unknown"})
    return reason
