"""Adobe Commerce and Magento: read by asking (neither tells by itself in a form that one can verify), its order (REST V1) → the canonical order.

- Money is in the order's own currency; prices without tax. A line's discount and its tax (with the part that compensates a discount on a
  price with tax) are its own. A configurable product's line is the parent, under the child's SKU; a child with a price of its own counts
  only where its parent has none.
- Gift cards, store credit and reward points have been taken off `grand_total`: they are tenders of their own.
- Gift wrap, its card and fixed product taxes are `fees`.
- It is told of shipments with their lines, of acceptance by a comment, and of cancellation.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from waybill.channels import details
from waybill.channels.details import listed, plain_number, said
from waybill.channels.imported import Finding, Imported
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.model.shipment import Acceptance, Cancellation, Shipment
from waybill.channels.model.standing import Standing
from waybill.channels.ports import NOTHING, About, Adapter, Outgoing, Page, Remote, Stock
from waybill.channels.quiet import Quiet
from waybill.channels.reading import MOST_UNITS, Body, address, distinct, moment, money, part, parts, plain, reference, text
from waybill.kernel.errors import Malformed
from waybill.kernel.ids import order_id
from waybill.kernel.money import exponent
from waybill.orders.model.order import Address, Charge, Customer, Line, Order, Shipping, Tender

_A_PAGE = 50
_IN_STORE = "instore_pickup"
_OWN_MONEY = {"gift_cards_amount": "gift card", "customer_balance_amount": "store credit", "reward_currency_amount": "reward points"}
_GIVEN_BACK = ("total_refunded", "gift_cards_refunded", "customer_balance_refunded")
_CASH = ("cashondelivery",)


def about(topic: str, document: Any) -> About:
    """Nothing comes by itself."""
    return About(NOTHING)


def normalise(channel: str, document: Any, received_at: str) -> Imported:
    """One order of Magento in our terms. Raises Malformed naming what cannot be read."""
    if not isinstance(document, dict):
        raise Malformed("the document is no order: it must be a JSON object")
    external_reference = reference(document, "entity_id")
    currency = text(document, "order_currency_code", limit=8)
    exponent(currency)
    more = part(document, "extension_attributes")
    own = {name: money({**more, **document}, field, currency) for field, name in _OWN_MONEY.items()}
    rest, charges = money(document, "grand_total", currency), _charges(document, more, currency)
    order = Order(
        id=order_id(channel, external_reference),
        channel=channel,
        external_reference=external_reference,
        placed_at=_moment(document, "created_at", received_at),
        currency=currency,
        lines=distinct([_line(raw, currency) for raw in _sold(document)]),
        shipping=Shipping(
            method=_assigned(document)[1] or "standard",
            amount=money(document, "shipping_amount", currency),
            discount=money(document, "shipping_discount_amount", currency),
            tax=money(document, "shipping_tax_amount", currency) + money(document, "shipping_discount_tax_compensation_amount", currency),
        ),
        tenders=(*(Tender("channel", amount, name) for name, amount in own.items() if amount), *_tenders(document, currency, rest)),
        total=rest + sum(own.values()),
        fees=sum(charge.amount for charge in charges),
        number=text(document, "increment_id", limit=128),
        note=text(document, "customer_note", limit=2000),
        attributes={**_attributes(document, more, currency), "channel_order": external_reference},
        taxes=details.taxes(
            (text(raw, "title", "code", limit=200), plain_number(text(raw, "percent", limit=20)), money(raw, "amount", currency)) for raw in parts(more, "applied_taxes")
        ),
        charges=charges,
    )
    return Imported(order, _customer(document), tuple(_findings(document, rest)), _standing({**more, **document}, currency, sum(own.values())), _fetched(document))


def _sold(document: Body) -> list[Body]:
    """The lines that carry the money: parents, and children of parents without a price."""
    items = {text(raw, "item_id", limit=64): raw for raw in parts(document, "items")}

    def counts(raw: Body) -> bool:
        parent = items.get(text(raw, "parent_item_id", limit=64))
        priced = parent is not None and (parent.get("product_type") != "bundle" or bool(parent.get("price")))
        if parent is None:
            return raw.get("product_type") != "bundle" or bool(raw.get("price"))
        return not priced

    return [raw for raw in items.values() if counts(raw) and _units(raw, "qty_ordered")]


def _units(raw: Body, name: str) -> int:
    """Magento writes quantities as numbers, whole or with a point."""
    value = raw.get(name) or 0
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or not 0 <= value <= MOST_UNITS or value != int(value):
        raise Malformed(f"{name} {str(value)[:20]!r} is no whole number of units", fields={name: "must be a whole number"})
    return int(value)


def _line(raw: Body, currency: str) -> Line:
    units, price = _units(raw, "qty_ordered"), money(raw, "price", currency)
    whole = money(raw, "row_total", currency) if "row_total" in raw else price * units
    price = max(price, -(-whole // units))
    return Line(
        id=reference(raw, "item_id")[:64],
        sku=text(raw, "sku", limit=80),
        title=plain(raw, "name"),
        quantity=units,
        unit_price=price,
        discount=price * units - whole + abs(money(raw, "discount_amount", currency)),
        tax=money(raw, "tax_amount", currency) + money(raw, "discount_tax_compensation_amount", currency),
        ships=raw.get("product_type") not in ("virtual", "downloadable") and not raw.get("is_virtual"),
        attributes={**_options(raw), **_gift(part(raw, "extension_attributes")), **said(product_id=text(raw, "product_id", limit=40))},
    )


def _options(raw: Body) -> dict[str, Any]:
    """What the buyer has chosen or written, by the number of the option: Magento does not name it in an order."""
    chosen = parts(part(part(raw, "product_option"), "extension_attributes"), "custom_options")[:20]
    return {f"option {text(each, 'option_id', limit=20)}": answer for each in chosen if (answer := text(each, "option_value"))}


def _gift(more: Body) -> dict[str, Any]:
    message = part(more, "gift_message")
    return said(
        gift_message=text(message, "message"),
        gift_from=text(message, "sender", limit=100),
        gift_to=text(message, "recipient", limit=100),
        gift_wrap=text(more, "gw_id", limit=40),
        gift_receipt=text(more, "gw_allow_gift_receipt", limit=5) == "1",
        gift_card=text(more, "gw_add_card", limit=5) == "1",
    )


def _charges(document: Body, more: Body, currency: str) -> tuple[Charge, ...]:
    """Gift wrap and its card with their tax, and what the law charges by the piece: in the total, and of no line's sum."""
    kinds = {"gift wrap": ("gw_price", "gw_items_price", "gw_tax_amount", "gw_items_tax_amount"), "gift card": ("gw_card_price", "gw_card_tax_amount")}
    found = [(title, money(more, name, currency)) for title, names in kinds.items() for name in names]
    return details.charges([*found, *(("fixed product tax", money(raw, "weee_tax_applied_row_amount", currency)) for raw in _sold(document))])


