"""A refund that no gateway would pay (the card is closed) goes back as store credit instead."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.aws.tables import Write
from waybill.aws.tables import replace as replaced
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import IllegalTransition
from waybill.orders import store
from waybill.orders.store import ORDERS, Record
from waybill.payments.ledger.credits import Credits, Issued
from waybill.payments.model import refunds as verbs
from waybill.payments.model.refunds import Refund
from waybill.payments.model.tender import Tender
from waybill.payments.records import tender_item
from waybill.payments.refunding import item, outcome, tenders_of, the


@dataclass(frozen=True, slots=True)
class AsCredit:
    """First the refund and its tenders say so in one commit, then the credit is issued under the refund's own name: whoever asks again
    gets the same code."""

    credits: Credits
    clock: Clock

    def give(self, order_id: str, number: int, actor: str) -> tuple[Refund, Issued]:
        """What no tender has paid of a failed refund, as store credit. Raises NotFound, IllegalTransition for any other."""
        made: list[Refund] = []

        def decide(record: Record) -> list[Write]:
            refund = the(record, number)
            if refund.credited:
                made[:] = [refund]
                return []
            made[:] = [verbs.told(refund, "credit", self._now(), actor)]
            noted = self._unpaid(record, refund, actor)
            return [replaced(ORDERS, item(made[0]), refund.version), *(replaced(ORDERS, tender_item(each), each.version) for each in noted)]

        store.change(order_id, decide)
        amount = sum(tender.credited(made[0].id) for tender in tenders_of(store.load(order_id)).values())
        reason = f"refund {number}"
        return made[0], self.credits.issue("store_credit", amount, made[0].currency, "credit", made[0].id, reason, paid_to=order_id)

    def _unpaid(self, record: Record, refund: Refund, actor: str) -> list[Tender]:
        tenders, unpaid = tenders_of(record), []
        for portion in refund.portions:
            stands = outcome(tenders[portion.tender], refund.askers)
            if stands == "REQUEST":
                raise IllegalTransition(f"refund {refund.number}: a gateway has not answered yet")
            if stands != "SUCCESS":
                unpaid.append(tenders[portion.tender].as_credit(portion.amount, refund.id, self._now(), actor))
        return unpaid

    def _now(self) -> str:
        return instant(self.clock())
