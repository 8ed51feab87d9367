"""Shopify: its webhooks, and its order (Admin REST shape, as webhooks carry it) → the canonical order.

What was decided, row by row:

- External reference: the order's numeric `id`; `name` (`#1001`) is the number people read.
- Money is in the shop's currency. `taxes_included` says whether prices contain tax. Discounts are those allocated to each line and
  shipping line; an order-level rest that no line carries is spread over the lines by value. Tips, duties and fees are `fees`.
- `paid`: a tender of kind `channel` with Shopify's references. `authorized`: `terms`, for Shopify captures when we tell it of the
  shipment. Cash on delivery: `cod`. Anything else unpaid: `terms`, and held (`payment`). Money taken in part: both.
- Several payments that are named one by one (a gift card beside a card) are as many tenders. What the customer saw in another currency is
  kept as `presentment_currency` and `presentment_total`; `note_attributes` and a line's `properties` are attributes, for rules to ask for.
- Every topic that carries the whole order is that order as it stands. Units are removed where a refund says `cancel`, or an edit took them
  off; a refund of goods that came back removes nothing. Money returned is what its refunds' transactions say.
- Gift cards and whatever needs no shipping do not ship. A line of quantity zero is left out. A line that ships
  and has no SKU is held (`item`).
- What Shopify advises of the risk holds the order (`fraud`). Shipping lines that an edit has taken off do not count.
- Local pickup: the setting `pickup` says by the location's id, or its name, which node it is. A webhook has the name alone.
- Voided, refunded, or a test order: imported, and held for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from waybill.channels import details
from waybill.channels.details import listed, percent, said
from waybill.channels.imported import Finding, Imported
from waybill.channels.model.signature import Base64Hmac
from waybill.channels.ports import NOTHING, ORDER, WORD, About, Adapter, Hook, Outgoing, Remote, Stock
from waybill.channels.reading import (
    Body,
    address,
    currency_of,
    custom,
    distinct,
    flag,
    locale,
    moment,
    money,
    part,
    parts,
    plain,
    quantity,
    reference,
    text,
)  # fmt: skip
from waybill.channels.shopify_pickup import fetched
from waybill.channels.shopify_standing import TAKEN, advice, outstanding, standing
from waybill.kernel.errors import Malformed
from waybill.kernel.ids import order_id
from waybill.kernel.money import allocate, decimal_string
from waybill.orders.model.order import Address, Charge, Customer, Line, Order, Shipping, Tax, Tender

_WHOLE = ("orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled", "orders/partially_fulfilled")
_OF_AN_ORDER = ("refunds/", "fulfillments/", "order_transactions/", "orders/edited", "orders/delete", "orders/risk")
_AGREED = ("cash on delivery", "cod")


def normalise(channel: str, document: Any, received_at: str) -> Imported:
    """One order of Shopify in our terms. Raises Malformed naming what cannot be read."""
    body = _order(document)
    external_reference = reference(body, "id")
    currency = currency_of(body)
    shipping = _shipping(body, currency)
    lines, charges = _discounted(body, currency, _lines(body, currency), shipping.discount), _charges(body, currency)
    total = money(body, "total_price", currency)
    order = Order(
        id=order_id(channel, external_reference),
        channel=channel,
        external_reference=external_reference,
        placed_at=moment(body, "created_at", "processed_at", default=received_at),
        currency=currency,
        lines=lines,
        shipping=shipping,
        tenders=_tenders(body, currency, total),
        total=total,
        tax_included=flag(body, "taxes_included", False),
        fees=sum(charge.amount for charge in charges),
        number=text(body, "name", "order_number", limit=128),
        note=text(body, "note", limit=2000),
        attributes={**_attributes(body, currency, total), "channel_order": f"gid://shopify/Order/{external_reference}"},
        taxes=_named_taxes(body, currency),
        charges=charges,
    )
    fetched_at, partly = fetched(body, _shipping_lines(body))
    return Imported(order, _customer(body), (*_findings(body), *partly), standing(body, currency, order), fetched_at)


def about(topic: str, document: Any) -> About:
    """Most topics carry the whole order; those of refunds, fulfilments and edits only name it."""
    if topic in _WHOLE:
        return About(ORDER, reference(_order(document), "id"))
    if not topic.startswith(_OF_AN_ORDER):
        return About(NOTHING)
    body = _order(document)
    edit = part(body, "order_edit")
    return About(WORD, reference(edit or body, *(("id",) if topic == "orders/delete" else ("order_id", "id"))))


def _order(document: Any) -> Body:
    if isinstance(document, dict) and set(document) == {"order"}:
        document = document["order"]
    if not isinstance(document, dict):
        raise Malformed("the document is no order: it must be a JSON object")
    return document


def _lines(body: Body, currency: str) -> list[Line]:
    lines = []
    for place, raw in enumerate(parts(body, "line_items"), 1):
        units = quantity(raw)
        if units:
            lines.append(_line(raw, place, units, currency))
    return lines


def _line(raw: Body, place: int, units: int, currency: str) -> Line:
    return Line(
        id=text(raw, "id", limit=64) or str(place),
        sku=text(raw, "sku", limit=80),
        title=plain(raw, "name", "title"),
        quantity=units,
        unit_price=money(raw, "price", currency),
        discount=_line_discount(raw, currency),
        tax=_taxes(raw, currency),
        ships=flag(raw, "requires_shipping", True) and not flag(raw, "gift_card", False),
        attributes={**custom(raw.get("properties")), **_line_attributes(raw)},
    )


def _line_attributes(raw: Body) -> dict[str, Any]:
    """`fulfilled_by`: who ships it, where that is not the shop itself."""
    service = text(raw, "fulfillment_service", limit=100)
    return said(
        product_id=text(raw, "product_id", limit=40),
        variant_id=text(raw, "variant_id", limit=40),
        weight_g=quantity(raw, "grams") if raw.get("grams") else 0,
        fulfilled_by=service if service != "manual" else "",
    )


def _line_discount(raw: Body, currency: str) -> int:
    """`discount_allocations` hold every discount of the line; `total_discount` only its own, and is older."""
    allocated = sum(money(allocation, "amount", currency) for allocation in parts(raw, "discount_allocations"))
    if allocated < 0:
        raise Malformed("discount_allocations: a discount is from 0", fields={"discount_allocations": "must be from 0"})
    return allocated or money(raw, "total_discount", currency)


def _taxes(raw: Body, currency: str) -> int:
    return sum(money(tax, "price", currency) for tax in parts(raw, "tax_lines"))


def _discounted(body: Body, currency: str, lines: list[Line], on_shipping: int) -> tuple[Line, ...]:
    """The lines, with the part of the order's discount that no line carries spread over them by value.

    Where a line's taxes are not given but the order's are, they are spread likewise.
    """
    rest = money(body, "total_discounts", currency) - sum(line.discount for line in lines) - on_shipping
    untaxed = money(body, "total_tax", currency) if not _tax_is_named(body) else 0
    values = [max(line.net, 0) for line in lines]
    if not lines or (rest <= 0 and untaxed <= 0):
        return distinct(lines)
    discounts = allocate(max(rest, 0), values)
    taxes = allocate(max(untaxed, 0), values)
    return distinct([_with(line, discount, tax) for line, discount, tax in zip(lines, discounts, taxes, strict=True)])


def _with(line: Line, discount: int, tax: int) -> Line:
    return replace(line, discount=line.discount + discount, tax=line.tax + tax)


def _tax_is_named(body: Body) -> bool:
    return any(parts(raw, "tax_lines") for name in ("line_items", "shipping_lines") for raw in parts(body, name))


def _shipping(body: Body, currency: str) -> Shipping:
    """All shipping lines as one; a line's discount is in its allocations, or is price less `discounted_price`."""
    raws = _shipping_lines(body)
    if not raws:
        return Shipping()
    discount = 0
    for raw in raws:
        allocated = sum(money(allocation, "amount", currency) for allocation in parts(raw, "discount_allocations"))
        given = raw.get("discounted_price") not in (None, "")
        discount += allocated or (money(raw, "price", currency) - money(raw, "discounted_price", currency) if given else 0)
    return Shipping(
        method=text(raws[0], "code", "title", limit=200) or "standard",
        amount=sum(money(raw, "price", currency) for raw in raws),
        discount=discount,
        tax=sum(_taxes(raw, currency) for raw in raws),
    )


