"""What people do about a tender: note money that came outside, or have a payment tried again that was declined or has lapsed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import IllegalTransition, InvalidInput, KeyReused
from waybill.kernel.ids import digest
from waybill.orders import store
from waybill.orders.model.state import State, release_hold
from waybill.orders.store import Record
from waybill.payments.model.tender import Tender
from waybill.payments.ports import Book
from waybill.payments.records import Account
from waybill.payments.service import Payments, the, until_first

CONFIRMING, SECURING = "confirming", "securing"


@dataclass(frozen=True, slots=True)
class ByHand:
    """`send` puts a message on the payment queue; nothing here calls a gateway."""

    book: Book
    payments: Payments
    send: Callable[[dict[str, Any]], object]
    clock: Clock

    def paid(self, order_id: str, number: int, amount: int, reference: str, key: str, actor: str) -> Tender:
        """The customer has paid `amount` minor units of an invoice, or to the carrier; `key` names the request.

        Raises NotFound, InvalidInput beyond what is to be paid, KeyReused, IllegalTransition for money that a gateway or channel moves.
        """
        done: list[Tender] = []

        def once() -> None:
            done[:] = [self._paid(self.book.read(order_id), number, amount, reference, key, actor)]

        until_first(once)
        return done[0]

    def _paid(self, account: Account, number: int, amount: int, reference: str, key: str, actor: str) -> Tender:
        tender = the(account, number)
        if not tender.paid_later:
            raise IllegalTransition(f"tender {number} is paid by {tender.kind}: only what is paid later is noted by hand")
        ref = f"{tender.record_id}/paid/{digest(key)}"
        known = next((event for event in tender.events if event.ref == ref), None)
        if known is not None:
            if (known.amount, known.reference or "") != (amount, reference):
                raise KeyReused("this key came before with another payment", fields={"Idempotency-Key": "used before"})
            return tender
        if account.state.cancelled:
            raise IllegalTransition("the order was cancelled: return the money to who has sent it")
        left = tender.amount - tender.balances.charged
        if not 0 < amount <= left:
            raise InvalidInput(f"of tender {number} {left} minor units are to be paid, not {amount}", fields={"amount": "more than is to be paid"})
        after = tender.paid(amount, instant(self.clock()), ref, reference or None, actor)
        return the(self.book.save(account, after, self._all_paid(account.state, after, actor)), number)

    def _all_paid(self, state: State, tender: Tender, actor: str) -> State | None:
        id = f"unpaid-{tender.number}"
        if tender.balances.charged < tender.amount or not any(hold.id == id and hold.active for hold in state.holds):
            return None
        return release_hold(state, id, instant(self.clock()), actor, "paid")

    def retry(self, order_id: str, number: int, token: str, key: str, actor: str) -> str:
        """`token` replaces the means of payment, empty keeps it; the same `key` is the same attempt.

        Answers what goes on: CONFIRMING, the order is let go to be authorised; SECURING, the money of a confirmed order is asked for
        again. Raises NotFound, InvalidInput, IllegalTransition where nothing waits for a payment.
        """
        account = self.book.read(order_id)
        tender = the(account, number)
        if not tender.at_gateway or tender.secured or account.state.cancelled:
            raise IllegalTransition(f"tender {number} does not wait for another attempt")
        if token:
            self.payments.replace_token(order_id, number, token)
        if account.state.confirmed:
            self.send({"command": "secure", "order_id": order_id, "tender": number, "key": key})
            return SECURING
        store.change_state(order_id, lambda record: self._let_go(record, actor))
        return CONFIRMING

    def _let_go(self, record: Record, actor: str) -> State:
        state, at = record.state, instant(self.clock())
        for hold in state.active_holds:
            if hold.kind == "payment" and hold.blocks:
                state = release_hold(state, hold.id, at, actor, "payment tried again")
        return state
