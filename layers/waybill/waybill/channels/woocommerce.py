"""WooCommerce: its webhooks, and its order (REST v3 shape) → the canonical order.

What was decided, row by row:

- External reference: the order's numeric `id`; `number` is what people read.
- A line's amounts come for the whole line and without tax, after discount as `total`, before as `subtotal`. With `prices_include_tax`
  the tax is put back in, so that prices read as the customer saw them. Where a line's amount does not divide by its quantity, the unit
  price is rounded up and the few cents are part of the line's discount: the line's sum stays exact.
- Fees (also negative ones) with their tax are `fees`.
- `date_paid` says that the money is taken: a tender of kind `channel` with WooCommerce's references. Cash on delivery: `cod`; what else is to be paid: `terms`.
  Otherwise unpaid (`bacs`, `cheque`, `pending`, `on-hold`): `terms`, and held (`payment`).
- Every topic carries the whole order as it stands; a refund says what of it is money and not which goods, so it removes no units.
- `failed`, `refunded`: imported, and held for a person. `cancelled`, `trash`: cancelled. A line of quantity zero is left out; a missing SKU is held.
- Local pickup (`local_pickup`, `pickup_location`): the setting `pickup` says by the place's name, `local_pickup:3` or the method which node it is.
- Whether a line ships, WooCommerce does not say: the shop's own item does.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from waybill.channels import details, pickup
from waybill.channels.details import listed, meta, plain_number, said
from waybill.channels.imported import Finding, Imported
from waybill.channels.model.signature import Base64Hmac
from waybill.channels.model.standing import Standing
from waybill.channels.ports import NOTHING, ORDER, About, Adapter, Hook, Outgoing, Remote, Stock
from waybill.channels.reading import (
    Body,
    address,
    currency_of,
    custom,
    distinct,
    flag,
    moment,
    money,
    part,
    parts,
    plain,
    quantity,
    reference,
    text,
)  # fmt: skip
from waybill.kernel.errors import Malformed
from waybill.kernel.ids import order_id
from waybill.orders.model.order import Address, Charge, Customer, Line, Order, Shipping, Tax, Tender

_WHOLE = ("order.created", "order.updated", "order.restored")
_CANCELLED, _DEAD = ("cancelled", "trash"), ("failed", "refunded")
_TAX_IDS = ("_vat_number", "vat_number", "_billing_vat_number", "billing_vat_number", "_billing_vat", "_billing_eu_vat_number", "_billing_vat_id")
"""Where its plugins for VAT keep the buyer's number."""
_PICKUP = ("local_pickup", "pickup_location")
"""Methods by which nothing is sent: of its shipping zones, of its checkout block."""
_PLACES = ("_pickup_location_id", "pickup_location", "_pickup_location_name")
_PING = re.compile(rb"webhook_id=[0-9]{1,20}\Z")


def normalise(channel: str, document: Any, received_at: str) -> Imported:
    """One order of WooCommerce in our terms. Raises Malformed naming what cannot be read."""
    if not isinstance(document, dict):
        raise Malformed("the document is no order: it must be a JSON object")
    external_reference = reference(document, "id")
    currency = currency_of(document)
    gross = flag(document, "prices_include_tax", False)
    total, charges = money(document, "total", currency), _charges(document, currency)
    order = Order(
        id=order_id(channel, external_reference),
        channel=channel,
        external_reference=external_reference,
        placed_at=moment(document, "date_created_gmt", default=received_at),
        currency=currency,
        lines=distinct(_lines(document, currency, gross)),
        shipping=_shipping(document, currency, gross),
        tenders=_tenders(document, total),
        total=total,
        tax_included=gross,
        fees=sum(charge.amount for charge in charges),
        number=text(document, "number", limit=128),
        note=text(document, "customer_note", limit=2000),
        attributes={**custom(document.get("meta_data"), "key"), **_attributes(document), "channel_order": external_reference},
        taxes=_taxes(document, currency),
        charges=charges,
    )
    fetched_at, partly = _fetched(document)
    return Imported(order, _customer(document), (*_findings(document, total), *partly), _standing(document, currency, total), fetched_at)


def about(topic: str, document: Any) -> About:
    """`order.*` carries the whole order; a deleted one only its id, and nobody can ask for it any more."""
    if topic not in _WHOLE:
        return About(NOTHING)
    if not isinstance(document, dict):
        raise Malformed("the document is no order: it must be a JSON object")
    return About(ORDER, reference(document, "id"))


def _standing(document: Body, currency: str, total: int) -> Standing:
    status = text(document, "status", limit=40)
    return Standing(
        as_of=moment(document, "date_modified_gmt", default=""),
        cancelled=status if status in _CANCELLED else "",
        paid=total if _paid(document) else 0,
        refunded=sum(abs(money(raw, "total", currency)) for raw in parts(document, "refunds")) if "refunds" in document else None,
    )


def _lines(document: Body, currency: str, gross: bool) -> list[Line]:
    lines = []
    for place, raw in enumerate(parts(document, "line_items"), 1):
        units = quantity(raw)
        if units:
            lines.append(_line(raw, place, units, currency, gross))
    return lines