def _charges(body: Body, currency: str) -> tuple[Charge, ...]:
    """Tip, duties and additional fees: in the total, and of no line."""
    found = [("tip", money(body, "total_tip_received", currency))]
    for title, name in (("duties", "original_total_duties_set"), ("additional fees", "original_total_additional_fees_set")):
        found.append((title, money(part(part(body, name), "shop_money"), "amount", currency)))
    return details.charges(found)


def _named_taxes(body: Body, currency: str) -> tuple[Tax, ...]:
    """Of lines and shipping; where they name none, the order's."""
    named = [raw for each in (*parts(body, "line_items"), *_shipping_lines(body)) for raw in parts(each, "tax_lines")]
    return details.taxes(
        (text(raw, "title", limit=200), percent(text(raw, "rate", limit=20)), money(raw, "price", currency)) for raw in named or parts(body, "tax_lines")
    )


def _tenders(body: Body, currency: str, total: int) -> tuple[Tender, ...]:
    """What Shopify has taken, and what is still to come."""
    status = text(body, "financial_status", limit=40).lower()
    gateway = _gateway(body)
    if total == 0:
        return ()
    open_amount = outstanding(body, currency)
    if status in TAKEN:
        if several := _payments(body, currency, total):
            return several
        taken = Tender("channel", total - open_amount, gateway, reference=_paid_by(body), attributes={"status": status})
        rest = (Tender("terms", open_amount, gateway, attributes={"status": "pending"}),) if open_amount else ()
        return (taken, *rest)
    kind = "cod" if gateway.lower().startswith(_AGREED) else "terms"
    return (Tender(kind, total, gateway, reference=_paid_by(body), attributes={"status": status or "unknown"}),)


