"""A gateway's statement in this process, each call through the gate, and orders whose money has moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from waybill.aws import gate
from waybill.aws.tables import commit, create, replace
from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.ids import order_id
from waybill.orders import store
from waybill.orders.model.order import Customer, Line, Order, Shipping
from waybill.orders.model.order import Tender as Told
from waybill.orders.model.state import received
from waybill.payments.model.events import PaymentEvent
from waybill.payments.model.settlement import Payout, Row
from waybill.payments.model.tender import Tender
from waybill.payments.reconciliation import table
from waybill.payments.records import tender_from, tender_item

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class FakeStatement:
    """The Statement port over lists. `orders`: which payment was made for which order."""

    def __init__(self) -> None:
        self.moved: list[Row] = []
        self.made: list[Payout] = []
        self.made_of: dict[str, list[Row]] = {}
        self.orders: dict[str, str] = {}
        self.windows: list[tuple[datetime, datetime]] = []

    def rows(self, since: datetime, until: datetime) -> Iterator[Row]:
        self.windows.append((since, until))
        found = gate.call("statement.rows", lambda: [row for row in self.moved if since <= parse_instant(row.at) < until])
        return iter(found)

    def rows_of(self, payout: str) -> Iterator[Row]:
        return iter(gate.call("statement.rows_of", lambda: list(self.made_of[payout])))

    def payouts(self, since: datetime) -> Iterator[Payout]:
        return iter(gate.call("statement.payouts", lambda: [made for made in self.made if parse_instant(made.at) >= since]))

    def order_of(self, payment: str) -> str:
        return gate.call("statement.order_of", lambda: self.orders.get(payment, ""))


def ago(**time: float) -> str:
    return instant(NOW - timedelta(**time))


def charged(payment: str, amount: int, fee: int, at: str, order: str = "") -> Row:
    return Row(f"txn_{payment}", "charge", amount, fee, amount - fee, "USD", at, payment, source=f"ch_{payment}", order_id=order, type="charge")


def returned(payment: str, amount: int, key: str, at: str) -> Row:
    return Row(f"txn_{key}".replace("/", "_"), "refund", -amount, 0, -amount, "USD", at, payment, key, "re_1", type="refund")


def an_order(number: int, payment: str, amount: int, at: str, *, captured: bool = True) -> str:
    """Stored, with one card whose money was taken at an instant, or is only held."""
    id = order_id("api", f"books-{number}")
    told = Told("card", amount, "stripe", "tok")
    line = Line("1", "TEA", "Tea", 1, amount)
    store.add(
        Order(id, "api", f"books-{number}", at, "USD", (line,), Shipping(), (told,), amount), Customer(), received(id, {"1": 1}, at, "test", {})
    )
    events = [
        PaymentEvent("AUTH_REQUEST", at, amount, f"{id}/1/authorise/1", payment),
        PaymentEvent("AUTH_SUCCESS", at, amount, f"{id}/1/authorise/1", payment),
    ]
    commit(create(store.ORDERS, tender_item(Tender(id, 1, "card", "stripe", amount, "USD", events=tuple(events)))))
    if captured:
        happens(id, PaymentEvent("CHARGE_SUCCESS", at, amount, f"{id}/1/capture/1", payment))
    return id


def happens(id: str, event: PaymentEvent) -> None:
    """Another line in the tender's list."""
    (item,) = store.load(id).tenders
    tender = tender_from(item)
    commit(
        replace(
            store.ORDERS, tender_item(tender.stated(event.type, event.amount, event.at, ref=event.ref, reference=event.reference)), tender.version
        )
    )


def a_busy_day(statement: FakeStatement) -> None:
    """One order that agrees, one that we lack the capture of, one that the gateway lacks, a stranger, a payout that is off. The lists
    were read up to here: the thirty days of a first round are as many calls."""
    table.move(table.cursor("stripe", "rows"), ago(hours=30))
    table.move(table.cursor("stripe", "days"), ago(days=7)[:10])
    good = an_order(1, "pi_1", 2599, ago(hours=20))
    unheard = an_order(2, "pi_2", 1000, ago(hours=20), captured=False)
    an_order(3, "pi_3", 300, ago(days=6))
    statement.moved = [
        charged("pi_1", 2599, 105, ago(hours=20), good),
        charged("pi_2", 1000, 50, ago(hours=20), unheard),
        charged("pi_9", 900, 40, ago(hours=20)),
    ]
    statement.made = [Payout("po_1", "paid", 2400, "USD", ago(hours=10))]
    statement.made_of = {"po_1": statement.moved[:1]}
