"""What a draft comes to, as far as it has been said: whatever cannot be read yet counts nothing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.kernel.money import decimal_string, exponent, minor_units
from waybill.orders.model.order import Address, Customer, Line, Order, Shipping, Tender

_ADDRESS = tuple(Address.__slots__)
_PERSON = ("email", "name", "phone", "locale", "reference", "tax_id")


@dataclass(frozen=True, slots=True)
class Offer:
    """What the shop knows of a SKU: its title, and what one costs where nobody says otherwise."""

    title: str
    price: int
    currency: str


def priced(said: Mapping[str, Any], offers: Mapping[str, Offer]) -> dict[str, Any]:
    """The same with the shop's titles and prices where none were said, and the rest of the total on the one tender without an amount."""
    currency = _text(said.get("currency"))
    lines = [_offered(line, currency, offers) for line in said.get("lines", ())]
    body = {**said, "lines": lines} if lines else dict(said)
    return {**body, "tenders": _filled(body["tenders"], as_order(body, "", "", ""), currency)} if body.get("tenders") else body


def as_order(body: Mapping[str, Any], id: str, channel: str, at: str) -> Order:
    """The order as far as it can be read; its total is the sum of its parts."""
    currency = _text(body.get("currency"))
    shipping = body.get("shipping", {})
    order = Order(
        id=id,
        channel=channel,
        external_reference=id,
        placed_at=at,
        currency=currency,
        lines=tuple(_line(raw, place, currency) for place, raw in enumerate(body.get("lines", ()), 1)),
        shipping=Shipping(
            _text(shipping.get("method")) or "standard",
            *(_minor(shipping.get(name), currency) for name in ("amount", "discount", "tax")),
            promise_days=_whole(shipping.get("promise_days")),
        ),
        tenders=tuple(Tender(_text(each.get("kind")), _minor(each.get("amount"), currency)) for each in body.get("tenders", ())),
        total=0,
        tax_included=body.get("tax_included") is True,
        fees=_minor(body.get("fees"), currency),
        attributes=dict(body.get("attributes", {})),
    )
    return Order(**{**{name: getattr(order, name) for name in Order.__slots__}, "total": order.computed_total})


def as_customer(body: Mapping[str, Any]) -> Customer:
    """Who buys, as far as it was said."""
    person, bill_to = body.get("customer", {}), body.get("bill_to")
    said = {name: _text(person[name]) for name in _PERSON if name in person}
    return Customer(**said, ship_to=_address(body.get("ship_to", {})), bill_to=_address(bill_to) if bill_to else None)


def wanted(order: Order) -> dict[str, int]:
    """Units of each SKU that is to ship."""
    units: dict[str, int] = {}
    for line in order.lines:
        if line.sku and line.ships and line.quantity:
            units[line.sku] = units.get(line.sku, 0) + line.quantity
    return units


def is_currency(code: str) -> bool:
    try:
        exponent(code)
    except InvalidInput:
        return False
    return True


def _offered(line: Mapping[str, Any], currency: str, offers: Mapping[str, Offer]) -> dict[str, Any]:
    offer = offers.get(_text(line.get("sku")))
    if offer is None:
        return dict(line)
    price = {"unit_price": decimal_string(offer.price, currency)} if offer.currency == currency else {}
    return {"title": offer.title, **price, **line}


def _filled(tenders: list[Any], order: Order, currency: str) -> list[Any]:
    """What was said of them, the one that has no amount with what the others leave. Two without one are left as they are: a person must say."""
    without = [place for place, each in enumerate(tenders) if "amount" not in each]
    rest = order.total - sum(tender.amount for tender in order.tenders)
    if len(without) != 1 or rest < 0 or not is_currency(currency):
        return tenders
    return [{**each, "amount": decimal_string(rest, currency)} if place in without else each for place, each in enumerate(tenders)]


def _line(raw: Mapping[str, Any], place: int, currency: str) -> Line:
    return Line(
        id=_text(raw.get("id")) or str(place),
        sku=_text(raw.get("sku")),
        title=_text(raw.get("title")),
        quantity=_whole(raw.get("quantity")),
        unit_price=_minor(raw.get("unit_price"), currency),
        discount=_minor(raw.get("discount"), currency),
        tax=_minor(raw.get("tax"), currency),
        ships=raw.get("ships") is not False,
    )


def _address(raw: Mapping[str, Any]) -> Address:
    return Address(**{"country": "US", **{name: _text(raw[name]) for name in _ADDRESS if name in raw}}) if raw else Address()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100_000 else 0


def _minor(value: Any, currency: str) -> int:
    try:
        return max(0, minor_units(value, currency)) if isinstance(value, (str, int)) and not isinstance(value, bool) else 0
    except InvalidInput:
        return 0
