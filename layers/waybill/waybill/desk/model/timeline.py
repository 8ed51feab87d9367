"""Everything that happened to an order, in one line of time and in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waybill.desk.model import words
from waybill.desk.model.facts import FulfilmentOrder, Order
from waybill.kernel.events import Entry


@dataclass(frozen=True, slots=True)
class Moment:
    """One row. `tone` is good, stuck, moving, off or busy; `id` is the event's id on the bus."""

    at: str
    title: str
    detail: str
    actor: str
    tone: str
    id: str


@dataclass(frozen=True, slots=True)
class _Told:
    order: Order
    data: dict[str, Any]
    work: FulfilmentOrder | None

    @property
    def node(self) -> str:
        return self.work.node_name if self.work else str(self.data.get("node") or "the node")

    @property
    def amount(self) -> str:
        amount, currency = self.data.get("amount"), self.data.get("currency") or self.order.row.currency
        return words.money(amount, currency) if isinstance(amount, int) else ""

    @property
    def reason(self) -> str:
        return words.plain(str(self.data.get("reason") or ""))

    @property
    def units(self) -> str:
        """Units that the entry names, or else all of the node's work."""
        lines = self.data.get("lines")
        return words.quantities(lines if isinstance(lines, dict) or not self.work else self.work.lines)


def moments(order: Order) -> list[Moment]:
    """The merged histories, newest first. Entries of one instant keep the order of their records and numbers."""
    work = {each.id: each for each in order.fulfilment_orders}
    ordered = sorted(enumerate(order.history), key=lambda pair: (pair[1][1].at, pair[0]))
    return [_moment(order, record, entry, work) for _, (record, entry) in reversed(ordered)]


def _moment(order: Order, record: str, entry: Entry, work: dict[str, FulfilmentOrder]) -> Moment:
    told = _Told(order, entry.data, work.get(str(entry.data.get("fo_id") or record)))
    title, detail, tone = _SENTENCES.get(entry.type, _unknown(entry.type))(told)
    return Moment(entry.at, title, detail, words.actor(entry.actor), tone, words.entry_id(record, entry))


_Sentence = Callable[[_Told], tuple[str, str, str]]


def _unknown(type: str) -> _Sentence:
    noun, _, verb = type.rpartition(".")
    return lambda told: (f"{words.plain(noun)} {words.plain(verb)}".strip().capitalize(), told.reason or told.units, "busy")


def _received(told: _Told) -> tuple[str, str, str]:
    total = told.data.get("total")
    amount = words.money(total, told.data.get("currency") or told.order.row.currency) if isinstance(total, int) else ""
    return f"Order received from {told.data.get('channel') or told.order.row.channel}", amount, "busy"


def _parcel(told: _Told) -> str:
    """A parcel by its number; one that was taken apart before its carrier saw it has none."""
    return f"Parcel {told.data['package']}" if told.data.get("package") else "A parcel that was taken apart"


def _shipped(told: _Told) -> tuple[str, str, str]:
    packages = told.data.get("packages") or []
    by = [f"{each.get('carrier', '')} {each.get('tracking_number', '')}".strip() for each in packages if isinstance(each, dict)]
    last = "last parcel of the order" if told.data.get("last") else ""
    return f"{told.node} shipped {told.units}", " · ".join([*filter(None, by), *filter(None, [last])]), "moving"


def _delivered(told: _Told) -> tuple[str, str, str]:
    last = "all that this node shipped has arrived" if told.data.get("last") else ""
    return f"Parcel {told.data.get('package') or ''} from {told.node} delivered", last, "good"


def _cost(told: _Told) -> str:
    cost, currency = told.data.get("cost"), told.data.get("currency")
    return words.money(cost, currency) if isinstance(cost, int) and currency else ""


