"""The body of an edit: every field named that is wrong, unknown ones refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from waybill.channels import shapes
from waybill.channels.exploding import exploded
from waybill.channels.shapes import Check, Problems, amount, array, flag, maybe, plain, shape, table, text, whole
from waybill.editing.model.change import Change, ToShip, surcharge
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.kernel.ids import credit_token
from waybill.kernel.money import minor_units
from waybill.orders.model.order import Address, Line, Order, Surcharge, Tender
from waybill.shop import store as shop
from waybill.shop.bundles import bundles

_TEXT, _NAME = text(500), text(200, 1)
_MOST_UNITS = 100_000


def _signed(value: Any, at: str, problems: Problems) -> Any:
    negative = isinstance(value, str) and value.startswith("-")
    amount(value[1:] if negative else value, at, problems)
    return str(value)


def _percent(value: Any, at: str, problems: Problems) -> Any:
    amount(value, at, problems)
    if at not in problems and Decimal(str(value)) > 100:
        problems[at] = "must be from 0 to 100"
    return str(value)


def _address() -> Check:
    optional = ("name", "company", "line2", "region", "postal_code", "phone")
    country = text(2, 2, r"^[A-Z]{2}\Z", trim=False, says="must be two capital letters (ISO 3166)")
    return maybe(shape({"line1": _NAME, "city": _NAME}, {**{name: (_TEXT, "") for name in optional}, "country": (country, "US")}))


_LINE = shape(
    {"sku": text(80, 1), "quantity": whole(1, _MOST_UNITS), "unit_price": amount},
    {"title": (_TEXT, ""), "discount": (amount, "0"), "tax": (amount, "0"), "attributes": (table(50, plain(500)), {})},
)
_SURCHARGE = shape({"gross": _signed}, {"title": (_TEXT, ""), "tax_percent": (_percent, "0")})
_SHIPPING = shape({}, {"method": (_NAME, None), "amount": (amount, None), "tax": (amount, None), "promise_days": (whole(0, 90), None), "pickup_node": (text(64), None)})
_PAYMENT = shape(
    {"kind": shapes.one_of("card", "gift_card", "store_credit", "terms", "cod")},
    {
        "gateway": (_TEXT, "stripe"),
        "token": (text(120, 0, r"^[A-Za-z0-9_-]*\Z", trim=False, says="must be a gateway's token, or a code"), ""),
        "reference": (_TEXT, ""),
    },
)
_EDIT = shape(
    {},
    {
        "add": (array(_LINE, 0, 100), ()),
        "lines": (table(1000, whole(0, _MOST_UNITS)), {}),
        "surcharges": (array(_SURCHARGE, 0, 20), ()),
        "shipping": (_SHIPPING, {}),
        "ship_to": (_address(), None),
        "bill_to": (_address(), None),
        "note": (maybe(text(2000, trim=False)), None),
        "payment": (maybe(_PAYMENT), None),
        "reason": (text(500), ""),
        "dryRun": (flag, False),
    },
)
_UNDO = shape({}, {"reason": (text(500), ""), "dryRun": (flag, False)})


def read(body: Any) -> dict[str, Any]:
    """The body as it was sent, cleaned. Raises InvalidInput."""
    return dict(shapes.read(_EDIT, body))


def read_undo(body: Any) -> dict[str, Any]:
    """The body of what undoes an edit, cleaned. Raises InvalidInput."""
    return dict(shapes.read(_UNDO, body))


def change(body: dict[str, Any], order: Order) -> Change:
    """The same in the order's terms: amounts in its currency, bundles taken apart. Raises InvalidInput, also for a SKU that there is not."""
    money = _Amounts(order.currency)
    surcharges = tuple(_surcharge(raw, f"surcharges[{place}]", money) for place, raw in enumerate(body["surcharges"]))
    lines = tuple(_line(raw, f"e{order.edits + 1}-{place + 1}", f"add[{place}]", money) for place, raw in enumerate(body["add"]))
    shipping = {**body["shipping"]}
    for name in ("amount", "tax"):
        if shipping.get(name) is not None:
            shipping[name] = money(shipping[name], f"shipping.{name}")
    money.refuse_problems()
    _refuse_nowhere(shipping.get("pickup_node"), body["ship_to"], order)
    return Change(
        add=_known(order, lines),
        lines=body["lines"],
        surcharges=surcharges,
        shipping=ToShip(**shipping),
        ship_to=Address(**body["ship_to"]) if body["ship_to"] else None,
        bill_to=Address(**body["bill_to"]) if body["bill_to"] else None,
        note=body["note"],
        payment=_payment(body["payment"]),
    )


def _refuse_nowhere(node: str | None, ship_to: Any, order: Order) -> None:
    """Raises InvalidInput for a store that there is not, and where nobody says where it goes instead of one."""
    if node == "" and order.shipping.pickup_node and not ship_to:
        raise InvalidInput("say where it is sent", fields={"ship_to": "required: it is no longer fetched"})
    if node and ship_to:
        raise InvalidInput("it is fetched or sent, not both", fields={"ship_to": "or shipping.pickup_node"})
    try:
        shop.node(node) if node else None
    except NotFound:
        raise InvalidInput("there is no such node", fields={"shipping.pickup_node": "there is no such node"}) from None


def _line(raw: dict[str, Any], id: str, at: str, money: _Amounts) -> Line:
    prices = {name: money(raw[name], f"{at}.{name}") for name in ("unit_price", "discount", "tax")}
    if prices["discount"] > prices["unit_price"] * raw["quantity"]:
        money.problems[f"{at}.discount"] = "is more than the line costs"
    return Line(id=id, sku=raw["sku"], title=raw["title"], quantity=raw["quantity"], attributes=raw["attributes"], **prices)


def _surcharge(raw: dict[str, Any], at: str, money: _Amounts) -> Surcharge:
    gross = money(raw["gross"], f"{at}.gross")
    if not gross:
        money.problems[f"{at}.gross"] = "must not be nothing"
    return surcharge(raw["title"] or ("Discount" if gross < 0 else "Surcharge"), gross, Decimal(raw["tax_percent"]).as_integer_ratio())


def _known(order: Order, lines: Iterable[Line]) -> tuple[Line, ...]:
    """Lines of SKUs that the shop has, as it knows them, with a line for each part of a bundle."""
    kits, named = bundles(), [line.sku for line in lines]
    items = shop.items([*named, *(part for sku in named for part in kits.get(sku, ()))])
    wrong = {f"add[{place}].sku": "the shop has no such SKU" for place, sku in enumerate(named) if sku not in items and sku not in kits}
    if wrong:
        raise InvalidInput("the shop has not these SKUs", fields=wrong)
    titled = tuple(replace(line, title=line.title or (items[line.sku].title if line.sku in items else line.sku)) for line in lines)
    parts = exploded(replace(order, lines=titled), kits, items).lines
    return tuple(replace(line, ships=items[line.sku].ships) if line.sku in items else line for line in parts)


def _payment(raw: dict[str, Any] | None) -> Tender | None:
    if raw is None:
        return None
    if raw["kind"] in ("card", "gift_card", "store_credit") and not raw["token"]:
        raise InvalidInput("a token is needed", fields={"payment": "its token is required"})
    if raw["kind"] in ("gift_card", "store_credit"):
        return Tender(raw["kind"], 0, "ledger", credit_token(raw["token"]), raw["reference"])
    return Tender(raw["kind"], 0, raw["gateway"] if raw["kind"] == "card" else "", raw["token"], raw["reference"])


class _Amounts:
    """Reads amounts of one currency and remembers which of them do not fit it."""

    def __init__(self, currency: str) -> None:
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
