"""Amounts, instants, states and events in a person's words."""

from __future__ import annotations

from datetime import datetime

from waybill.kernel.clock import parse_instant
from waybill.kernel.events import Entry
from waybill.kernel.money import decimal_string

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}

STATUSES: dict[str, tuple[str, str]] = {
    "received": ("Received", "busy"),
    "on_hold": ("On hold", "stuck"),
    "backordered": ("Backordered", "stuck"),
    "unfillable": ("Unfillable", "stuck"),
    "confirmed": ("Confirmed", "busy"),
    "released": ("Released", "busy"),
    "in_fulfilment": ("In fulfilment", "busy"),
    "partially_shipped": ("Partly shipped", "moving"),
    "shipped": ("Shipped", "moving"),
    "partially_delivered": ("Partly delivered", "moving"),
    "delivered": ("Delivered", "good"),
    "completed": ("Completed", "good"),
    "cancelled": ("Cancelled", "off"),
    "scheduled": ("Kept for its day", "busy"),
    "awaiting_approval": ("Waits for approval", "stuck"),
    "requested": ("Requested", "busy"),
    "accepted": ("Accepted", "busy"),
    "picking": ("Picking", "busy"),
    "picked": ("Picked", "busy"),
    "packed": ("Packed", "busy"),
    "ready_for_pickup": ("Waits for its customer", "moving"),
    "not_collected": ("Not fetched in time", "stuck"),
    "rejected": ("Rejected", "stuck"),
    "cancellation_requested": ("Asked to cancel", "stuck"),
    "labelled": ("Label made", "busy"),
    "manifested": ("On its manifest", "busy"),
    "handed_over": ("Handed over", "busy"),
    "pre_transit": ("Handed over", "busy"),
    "in_transit": ("In transit", "moving"),
    "out_for_delivery": ("Out for delivery", "moving"),
    "available_for_pickup": ("To be picked up", "moving"),
    "exception": ("Carrier exception", "stuck"),
    "undeliverable": ("Not deliverable", "stuck"),
    "voiding": ("Label being given back", "stuck"),
    "void_refused": ("Label not taken back", "stuck"),
    "lost": ("Lost", "stuck"),
    "delayed": ("Late", "stuck"),
    "returning": ("Coming back", "stuck"),
    "no_label": ("No label", "stuck"),
    "booking": ("Being booked", "busy"),
    "booked": ("Booked", "good"),
    "agreed": ("Every day", "good"),
    "cancelling": ("Being called off", "busy"),
    "carrier_refused": ("Refused by the carrier", "stuck"),
    "missed": ("Not booked in time", "stuck"),
    "parked": ("Parked", "stuck"),
    "refused": ("Refused by us", "stuck"),
    "sent": ("Not acknowledged", "stuck"),
    "return_to_sender": ("Coming back", "stuck"),
    "authorised": ("Authorised", "busy"),
    "pending": ("Pending", "busy"),
    "declined": ("Declined", "stuck"),
    "captured": ("Captured", "good"),
    "paid_outside": ("Paid outside", "good"),
    "recorded": ("Paid outside", "good"),
    "voided": ("Voided", "off"),
    "refunded": ("Refunded", "off"),
    "partly_refunded": ("Partly refunded", "off"),
    "partly_captured": ("Partly captured", "moving"),
    "disputed": ("Disputed", "stuck"),
    "lapsed": ("Lapsed", "stuck"),
    "to_be_paid": ("To be paid", "busy"),
    "proposed": ("Waits for a second person", "stuck"),
    "granted": ("Granted", "moving"),
    "paid": ("Paid", "good"),
    "failed": ("Failed", "stuck"),
    "open": ("Being made", "busy"),
    "quoted": ("Quoted", "moving"),
    "placing": ("Being placed", "busy"),
    "placed": ("Placed", "good"),
    "discarded": ("Discarded", "off"),
    "expired": ("Expired", "stuck"),
}
"""Each state's name and tone: busy, moving, good, stuck, off."""

HOLDS = {
    "sums": "Sums do not add up",
    "item": "Unknown item",
    "address": "Address needs a look",
    "payment": "Payment needs a person",
    "unfillable": "No node can ship it",
    "fraud": "Fraud check",
    "export": "Export check",
    "manual": "Held by a person",
    "remorse": "Remorse window",
    "changed": "Changed at the channel",
    "cancelling": "A node is asked to cancel",
    "cancellation": "A cancellation needs a person",
    "short": "A node was short of units",
    "claim": "To be claimed of a carrier",
    "edit": "An edit is being seen to",
    "stuck": "Workflow is stuck",
    "backordered": "Waiting for stock",
}
"""What a person reads for each queue of people: hold kinds, and backordered."""


