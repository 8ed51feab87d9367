"""Posts the journal: each event of the business once, whatever the order and however often it arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from waybill.accounting import reading
from waybill.accounting.model import carriage, rules
from waybill.accounting.model.chart import GOODWILL, RECEIVABLE, Chart
from waybill.accounting.model.entry import Entry, Posting, merged
from waybill.accounting.ports import Ledger
from waybill.aws.logs import logger
from waybill.kernel.events import Event
from waybill.orders.model.state import LINES_CANCELLED
from waybill.orders.store import Record
from waybill.shop.model import Account, Item

Postings = tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class Books:
    """`orders` loads an order's record, `items` the SKUs that exist, `accounts` the shop's chart."""

    ledger: Ledger
    orders: Callable[[str], Record]
    items: Callable[[list[str]], dict[str, Item]]
    accounts: Callable[[], Iterable[Account]]

    def post(self, event: Event) -> Entry | None:
        """The entry of an event, kept; None where the event moves no money. Raises NotFound for an unknown order."""
        if event.type in _OF_A_GATEWAY:
            return self._of_a_gateway(event)
        if event.type in _OF_CREDITS:
            return self._credited(event)
        make = _RULES.get(event.type)
        if make is None:
            return None
        record = self.orders(event.subject)
        postings = make(self, event, record)
        if not postings:
            return None
        entry = _entry(event, record, postings)
        self.ledger.add(entry)
        return entry

    def shipped(self, event: Event, record: Record) -> Postings:
        """Sale, tax and shipping income of what left, and what it cost: the goods, and the way where their labels are our own."""
        lines = reading.quantities(event.data["lines"])
        sold = reading.sale(record).parcel(reading.shipped_before(event, record), lines, event.data.get("last") is True)
        return rules.sale(sold, record.order.currency) + rules.cost_of_goods(self._costs(record, lines)) + self.carried(event, record)

    def carried(self, event: Event, record: Record) -> Postings:
        """What carriers are owed by this. The event alone says it: what becomes of the label later changes nothing of it."""
        owed = carriage.carriage(event.type, event.data)
        chart = self._chart() if owed else Chart()
        return merged(leg for each in owed for leg in rules.carried(chart.payable(each.carrier), each))

    def cancelled(self, event: Event, record: Record) -> Postings:
        """Nothing is left that could leave: what belongs to the order as a whole, and was not invoiced with what has left, is."""
        if not reading.closes(event, record):
            return ()
        return rules.sale(reading.sale(record).rest(reading.gone(event, record)), record.order.currency)

    def captured(self, event: Event, record: Record) -> Postings:
        return rules.paid(self._chart().clearing(reading.gateway(event, record)), *_money(event))

    def recorded(self, event: Event, record: Record) -> Postings:
        return rules.paid(self._chart().clearing(record.order.channel), *_money(event))

    def refund_granted(self, event: Event, record: Record) -> Postings:
        return rules.credit_note(*reading.refund(event, record), record.order.currency)

    def refund_withdrawn(self, event: Event, record: Record) -> Postings:
        """A refund that was granted is not to be paid: the credit note is taken back."""
        note = self.refund_granted(event, record)
        return tuple(replace(leg, amount=-leg.amount) for leg in note)

    def disputed(self, event: Event, record: Record) -> Postings:
        return rules.disputed(self._chart().clearing(reading.gateway(event, record)), *_money(event))

    def dispute_won(self, event: Event, record: Record) -> Postings:
        amount, currency = _money(event)
        return rules.disputed(self._chart().clearing(reading.gateway(event, record)), -amount, currency)

    def refund_returned(self, event: Event, record: Record) -> Postings:
        """What had gone back to the customer has come back to us."""
        amount, currency = _money(event)
        return rules.refunded(self._chart().clearing(reading.gateway(event, record)), -amount, currency)

    def refunded(self, event: Event, record: Record) -> Postings:
        return rules.refunded(self._chart().clearing(reading.gateway(event, record)), *_money(event))

    def _of_a_gateway(self, event: Event) -> Entry:
        """What a gateway did with the money that it holds; of an order only where it was for one."""
        postings = _OF_A_GATEWAY[event.type](self._chart().clearing(event.data["gateway"]), *_money(event))
        if event.subject.startswith("ord_"):
            entry = _entry(event, self.orders(event.subject), postings)
        else:
            entry = _of_no_order(event, postings)
        self.ledger.add(entry)
        return entry

    def _credited(self, event: Event) -> Entry:
        paid_to = event.data.get("paid_to") or ""
        if paid_to.startswith("ord_"):
            entry = _entry(event, self.orders(paid_to), rules.credited(RECEIVABLE, *_money(event)))
        else:
            entry = _of_no_order(event, rules.credited(self._chart().clearing(paid_to) if paid_to else GOODWILL, *_money(event)))
        self.ledger.add(entry)
        return entry

    def _chart(self) -> Chart:
        return Chart.of((account.id, account.kind) for account in self.accounts())

    def _costs(self, record: Record, lines: dict[str, int]) -> list[tuple[int, str]]:
        sold = [(record.order.line(line).sku, quantity) for line, quantity in lines.items()]
        known = self.items([sku for sku, _ in sold])
        for sku in sorted({sku for sku, _ in sold} - known.keys()):
            logger.warning("no cost of goods: the shop does not know the item", sku=sku, order_id=record.order.id)
        return [(known[sku].unit_cost * quantity, known[sku].currency) for sku, quantity in sold if sku in known]


_RULES: dict[str, Callable[[Books, Event, Record], Postings]] = {
    "fulfilment_order.shipped": Books.shipped,
    LINES_CANCELLED: Books.cancelled,
    "payment.captured": Books.captured,
    "payment.recorded": Books.recorded,
    "payment.refunded": Books.refunded,
    "payment.refund_returned": Books.refund_returned,
    "payment.disputed": Books.disputed,
    "payment.dispute_won": Books.dispute_won,
    "refund.granted": Books.refund_granted,
    "refund.withdrawn": Books.refund_withdrawn,
    **dict.fromkeys(carriage.TYPES, Books.carried),
}

_OF_CREDITS = ("credit.issued", "credit.adjusted")

_OF_A_GATEWAY: dict[str, Callable[[str, int, str], Postings]] = {
    "payment.fee_charged": rules.fee,
    "payout.settled": rules.deposit,
    "payout.failed": lambda clearing, amount, currency: rules.deposit(clearing, -amount, currency),
}


def _of_no_order(event: Event, postings: Postings) -> Entry:
    return Entry(event.id, event.type, event.time, "", "", event.data["currency"], event.data["reference"], postings)


def _money(event: Event) -> tuple[int, str]:
    return int(event.data["amount"]), event.data["currency"]


def _entry(event: Event, record: Record, postings: Postings) -> Entry:
    order = record.order
    about = (event.data.get("fo_id") or event.data.get("reference"), event.data.get("tracking_number"))
    memo = " ".join(part for part in (order.number or order.external_reference, *about) if part)
    return Entry(event.id, event.type, event.time, order.id, order.channel, order.currency, memo[:200], postings)
