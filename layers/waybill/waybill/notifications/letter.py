"""From an order's record and an event to what the mail says. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from waybill.kernel.events import Event
from waybill.notifications import fetching
from waybill.notifications.fetching import Stores, work_of
from waybill.notifications.locales import DEFAULT, money
from waybill.notifications.model import BOTH, KINDS, PARCEL, PICKUP, Brand, Letter, Parcel, Row, one_line
from waybill.orders.model.order import Order
from waybill.orders.model.replacing import is_replacement
from waybill.orders.model.state import EDITED
from waybill.orders.store import Record

_ADDRESSED = ("confirmed", "edited", "shipped", "replacement")
"""Mails that say where it goes."""
Tracking = Callable[[str], tuple[str, str]]
"""Carrier id → its name and the template of its tracking page."""

REST_FETCHED = "rest_fetched"
_SOLD_OUT = "out_of_stock"
"""The reason of units that nobody has; under any other somebody has cancelled them."""
_IN_TROUBLE = ("fulfilment_order.delayed", "fulfilment_order.undeliverable", "fulfilment_order.returning")
_TO_BE_FETCHED = ("fulfilment_order.ready_for_pickup", "fulfilment_order.pickup_reminder")


def no_longer_true(event: Event, record: Record) -> str:
    """Why an event that comes late is not worth a mail any more; empty where it is."""
    if event.type == "order.confirmed" and record.state.cancelled:
        return "cancelled"
    if event.type == "order.lines_cancelled" and record.state.cancelled:
        return "cancelled"
    if event.type == EDITED and record.state.cancelled:
        return "cancelled"
    if event.type == EDITED and event.data.get("edit") != record.order.edits:
        return "edited_again"
    if event.type == EDITED and not _was_confirmed(event, record):
        return "told_with_the_confirmation"
    if event.type == "order.backordered" and not record.state.backordered():
        return "stock_arrived"
    if event.type == "fulfilment_order.delivered" and not event.data.get("last", True):
        return "more_to_come"
    if event.type == "fulfilment_order.shipped" and event.data.get("collected"):
        return "collected"
    if event.type == "fulfilment_order.delivered" and work_of(event, record).get("pickup"):
        return "at_the_store"
    if event.type in _TO_BE_FETCHED and work_of(event, record).get("status") != "ready_for_pickup":
        return "not_waiting"
    if event.type == "fulfilment_order.return_mailed" and _was_given_back(event, record):
        return "given_back"
    if event.type in _IN_TROUBLE and _has_arrived(event, record):
        return "delivered"
    return ""


def _has_arrived(event: Event, record: Record) -> bool:
    return (_package(event, record).get("scan") or {}).get("status") == "delivered"


def _was_given_back(event: Event, record: Record) -> bool:
    """Whether the return label that it is about is not to be used any more."""
    back = _package(event, record).get("back") or {}
    numbers = {package["tracking_number"] for package in event.data["packages"]}
    return bool(back) and (back["status"] != "bought" or back["tracking_number"] not in numbers)


def _package(event: Event, record: Record) -> dict[str, Any]:
    """As it is stored; empty where there is none any more."""
    return next((each for each in work_of(event, record).get("packages", ()) if each.get("n") == event.data.get("package")), {})


def letter(event: Event, record: Record, brand: Brand, tracking: Tracking, stores: Stores = lambda node: None) -> Letter:
    """What the mail of an event says."""
    order = record.order
    locale = record.customer.locale or DEFAULT
    kind = _kind(event, record)
    about_money = kind in ("confirmed", "edited")
    quantities = _quantities(event, record)
    way = fetching.way(kind, event, record, quantities)
    more = tuple(_more(kind, way, record))
    return Letter(
        kind=kind,
        locale=locale,
        brand=brand,
        number=one_line(order.number or order.external_reference),
        name=one_line(record.customer.name or record.customer.ship_to.name),
        rows=tuple(_rows(order, quantities, locale if about_money else "", way == BOTH)),
        totals=tuple(_totals(order, locale)) if about_money else (),
        total=money(order.total, order.currency, locale) if about_money else "",
        tax_included=money(order.tax, order.currency, locale) if about_money and order.tax_included and order.tax else "",
        address=tuple(_addresses(event, record)) if kind in _ADDRESSED and way != PICKUP else (),
        parcels=tuple(_parcels(event, tracking)),
        more=more,
        code=str(work_of(event, record).get("pickup", {}).get("code", "")) if event.type in _TO_BE_FETCHED else "",
        until=str(event.data.get("until", ""))[:10] if event.type in _TO_BE_FETCHED else "",
        way=way,
        store=fetching.store(record, stores) if way in (PICKUP, BOTH) or REST_FETCHED in more else None,
    )


def _kind(event: Event, record: Record) -> str:
    """The template: of KINDS, or one that says more exactly what has happened."""
    if event.type == "order.confirmed" and is_replacement(record.order):
        return "replacement"
    if event.type == "order.lines_cancelled" and event.data.get("reason") != _SOLD_OUT:
        return "taken_off"
    return KINDS[event.type]


def _quantities(event: Event, record: Record) -> dict[str, int]:
    """Units by line that the mail is about: of the fulfilment order that has arrived, of the event, or of the whole order."""
    work = work_of(event, record)
    if event.type == "fulfilment_order.delivered" and work:
        return {line: int(at_node["quantity"]) for line, at_node in work["lines"].items()}
    told = event.data.get("lines") if event.type != EDITED else None
    if told:
        return {line: int(count) for line, count in told.items()}
    gone = record.state.lines if event.type == EDITED else {}
    return {line.id: line.quantity - (gone[line.id].cancelled if line.id in gone else 0) for line in record.order.lines}


def _was_confirmed(event: Event, record: Record) -> bool:
    """Whether the customer knew of the order as it was before."""
    told = [entry.seq for entry in record.state.history if entry.type == "order.confirmed"]
    return bool(told) and told[0] < int(event.id.rpartition(":")[2])


def _rows(order: Order, quantities: dict[str, int], money_in: str, told_apart: bool) -> Iterator[Row]:
    for line in order.lines:
        count = quantities.get(line.id, 0)
        if count > 0:
            amount = money(line.unit_price * count, order.currency, money_in) if money_in else ""
            yield Row(one_line(line.title or line.sku), one_line(line.sku), count, amount, told_apart and fetching.fetched(order, line))


def _totals(order: Order, locale: str) -> Iterator[tuple[str, str]]:
    """The sums above the total; those that come to nothing are left out."""
    discount = sum(line.discount for line in order.lines) + order.shipping.discount + order.taken_off
    sums = (
        ("subtotal", sum(line.unit_price * line.quantity for line in order.lines)),
        ("discount", -discount),
        ("shipping", order.shipping.amount),
        ("fees", order.fees + order.on_top),
        ("tax", 0 if order.tax_included else order.tax),
        ("difference", order.discrepancy),
    )
    for name, amount in sums:
        if amount or name in ("subtotal", "shipping"):
            yield name, money(amount, order.currency, locale)


def _addresses(event: Event, record: Record) -> Iterator[str]:
    """Where it goes: of a parcel its own ship group's, else of every group of the order that is sent."""
    work = work_of(event, record)
    shipped = {line.group for line in record.order.lines if line.ships and not fetching.fetched(record.order, line)} or {""}
    groups = [work.get("group", "")] if work else [group for group in ("", *(each.id for each in record.order.groups)) if group in shipped]
    for place in map(record.customer.address_of, groups):
        yield from (one_line(part) for part in (place.name, place.company) if one_line(part))
        yield from fetching.place_of(place)


