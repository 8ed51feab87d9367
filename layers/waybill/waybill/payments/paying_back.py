"""The money of granted refunds: every tender is asked for its portion, and the refund says how that went."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.kernel.errors import IllegalTransition
from waybill.orders import store
from waybill.payments.model.refunds import Refund
from waybill.payments.refunding import Refunds, of, outcome, tenders_of, the
from waybill.payments.service import Payments


@dataclass(frozen=True, slots=True)
class Payer:
    """The money of a granted refund."""

    refunds: Refunds
    payments: Payments

    def pay(self, order_id: str, number: int) -> Refund:
        """Asks every tender for its portion, and says how the refund stands. Raises IllegalTransition where nobody has granted it."""
        record = store.load(order_id)
        refund = the(record, number)
        if refund.status not in ("granted", "failed", "paid"):
            raise IllegalTransition(f"refund {number} is {refund.status}")
        known = tenders_of(record)
        unpaid = [portion for portion in refund.portions if outcome(known.get(portion.tender), refund.askers) != "SUCCESS"]
        tenders = self.payments.pay_back(order_id, {portion.tender: portion.amount for portion in unpaid}, refund.askers[-1])
        return self.refunds.settle(order_id, number, tenders)

    def settle(self, order_id: str) -> None:
        """Says of every granted refund how it stands now that a gateway has told us something."""
        record = store.load(order_id)
        tenders = tenders_of(record)
        for refund in of(record):
            if refund.status in ("granted", "paid"):
                self.refunds.settle(order_id, refund.number, tenders)
