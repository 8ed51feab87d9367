"""Orders that another system takes or refuses (`../shared/cases/intake_rejections.json`), each sent through our own door in our own terms.

Where both have the feature, the same is refused, and the same field is blamed under our name of it. What is only the other's is skipped with the reason.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.channels.documents import call, sample
from tests.channels.intake_world import orders, parked, work
from tests.support.published import CASES, cases

Body = dict[str, Any]
_NO_SHIPMENTS = "an order comes with no shipments: what has left before is told by its channel, as its standing"
_NO_INVOICES = "an order comes with no invoices"
_PERCENT = "no percentages: discounts come as amounts, which cannot exceed anything by name"
_STOCK = "intake moves no stock: the reservation does, of what was ordered (tests/inventory)"
NOT_APPLICABLE = {
    **dict.fromkeys(("in-04", "in-51"), _PERCENT),
    **dict.fromkeys(("in-05", "in-07", "in-08", "in-13"), _STOCK),
    **dict.fromkeys(("in-09", "in-11", "in-52", "in-53", "in-55", "in-56", "in-58", "in-60", "in-62", "in-70"), _NO_SHIPMENTS),
    **dict.fromkeys(("in-47", "in-48", "in-49"), _NO_INVOICES),
    **dict.fromkeys(("in-14", "in-16"), "several orders in one call come by spreadsheet (tests/imports)"),
    **dict.fromkeys(("in-20", "in-28"), "lines and notes have no instants of their own: the order's counts"),
    **dict.fromkeys(("in-25", "in-26"), "nobody collects an order at a node: there is no pick-up node that could contradict the method"),
    "in-21": "the door sends nobody anywhere: no redirect address",
    "in-22": "weights are the items', not the order's",
    "in-46": "a delivery has no labels of the caller's; the order, its lines and its tenders have (in-44)",
    "in-69": "a gift card's code is the ledger's to judge, when it is authorised: the payment is declined, and a person decides (tests/payments)",
}
NAMES = {
    "lines[0]": "lines[0].sku",
    "lines[0].unit_discount.value": "lines[0].discount",
    "lines[0].total": "lines[0].tax",  # net above gross: a tax below nothing
    "lines[2]": "lines[2].",
    "customer": "customer.",
    "delivery": "shipping",
    "notes[0].text": "note",
    "payments[0]": "tenders[0].",
}
"""Our names of what is blamed; those that are not here are the same. A name with a dot at its end: a field of it."""
LET_BE = {"shipments[0].lines[0]"}
"""Blamed as well, in what we do not have."""
SKUS = {"A": "TEA", "B": "CUP"}


def base(name: str) -> Body:
    """The published order in our terms. Its fixed discount is the shipping's; what is not authorised of it is to be paid later."""
    conventions = json.loads((CASES / "intake_rejections.json").read_text("utf-8"))["conventions"]
    theirs = conventions["base_order"]
    if name != "base":
        rows = conventions[name if name.startswith("base_") else f"base_{name}"]["differs_from_base"]["lines"]
        theirs = {**theirs, "lines": [{**theirs["lines"][0], **row, "total": _priced(row["quantity"])} for row in rows]}
    lines = [_line(row, place) for place, row in enumerate(theirs["lines"])]
    price, paid = theirs["delivery"]["price"], theirs["payments"][0]["authorized"]
    return summed(
        {
            "external_reference": "order-123",
            "currency": theirs["currency"],
            "customer": {"email": "c1@example.com"},
            "ship_to": sample("api_card")["body"]["ship_to"],
            "bill_to": sample("api_card")["body"]["ship_to"],
            "lines": lines,
            "shipping": {"method": "S1", "amount": price["net"], "tax": _less(price["gross"], price["net"]), "discount": theirs["discounts"][0]["value"]},
            "note": theirs["notes"][0]["text"],
            "tenders": [{"kind": "channel", **paid}, {"kind": "terms", "amount": "0"}],
        }
    )


def _priced(units: int) -> dict[str, str]:
    return {"net": f"{20 * units}.00", "gross": f"{24 * units}.00"}


def _line(row: Body, place: int) -> Body:
    net, gross = row["total"]["net"], row["total"]["gross"]
    return {
        "id": str(place + 1), "sku": SKUS[row["sku"]], "title": row["product_name"], "quantity": row["quantity"], "ships": row["shipping_required"],
        "unit_price": str(Decimal(net) / row["quantity"]), "tax": _less(gross, net), "total": net,
    }  # fmt: skip


def _less(one: str, other: str) -> str:
    return str(Decimal(one) - Decimal(other))


def summed(body: Body) -> Body:
    """With a total that its parts come to, and a second tender for what the first leaves."""
    shipping = body.get("shipping") or {}
    goods = sum(Decimal(line["unit_price"]) * line["quantity"] + Decimal(line["tax"]) for line in body["lines"])
    sent = sum(Decimal(shipping.get(name, "0")) for name in ("amount", "tax")) - Decimal(shipping.get("discount", "0"))
    total = goods + sent
    tenders = body.get("tenders") or [{"kind": "terms", "amount": "0"}]
    rest = {**tenders[-1], "amount": str(total - sum(Decimal(tender["amount"]) for tender in tenders[:-1]))}
    return {**body, "total": str(total), "tenders": [*tenders[:-1], rest]}