def _attributes(document: Body, more: Body, currency: str) -> dict[str, Any]:
    """`shop_currency`, `shop_total`: what it is in the shop's own money, where the buyer paid in another."""
    base = text(document, "base_currency_code", limit=8)
    other = bool(base) and base != currency
    group = text(document, "customer_group_id", limit=40)
    return {
        **_gift(more),
        **said(
            store=text(document, "store_name", limit=200).replace("\n", " / "),
            discount_codes=listed((text(document, "coupon_code", limit=100), text(document, "discount_description", limit=200))),
            shipping_title=plain(document, "shipping_description", limit=200),
            purchase_order=text(part(document, "payment"), "po_number", limit=100),
            customer_group=group if group != "0" else "",
            shop_currency=base if other else "",
            shop_total=text(document, "base_grand_total", limit=40) if other else "",
            external_order=text(document, "ext_order_id", limit=100),
        ),
    }


def _assigned(document: Body) -> tuple[Body, str]:
    """Where it goes, and by which method: Magento keeps them in the first of its shipping assignments."""
    groups = parts(part(document, "extension_attributes"), "shipping_assignments")
    shipping = part(groups[0], "shipping") if groups else {}
    return part(shipping, "address"), text(shipping, "method", limit=200)


def _fetched(document: Body) -> tuple[str, ...]:
    """In-store delivery: the code of the source at which it is fetched, and the method."""
    more, method = part(document, "extension_attributes"), _assigned(document)[1]
    code = text(more, "pickup_location_code", limit=200)
    return tuple(name for name in (code, method) if name) if code or method == _IN_STORE else ()