def money(minor: int | None, currency: str) -> str:
    """`$1,234.50`, `EUR` in front of amounts without a symbol of their own; a dash for none."""
    if minor is None:
        return "–"
    whole, dot, cents = decimal_string(abs(minor), currency).partition(".")
    symbol = _SYMBOLS.get(currency, currency + "\u00a0")
    return f"{'−' if minor < 0 else ''}{symbol}{int(whole):,}{dot}{cents}"


def rank(name: str) -> int:
    """The place of a status in the flow, so that lists of them keep still."""
    return list(STATUSES).index(name) if name in STATUSES else len(STATUSES)


def status(name: str) -> str:
    return STATUSES[name][0] if name in STATUSES else plain(name).capitalize()


def tone(name: str) -> str:
    return STATUSES[name][1] if name in STATUSES else "busy"


def plain(name: str) -> str:
    """`fulfilment_order` → `fulfilment order`."""
    return name.replace("_", " ").replace("-", " ")


def hold(kind: str) -> str:
    return HOLDS.get(kind) or plain(kind).capitalize()


def entry(event: str) -> str:
    """What a journal entry is about, by the event that it books."""
    known = {
        "fulfilment_order.shipped": "Sale and cost of goods",
        "fulfilment_order.label_bought": "Label bought",
        "fulfilment_order.label_voided": "Label given back",
        "fulfilment_order.return_labelled": "Return label bought",
        "fulfilment_order.return_voided": "Return label given back",
        "fulfilment_order.return_tracked": "Carried back to us",
        "payment.captured": "Payment taken",
        "payment.recorded": "Paid outside",
        "payment.refunded": "Refund paid",
        "payment.voided": "Authorisation let go",
        "payment.disputed": "Disputed",
        "payment.dispute_won": "Dispute won",
        "payment.refund_returned": "Refund came back",
        "refund.granted": "Refund granted",
        "refund.withdrawn": "Refund withdrawn",
        "credit.issued": "Credit issued",
        "credit.adjusted": "Credit adjusted",
    }
    return known.get(event) or plain(event.replace(".", " ")).capitalize()


_KINDS = {"AUTH": "Authorisation", "CHARGE": "Capture", "REFUND": "Refund", "CANCEL": "Void"}
_OUTCOMES = {"REQUEST": "asked for", "SUCCESS": "done", "FAILURE": "failed", "ACTION_REQUIRED": "waits for the customer"}
_STATEMENTS = {
    "AUTH_ADJUSTMENT": "Authorisation renewed",
    "AUTH_EXPIRED": "Authorisation lapsed",
    "CHARGEBACK": "Disputed",
    "REFUND_REVERSED": "Refund came back",
    "INFO": "Noted",
}
_CHARGES = {"none": "Nothing is charged yet", "partial": "Partly charged", "full": "Charged in full", "over": "Charged more than is owed"}


def movement(type: str) -> str:
    """What one event of a tender's list says: `CHARGE_SUCCESS` → `Capture done`."""
    kind, _, outcome = type.partition("_")
    return _STATEMENTS.get(type) or f"{_KINDS.get(kind, plain(kind))} {_OUTCOMES.get(outcome, plain(outcome))}"


def charge(name: str) -> str:
    """How what was charged stands to what is owed."""
    return _CHARGES[name]


def bucket(name: str) -> str:
    """Where units are: a counter's name as a person says it."""
    return {"unrouted": "to be routed", "released": "at the node"}.get(name) or plain(name)


def clock(instant: str) -> str:
    """`23 Nov 04:12` in UTC; the text itself where it is no instant."""
    moment = _moment(instant)
    return f"{moment.day} {moment:%b %H:%M}" if moment else instant


def ago(instant: str, now: datetime) -> str:
    """`just now`, `4 min`, `3 h`, `2 d`."""
    moment = _moment(instant)
    if moment is None:
        return ""
    seconds = (now - moment).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 7200:
        return f"{int(seconds // 60)} min"
    return f"{int(seconds // 3600)} h" if seconds < 86400 else f"{int(seconds // 86400)} d"


def minutes_since(instant: str, now: datetime) -> float:
    moment = _moment(instant)
    return (now - moment).total_seconds() / 60 if moment else 0.0


def _moment(instant: str) -> datetime | None:
    try:
        return parse_instant(instant)
    except ValueError:
        return None


def quantities(lines: object) -> str:
    """`{"1": 2, "2": 1}` and `{"1": {"reno": 2, "dallas": 1}}` → `3 units`; nothing for what is no such mapping."""
    if not isinstance(lines, dict):
        return ""
    units = _units(lines)
    return f"{units} unit{'' if units == 1 else 's'}"


def _units(lines: object) -> int:
    if isinstance(lines, dict):
        return sum(_units(inner) for inner in lines.values())
    return lines if isinstance(lines, int) else 0


def actor(name: str) -> str:
    """Who did it, without the machinery's prefixes: `key:Support desk` → `Support desk`."""
    return name.partition(":")[2] or name


def entry_id(record: str, entry: Entry) -> str:
    return f"{record}:{entry.seq}"