def _payments(body: Body, currency: str, total: int) -> tuple[Tender, ...]:
    """A tender for each payment that the document names; none unless several of them make up the total."""
    taken = [raw for raw in parts(body, "transactions") if raw.get("status") == "success" and raw.get("kind") in ("sale", "capture")]
    if len(taken) < 2 or any(raw.get("currency", currency) != currency for raw in taken) or sum(money(raw, "amount", currency) for raw in taken) != total:
        return ()
    return tuple(
        Tender("channel", money(raw, "amount", currency), text(raw, "gateway", limit=200), reference=text(raw, "authorization", "id", limit=200))
        for raw in taken
    )


def _gateway(body: Body) -> str:
    names = body.get("payment_gateway_names")
    known = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return "+".join(known)[:200] or text(body, "gateway", "processing_method", limit=200) or "shopify"


def _paid_by(body: Body) -> str:
    """Shopify's reference of the payment: the transaction where the document has one, else the order itself."""
    for raw in parts(body, "transactions"):
        if raw.get("status") == "success" and raw.get("kind") in ("sale", "capture", "authorization"):
            return text(raw, "authorization", "id", limit=200)
    return text(body, "payment_id", "reference", "checkout_token", "admin_graphql_api_id", "id", limit=200)


def _customer(body: Body) -> Customer:
    person = part(body, "customer")
    ship_to, bill_to = part(body, "shipping_address"), part(body, "billing_address")
    name = " ".join(filter(None, (text(person, "first_name", limit=100), text(person, "last_name", limit=100))))
    return Customer(
        email=text(body, "email", "contact_email", limit=254) or text(person, "email", limit=254),
        name=name or text(bill_to, "name", limit=200) or text(ship_to, "name", limit=200),
        phone=text(body, "phone", limit=40) or text(person, "phone", limit=40),
        locale=locale(text(body, "customer_locale", limit=20)),
        ship_to=_address(ship_to),
        bill_to=_address(bill_to) if bill_to else None,
        reference=text(person, "id", limit=64),
    )


