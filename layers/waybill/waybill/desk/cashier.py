"""The desk's `ports.Pays`: refunds, and payments noted by hand or tried again, on the use cases of payments."""

from __future__ import annotations

import json
from dataclasses import dataclass

from waybill.desk.model.money import Refund
from waybill.desk.money import methods, refund_facts
from waybill.kernel.errors import InvalidInput
from waybill.kernel.ids import digest
from waybill.kernel.plain import plain
from waybill.orders import store
from waybill.payments.as_credit import AsCredit
from waybill.payments.by_hand import ByHand
from waybill.payments.doors import alone
from waybill.payments.model import refunds
from waybill.payments.model.refunds import Wanted
from waybill.payments.records import account
from waybill.payments.refunding import Asked, Refunds


@dataclass(frozen=True, slots=True)
class Cashier:
    """Who presses a button twice has asked once: the key of a decision is what was seen and what was wanted."""

    refunds: Refunds
    by_hand: ByHand
    as_credit: AsCredit

    def preview(self, order_id: str, wanted: Wanted, reason: str, actor: str) -> tuple[Refund, str]:
        currency = store.load(order_id).order.currency
        refund, seen = self.refunds.preview(order_id, wanted, Asked(actor, "", reason, alone(currency)))
        return _facts(order_id, refund), seen

    def refund(self, order_id: str, wanted: Wanted, reason: str, seen: str, actor: str) -> Refund:
        key = f"desk/{digest(seen, json.dumps(plain(wanted), sort_keys=True))}"
        asked = Asked(actor, key, reason, alone(store.load(order_id).order.currency), seen)
        return _facts(order_id, self.refunds.grant(order_id, wanted, asked))

    def decide(self, order_id: str, number: int, verb: str, actor: str) -> None:
        verbs = {"approve": self.refunds.approve, "retry": self.refunds.retry, "reject": self.refunds.reject}
        if verb not in verbs:
            raise InvalidInput("a refund is approved, tried again or rejected")
        verbs[verb](order_id, number, actor)

    def credit(self, order_id: str, number: int, actor: str) -> tuple[str, int]:
        issued = self.as_credit.give(order_id, number, actor)[1]
        return issued.code, issued.credit.balance

    def paid(self, order_id: str, tender: int, amount: int, reference: str, seen: str, actor: str) -> None:
        self.by_hand.paid(order_id, tender, amount, reference, f"desk/{tender}/{seen}", actor)

    def retry(self, order_id: str, tender: int, seen: str, actor: str) -> None:
        self.by_hand.retry(order_id, tender, "", f"desk/{tender}/{seen}", actor)


def _facts(order_id: str, refund: refunds.Refund) -> Refund:
    record = store.load(order_id)
    return refund_facts(refund, methods(account(record.order, record.state, record.tenders)))
