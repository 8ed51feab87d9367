"""BigCommerce: its webhooks (Standard Webhooks, which only name an order), its order (V2, with products and addresses) → the canonical order.

- The document is what we put together: the `order`, its `products`, its `shipping_addresses`. Prices are read without tax.
- A line's discounts are its `applied_discounts`; what of the order's discounts no line carries is spread over them by value.
- Handling, wrapping and fees of the shop's own making, with their tax, are `fees`. Store credit and gift certificates are tenders of their own: BigCommerce has taken them.
- Several addresses: the first is the order's own, each further one a ship group under its number; `order_address_id` of a product says which.
- It is told of shipments with their lines, of acceptance (Awaiting Fulfillment) and cancellation. It takes no units off for us.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from waybill.channels import details
from waybill.channels.details import listed, said
from waybill.channels.imported import Finding, Imported
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.model.shipment import Acceptance, Cancellation, Refund, Shipment
from waybill.channels.model.signature import standard_webhooks
from waybill.channels.model.standing import Standing
from waybill.channels.ports import NOTHING, WORD, About, Adapter, Hook, Outgoing, Page, Remote, Stock
from waybill.channels.quiet import Quiet
from waybill.channels.reading import Body, address, custom, distinct, locale, moment, money, part, parts, plain, quantity, reference, text
from waybill.kernel.errors import Malformed
from waybill.kernel.ids import order_id
from waybill.kernel.money import allocate, exponent
from waybill.orders.model.order import MOST_GROUPS, Address, Customer, Group, Line, Order, Shipping, Tender

_CANCELLED, _ACCEPTED, _DEAD = 5, 11, {4: "refunded", 6: "declined", 12: "in manual verification", 13: "disputed"}
_BEFORE_PAYMENT = (0, 1, 7)
_A_PAGE = 50


def about(topic: str, document: Any) -> About:
    """`store/order/…` names the order by its number."""
    data = part(document if isinstance(document, dict) else {}, "data")
    return About(WORD, reference(data, "id")) if topic.startswith("store/order/") else About(NOTHING)


def normalise(channel: str, document: Any, received_at: str) -> Imported:
    """One order of BigCommerce in our terms. Raises Malformed naming what cannot be read."""
    if not isinstance(document, dict):
        raise Malformed("the document is no order: it must be a JSON object")
    body = part(document, "order")
    external_reference = reference(body, "id")
    currency = text(body, "currency_code", limit=8)
    exponent(currency)
    addresses = parts(document, "shipping_addresses")
    total, products = money(body, "total_inc_tax", currency), parts(document, "products")
    groups = tuple(Group(reference(raw, "id")[:64], text(raw, "shipping_method", limit=200) or "standard") for raw in addresses[1 : MOST_GROUPS + 1])
    charges = details.charges([*((name, money(body, f"{name}_cost_inc_tax", currency)) for name in ("handling", "wrapping")), *_other_fees(body, currency)])
    order = Order(
        id=order_id(channel, external_reference),
        channel=channel,
        external_reference=external_reference,
        placed_at=moment(body, "date_created", default=received_at),
        currency=currency,
        lines=_lines(body, products, currency, {group.id for group in groups}),
        shipping=Shipping(
            method=text(addresses[0] if addresses else {}, "shipping_method", limit=200) or "standard",
            amount=money(body, "shipping_cost_ex_tax", currency),
            tax=money(body, "shipping_cost_tax", currency),
        ),
        tenders=_tenders(body, currency, total),
        total=total,
        fees=sum(charge.amount for charge in charges),
        number=external_reference,
        note=text(body, "customer_message", limit=2000),
        attributes={**custom(body.get("form_fields")), **_attributes(body, products, addresses), "channel_order": external_reference},
        charges=charges,
        groups=groups,
    )
    return Imported(order, _customer(body, addresses, groups), tuple(_findings(body, addresses)), _standing(document, body, currency, order))


def _lines(body: Body, products: list[Body], currency: str, groups: set[str]) -> tuple[Line, ...]:
    lines = [_line(raw, currency, groups) for raw in products if quantity(raw)]
    rest = money(body, "discount_amount", currency) + money(body, "coupon_discount", currency) - sum(line.discount for line in lines)
    if rest <= 0 or not lines:
        return distinct(lines)
    shares = allocate(rest, [max(line.net, 0) for line in lines])
    return distinct([replace(line, discount=line.discount + share) for line, share in zip(lines, shares, strict=True)])


def _line(raw: Body, currency: str, groups: set[str]) -> Line:
    units, place = quantity(raw), text(raw, "order_address_id", limit=64)
    whole = money(raw, "total_ex_tax", currency)
    price = -(-whole // units)
    given = sum(money(each, "amount", currency) for each in parts(raw, "applied_discounts"))
    options = {str(each.get("display_name")): str(each.get("display_value"))[:500] for each in parts(raw, "product_options")[:20]}
    return Line(
        id=reference(raw, "id")[:64],
        sku=text(raw, "sku", limit=80),
        title=plain(raw, "name"),
        quantity=units,
        unit_price=price,
        discount=price * units - whole + given,
        tax=money(raw, "total_tax", currency),
        ships=text(raw, "type", limit=20) != "digital",
        attributes={**options, **_line_attributes(raw)},
        group=place if place in groups else "",
    )


def _line_attributes(raw: Body) -> dict[str, Any]:
    """`bin`: where it lies; `event`: a date that the buyer has picked for it."""
    return said(
        product_id=text(raw, "product_id", limit=40),
        variant_id=text(raw, "variant_id", limit=40),
        gift_wrap=text(raw, "wrapping_name", limit=200),
        gift_message=text(raw, "wrapping_message"),
        bin=text(raw, "bin_picking_number", limit=100),
        event=" ".join(filter(None, (text(raw, "event_name", limit=100), text(raw, "event_date", limit=60)))),
    )


def _attributes(body: Body, products: list[Body], addresses: list[Body]) -> dict[str, Any]:
    """What the buyer has answered at the address counts as the order's; `staff_note` is what the shop's people wrote."""
    discounts = (text(each, "code", "name", "id", limit=100) for raw in products for each in parts(raw, "applied_discounts"))
    answers = custom(addresses[0].get("form_fields")) if addresses else {}
    return answers | said(
        discount_codes=listed(discounts),
        source_name=text(body, "external_source", "order_source", limit=100),
        external_order=text(body, "external_id", limit=100),
        channel_id=text(body, "channel_id", limit=40),
        staff_note=text(body, "staff_notes"),
    )


def _other_fees(body: Body, currency: str) -> list[tuple[str, int]]:
    """Fees of a shop's own making, where the answer has them: else it only says where they are."""
    found = parts(body, "fees") if isinstance(body.get("fees"), list) else []
    return [(text(raw, "display_name_customer", "name", limit=200), money(raw, "cost_inc_tax", currency)) for raw in found]