def _tenders(document: Body, currency: str, total: int) -> tuple[Tender, ...]:
    if not total:
        return ()
    payment = part(document, "payment")
    method = text(payment, "method", limit=200) or "magento"
    paid = min(total, money(document, "total_paid", currency))
    by = text(payment, "last_trans_id", "cc_trans_id", "entity_id", limit=200)
    taken = (Tender("channel", paid, method, reference=by),) if paid else ()
    kind = "cod" if method in _CASH else "terms"
    return (*taken, *((Tender(kind, total - paid, method, reference=by, attributes={"status": text(document, "state", limit=40)}),) if total > paid else ()))


def _customer(document: Body) -> Customer:
    billing = part(document, "billing_address")
    ship_to, bill_to = _address(_assigned(document)[0]), _address(billing)
    return Customer(
        email=text(document, "customer_email", limit=254) or text(billing, "email", limit=254),
        name=bill_to.name or ship_to.name,
        phone=bill_to.phone,
        ship_to=ship_to,
        bill_to=bill_to if bill_to.line1 else None,
        reference=text(document, "customer_id", limit=64),
        tax_id=text(document, "customer_taxvat", limit=100) or text(billing, "vat_id", limit=100),
    )


def _address(raw: Body) -> Address:
    street = [each for each in raw.get("street") or [] if isinstance(each, str)] if isinstance(raw.get("street"), list) else []
    named = (text(raw, part, limit=100) for part in ("prefix", "firstname", "middlename", "lastname", "suffix"))
    names = {"name": " ".join(filter(None, named))}
    streets = {"street1": street[0] if street else "", "street2": ", ".join(street[1:])}
    return address(
        {**raw, **names, **streets},
        line1="street1",
        line2="street2",
        region=("region_code", "region"),
        postal_code="postcode",
        country=("country_id",),
        phone="telephone",
    )


def _moment(document: Body, name: str, default: str) -> str:
    """`2026-11-23 03:20:00` of Magento is UTC."""
    return moment({name: text(document, name, limit=40).replace(" ", "T")}, name, default=default)


def _findings(document: Body, total: int) -> list[Finding]:
    state = text(document, "state", limit=40)
    if state in ("holded", "payment_review"):
        return [Finding("manual", f"Magento says {state}")]
    if text(document, "status", limit=40) == "fraud":
        return [Finding("fraud", "Magento says fraud")]
    paid = bool(document.get("total_paid")) or not total or text(part(document, "payment"), "method", limit=200) in _CASH
    authorised = bool(part(document, "payment").get("amount_authorized"))
    return [] if paid or authorised else [Finding("payment", f"Magento says {state or 'nothing'}, and nothing is paid")]


def _standing(document: Body, currency: str, own: int) -> Standing:
    """What gift cards, store credit and points have paid, `own`, Magento counts apart, and what of it was given back too."""
    shipped, removed = Counter[str](), Counter[str]()
    for raw in _sold(document):
        id = text(raw, "item_id", limit=64)
        shipped[id] += _units(raw, "qty_shipped")
        removed[id] += _units(raw, "qty_canceled")
    return Standing(
        as_of=_moment(document, "updated_at", ""),
        cancelled="canceled" if text(document, "state", limit=40) == "canceled" else "",
        removed=+removed,
        shipped=+shipped,
        paid=money(document, "total_paid", currency) + own or None,
        refunded=sum(money(document, name, currency) for name in _GIVEN_BACK) or None,
    )


