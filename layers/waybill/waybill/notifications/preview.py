"""`python -m waybill.notifications.preview <folder>`: every mail as it looks, of an order that does not exist."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from waybill.kernel.events import Event
from waybill.notifications import rendering
from waybill.notifications.letter import letter
from waybill.notifications.model import KINDS, Brand, Mail, Store
from waybill.orders.model import state as verbs
from waybill.orders.model.order import Address, Customer, Group, Line, Order, Shipping, Tender
from waybill.orders.store import Record

AT = "2026-11-23T09:00:00.000Z"
BRAND = Brand(
    "Harbor & Pine",
    "orders@shop.example",
    "#1f4d3a",
    "https://shop.example",
    "help@shop.example",
    "Harbor & Pine, 8730 Technology Way, Reno, NV 89521",
)
_LINES = (
    Line("l1", "WB-001", "Canvas tote", 2, 2400),
    Line("l2", "WB-020", "Cast iron pan", 1, 6400, 640, 475),
    Line("l3", "WB-012", "Beeswax candle, large, with a very long name that has to break somewhere", 3, 1750, 0, 433),
)
_HOME = Address("Robin Ferris", "", "77 Massachusetts Avenue", "Apt 4", "Cambridge", "MA", "02139", "US")


_WAITS = {
    "id": "fo_preview-2",
    "status": "ready_for_pickup",
    "lines": {"l1": {"quantity": 2}, "l2": {"quantity": 1}},
    "pickup": {"node": "reno", "code": "482913"},
}


ALL = tuple(line.id for line in _LINES)
"""Nothing is sent."""
STORE = Store("Harbor & Pine Downtown", ("2 High Street", "Reno, NV 89501", "US"), "Mon to Sat 9 am to 7 pm")


def record(*, locale: str = "en_US", kind: str = "card", fetched: tuple[str, ...] = (), waits: bool = False) -> Record:
    """A made-up order of three lines, of which those `fetched` are fetched at a store."""
    order = Order(
        "ord_preview",
        "shopify",
        "1042",
        AT,
        "USD",
        tuple(replace(line, group="" if line.id in fetched or not fetched else "home") for line in _LINES),
        Shipping("ground", 795, 0, 0, 5, pickup_node="reno" if fetched else ""),
        (Tender(kind, 0, "stripe"),),
        0,
        number="#1042",
        groups=(Group("home", "ground"),) if fetched and len(fetched) < len(_LINES) else (),
    )
    order = replace(order, total=order.computed_total)
    state = verbs.received(order.id, {line.id: line.quantity for line in _LINES}, AT, "preview", {})
    state = verbs.confirm(state, AT, "preview", order.total, order.currency)
    state = verbs.backorder(state, {"l3": 3}, AT, "preview")
    there = Address("Robin Ferris", STORE.name, "2 High Street", "", "Reno", "NV", "89501", "US")
    customer = Customer("robin@shop.example", "Robin Ferris", "", locale, there if fetched else _HOME, groups={"home": _HOME} if order.groups else {})
    sent = {"id": "fo_preview-1", "status": "shipped", "lines": {"l1": {"quantity": 2}, "l2": {"quantity": 1}}}
    return Record(order, customer, state, (sent | ({"pickup": {"node": "reno"}} if ALL == fetched else {"group": "home"} if fetched else {}), *((_WAITS,) if waits or not fetched else ())))


_TROUBLE = {
    "fo_id": "fo_preview-1",
    "package": 1,
    "lines": {"l1": 2},
    "packages": [{"n": 1, "carrier": "parcelway", "service": "ground", "tracking_number": "PW1042003317425"}],
}


def event(type: str) -> Event:
    """The event of that type, about part of the order."""
    data = {
        "order.confirmed": {},
        "order.backordered": {"lines": {"l3": 3}},
        "order.cancelled": {"reason": "asked for", "lines": {"l1": 2, "l2": 1, "l3": 3}},
        "order.lines_cancelled": {"reason": "out_of_stock", "lines": {"l3": 3}, "before": {}},
        "order.cancellation_declined": {"fo_id": "fo_preview-1", "lines": {"l1": 2, "l2": 1}, "reason": "packed"},
        "order.edited": {"edit": 0, "total": 0, "currency": "USD", "difference": 0, "lines": {"l1": 2}, "before": {"l1": 1}, "fields": []},
        "fulfilment_order.shipped": {
            "fo_id": "fo_preview-1",
            "lines": {"l1": 2, "l2": 1},
            "packages": [{"n": 1, "carrier": "parcelway", "service": "ground", "tracking_number": "PW1042003317425"}],
        },
        "fulfilment_order.delivered": {"fo_id": "fo_preview-1", "package": 1, "last": True},
        **{f"fulfilment_order.{waits}": {"fo_id": "fo_preview-2", "lines": {"l1": 2}, "until": AT} for waits in ("ready_for_pickup", "pickup_reminder")},
        **{f"fulfilment_order.{trouble}": _TROUBLE for trouble in ("delayed", "undeliverable", "returning", "return_mailed")},
    }
    return Event(f"ord_preview:{list(KINDS).index(type) + 1}", type, AT, "ord_preview", data[type])


def mail(type: str, *, locale: str = "en_US", fetched: tuple[str, ...] = (), known: Record | None = None) -> Mail:
    tracking = ("Parcelway", "https://track.parcelway.example/{tracking_number}")
    written = letter(event(type), known or record(locale=locale, fetched=fetched, waits="pickup" in type), BRAND, lambda _: tracking, lambda _: STORE)
    return rendering.mail(written, f"ord_preview:{type}", "robin@shop.example")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for type, name in KINDS.items():
        for locale in ("en_US", "de_DE"):
            for way, fetched in (("", ()), ("-fetched", ALL), ("-both", ("l1",))):
                shown = mail(type, locale=locale, fetched=fetched)
                (folder / f"{name}{way}-{locale}.html").write_text(shown.html, "utf-8")
                (folder / f"{name}{way}-{locale}.txt").write_text(f"Subject: {shown.subject}\n\n{shown.text}", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