def _tenders(body: Body, currency: str, total: int) -> tuple[Tender, ...]:
    method, paid_by = text(body, "payment_method", limit=200) or "bigcommerce", text(body, "payment_provider_id", "id", limit=200)
    own = {"store credit": money(body, "store_credit_amount", currency), "gift certificate": money(body, "gift_certificate_amount", currency)}
    tenders = [Tender("channel", amount, name, reference=paid_by) for name, amount in own.items() if amount]
    rest = total - sum(own.values())
    if rest:
        kind = "channel" if _paid(body) else "cod" if "delivery" in method.lower() else "terms"
        tenders.append(Tender(kind, rest, method, reference=paid_by, attributes={"status": text(body, "payment_status", limit=40)}))
    return tuple(tenders)


def _paid(body: Body) -> bool:
    return text(body, "payment_status", limit=40).lower() in ("captured", "paid", "partially refunded", "refunded")


def _customer(body: Body, addresses: list[Body], groups: tuple[Group, ...]) -> Customer:
    bill_to = _address(part(body, "billing_address"))
    ship_to = _address(addresses[0]) if addresses else Address()
    email = text(part(body, "billing_address"), "email", limit=254)
    who, billed = text(body, "customer_id", limit=64), bill_to if bill_to.line1 else None
    return Customer(
        email,
        bill_to.name or ship_to.name,
        bill_to.phone,
        locale(text(body, "customer_locale", limit=20)),
        ship_to,
        billed,
        "" if who == "0" else who,
        groups={group.id: _address(raw) for group, raw in zip(groups, addresses[1:], strict=False)},
    )


def _address(raw: Body) -> Address:
    return address(raw, line1="street_1", line2="street_2", region=("state",), postal_code="zip", country=("country_iso2", "country"))


def _status(body: Body) -> int:
    found = body.get("status_id")
    return found if isinstance(found, int) and not isinstance(found, bool) else -1


def _findings(body: Body, addresses: list[Body]) -> list[Finding]:
    found = [Finding("manual", f"BigCommerce says {_DEAD[_status(body)]}")] if _status(body) in _DEAD else []
    if _status(body) in _BEFORE_PAYMENT:
        found.append(Finding("payment", "BigCommerce still waits for the payment"))
    return found + details.beyond(addresses[1:])


def _standing(document: Body, body: Body, currency: str, order: Order) -> Standing:
    shipped = {text(raw, "id", limit=64): quantity(raw, "quantity_shipped") for raw in parts(document, "products") if raw.get("quantity_shipped")}
    return Standing(
        as_of=moment(body, "date_modified", default=""),
        cancelled="cancelled" if _status(body) == _CANCELLED else "",
        shipped=shipped,
        paid=order.total if _paid(body) else None,
        refunded=money(body, "refunded_amount", currency) if "refunded_amount" in body else None,
    )


