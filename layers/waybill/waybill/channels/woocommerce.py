"""WooCommerce's order (webhook `order.created`, REST v3 shape) → the canonical order.

What was decided, row by row:

- External reference: the order's numeric `id`; `number` is what people read.
- A line's amounts come for the whole line and without tax, after discount as `total`, before as `subtotal`. With `prices_include_tax`
  the tax is put back in, so that prices read as the customer saw them. Where a line's amount does not divide by its quantity, the unit
  price is rounded up and the few cents are part of the line's discount: the line's sum stays exact.
- Fees (also negative ones) with their tax are `fees`.
- `date_paid` says that the money is taken: a tender of kind `channel` with WooCommerce's references. Cash on delivery: `cod`; what else is to be paid: `terms`.
  Otherwise unpaid (`bacs`, `cheque`, `pending`, `on-hold`): `terms`, and held (`payment`).
- `failed`, `cancelled`, `refunded`, `trash`: imported, and held for a person. A line of quantity zero is left out; a missing SKU is held.
- Whether a line ships, WooCommerce does not say: the shop's own item does.
"""

from __future__ import annotations

from typing import Any

from waybill.channels.imported import Finding, Imported
from waybill.channels.reading import (
    Body,
    address,
    currency_of,
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
from waybill.orders.model.order import Address, Customer, Line, Order, Shipping, Tender

TOPIC = "order.created"
_DEAD = ("failed", "cancelled", "refunded", "trash")


def normalise(channel: str, document: Any, received_at: str) -> Imported:
    """One order of WooCommerce in our terms. Raises Malformed naming what cannot be read."""
    if not isinstance(document, dict):
        raise Malformed("the document is no order: it must be a JSON object")
    external_reference = reference(document, "id")
    currency = currency_of(document)
    gross = flag(document, "prices_include_tax", False)
    total = money(document, "total", currency)
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
        fees=sum(_with_tax(raw, currency) for raw in parts(document, "fee_lines")),
        number=text(document, "number", limit=128),
        note=text(document, "customer_note", limit=2000),
        attributes={"channel_order": external_reference},
    )
    return Imported(order, _customer(document), tuple(_findings(document, total)))


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
    )


def _shipping(document: Body, currency: str, gross: bool) -> Shipping:
    raws = parts(document, "shipping_lines")
    tax = money(document, "shipping_tax", currency)
    method = text(raws[0], "method_id", "method_title", limit=200) if raws else ""
    amount = money(document, "shipping_total", currency) + (tax if gross else 0)
    return Shipping(method=method or "standard", amount=amount, tax=tax)


def _with_tax(raw: Body, currency: str) -> int:
    return money(raw, "total", currency) + money(raw, "total_tax", currency)


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
    )


def _address(raw: Body) -> Address:
    return address(raw, line1="address_1", line2="address_2", region=("state",), postal_code="postcode", country=("country",))


def _findings(document: Body, total: int) -> list[Finding]:
    status = text(document, "status", limit=40)
    if status in _DEAD:
        return [Finding("manual", f"WooCommerce says {status}")]
    agreed = text(document, "payment_method", limit=200) == "cod"
    if total and not agreed and not _paid(document):
        return [Finding("payment", f"WooCommerce says {status or 'nothing'}, and names no date of payment")]
    return []
