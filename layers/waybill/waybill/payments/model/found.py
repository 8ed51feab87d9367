"""What is found at a gateway that nobody here asked for: money that came late, was taken by hand, lapsed, is disputed, or came back. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from waybill.payments.model.events import PaymentEvent
from waybill.payments.model.tender import Tender

DISPUTE_WON, LATE_VOID = "dispute_won", "late_void"


def captured(tender: Tender, amount: int, reference: str, whole: bool, at: str, actor: str) -> Tender:
    """Somebody took `amount` minor units more at the gateway itself; `whole`: nothing of the authorisation is left."""
    times = sum(event.type == "CHARGE_SUCCESS" for event in tender.events)
    taken = PaymentEvent("CHARGE_SUCCESS", at, amount, f"{tender.record_id}/found/{times + 1}", reference)
    after = replace(tender, events=(*tender.events, taken)).told("payment.captured", _money(tender, amount, reference), at, actor)
    return after.released(taken, after.balances.authorised, at) if whole else after


def lapsed(tender: Tender, reference: str, at: str, actor: str) -> Tender:
    """The gateway holds nothing for us any more."""
    amount = tender.balances.authorised
    after = tender.stated("AUTH_EXPIRED", amount, at, reference=reference)
    return after.told("payment.lapsed", _money(tender, amount, reference), at, actor)


def let_go(tender: Tender, amount: int, reference: str, at: str) -> Tender:
    """What was authorised too late was voided at once: nothing of ours has changed."""
    return tender.stated("INFO", amount, at, reference=reference, reason=LATE_VOID)


def disputed(tender: Tender, dispute: str, amount: int, reference: str, reason: str, at: str, actor: str) -> Tender:
    """A chargeback has taken the money; the same one again is the same."""
    if _chargeback(tender, dispute) is not None:
        return tender
    after = tender.stated("CHARGEBACK", amount, at, ref=dispute, reference=reference, reason=reason or None)
    return after.told("payment.disputed", {**_money(tender, amount, reference), "reason": reason or "unknown"}, at, actor)


def dispute_won(tender: Tender, dispute: str, at: str, actor: str) -> Tender:
    """The money is back: the chargeback counts no more, and stays in the record. The same where it never took any."""
    lost = _chargeback(tender, dispute)
    if lost is None or not lost.counts:
        return tender
    events = tuple(replace(event, counts=False) if event is lost else event for event in tender.events)
    after = replace(tender, events=events).stated("INFO", lost.amount, at, ref=dispute, reference=lost.reference, reason=DISPUTE_WON)
    return after.told("payment.dispute_won", _money(tender, lost.amount, lost.reference or ""), at, actor)


def refund_failed(tender: Tender, asked: PaymentEvent, reason: str, at: str, actor: str) -> Tender:
    """A refund that had succeeded came back to us: the customer does not have it. The same again is the same."""
    if any(event.type == "REFUND_REVERSED" and event.ref == asked.ref for event in tender.events):
        return tender
    done = tender.outcome_of(asked)
    amount = done.amount if done else asked.amount
    after = tender.stated("REFUND_REVERSED", amount, at, ref=asked.ref, reference=asked.reference, reason=reason or None)
    return after.told("payment.refund_returned", {**_money(tender, amount, asked.reference or ""), "reason": reason or "failed"}, at, actor)


def _chargeback(tender: Tender, dispute: str) -> PaymentEvent | None:
    return next((event for event in tender.events if event.type == "CHARGEBACK" and event.ref == dispute), None)


def _money(tender: Tender, amount: int, reference: str) -> dict[str, Any]:
    data: dict[str, Any] = {"tender": tender.number, "amount": amount, "currency": tender.currency}
    return data | {"reference": reference} if reference else data