# ── what is altered: their field → what that is in our order ──


def _of(place: str, field: str) -> Callable[[Body, Any], None]:
    """Sets a field of a part of the order."""
    name, _, number = place.partition(" ")

    def change(body: Body, value: Any) -> None:
        part = body[name][int(number)] if number else body[name]
        part[field] = value

    return change


def _unit_discount(body: Body, value: Body) -> None:
    body["lines"][0]["discount"] = str(Decimal(value["value"]) * body["lines"][0]["quantity"])


def _line_total(body: Body, value: Body) -> None:
    body["lines"][0] |= {"total": value["net"], "tax": _less(value["gross"], value["net"])}


def _undiscounted(body: Body, value: Body) -> None:
    line = body["lines"][0]
    line |= {"unit_price": str(Decimal(value["net"]) / abs(line["quantity"])), "discount": _less(value["net"], line["total"])}


def _no_price(body: Body, value: None) -> None:
    body["shipping"] = {"method": "S1"}


def _digital(body: Body, value: bool) -> None:
    for line in body["lines"]:
        line["ships"] = value


def _customer(body: Body, value: Body) -> None:
    body["customer"] = value


def _without(name: str) -> Callable[[Body, Any], None]:
    return lambda body, value: body.pop(name, None)


def _nothing(body: Body, value: Any) -> None:
    """Ours has no such part."""


CHANGES: dict[str, Callable[[Body, Any], None]] = {
    "lines[0].sku": _of("lines 0", "sku"),
    "shipments[0].lines[0].sku": _nothing,
    "lines[0].quantity": _of("lines 0", "quantity"),
    "lines[0].unit_discount": _unit_discount,
    "lines[0].total": _line_total,
    "lines[0].undiscounted_total": _undiscounted,
    "lines[0].tax_rate": _nothing,
    "lines[0].shipping_required": _of("lines 0", "ships"),
    "lines[2]": lambda body, value: body["lines"][2].update(product_id="P2"),
    "all lines.shipping_required": _digital,
    "placed_at": lambda body, value: body.update(placed_at="2099-01-01T00:00:00Z"),
    "channel": lambda body, value: body.update(channel=value),
    "customer": _customer,
    "delivery": lambda body, value: body.update(shipping=value),
    "delivery.price": _no_price,
    "notes[0].text": lambda body, value: body.update(note="x" * 2001),
    "payments[0].authorized.currency": _of("tenders 0", "currency"),
    "payments[0].labels": _of("tenders 0", "attributes"),
    "notes": _without("note"),
    "payments": _without("tenders"),
    **dict.fromkeys(("shipments", "gift_cards", "invoices", "discounts", "weight", "external_reference", "caller_may_import"), _nothing),
}


@pytest.mark.parametrize("case", cases("intake_rejections", NOT_APPLICABLE))
def test_what_another_system_takes_is_taken_and_what_it_blames_is_blamed(world, case):
    change, expected = case["when"]["change"], case["expect"]
    body = base(case["given"]["order"])
    if "external_reference" in change:
        place(world, {**body, "note": "the first of this name"}, "the-first")
    before = len(orders())
    for field, value in change.items():
        CHANGES[field](body, copy.deepcopy(value))
    if expected["orders_created"] and case["must_match"]:
        body = summed(body)
    reply = place(world, body, case["id"], who(change))
    blamed = sorted({error["field"] for error in reply.json().get("errors", [])})
    names = [NAMES.get(each["field"], each["field"]) for each in expected["blamed"] if each["field"] not in LET_BE]
    if names == ["call"]:
        assert reply.status == 403
    else:
        assert len(blamed) == len(names) and all(any(fits(field, name) for field in blamed) for name in names), blamed
    if case["must_match"]:
        made = list(orders().values())
        assert len(made) - before == expected["orders_created"] and not parked()
        by_hand = not any(line["ships"] for line in body["lines"])
        assert {hold.kind for record in made for hold in record.state.active_holds} == ({"item"} if by_hand else set())
    if "order_email" in expected:
        assert [record.customer.email for record in orders().values()] == [expected["order_email"]]


def place(world: Any, body: Body, key: str, caller: str = "key-api") -> Any:
    reply = call(world, "api_card", json.dumps(body).encode(), x_api_key=caller, idempotency_key=key)
    assert reply.status in (202, 403, 409, 422), reply.content
    work(world)
    return reply


def who(change: Body) -> str:
    """The key that is presented: a shop's own, unless the case is about that."""
    return "key-reno" if "caller_may_import" in change else "key-admin" if "channel" in change else "key-api"


def fits(field: str, name: str) -> bool:
    return field.startswith(name) if name.endswith(".") else field == name
