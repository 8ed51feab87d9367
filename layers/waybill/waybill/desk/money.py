"""An order's stored tenders and refunds as the desk's facts. Pure: it is given what was read."""

from __future__ import annotations

from waybill.desk.model import words
from waybill.desk.model.money import Left, Money, Movement, Refund, Share, Tender
from waybill.kernel.plain import plain
from waybill.orders.model.state import State
from waybill.orders.store import Record
from waybill.payments.model import refunds
from waybill.payments.model.balances import Balances
from waybill.payments.model.events import PaymentEvent
from waybill.payments.model.status import charge_status, due
from waybill.payments.model.tender import CHANNEL
from waybill.payments.model.tender import Tender as Stored
from waybill.payments.records import Account, account
from waybill.payments.refunding import granted, of, refundable

METHODS = {
    "card": "Card", "gift_card": "Gift card", "store_credit": "Store credit", "channel": "Paid at the channel", "terms": "On terms",
    "cod": "Cash on delivery",
}  # fmt: skip
_BALANCES = {
    "authorised": "Authorised", "auth_pending": "Authorising", "charged": "Captured", "charge_pending": "Capturing", "refunded": "Refunded",
    "refund_pending": "Refunding", "disputed": "Disputed", "cancelled": "Voided", "cancel_pending": "Voiding",
}  # fmt: skip
_PARTS = {"goods": "Items", "discounts": "Discounts", "shipping": "Shipping", "fees": "Fees", "tax": "Tax", "difference": "Did not add up by"}
_VERBS = {"proposed": ("approve", "reject"), "failed": ("retry", "credit", "reject")}


def money_facts(record: Record) -> Money:
    """The money of an order: each tender, each refund, and what may still go back."""
    known = account(record.order, record.state, record.tenders)
    total = sum((tender.balances for tender in known.tenders), Balances())
    left, owed = refundable(record), due(known.due, granted(record))
    return Money(
        charge=charge_status(total, owed),
        owed=owed,
        charged=total.charged,
        tenders=tuple(_tender(known, tender) for tender in known.tenders),
        refunds=tuple(refund_facts(refund, methods(known)) for refund in of(record)),
        left=Left(left.units, left.shipping, left.money, left.everything),
    )


def methods(known: Account) -> dict[int, str]:
    """How each tender was paid, in words."""
    return {tender.number: _method(tender) for tender in known.tenders}


def refund_facts(refund: refunds.Refund, names: dict[int, str]) -> Refund:
    """A decided refund, or one that only would be."""
    sold = plain(refund.sold)
    parts = [(said, -sold[name] if name == "discounts" else sold[name]) for name, said in _PARTS.items()]
    beside = (("Goodwill", refund.goodwill), ("Fee kept", -refund.fee))
    return Refund(
        number=refund.number,
        status=refund.status,
        amount=refund.amount,
        parts=tuple((name, amount) for name, amount in (*parts, *beside) if amount),
        shares=tuple(Share(names.get(portion.tender, f"Tender {portion.tender}"), portion.amount, portion.why) for portion in refund.portions),
        units=sum(refund.lines.values()),
        reason=refund.reason,
        asked_by=refund.asked_by.rpartition(":")[2],
        allowed=frozenset(_VERBS.get(refund.status, ())),
    )


def _tender(known: Account, tender: Stored) -> Tender:
    balances = plain(tender.balances)
    references = [event.reference for event in tender.events if event.reference]
    unpaid = max(0, tender.amount - tender.balances.charged) if tender.paid_later and not tender.balances.refunded else 0
    return Tender(
        number=tender.number,
        method=_method(tender),
        status=_status(tender, known.state),
        amount=tender.amount,
        balances={said: balances[name] for name, said in _BALANCES.items() if balances[name]},
        movements=tuple(_movement(event) for event in tender.events),
        until=tender.expires_at,
        reference=references[-1] if references else "",
        unpaid=unpaid,
        version=tender.version,
        allowed=_allowed(known.state, tender, unpaid),
    )


def _method(tender: Stored) -> str:
    name = METHODS.get(tender.kind, tender.kind)
    return f"{name} · {tender.gateway}" if tender.gateway and tender.kind == "card" else name


def _status(tender: Stored, state: State) -> str:
    balances, failed = tender.balances, tender.events[-1].outcome == "FAILURE" if tender.events else False
    said = (
        ("disputed", balances.disputed),
        ("refunded", balances.refunded and balances.charged <= 0),
        ("partly_refunded", balances.refunded),
        ("paid_outside", balances.charged and tender.kind == CHANNEL),
        ("captured", balances.charged >= tender.amount or (balances.charged and not balances.authorised)),
        ("partly_captured", balances.charged),
        ("authorised", balances.authorised),
        ("lapsed", tender.lapsed),
        ("declined", failed and not state.cancelled),
        ("voided", balances.cancelled),
        ("to_be_paid", tender.paid_later and not state.cancelled),
    )
    return next((name for name, holds in said if holds), "pending")


def _movement(event: PaymentEvent) -> Movement:
    told = (event.reason, event.reference, f"holds until {words.clock(event.expires_at)}" if event.expires_at else "")
    return Movement(event.at, event.type, event.amount, " · ".join(filter(None, told)), event.counts)


def _allowed(state: State, tender: Stored, unpaid: int) -> frozenset[str]:
    lost = tender.lapsed or any(event.outcome == "FAILURE" for event in tender.events)
    verbs = {"retry": tender.at_gateway and lost and not tender.secured, "paid": bool(unpaid)}
    return frozenset(verb for verb, admitted in verbs.items() if admitted and not state.cancelled)