def _line(raw: Body, place: int, units: int, currency: str, gross: bool) -> Line:
    tax = money(raw, "total_tax", currency)
    paid = money(raw, "total", currency) + (tax if gross else 0)
    before = money(raw, "subtotal", currency) + (money(raw, "subtotal_tax", currency) if gross else 0)
    unit_price = -(-max(before, paid) // units)
    return Line(
        id=text(raw, "id", limit=64) or str(place),
        sku=text(raw, "sku", limit=80),
        title=plain(raw, "name"),
        quantity=units,
        unit_price=unit_price,
        discount=unit_price * units - paid,
        tax=tax,
        attributes={**custom(raw.get("meta_data"), "key"), **_products(raw)},
    )


def _products(raw: Body) -> dict[str, Any]:
    variant = text(raw, "variation_id", limit=40)
    return said(product_id=text(raw, "product_id", limit=40), variant_id=variant if variant != "0" else "")


def _attributes(document: Body) -> dict[str, Any]:
    return said(
        source_name=text(document, "created_via", limit=100),
        discount_codes=listed(text(raw, "code", limit=100) for raw in parts(document, "coupon_lines")),
        shipping_title=listed((plain(raw, "method_title", limit=200) for raw in parts(document, "shipping_lines")), " + "),
    )


def _shipping(document: Body, currency: str, gross: bool) -> Shipping:
    raws = parts(document, "shipping_lines")
    tax = money(document, "shipping_tax", currency)
    method = text(raws[0], "method_id", "method_title", limit=200) if raws else ""
    amount = money(document, "shipping_total", currency) + (tax if gross else 0)
    return Shipping(method=method or "standard", amount=amount, tax=tax)


def _fetched(document: Body) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """Where its customer fetches it: the location's name of the checkout block and of plugins, `local_pickup:3` (method and instance), the method alone."""
    raws = parts(document, "shipping_lines")
    fetched = [raw for raw in raws if text(raw, "method_id", limit=100).startswith(_PICKUP)]
    found = []
    for raw in fetched:
        method, instance = text(raw, "method_id", limit=100), text(raw, "instance_id", limit=40)
        named = [meta(parts(raw, "meta_data"), key) for key in _PLACES]
        found += [*named, *((f"{method}:{instance}",) if instance else ()), method]
    names = tuple(dict.fromkeys(name for name in found if name))
    return ((), (pickup.partly(names),)) if len(fetched) < len(raws) and names else (names, ())


def _charges(document: Body, currency: str) -> tuple[Charge, ...]:
    """Fees with their tax."""
    found = ((plain(raw, "name", limit=200), money(raw, "total", currency) + money(raw, "total_tax", currency)) for raw in parts(document, "fee_lines"))
    return details.charges(found)


def _taxes(document: Body, currency: str) -> tuple[Tax, ...]:
    """A rate's tax on goods, fees and shipping."""
    return details.taxes(
        (
            plain(raw, "label", "rate_code", limit=200),
            plain_number(text(raw, "rate_percent", limit=20)),
            money(raw, "tax_total", currency) + money(raw, "shipping_tax_total", currency),
        )
        for raw in parts(document, "tax_lines")
    )


def _tenders(document: Body, total: int) -> tuple[Tender, ...]:
    if total == 0:
        return ()
    gateway = text(document, "payment_method", limit=200) or "woocommerce"
    paid_by = text(document, "transaction_id", "order_key", "id", limit=200)
    kind = "channel" if _paid(document) else "cod" if gateway == "cod" else "terms"
    status = text(document, "status", limit=40)
    return (Tender(kind, total, gateway, reference=paid_by, attributes={"status": status}),)


def _paid(document: Body) -> bool:
    return bool(text(document, "date_paid_gmt", "date_paid", limit=40))


def _customer(document: Body) -> Customer:
    billing, shipping = part(document, "billing"), part(document, "shipping")
    bill_to = _address(billing)
    ship_to = _address(shipping)
    return Customer(
        email=text(billing, "email", limit=254),
        name=bill_to.name or ship_to.name,
        phone=text(billing, "phone", limit=40),
        ship_to=ship_to if ship_to.line1 else bill_to,
        bill_to=bill_to if bill_to.line1 else None,
        reference=known if (known := text(document, "customer_id", limit=64)) != "0" else "",
        tax_id=meta(parts(document, "meta_data"), *_TAX_IDS),
    )


def _address(raw: Body) -> Address:
    return address(raw, line1="address_1", line2="address_2", region=("state",), postal_code="postcode", country=("country",))


def _findings(document: Body, total: int) -> list[Finding]:
    status = text(document, "status", limit=40)
    if status in _CANCELLED:
        return []
    if status in _DEAD:
        return [Finding("manual", f"WooCommerce says {status}")]
    agreed = text(document, "payment_method", limit=200) == "cod"
    if total and not agreed and not _paid(document):
        return [Finding("payment", f"WooCommerce says {status or 'nothing'}, and names no date of payment")]
    return []


def _remote(outgoing: Outgoing) -> Remote:
    from waybill.channels.calling import caller
    from waybill.channels.woocommerce_rest import WooCommerce

    pair = f"{outgoing.credentials['consumer_key']}:{outgoing.credentials['consumer_secret']}"
    return WooCommerce(caller(outgoing, "rest_url", {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}))


ADAPTER = Adapter(
    kind="woocommerce",
    about=about,
    normalise=normalise,
    hook=Hook(
        signature="x-wc-webhook-signature",
        verified=Base64Hmac("x-wc-webhook-signature"),
        topic=lambda headers, document: headers.get("x-wc-webhook-topic", ""),
        delivery=lambda headers, document: headers.get("x-wc-webhook-delivery-id", ""),
        ping=lambda raw: len(raw) < 64 and bool(_PING.match(raw.strip())),  # WooCommerce tries a new webhook's address so, and wants a 2xx
    ),
    address="rest_url",
    remote=_remote,
    needs=("consumer_key", "consumer_secret"),
    stock=Stock(at_once=100),
    refunds=True,
)