def _address(raw: Body) -> Address:
    return address(raw, line1="address1", line2="address2", region=("province_code", "province"), postal_code="zip", country=("country_code", "country"))


def _attributes(body: Body, currency: str, total: int) -> dict[str, Any]:
    found = custom(body.get("note_attributes"))
    seen = part(part(body, "total_price_set"), "presentment_money")
    shown = text(seen, "currency_code", limit=8)
    other = shown and shown != currency
    now = money(body, "current_total_price", currency)
    own = said(
        tags=text(body, "tags"),
        source_name=text(body, "source_name"),
        customer_tags=text(part(body, "customer"), "tags"),
        discount_codes=listed(text(raw, "code", limit=100) for raw in parts(body, "discount_codes")),
        risk_recommendation=advice(body),
        purchase_order=text(body, "po_number", limit=100),
        business_unit=text(part(body, "company"), "id", limit=40),
        confirmation_number=text(body, "confirmation_number", limit=40),
        location=text(body, "location_id", limit=40),
        sales_rep=text(body, "user_id", limit=40),
        payment_terms=text(part(body, "payment_terms"), "payment_terms_name", limit=100),
        shipping_title=listed(text(raw, "title", limit=200) for raw in _shipping_lines(body)),
        tax_exempt=flag(body, "tax_exempt", False),
        estimated_taxes=flag(body, "estimated_taxes", False),
        current_total=decimal_string(now, currency) if now and now != total else "",
        presentment_currency=shown if other else "",
        presentment_total=text(seen, "amount", limit=40) if other else "",
    )
    return {**found, **own}


def _shipping_lines(body: Body) -> list[Body]:
    """Those that an edit has not taken off."""
    return [raw for raw in parts(body, "shipping_lines") if raw.get("is_removed") is not True]


def _findings(body: Body) -> list[Finding]:
    found = []
    status = text(body, "financial_status", limit=40).lower()
    agreed = any(word in _gateway(body).lower() for word in _AGREED)
    if status not in ("paid", "authorized") and not (status == "pending" and agreed):
        found.append(Finding("payment", f"Shopify says {status or 'nothing'} of the payment"))
    if flag(body, "test", False):
        found.append(Finding("manual", "a test order"))
    if advice(body) in ("review", "cancel"):
        found.append(Finding("fraud", f"Shopify advises to {advice(body)} it"))
    return found


def _remote(outgoing: Outgoing) -> Remote:
    from waybill.channels.calling import caller
    from waybill.channels.shopify_admin import Shopify

    return Shopify(caller(outgoing, "admin_url", {"X-Shopify-Access-Token": outgoing.credentials["access_token"]}), str(outgoing.channel.settings.get("location_id", "")), outgoing.channel.settings.get("tell_ready") is True)


def _topic(headers: Mapping[str, str], document: Any) -> str:
    return headers.get("x-shopify-topic", "")


ADAPTER = Adapter(
    kind="shopify",
    about=about,
    normalise=normalise,
    hook=Hook(
        signature="x-shopify-hmac-sha256",
        verified=Base64Hmac("x-shopify-hmac-sha256"),
        topic=_topic,
        delivery=lambda headers, document: headers.get("x-shopify-webhook-id", ""),
    ),
    address="admin_url",
    remote=_remote,
    needs=("access_token",),
    stock=Stock(at_once=100, settings=("location_id",)),
    refunds=True,
)