@dataclass(frozen=True, slots=True)
class BigCommerce(Quiet):
    """BigCommerce as we call it. `location` is where its stock is told."""

    caller: Any
    location: str = "1"

    def refund(self, refund: Refund) -> None:
        from waybill.channels import bigcommerce_refunds

        bigcommerce_refunds.tell(self.caller, quote(refund.external_reference, safe=""), refund)

    def stock(self, levels: Levels) -> Heard:
        from waybill.channels import bigcommerce_stock

        return bigcommerce_stock.tell(self.caller, self.location, levels)

    def order(self, reference: str) -> Any:
        return self._whole(self.caller.json("bigcommerce.order", "GET", _path(reference)))

    def changed(self, since: str, until: str, next: str) -> Page:
        page = int(next or 1)
        span = f"min_date_modified={quote(since)}&max_date_modified={quote(until)}"
        found = self.caller.json("bigcommerce.orders", "GET", f"/v2/orders?{span}&sort=date_modified:asc&limit={_A_PAGE}&page={page}") or []
        return Page(tuple((str(order["id"]), self._whole(order)) for order in found), str(page + 1) if len(found) == _A_PAGE else "")

    def accepted(self, acceptance: Acceptance) -> None:
        self._to_status(acceptance.external_reference, _ACCEPTED)

    def cancelled(self, cancellation: Cancellation) -> None:
        self._to_status(cancellation.external_reference, _CANCELLED)

    def shipped(self, shipment: Shipment) -> None:
        path = f"{_path(shipment.external_reference)}/shipments"
        told = {str(each.get("tracking_number")) for each in self.caller.json("bigcommerce.shipments", "GET", path) or []}
        if not shipment.parcels or shipment.parcels[0].tracking_number in told:
            return
        addresses = self.caller.json("bigcommerce.addresses", "GET", f"{_path(shipment.external_reference)}/shipping_addresses")
        items = [{"order_product_id": int(line), "quantity": units} for line, units in sorted(shipment.lines.items())]
        parcel = shipment.parcels[0]
        more = ", ".join(f"{each.carrier} {each.tracking_number}" for each in shipment.parcels[1:])
        said = {"order_address_id": self._goes_to(shipment, addresses), "items": items, "tracking_number": parcel.tracking_number, "comments": more}
        self.caller.json("bigcommerce.ship", "POST", path, said | ({"tracking_link": parcel.url} if parcel.url else {}))

    def _goes_to(self, shipment: Shipment, addresses: list[dict[str, Any]]) -> Any:
        """What was sent together goes to one address; which, its products say."""
        if len(addresses) == 1:
            return addresses[0]["id"]
        products = self.caller.json("bigcommerce.products", "GET", f"{_path(shipment.external_reference)}/products?limit=250") or []
        return next((raw["order_address_id"] for raw in products if str(raw["id"]) in shipment.lines), addresses[0]["id"])

    def _to_status(self, reference: str, status: int) -> None:
        now = self.caller.json("bigcommerce.order", "GET", _path(reference)).get("status_id")
        if now != status and now not in (2, 3, 4, _CANCELLED, 10):
            self.caller.json("bigcommerce.update", "PUT", _path(reference), {"status_id": status})

    def _whole(self, order: dict[str, Any]) -> dict[str, Any]:
        path = _path(str(order["id"]))
        return {
            "order": order,
            "products": self.caller.json("bigcommerce.products", "GET", f"{path}/products?limit=250") or [],
            "shipping_addresses": self.caller.json("bigcommerce.addresses", "GET", f"{path}/shipping_addresses") or [],
        }


def _path(reference: str) -> str:
    return f"/v2/orders/{quote(reference, safe='')}"


def _remote(outgoing: Outgoing) -> Remote:
    from waybill.channels.calling import caller

    return BigCommerce(caller(outgoing, "api_url", {"X-Auth-Token": outgoing.credentials["access_token"]}), str(outgoing.channel.settings.get("location_id") or 1))


ADAPTER = Adapter(
    kind="bigcommerce",
    about=about,
    normalise=normalise,
    hook=Hook(
        signature="webhook-signature",
        verified=standard_webhooks,
        topic=lambda headers, document: text(document, "scope", limit=120) if isinstance(document, dict) else "",
        delivery=lambda headers, document: headers.get("webhook-id", ""),
    ),
    address="api_url",
    remote=_remote,
    needs=("access_token",),
    stock=Stock(at_once=100),
    refunds=True,
    settings=("api_url",),
)