def _parcels(event: Event, tracking: Tracking) -> Iterator[Parcel]:
    for package in event.data.get("packages") or ():
        number = one_line(str(package.get("tracking_number") or ""))
        if number:
            name, page = tracking(str(package.get("carrier") or ""))
            url = page.replace("{tracking_number}", quote(number, safe="")) if page.startswith(("https://", "http://")) else ""
            yield Parcel(one_line(name), number, url)


def _more(kind: str, way: str, record: Record) -> Iterator[str]:
    """Further sentences, as text keys."""
    if kind in ("shipped", "delivered") and way == PARCEL:
        fetch, send = fetching.to_come(record, on_its_way=kind == "delivered")
        yield from (f"{kind}.rest_follows",) if send else ()
        yield from (REST_FETCHED, *fetching.sentences(kind, way, record)) if fetch else ()
    elif way != PARCEL:
        yield from fetching.sentences(kind, way, record)
    if kind == "edited" and any(hold.id.startswith("unpaid-") for hold in record.state.active_holds):
        yield "edited.unpaid"
    if kind in ("cancelled", "reduced", "taken_off"):
        kinds = {tender.kind for tender in record.order.tenders}
        if "card" in kinds:
            yield f"{kind}.card"
        if "channel" in kinds:
            yield "cancelled.channel"
        if kind == "cancelled" and kinds & {"gift_card", "store_credit"}:
            yield "cancelled.credit"
