"""Another attempt at a payment that was declined or has lapsed, with the same means or another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import IllegalTransition
from waybill.orders import store
from waybill.orders.model.state import State, release_hold
from waybill.orders.store import Record
from waybill.payments.ports import Book
from waybill.payments.service import Payments, the

CONFIRMING, SECURING = "confirming", "securing"


@dataclass(frozen=True, slots=True)
class Retries:
    """`send` puts a message on the payment queue; nothing here calls a gateway."""

    book: Book
    payments: Payments
    send: Callable[[dict[str, Any]], object]
    clock: Clock

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