@dataclass(frozen=True, slots=True)
class Magento(Quiet):
    """Magento as we call it. `source` and `stock_id` are where its stock is told."""

    caller: Any
    source: str = "default"
    stock_id: str = ""

    def stock(self, levels: Levels) -> Heard:
        from waybill.channels import magento_stock

        return magento_stock.tell(self.caller, self.source, self.stock_id, levels)

    def order(self, reference: str) -> Any:
        return self.caller.json("magento.order", "GET", f"/rest/V1/orders/{quote(reference, safe='')}")

    def changed(self, since: str, until: str, next: str) -> Page:
        page = int(next or 1)
        asked = {"pageSize": str(_A_PAGE), "currentPage": str(page), "sortOrders][0][field": "updated_at", "sortOrders][0][direction": "ASC"}
        for group, (condition, at) in enumerate((("gteq", since), ("lt", until))):
            field = f"filter_groups][{group}][filters][0]["
            asked |= {f"{field}field": "updated_at", f"{field}value": at[:19].replace("T", " "), f"{field}condition_type": condition}
        query = "&".join(f"searchCriteria%5B{quote(name, safe='')}%5D={quote(value)}" for name, value in asked.items())
        found = self.caller.json("magento.orders", "GET", f"/rest/V1/orders?{query}")
        items = found.get("items") or []
        more = page * _A_PAGE < int(found.get("total_count", 0))
        return Page(tuple((str(order["entity_id"]), order) for order in items), str(page + 1) if more else "")

    def accepted(self, acceptance: Acceptance) -> None:
        comment = {"comment": f"Accepted by Waybill ({acceptance.order_id})", "is_customer_notified": 0, "is_visible_on_front": 0}
        path = f"/rest/V1/orders/{quote(acceptance.external_reference, safe='')}/comments"
        known = self.caller.json("magento.comments", "GET", path).get("items") or []
        if not any(each.get("comment") == comment["comment"] for each in known):
            self.caller.json("magento.comment", "POST", path, {"statusHistory": comment})

    def cancelled(self, cancellation: Cancellation) -> None:
        if self.order(cancellation.external_reference).get("state") not in ("canceled", "closed", "complete"):
            self.caller.json("magento.cancel", "POST", f"/rest/V1/orders/{quote(cancellation.external_reference, safe='')}/cancel", {})

    def shipped(self, shipment: Shipment) -> None:
        """Looks among the order's shipments for our tracking number first."""
        if not shipment.parcels or self._told(shipment):
            return
        tracks = [{"carrier_code": "custom", "title": parcel.carrier, "track_number": parcel.tracking_number} for parcel in shipment.parcels]
        items = [{"order_item_id": int(line), "qty": units} for line, units in sorted(shipment.lines.items())]
        path = f"/rest/V1/order/{quote(shipment.external_reference, safe='')}/ship"
        self.caller.json("magento.ship", "POST", path, {"items": items, "notify": False, "tracks": tracks})

    def _told(self, shipment: Shipment) -> bool:
        field = "searchCriteria%5Bfilter_groups%5D%5B0%5D%5Bfilters%5D%5B0%5D"
        query = f"{field}%5Bfield%5D=order_id&{field}%5Bvalue%5D={quote(shipment.external_reference)}"
        found = self.caller.json("magento.shipments", "GET", f"/rest/V1/shipments?{query}").get("items") or []
        numbers = {track.get("track_number") for each in found for track in each.get("tracks") or []}
        return shipment.parcels[0].tracking_number in numbers


def _remote(outgoing: Outgoing) -> Remote:
    from waybill.channels.calling import caller

    source, stock = (str(outgoing.channel.settings.get(name) or "") for name in ("source_code", "stock_id"))
    return Magento(caller(outgoing, "rest_url", {"Authorization": f"Bearer {outgoing.credentials['access_token']}"}), source or "default", stock)


ADAPTER = Adapter(
    kind="magento",
    about=about,
    normalise=normalise,
    address="rest_url",
    remote=_remote,
    needs=("access_token",),
    stock=Stock(at_once=50),
    settings=("rest_url",),
)
