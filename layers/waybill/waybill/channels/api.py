"""Our own canonical order (`POST /v1/orders`) → the order. The shape is `waybill.orders.edge.OrderIn`, read here by hand.

A test keeps the two alike. Beyond the shape: amounts have no more decimals than their currency, a line's id stands once, a card
tender has its gateway's token, a line that says what it comes to comes to that, what is paid is paid in the order's currency. The sums over
the order are not looked at: what does not add up is taken, and held.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from waybill.channels import shapes
from waybill.channels.imported import Imported
from waybill.channels.shapes import amount, array, day, flag, maybe, moment, one_of, plain, shape, table, text, whole
from waybill.kernel.clock import parse_instant
from waybill.kernel.errors import InvalidInput
from waybill.kernel.ids import order_id
from waybill.kernel.money import exponent, minor_units
from waybill.orders.model.order import (
    AT_A_GATEWAY,
    MOST_DAYS_AHEAD,
    MOST_GROUPS,
    TENDER_KINDS,
    Address,
    Charge,
    Customer,
    Group,
    Line,
    Order,
    Shipping,
    Tax,
    Tender,
)

_CLOCKS_DIFFER_BY = timedelta(minutes=5)
_NAME, _TEXT = text(200, 1), text(500)
_REFERENCE = text(128, 1, r"^[^\x00-\x1f\x7f]+\Z", says="must have no control characters")
_ATTRIBUTES = table(50, plain(500))
_CURRENCY = text(3, 3, r"^[A-Z]{3}\Z", trim=False, says="must be three capital letters (ISO 4217)")

_ADDRESS = shape(
    {"line1": _NAME, "city": _NAME},
    {
        "name": (_TEXT, ""),
        "company": (_TEXT, ""),
        "line2": (_TEXT, ""),
        "region": (_TEXT, ""),
        "postal_code": (_TEXT, ""),
        "country": (text(2, 2, r"^[A-Z]{2}\Z", trim=False, says="must be two capital letters (ISO 3166)"), "US"),
        "phone": (_TEXT, ""),
        "instructions": (_TEXT, ""),
    },
)
_CUSTOMER = shape(
    {"email": text(254, 3, r"^[^@\s]+@[^@\s]+\.[^@\s]+\Z", says="must be an e-mail address")},
    {
        "name": (_TEXT, ""),
        "phone": (_TEXT, ""),
        "locale": (text(5, 2, r"^[a-z]{2}(_[A-Z]{2})?\Z", trim=False, says="must be a locale such as en_US"), "en_US"),
        "reference": (text(128), ""),
        "tax_id": (text(128), ""),
    },
)
_GROUP = text(64, 0, r"^[A-Za-z0-9_.-]*\Z", trim=False, says="must be of letters, digits, _ . -")
_LINE = shape(
    {"sku": text(80, 1), "quantity": whole(1, 100_000), "unit_price": amount},
    {
        "id": (maybe(text(64, 1, r"^[A-Za-z0-9_.-]+\Z", trim=False, says="must be of letters, digits, _ . -")), None),
        "title": (_TEXT, ""),
        "discount": (amount, "0"),
        "tax": (amount, "0"),
        "total": (maybe(amount), None),
        "ships": (flag, True),
        "attributes": (_ATTRIBUTES, {}),
        "group": (_GROUP, ""),
    },
)
_SHIPPING = shape(
    {},
    {
        "method": (_NAME, "standard"),
        "amount": (amount, "0"),
        "discount": (amount, "0"),
        "tax": (amount, "0"),
        "promise_days": (whole(0, 90), 0),
        "pickup_node": (_TEXT, ""),
        "ship_not_before": (day, ""),
    },
)
_STANDARD: dict[str, Any] = {"method": "standard", "amount": "0", "discount": "0", "tax": "0", "promise_days": 0, "pickup_node": "", "ship_not_before": ""}
_TENDER = shape(
    {"kind": one_of(*TENDER_KINDS), "amount": amount},
    {
        "gateway": (_TEXT, "stripe"),
        "token": (text(120, 0, r"^[A-Za-z0-9_]*\Z", trim=False, says="must be a gateway's token"), ""),
        "reference": (_TEXT, ""),
        "currency": (maybe(_CURRENCY), None),
        "attributes": (_ATTRIBUTES, {}),
    },
)
_TAX = shape({"title": _NAME, "amount": amount}, {"rate": (text(20, 0, r"^([0-9]{1,3}(\.[0-9]{1,6})?)?\Z", says="must be a percentage such as 7.25"), "")})
_CHARGE = shape({"title": _NAME, "amount": amount}, {})
_SHIP_GROUP = shape(
    {"id": text(64, 1, r"^[A-Za-z0-9_.-]+\Z", trim=False, says="must be of letters, digits, _ . -"), "ship_to": _ADDRESS},
    {"method": (_NAME, "standard"), "promise_days": (whole(0, 90), 0), "ship_not_before": (day, "")},
)
_ORDER = shape(
    {
        "external_reference": _REFERENCE,
        "currency": _CURRENCY,
        "customer": _CUSTOMER,
        "ship_to": _ADDRESS,
        "lines": array(_LINE, 1, 1000),
        "total": amount,
    },
    {
        "channel": (maybe(_REFERENCE), None),
        "number": (_TEXT, ""),
        "placed_at": (maybe(moment), None),
        "bill_to": (maybe(_ADDRESS), None),
        "shipping": (maybe(_SHIPPING), _STANDARD),
        "tenders": (array(_TENDER, 0, 10), ()),
        "fees": (amount, "0"),
        "taxes": (array(_TAX, 0, 50), ()),
        "charges": (array(_CHARGE, 0, 20), ()),
        "groups": (array(_SHIP_GROUP, 0, MOST_GROUPS), ()),
        "tax_included": (flag, False),
        "note": (text(2000, trim=False), ""),
        "attributes": (_ATTRIBUTES, {}),
    },
)


def normalise(channel: str, document: Any, received_at: str) -> Imported:
    """One canonical order. Raises InvalidInput with every problem by field."""
    body = shapes.read(_ORDER, document)
    money = _Amounts(body["currency"])
    order = Order(
        id=order_id(channel, body["external_reference"]),
        channel=channel,
        external_reference=body["external_reference"],
        placed_at=body["placed_at"] or received_at,
        currency=body["currency"],
        lines=_lines(body, money),
        shipping=_shipping(body, money),
        tenders=_tenders(body, money),
        total=money(body["total"], "total"),
        tax_included=body["tax_included"],
        fees=money(body["fees"], "fees"),
        number=body["number"],
        note=body["note"],
        attributes=body["attributes"],
        taxes=tuple(Tax(raw["title"], raw["rate"], money(raw["amount"], f"taxes[{place}].amount")) for place, raw in enumerate(body["taxes"])),
        charges=tuple(Charge(raw["title"], money(raw["amount"], f"charges[{place}].amount")) for place, raw in enumerate(body["charges"])),
        groups=tuple(Group(raw["id"], raw["method"], raw["promise_days"], raw["ship_not_before"]) for raw in body["groups"]),
    )
    _refuse_unknown_groups(order, money.problems)
    _refuse_the_future(body["placed_at"], received_at, money.problems)
    _refuse_too_far(order, received_at, money.problems)
    money.refuse_problems()
    return Imported(order, _customer(body))


def _refuse_the_future(placed_at: str | None, received_at: str, problems: dict[str, str]) -> None:
    if placed_at and parse_instant(placed_at) > parse_instant(received_at) + _CLOCKS_DIFFER_BY:
        problems["placed_at"] = "is in the future"


def _refuse_too_far(order: Order, received_at: str, problems: dict[str, str]) -> None:
    latest = (parse_instant(received_at) + timedelta(days=MOST_DAYS_AHEAD)).date().isoformat()
    said = {"shipping": order.shipping.ship_not_before} | {f"groups[{place}]": group.ship_not_before for place, group in enumerate(order.groups)}
    problems |= {f"{at}.ship_not_before": f"is at most {MOST_DAYS_AHEAD} days ahead, {latest}" for at, day in said.items() if day > latest}


def _refuse_unknown_groups(order: Order, problems: dict[str, str]) -> None:
    known = [group.id for group in order.groups]
    problems |= {f"groups[{place}].id": f"{id!r} is another group's id too" for place, id in enumerate(known) if id in known[:place]}
    problems |= {f"lines[{place}].group": "is no group of the order" for place, line in enumerate(order.lines) if line.group and line.group not in known}


class _Amounts:
    """Reads amounts of one currency and remembers which of them do not fit it."""

    def __init__(self, currency: str) -> None:
        exponent(currency)
        self.currency = currency
        self.problems: dict[str, str] = {}

    def __call__(self, amount: str, at: str) -> int:
        try:
            return minor_units(amount, self.currency)
        except InvalidInput as problem:
            self.problems[at] = problem.message
            return 0

    def refuse_problems(self) -> None:
        if self.problems:
            at, message = next(iter(self.problems.items()))
            raise InvalidInput(f"{at}: {message}", fields=self.problems)


def _lines(body: dict[str, Any], money: _Amounts) -> tuple[Line, ...]:
    lines = tuple(_line(raw, place, money) for place, raw in enumerate(body["lines"]))
    seen: set[str] = set()
    for place, line in enumerate(lines):
        if line.id in seen:
            money.problems[f"lines[{place}].id"] = f"{line.id!r} is another line's id too"
        seen.add(line.id)
    return lines


def _line(raw: dict[str, Any], place: int, money: _Amounts) -> Line:
    at = f"lines[{place}]"
    line = Line(
        id=raw["id"] or str(place + 1),
        sku=raw["sku"],
        title=raw["title"],
        quantity=raw["quantity"],
        unit_price=money(raw["unit_price"], f"{at}.unit_price"),
        discount=money(raw["discount"], f"{at}.discount"),
        tax=money(raw["tax"], f"{at}.tax"),
        ships=raw["ships"],
        attributes=raw["attributes"],
        group=raw["group"],
    )
    said = None if raw["total"] is None else money(raw["total"], f"{at}.total")
    if said not in (None, line.net) and not any(field.startswith(f"{at}.") for field in money.problems):
        blamed = "discount" if said == line.net + line.discount else "total"
        money.problems[f"{at}.{blamed}"] = "contradicts the rest: a line's total is unit_price x quantity - discount"
    return line


def _shipping(body: dict[str, Any], money: _Amounts) -> Shipping:
    raw = body["shipping"]
    if raw is None and any(line["ships"] for line in body["lines"]):
        money.problems["shipping"] = "is required where a line ships"
    amounts = {name: money((raw or _STANDARD)[name], f"shipping.{name}") for name in ("amount", "discount", "tax")}
    said = raw or _STANDARD
    return Shipping(said["method"], promise_days=said["promise_days"], pickup_node=said["pickup_node"], ship_not_before=said["ship_not_before"], **amounts)


def _tenders(body: dict[str, Any], money: _Amounts) -> tuple[Tender, ...]:
    tenders = []
    for place, raw in enumerate(body["tenders"]):
        if raw["kind"] in AT_A_GATEWAY and not raw["token"]:
            money.problems[f"tenders[{place}].token"] = "a card needs the gateway's token, a gift card or store credit its code"
        if raw["currency"] not in (None, body["currency"]):
            money.problems[f"tenders[{place}].currency"] = "is not the order's currency"
        gateway = "ledger" if raw["kind"] in ("gift_card", "store_credit") else raw["gateway"]
        tenders.append(Tender(raw["kind"], money(raw["amount"], f"tenders[{place}].amount"), gateway, raw["token"], raw["reference"], raw["attributes"]))
    return tuple(tenders)


def _customer(body: dict[str, Any]) -> Customer:
    person = body["customer"]
    bill_to = Address(**body["bill_to"]) if body["bill_to"] else None
    groups = {raw["id"]: Address(**raw["ship_to"]) for raw in body["groups"]}
    return Customer(**person, ship_to=Address(**body["ship_to"]), bill_to=bill_to, groups=groups)