def _with(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _number(told: _Told) -> str:
    return str(told.data.get("refund") or "")


def _rejected(told: _Told) -> str:
    return f"Taken back from {told.node}" if told.data.get("reason") == "REROUTED" else f"{told.node} rejected the work"


def _direction(told: _Told) -> str:
    only, without = (", ".join(map(str, told.data.get(name) or ())) for name in ("only", "without"))
    return _with(f"only {only}" if only else "", f"not {without}" if without else "") or "any node again"


def _until(told: _Told) -> str:
    ends = str(told.data.get("expires_at") or "")
    return f"holds until {words.clock(ends)}" if ends else ""


def _edit(told: _Told) -> str:
    before, after = told.data.get("before") or {}, told.data.get("lines") or {}
    lines = ", ".join(f"line {line}: {before.get(line, 0)} → {count}" for line, count in after.items())
    fields = told.data.get("fields") or ()
    total = told.data.get("total")
    amount = words.money(total, told.data.get("currency") or told.order.row.currency) if isinstance(total, int) else ""
    return _with(lines, "another address" if fields else "", f"{amount} in all" if amount else "")


_THEN = {"reroute": "they are looked for elsewhere", "cancel": "they are cancelled", "ask": "a person decides"}
_SENTENCES: dict[str, _Sentence] = {
    "order.received": _received,
    "order.held": lambda t: (f"Put on hold: {words.hold(str(t.data.get('kind') or ''))}", t.reason, "stuck"),
    "order.hold_released": lambda t: (f"Hold released: {words.hold(str(t.data.get('kind') or ''))}", t.reason, "good"),
    "order.backordered": lambda t: ("Waiting for stock", t.units, "stuck"),
    "order.unfillable": lambda t: ("No node can ship it", t.reason, "stuck"),
    "order.confirmed": lambda t: ("Confirmed: stock and payment are certain", "the confirmation mail goes out", "good"),
    "order.stock_arrived": lambda t: ("Stock has arrived", t.units, "good"),
    "order.released": lambda t: ("Released to the nodes", t.units, "busy"),
    "order.rerouting": lambda t: ("Looking for another node", _with(t.reason, t.units), "busy"),
    "order.risk_assessed": lambda t: (f"Risk {t.data.get('score')} of 100, says {t.data.get('source')}", str(t.data.get("recommendation") or ""), "busy"),
    "order.directed": lambda t: ("A person said where it ships from", _direction(t), "busy"),
    "order.workflow_restarted": lambda t: ("Workflow started again", f"run {t.data.get('run', '')}", "busy"),
    "stock.reserved": lambda t: (f"Stock reserved: {t.units}", "", "good"),
    "stock.released": lambda t: (f"Stock given back: {t.units}", "", "off"),
    "stock.damaged": lambda t: (f"Found damaged: {t.units}", "", "stuck"),
    "stock.written_off": lambda t: (f"Stock written off: {t.units}", "", "stuck"),
    "order.edited": lambda t: (f"Edited, version {t.data.get('edit', '')}", _edit(t), "busy"),
    "order.lines_cancelled": lambda t: ("A part is cancelled", _with(t.reason, t.units), "off"),
    "order.cancelled": lambda t: ("Cancelled", _with(t.reason, t.units), "off"),
    "order.cancellation_requested": lambda t: ("Asked the nodes to cancel", _with(t.reason, t.units), "stuck"),
    "order.cancellation_declined": lambda t: ("Could not be cancelled any more", _with(t.reason, t.units), "stuck"),
    "order.reshipped": lambda t: (f"Parcel {t.data.get('package', '')} is sent again", _with(t.reason, str(t.data.get("order") or "")), "busy"),
    "order.shipped": lambda t: ("Order shipped", t.units, "moving"),
    "order.delivered": lambda t: ("Order delivered", t.units, "good"),
    "order.completed": lambda t: ("Order completed", "nothing is left to do", "good"),
    "payment.authorised": lambda t: (f"Payment authorised: {t.amount}", _with(str(t.data.get("reference") or ""), _until(t)), "good"),
    "payment.declined": lambda t: (f"Payment declined: {t.amount}", t.reason, "stuck"),
    "payment.captured": lambda t: (f"Payment captured: {t.amount}", str(t.data.get("reference") or ""), "good"),
    "payment.voided": lambda t: (f"Authorisation voided: {t.amount}", "", "off"),
    "payment.refunded": lambda t: (f"Refunded: {t.amount}", t.reason, "off"),
    "payment.capture_failed": lambda t: (f"Capture failed: {t.amount}", t.reason, "stuck"),
    "payment.void_failed": lambda t: (f"Voiding the authorisation failed: {t.amount}", t.reason, "stuck"),
    "payment.refund_returned": lambda t: (f"Refund came back: {t.amount}", t.reason, "stuck"),
    "payment.refund_failed": lambda t: (f"Refund failed: {t.amount}", t.reason, "stuck"),
    "payment.refund_owed": lambda t: (f"The channel owes a refund: {t.amount}", str(t.data.get("reference") or ""), "stuck"),
    "payment.lapsed": lambda t: (f"Authorisation lapsed: {t.amount}", str(t.data.get("reference") or ""), "stuck"),
    "payment.disputed": lambda t: (f"Disputed: {t.amount}", t.reason, "stuck"),
    "payment.dispute_won": lambda t: (f"Dispute won: {t.amount}", str(t.data.get("reference") or ""), "good"),
    "payment.waiting": lambda t: (f"Payment waits: {t.amount}", f"{t.data.get('gateway', '')} is {t.data.get('reason', '')}", "stuck"),
    "payment.going_on": lambda t: (f"Payment goes on: {t.amount}", f"{t.data.get('gateway', '')} is back", "good"),
    "payment.renewed": lambda t: (f"Authorisation renewed: {t.amount}", _until(t), "good"),
    "refund.proposed": lambda t: (f"Refund {_number(t)} proposed: {t.amount}", "a second person decides", "stuck"),
    "refund.granted": lambda t: (f"Refund {_number(t)} granted: {t.amount}", "", "off"),
    "refund.paid": lambda t: (f"Refund {_number(t)} paid: {t.amount}", "", "off"),
    "refund.failed": lambda t: (f"Refund {_number(t)} failed: {t.amount}", "a gateway would not return the money", "stuck"),
    "refund.retried": lambda t: (f"Refund {_number(t)} is tried again: {t.amount}", "", "busy"),
    "refund.credited": lambda t: (f"Refund {_number(t)} given as store credit: {t.amount}", "no gateway would return the money", "off"),
    "payment.credited": lambda t: (f"Given back as store credit: {t.amount}", "", "off"),
    "refund.withdrawn": lambda t: (f"Refund {_number(t)} withdrawn: {t.amount}", "", "off"),
    "refund.rejected": lambda t: (f"Refund {_number(t)} rejected: {t.amount}", "", "off"),
    "payment.recorded": lambda t: (f"Paid outside: {t.amount}", str(t.data.get("reference") or ""), "good"),
    "fulfilment_order.scheduled": lambda t: (f"Kept for {t.data.get('ship_not_before', 'its day')} at {t.node}", t.units, "busy"),
    "fulfilment_order.rescheduled": lambda t: (f"Kept for {t.data.get('ship_not_before', 'another day')} at {t.node}", f"instead of {t.data['before']}" if t.data.get("before") else "", "busy"),
    "fulfilment_order.approval_requested": lambda t: (f"A person is to approve of {t.node}", t.units, "stuck"),
    "fulfilment_order.approved": lambda t: (f"{t.node} is approved of", t.units, "good"),
    "fulfilment_order.requested": lambda t: (f"Sent to {t.node}", t.units, "busy"),
    "fulfilment_order.accepted": lambda t: (f"{t.node} accepted the work", t.units, "busy"),
    "fulfilment_order.rejected": lambda t: (_rejected(t), _with(t.reason, t.units), "stuck"),
    "fulfilment_order.cancelled": lambda t: (f"Work at {t.node} cancelled", t.reason, "off"),
    "fulfilment_order.picked": lambda t: (f"{t.node} picked {t.units}", "", "busy"),
    "fulfilment_order.packed": lambda t: (f"{t.node} packed {t.units}", "", "busy"),
    "fulfilment_order.shipped": _shipped,
    "fulfilment_order.cancellation_requested": lambda t: (f"{t.node} is asked to cancel", _with(t.reason, t.units), "stuck"),
    "fulfilment_order.cancellation_accepted": lambda t: (f"{t.node} will not ship {t.units}", "", "off"),
    "fulfilment_order.cancellation_declined": lambda t: (f"{t.node} goes on", t.reason, "busy"),
    "fulfilment_order.reduced": lambda t: (f"{t.node} is to ship less", _with(t.reason, t.units), "off"),
    "fulfilment_order.short": lambda t: (f"{t.node} was short of {t.units}", _with(t.reason, _THEN.get(str(t.data.get("then")), "")), "stuck"),
    "fulfilment_order.held": lambda t: (f"Stopped at {t.node}", t.reason, "stuck"),
    "fulfilment_order.hold_released": lambda t: (f"Goes on at {t.node}", "", "good"),
    "fulfilment_order.split": lambda t: (f"Split at {t.node}", t.units, "busy"),
    "fulfilment_order.merged": lambda t: (f"Put together at {t.node}", t.units, "busy"),
    "fulfilment_order.tracked": lambda t: (
        f"{_parcel(t)} from {t.node}: {words.status(str(t.data.get('status', ''))).lower()}",
        str(t.data.get("tracking_number") or ""),
        "moving",
    ),
    "fulfilment_order.delivered": _delivered,
    "fulfilment_order.ready_for_pickup": lambda t: (f"Waits at {t.node} for its customer", t.units, "moving"),
    "fulfilment_order.pickup_reminder": lambda t: (f"Customer reminded: it waits at {t.node}", "", "moving"),
    "fulfilment_order.not_collected": lambda t: (f"Nobody has fetched it at {t.node}", "a case for a person", "stuck"),
    "fulfilment_order.collected": lambda t: (f"Fetched at {t.node}", t.units, "good"),
    "fulfilment_order.delayed": lambda t: (f"Parcel {t.data.get('package', '')} from {t.node} is late", "a case for a person", "stuck"),
    "fulfilment_order.undeliverable": lambda t: (f"Parcel {t.data.get('package', '')} from {t.node} cannot be delivered", "a case for a person", "stuck"),
    "fulfilment_order.returning": lambda t: (f"Parcel {t.data.get('package', '')} comes back to {t.node}", "a case for a person", "stuck"),
    "fulfilment_order.lost": lambda t: (f"Parcel {t.data.get('package', '')} from {t.node} is lost", "a case for a person", "stuck"),
    "fulfilment_order.label_bought": lambda t: (f"Label of parcel {t.data.get('package', '')} bought", _with(str(t.data.get("carrier") or ""), _cost(t)), "busy"),
    "fulfilment_order.label_voided": lambda t: (f"Label of parcel {t.data.get('package', '')} given back", str(t.data.get("tracking_number") or ""), "off"),
    "fulfilment_order.return_labelled": lambda t: (f"Return label of parcel {t.data.get('package', '')} made", _with(str(t.data.get("tracking_number") or ""), _cost(t)), "busy"),
    "fulfilment_order.return_mailed": lambda t: (f"Return label of parcel {t.data.get('package', '')} sent to the customer", "", "busy"),
    "fulfilment_order.return_voided": lambda t: (f"Return label of parcel {t.data.get('package', '')} given back", str(t.data.get("tracking_number") or ""), "off"),
    "fulfilment_order.return_void_refused": lambda t: (f"Return label of parcel {t.data.get('package', '')} not taken back", str(t.data.get("tracking_number") or ""), "stuck"),
    "fulfilment_order.return_tracked": lambda t: (f"{_parcel(t)} on its way back: {words.status(str(t.data.get('status', ''))).lower()}", "", "moving"),
    "fulfilment_order.void_refused": lambda t: (f"Label of parcel {t.data.get('package', '')} not taken back", str(t.data.get("tracking_number") or ""), "stuck"),
}
