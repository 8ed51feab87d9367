"""A small shop in memory: the desk's ports without a cloud, with an order in every situation that a person meets."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.desk.phone import Phone
from waybill.desk.model.facts import (
    Decision,
    Document,
    FulfilmentOrder,
    Hold,
    JournalEntry,
    Line,
    Listing,
    Order,
    Parcel,
    Posting,
    Query,
    Row,
    Stock,
)
from waybill.desk.model.intake import ChannelState, Import, Opened, readable
from waybill.desk.model.money import Left, Money, Movement, Refund, Share, Tender
from waybill.kernel.clock import instant
from waybill.kernel.errors import IllegalTransition, InvalidInput, NotFound, StaleVersion
from waybill.kernel.events import Entry
from waybill.payments.model.refunds import Wanted

NOW = datetime(2026, 11, 23, 14, 5, 30, tzinfo=UTC)


PARKED = "ZmVybndlaC13b28jYWJj"
DIFFERS = "differs: ord_d7m2xq5pkt3n6vw4zcfa stands already, with another lines; the first one counts"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def at(minutes: float) -> str:
    """So many minutes before now."""
    return instant(NOW - timedelta(minutes=minutes))


def _entries(record: str, *told: tuple[str, float, str, dict]) -> list[tuple[str, Entry]]:
    return [(record, Entry(seq, type, at(ago), actor, data)) for seq, (type, ago, actor, data) in enumerate(told, 1)]


SHIPPING = "ord_k3v7qn2mzc5t4xw6ybfa"
HELD = "ord_d7m2xq5pkt3n6vw4zcfa"
BACKORDERED = "ord_b2n6xq5pkt3n6vw4zcyy"
CANCELLED = "ord_c9aaxq5pkt3n6vw4zcya"
ATTACK = "ord_xsskxq5pkt3n6vw4zcya"


MONEY = Money(
    charge="partial",
    owed=18447,
    charged=7250,
    tenders=(
        Tender(
            number=1,
            method="Card · stripe",
            status="partly_captured",
            amount=13447,
            balances={"Authorised": 6197, "Captured": 7250},
            movements=(
                Movement(at(190.4), "AUTH_REQUEST", 13447),
                Movement(at(190.4), "AUTH_SUCCESS", 13447, "pi_3Qx8Lb2eZvKYlo2C1gQ2"),
                Movement(at(41), "CHARGE_REQUEST", 7250),
                Movement(at(41), "CHARGE_SUCCESS", 7250, "pi_3Qx8Lb2eZvKYlo2C1gQ2"),
            ),
            until=at(-6 * 1440),
            reference="pi_3Qx8Lb2eZvKYlo2C1gQ2",
            version=4,
        ),
        Tender(2, "On terms", "to_be_paid", 5000, unpaid=5000, version=1, allowed=frozenset(("paid",))),
    ),
    refunds=(
        Refund(1, "paid", 1955, (("Items", 1850), ("Tax", 105)), (Share("Card · stripe", 1955),), 1, "handle came off", "Robin"),
        Refund(2, "proposed", 900, (("Goodwill", 900),), (Share("Card · stripe", 900),), 0, "late", "Robin", frozenset(("approve", "reject"))),
        Refund(4, "failed", 700, (("Goodwill", 700),), (Share("Card · stripe", 700),), 0, "lost", "Robin", frozenset(("retry", "credit", "reject"))),
    ),
    left=Left({"1": 1, "2": 1, "3": 0}, 795, 5295),
)


def shipping() -> Order:
    """Two nodes: one parcel under way, the other still being packed."""
    first, second = "fo_k3v7qn2mzc5t4xw6ybfa-1", "fo_k3v7qn2mzc5t4xw6ybfa-2"
    row = Row(SHIPPING, "#1042", "northwind-shopify", "partially_shipped", at(191), 18447, "USD", (), ("WB-004", "WB-011", "WB-027"))
    return Order(
        row=row,
        lines=(
            Line("1", "WB-004", "Enamel camp mug, forest", 2, 1850, 3700, {"shipped": 2}),
            Line("2", "WB-011", "Merino base layer, M", 1, 8900, 8900, {"shipped": 1}),
            Line("3", "WB-027", "Folding lantern with USB-C charging and hook", 3, 1490, 4470, {"packed": 2, "released": 1}),
        ),
        totals=(("Items", 17070), ("Discounts", -500), ("Shipping, standard", 795), ("Tax", 1082), ("Total", 18447)),
        customer=("Ada Moreno", "ada.moreno@example.com", "+1 503 555 0134"),
        ship_to=("Ada Moreno", "1400 SE Morrison St", "Apt 5", "Portland OR 97214", "US"),
        money=MONEY,
        fulfilment_orders=(
            FulfilmentOrder(
                first,
                "reno",
                "Reno",
                "shipped",
                {"1": 2, "2": 1},
                (
                    Parcel(
                        1, "SWIFT", "Ground", "SW4920113377US", "https://carrier.example/t/SW4920113377US", "in_transit", {"1": 2, "2": 1}, 1240, 912
                    ),
                ),
            ),
            FulfilmentOrder(
                second,
                "columbus",
                "Columbus",
                "packed",
                {"3": 3},
                (Parcel(1, "SWIFT", "Saver", "SW4920113401US", "https://carrier.example/t/SW4920113401US", "labelled", {"3": 2}, 860, 688),),
            ),
        ),
        decisions=(
            Decision(
                1,
                at(188),
                "Reno and Columbus, $16.00: the cheapest of 6 ways to ship it",
                (
                    "Reno ships WB-004 and WB-011: $9.12 for one parcel, 930 km",
                    "Columbus ships WB-027: $6.88 for one parcel",
                    "Dallas alone would cost $17.40",
                    "Newark ruled out: no stock of WB-004",
                ),
            ),
        ),
        journal=(
            JournalEntry(
                f"{first}:5",
                at(41),
                "Sale and tax",
                (Posting("Receivable: card", 13500, "USD"), Posting("Sales", -12600, "USD"), Posting("Sales tax payable", -900, "USD")),
                "USD",
            ),
            JournalEntry(f"{first}:5c", at(41), "Cost of goods", (Posting("Cost of goods sold", 5200, "USD"), Posting("Inventory", -5200, "USD")), "USD"),
        ),
        history=tuple(
            _entries(
                SHIPPING,
                (
                    "order.received",
                    191,
                    "channel:northwind-shopify",
                    {"channel": "northwind-shopify", "total": 18447, "currency": "USD", "held": False},
                ),
                ("order.confirmed", 190, "payments", {"total": 18447, "currency": "USD"}),
                ("order.released", 188, "routing", {"fulfilment_orders": [first, second], "lines": {"1": 2, "2": 1, "3": 3}}),
            )
            + _entries(f"{SHIPPING}/rsv", ("stock.reserved", 190.8, "inventory", {"lines": {"1": 2, "2": 1, "3": 3}, "epoch": 1}))
            + _entries(
                f"{SHIPPING}/pay1",
                ("payment.authorised", 190.4, "stripe", {"tender": 1, "amount": 18447, "currency": "USD", "reference": "pi_3Qx8Lb2eZvKYlo2C1gQ2"}),
            )
            + _entries(
                first,
                ("fulfilment_order.requested", 188, "routing", {"fo_id": first, "node": "reno", "lines": {"1": 2, "2": 1}}),
                ("fulfilment_order.accepted", 170, "node:reno", {"fo_id": first, "lines": {"1": 2, "2": 1}}),
                ("fulfilment_order.picked", 96, "node:reno", {"fo_id": first, "lines": {"1": 2, "2": 1}}),
                ("fulfilment_order.packed", 60, "node:reno", {"fo_id": first, "lines": {"1": 2, "2": 1}}),
                (
                    "fulfilment_order.shipped",
                    41,
                    "node:reno",
                    {
                        "fo_id": first,
                        "lines": {"1": 2, "2": 1},
                        "packages": [{"n": 1, "carrier": "swift", "tracking_number": "SW4920113377US"}],
                        "last": False,
                    },
                ),
            )
            + _entries(
                second,
                ("fulfilment_order.requested", 188, "routing", {"fo_id": second, "node": "columbus", "lines": {"3": 3}}),
                ("fulfilment_order.accepted", 120, "node:columbus", {"fo_id": second, "lines": {"3": 3}}),
                ("fulfilment_order.packed", 12, "node:columbus", {"fo_id": second, "lines": {"3": 2}}),
            )
        ),
    )


def held() -> Order:
    """Declined: a person decides."""
    row = Row(HELD, "WC-20881", "fernweh-woo", "on_hold", at(72), 6420, "USD", ("payment",), ("WB-019",))
    return Order(
        row=row,
        lines=(Line("1", "WB-019", "Trail socks, pack of three", 2, 2900, 5800, {"unrouted": 2}),),
        totals=(("Items", 5800), ("Shipping, standard", 620), ("Total", 6420)),
        customer=("Jonas Weber", "jonas@example.org"),
        ship_to=("Jonas Weber", "88 Harbor Way", "Tampa FL 33602", "US"),
        holds=(Hold("payment-1", "payment", "The card was declined: insufficient funds", at(70)),),
        money=Money("none", 6420, 0, (Tender(1, "Card · stripe", "declined", 6420, version=2, allowed=frozenset(("retry",))),)),
        history=tuple(
            _entries(
                HELD,
                ("order.received", 72, "channel:fernweh-woo", {"channel": "fernweh-woo", "total": 6420, "currency": "USD"}),
                ("order.held", 70, "payments", {"hold_id": "payment-1", "kind": "payment", "reason": "insufficient_funds"}),
            )
            + _entries(f"{HELD}/rsv", ("stock.reserved", 71, "inventory", {"lines": {"1": 2}}))
            + _entries(
                f"{HELD}/pay1", ("payment.declined", 70, "stripe", {"tender": 1, "amount": 6420, "currency": "USD", "reason": "insufficient_funds"})
            )
        ),
        allowed=frozenset(("cancel", "release_hold", "retry_payment")),
    )


def simple(order_id: str, reference: str, status: str, ago: float, total: int, channel: str = "direct-api") -> Order:
    row = Row(order_id, reference, channel, status, at(ago), total, "USD", (), ("WB-001",))
    return Order(
        row=row,
        lines=(Line("1", "WB-001", "Canvas tote", 1, total, total, {"cancelled" if status == "cancelled" else "unrouted": 1}),),
        totals=(("Total", total),),
        history=tuple(_entries(order_id, ("order.received", ago, f"channel:{channel}", {"channel": channel, "total": total, "currency": "USD"}))),
        allowed=frozenset() if status in ("cancelled", "completed") else frozenset(("cancel",)),
    )


def attack() -> Order:
    """An order whose every text is an attack on the page."""
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    plain = simple(ATTACK, evil, "on_hold", 5, 100)
    line = Line("1", evil, evil, 1, 100, 100, {"unrouted": 1})
    return replace(plain, lines=(line,), customer=(evil,), ship_to=(evil,), holds=(Hold("sums", "sums", evil, at(4)),))


def orders() -> list[Order]:
    statuses = [
        "released",
        "in_fulfilment",
        "delivered",
        "completed",
        "completed",
        "shipped",
        "confirmed",
        "completed",
        "received",
        "completed",
        "delivered",
        "completed",
    ]
    channels = ["northwind-shopify", "direct-api", "fernweh-woo"]
    more = [
        simple(f"ord_f{index:02d}qxm5pkt3n6vw4zcya", f"#{1041 - index}", status, 200 + 37 * index, 2300 + 731 * index, channels[index % 3])
        for index, status in enumerate(statuses)
    ]
    return [
        shipping(),
        held(),
        simple(BACKORDERED, "A-77310", "backordered", 88, 12900),
        simple(CANCELLED, "#1039", "cancelled", 150, 4800, "northwind-shopify"),
        attack(),
        *more,
    ]


class Shop:
    """`ports.Reads`, `ports.Acts` and `ports.Pays` over a handful of orders; `deeds` lists what was done."""

    def __init__(self) -> None:
        self.known = {order.row.order_id: order for order in orders()}
        self.deeds: list[tuple[str, ...]] = []
        self.phone = Phone(at(12))

    def orders(self, query: Query, channel: str) -> Listing:
        rows = [order.row for order in self.known.values() if channel in ("", order.row.channel)]
        counts: dict[str, int] = {}
        for row in rows:
            counts[row.status] = counts.get(row.status, 0) + 1
        found = [row for row in rows if self._fits(row, query)]
        return Listing(tuple(sorted(found, key=lambda row: row.placed, reverse=True)), counts, None, len(rows))

    @staticmethod
    def _fits(row: Row, query: Query) -> bool:
        return (
            query.text.lower() in f"{row.reference} {row.order_id} {' '.join(row.skus)}".lower()
            and query.status in ("", row.status)
            and query.channel in ("", row.channel)
            and (not query.attention or query.attention in (*row.attention, row.status))
        )

    def queues(self, channel: str) -> dict[str, int]:
        return {"payment": 1, "backordered": 1, "sums": 1}

    def order(self, order_id: str) -> Order:
        if order_id not in self.known:
            raise NotFound(f"there is no order {order_id!r}")
        return self.known[order_id]

    def label(self, order_id: str, fo_id: str, package: str) -> bytes:
        return b"%PDF-1.4"

    def stock(self) -> list[Stock]:
        titles = ["Canvas tote", "Steel bottle, 750 ml", "Wool beanie", "Enamel camp mug, forest", "Trail socks, pack of three", "Folding lantern"]
        nodes = ["columbus", "dallas", "newark-3pl", "reno"]
        amounts = [(40, 3), (18, 0), (6, 2), (0, 0), (120, 17), (3, 0)]
        return [
            Stock(f"WB-{sku:03d}", title, node, *_amount(amounts[(sku + place) % 6]))
            for sku, title in enumerate(titles, 1)
            for place, node in enumerate(nodes)
            if (sku + place) % 7
        ]

    def documents(self, cursor: str) -> tuple[list[Document], str | None]:
        wrong = "line_items[0].quantity: must be a positive whole number"
        evil = Document("ZXZpbA", EVIL, at(5), EVIL, topic=EVIL, order_id=ATTACK)
        return [Document(PARKED, "fernweh-woo", at(33), wrong, topic="order.created"), Document("b2xk", "direct-api", at(3000), DIFFERS, order_id=HELD), evil], None

    def channel_states(self) -> list[ChannelState]:
        drift = (("orders/create", ("line_items[].gift_note",), ("customer.state", EVIL)),)
        return [
            ChannelState("direct-api", "api", "Trade", at(2), "order", parked=1, oldest=at(3000)),
            ChannelState("fernweh-woo", "woocommerce", "Fernweh", at(33), "order.created", at(6), 1, False, at(33), stock_due=12, stock_since=at(9), stock_failures=3),
            ChannelState("northwind-shopify", "shopify", "Northwind", at(191), "orders/create", at(4), drift=drift, drift_since="2026-11-21", stock_due=0),
            ChannelState("phone", "phone", EVIL, untold=EVIL, untold_at=at(7)),
        ]

    def imports(self) -> list[Import]:
        return [
            Import("imp_1", "direct-api", "storing", 64, at(3), "channel:direct-api", 940, 12, 500),
            Import("imp_0", "direct-api", "failed", 100, at(300), "channel:direct-api", problem=EVIL),
        ]

    def opened(self, document_id: str) -> Opened:
        if document_id != PARKED:
            raise NotFound("there is no such document")
        body = {"id": 20881, "note": EVIL, "card": "4242 4242 4242 4242", "payment_token": "tok_hidden", "tenders": [{"kind": "gift_card", "token": "WBQ7KM2X"}]}
        return Opened(document_id, "fernweh-woo", at(33), readable(json.dumps(body))[0], "line_items[0].quantity: must be a positive whole number", "order.created", "webhook")

    def channels(self) -> list[str]:
        return ["direct-api", "fernweh-woo", "northwind-shopify"]

    def release_hold(self, order_id: str, hold_id: str, actor: str) -> None:
        self.deeds.append(("release_hold", order_id, hold_id, actor))

    def cancel(self, order_id: str, reason: str, actor: str) -> None:
        if "cancel" not in self.known[order_id].allowed:
            raise IllegalTransition("the order is partially_shipped: what has left cannot be cancelled, only returned")
        self.deeds.append(("cancel", order_id, reason, actor))

    def cancel_rest(self, order_id: str, reason: str, actor: str) -> None:
        self.deeds.append(("cancel_rest", order_id, reason, actor))

    def retry_payment(self, order_id: str, actor: str) -> None:
        self.deeds.append(("retry_payment", order_id, actor))

    def preview(self, order_id: str, wanted: Wanted, reason: str, actor: str) -> tuple[Refund, str]:
        left = self.known[order_id].money.left
        for line, units in wanted.lines.items():
            if units > left.units.get(line, 0):
                raise InvalidInput(f"line {line}: {left.units.get(line, 0)} units may be refunded, not {units}")
        amount = 1000 * sum(wanted.lines.values()) + wanted.shipping + wanted.goodwill - wanted.fee
        status = "proposed" if amount > 5000 else "granted"
        return Refund(3, status, amount, (("Items", amount),), (Share("Card · stripe", amount),), reason=reason, asked_by=actor), "v7"

    def refund(self, order_id: str, wanted: Wanted, reason: str, seen: str, actor: str) -> Refund:
        if seen != "v7":
            raise StaleVersion("something was paid, shipped or decided since: look again before you decide")
        made, _ = self.preview(order_id, wanted, reason, actor)
        self.deeds.append(("refund", order_id, str(made.amount), reason, actor))
        return made

    def decide(self, order_id: str, number: int, verb: str, actor: str) -> None:
        self.deeds.append((verb, order_id, str(number), actor))

    def credit(self, order_id: str, number: int, actor: str) -> tuple[str, int]:
        self.deeds.append(("credit", order_id, str(number), actor))
        return "WBQ7-KM2X-T4VN", 900

    def paid(self, order_id: str, tender: int, amount: int, reference: str, seen: str, actor: str) -> None:
        self.deeds.append(("paid", order_id, str(tender), str(amount), reference, seen, actor))

    def retry(self, order_id: str, tender: int, seen: str, actor: str) -> None:
        self.deeds.append(("retry", order_id, str(tender), seen, actor))

    def redrive(self, document_id: str, actor: str) -> None:
        self.deeds.append(("redrive", document_id, actor))


def _amount(pair: tuple[int, int]) -> tuple[int, int, int]:
    on_hand, reserved = pair
    return on_hand, reserved, on_hand - reserved
