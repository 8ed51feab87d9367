"""commercetools: its subscriptions (messages through a queue, which only name an order), its order → the canonical order.

- Money is `centAmount` of the currency's own fraction. `taxRate.includedInPrice` says whether prices contain tax; the total is the gross one
  where the order is taxed, else `totalPrice`.
- A line's discounts, those of the cart among them, are what `totalPrice` lacks of price × quantity. Custom line items are lines.
- Several ship groups (`shippingMode` Multiple): `itemShippingAddresses` under their keys, and a line's `shippingDetails` say which; the first that a line
  names is the order's own. A line that is shared out among several is held, and goes to the first.
- It is told of deliveries (each under the key of its fulfilment order), of acceptance and of cancellation by the order's state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from waybill.channels import details, oauth
from waybill.channels.details import listed, percent, said
from waybill.channels.imported import Finding, Imported
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.model.shipment import Acceptance, Cancellation, Reduction, Shipment
from waybill.channels.model.standing import Standing
from waybill.channels.ports import NOTHING, WORD, About, Adapter, Notices, Outgoing, Page, Remote, Stock
from waybill.channels.quiet import Quiet
from waybill.channels.reading import Body, address, distinct, locale, moment, part, parts, quantity, reference, text
from waybill.channels.reading import minor as _minor
from waybill.kernel.errors import Malformed
from waybill.kernel.ids import order_id
from waybill.kernel.money import exponent
from waybill.orders.model.order import MOST_GROUPS, Address, Customer, Group, Line, Order, Shipping, Tax, Tender

_A_PAGE = 50


def about(topic: str, document: Any) -> About:
    """Every message and change of an order names it."""
    resource = part(document if isinstance(document, dict) else {}, "resource")
    return About(WORD, reference(resource, "id")) if resource.get("typeId") == "order" else About(NOTHING)


def normalise(channel: str, document: Any, received_at: str) -> Imported:
    """One order of commercetools in our terms. Raises Malformed naming what cannot be read."""
    if not isinstance(document, dict):
        raise Malformed("the document is no order: it must be a JSON object")
    external_reference = reference(document, "id")
    currency = text(part(document, "totalPrice"), "currencyCode", limit=8)
    exponent(currency)
    taxed = part(document, "taxedPrice")
    total = _minor(taxed, "totalGross", currency) if "totalGross" in taxed else _minor(document, "totalPrice", currency)
    gross = _prices_contain_tax(document)
    language = text(document, "locale", limit=20)
    groups = _groups(document)
    lines = [_line(raw, currency, language, groups) for name in ("lineItems", "customLineItems") for raw in parts(document, name) if quantity(raw)]
    order = Order(
        id=order_id(channel, external_reference),
        channel=channel,
        external_reference=external_reference,
        placed_at=moment(document, "createdAt", default=received_at),
        currency=currency,
        lines=distinct(lines),
        shipping=_shipping(document, currency),
        tenders=_tenders(document, currency, total),
        total=total,
        tax_included=gross,
        fees=-_minor(part(document, "discountOnTotalPrice"), "discountedAmount", currency),
        number=text(document, "orderNumber", limit=128),
        attributes={**_fields(document), **_attributes(document), "channel_order": external_reference},
        taxes=_taxes(document, currency),
        groups=tuple(groups.values()),
        charges=details.charges([("discount on the total", -_minor(part(document, "discountOnTotalPrice"), "discountedAmount", currency))]),
    )
    return Imported(order, _customer(document), tuple(_findings(document)), _standing(document, currency))


def _prices_contain_tax(document: Body) -> bool:
    rates = [part(raw, "taxRate") for name in ("lineItems", "customLineItems") for raw in parts(document, name)]
    return bool(rates) and all(rate.get("includedInPrice") is True for rate in rates)


def _line(raw: Body, currency: str, language: str, groups: Mapping[str, Group]) -> Line:
    units, taxed = quantity(raw), part(raw, "taxedPrice")
    whole = _minor(raw, "totalPrice", currency)
    before = (_minor(part(raw, "price"), "value", currency) or _minor(raw, "money", currency)) * units
    price = -(-max(before, whole) // units)
    custom_line = "variant" not in raw
    return Line(
        id=reference(raw, "id")[:64],
        sku=text(part(raw, "variant"), "sku", limit=80),
        title=_named(part(raw, "name"), language),
        quantity=units,
        unit_price=price,
        discount=price * units - whole,
        tax=_minor(taxed, "totalGross", currency) - _minor(taxed, "totalNet", currency),
        ships=not custom_line,
        attributes={**_fields(raw), **said(product_id=text(raw, "productId", limit=64), variant_id=text(part(raw, "variant"), "id", limit=40))},
        group=place if (place := next(iter(_targets(raw)), "")) in groups else "",
    )


def _targets(raw: Body) -> list[str]:
    """Keys of the addresses to which units of a line go."""
    found = parts(part(raw, "shippingDetails"), "targets")
    return list(dict.fromkeys(key for each in found if each.get("quantity") != 0 and (key := text(each, "addressKey", limit=64))))


def _sold(document: Body) -> list[Body]:
    return [raw for name in ("lineItems", "customLineItems") for raw in parts(document, name)]


def _places(document: Body) -> dict[str, Body]:
    """Addresses that lines name, by their keys; none where the order has but one."""
    named = {key for raw in _sold(document) for key in _targets(raw)}
    known = {text(raw, "key", limit=64): raw for raw in parts(document, "itemShippingAddresses")}
    return {key: raw for key, raw in known.items() if key in named}


def _groups(document: Body) -> dict[str, Group]:
    """Of the places that lines name all but the first, each with the method of its shipping."""
    methods = {}
    for raw in parts(document, "shipping"):
        methods[text(part(raw, "shippingAddress"), "key", limit=64)] = text(part(raw, "shippingInfo"), "shippingMethodName", limit=200)
    return {key: Group(key, methods.get(key) or "standard") for key in list(_places(document))[1 : MOST_GROUPS + 1]}


def _attributes(document: Body) -> dict[str, Any]:
    """Discount codes by their id, or by the code itself where the answer was expanded."""
    codes = (part(raw, "discountCode") for raw in parts(document, "discountCodes"))
    return said(
        discount_codes=listed(text(part(each, "obj"), "code", limit=100) or text(each, "id", limit=100) for each in codes),
        purchase_order=text(document, "purchaseOrderNumber", limit=200),
        source_name=text(document, "origin", limit=40),
        store=text(part(document, "store"), "key", limit=200),
        business_unit=text(part(document, "businessUnit"), "key", limit=200),
        customer_group=text(part(document, "customerGroup"), "id", limit=64),
    )


def _taxes(document: Body, currency: str) -> tuple[Tax, ...]:
    """The order's portions; where it has none, the lines'."""
    named = parts(part(document, "taxedPrice"), "taxPortions")
    lines = (each for name in ("lineItems", "customLineItems") for raw in parts(document, name) for each in parts(part(raw, "taxedPrice"), "taxPortions"))
    return details.taxes((text(raw, "name", limit=200), percent(text(raw, "rate", limit=20)), _minor(raw, "amount", currency)) for raw in named or lines)


def _named(names: Body, language: str) -> str:
    known = [text(names, name) for name in (language, language[:2], "en", *names) if name in names]
    return next(filter(None, known), "")


def _shipping(document: Body, currency: str) -> Shipping:
    """All of its methods' prices as one; the method is the first's."""
    infos = [part(document, "shippingInfo")] if part(document, "shippingInfo") else [part(raw, "shippingInfo") for raw in parts(document, "shipping")]
    amount = sum(_minor(info, "price", currency) for info in infos)
    paid = sum(_minor(part(info, "discountedPrice"), "value", currency) if "discountedPrice" in info else _minor(info, "price", currency) for info in infos)
    taxed = [part(info, "taxedPrice") for info in infos]
    tax = sum(_minor(each, "totalGross", currency) - _minor(each, "totalNet", currency) for each in taxed)
    return Shipping((text(infos[0], "shippingMethodName", limit=200) if infos else "") or "standard", amount, amount - paid, tax)


def _payments(document: Body) -> list[Body]:
    return [part(raw, "obj") for raw in parts(part(document, "paymentInfo"), "payments")]


def _moved(payment: Body, kind: str, currency: str) -> int:
    done = [raw for raw in parts(payment, "transactions") if raw.get("type") == kind and raw.get("state") == "Success"]
    return sum(_minor(raw, "amount", currency) for raw in done)


def _tenders(document: Body, currency: str, total: int) -> tuple[Tender, ...]:
    """What payments have charged; the rest, or all of it where the order only says `Paid`, by that word."""
    taken = []
    for payment in _payments(document):
        method = text(part(payment, "paymentMethodInfo"), "method", "paymentInterface", limit=200) or "commercetools"
        if charged := _moved(payment, "Charge", currency):
            taken.append(Tender("channel", charged, method, reference=text(payment, "interfaceId", "id", limit=200)))
    rest = total - sum(tender.amount for tender in taken)
    if rest > 0:
        status = text(document, "paymentState", limit=40)
        taken.append(Tender("channel" if status == "Paid" else "terms", rest, "commercetools", attributes={"status": status}))
    return tuple(taken)


def _customer(document: Body) -> Customer:
    places = _places(document)
    own = next(iter(places.values()), {}) if places else {}
    ship_to, bill_to = _address(part(document, "shippingAddress") or own), _address(part(document, "billingAddress"))
    email = text(document, "customerEmail", limit=254) or text(part(document, "shippingAddress"), "email", limit=254)
    return Customer(
        email=email,
        name=bill_to.name or ship_to.name,
        phone=ship_to.phone,
        locale=locale(text(document, "locale", limit=20)),
        ship_to=ship_to,
        bill_to=bill_to if bill_to.line1 else None,
        reference=text(document, "customerId", limit=64) or text(document, "anonymousId", limit=64),
        groups={key: _address(places[key]) for key in _groups(document)},
    )


def _address(raw: Body) -> Address:
    street = " ".join(filter(None, (text(raw, "streetName", limit=180), text(raw, "streetNumber", limit=20))))
    more = listed(text(raw, name, limit=100) for name in ("additionalStreetInfo", "building", "apartment", "department", "pOBox"))
    phone = text(raw, "phone", "mobile", limit=40)
    names = {"first_name": raw.get("firstName"), "last_name": raw.get("lastName"), "street": street, "more": more, "phone": phone}
    found = address({**raw, **names}, line1="street", line2="more", region=("state", "region"), postal_code="postalCode", country=("country",))
    return replace(found, instructions=text(raw, "additionalAddressInfo", limit=300))


def _fields(raw: Body) -> dict[str, Any]:
    """Custom fields that are text, numbers or flags."""
    fields = part(part(raw, "custom"), "fields")
    return {name[:100]: value[:500] if isinstance(value, str) else value for name, value in list(fields.items())[:50] if isinstance(value, (str, int, bool)) and value != ""}


def _findings(document: Body) -> list[Finding]:
    state, found = text(document, "paymentState", limit=40), []
    if state in ("Failed", "Pending", "BalanceDue"):
        found.append(Finding("payment", f"commercetools says {state} of the payment"))
    shared = [text(raw, "id", limit=64) for raw in _sold(document) if len(_targets(raw)) > 1]
    lost = sorted({key for raw in _sold(document) for key in _targets(raw)} - _places(document).keys())
    why = f"units of line {', '.join(shared[:5])} go to several addresses, the first is taken" if shared else ""
    why = why or (f"lines go to {', '.join(lost[:5])}, and it has no such address" if lost else "")
    return found + details.beyond(list(_places(document))[1:], why)


def _standing(document: Body, currency: str) -> Standing:
    shipped = Counter[str]()
    for delivery in parts(part(document, "shippingInfo"), "deliveries"):
        for item in parts(delivery, "items"):
            shipped[text(item, "id", limit=64)] += quantity(item)
    payments = _payments(document)
    return Standing(
        as_of=moment(document, "lastModifiedAt", default=""),
        cancelled="cancelled" if text(document, "orderState", limit=40) == "Cancelled" else "",
        shipped=dict(shipped),
        paid=sum(_moved(payment, "Charge", currency) for payment in payments) or None,
        refunded=sum(_moved(payment, "Refund", currency) for payment in payments) if payments else None,
    )


@dataclass(frozen=True, slots=True)
class Commercetools(Quiet):
    """commercetools as we call it; the caller's base ends with the project's key. `for_stock` calls it with the right to change products, where its
    inventory belongs; `supply` is the supply channel whose stock is told."""

    caller: Any
    for_stock: Callable[[], Any]
    supply: str = ""

    def stock(self, levels: Levels) -> Heard:
        from waybill.channels import commercetools_stock

        return commercetools_stock.tell(self.for_stock(), self.supply, levels)

    def order(self, reference: str) -> Any:
        return self.caller.json("commercetools.order", "GET", f"/orders/{quote(reference, safe='')}?expand=paymentInfo.payments%5B*%5D")

    def changed(self, since: str, until: str, next: str) -> Page:
        where = quote(f'lastModifiedAt >= "{since}" and lastModifiedAt < "{until}"')
        start = int(next or 0)
        path = f"/orders?where={where}&sort=lastModifiedAt%20asc&limit={_A_PAGE}&offset={start}&expand=paymentInfo.payments%5B*%5D"
        found = self.caller.json("commercetools.orders", "GET", path)["results"]
        return Page(tuple((order["id"], order) for order in found), str(start + _A_PAGE) if len(found) == _A_PAGE else "")

    def accepted(self, acceptance: Acceptance) -> None:
        order = self.order(acceptance.external_reference)
        if order.get("orderState") == "Open":
            self._change(order, [{"action": "changeOrderState", "orderState": "Confirmed"}])

    def cancelled(self, cancellation: Cancellation) -> None:
        order = self.order(cancellation.external_reference)
        if order.get("orderState") != "Cancelled":
            self._change(order, [{"action": "changeOrderState", "orderState": "Cancelled"}])

    def shipped(self, shipment: Shipment) -> None:
        order = self.order(shipment.external_reference)
        if any(each.get("key") == shipment.name for each in (order.get("shippingInfo") or {}).get("deliveries", ())):
            return
        items = [{"id": line, "quantity": units} for line, units in sorted(shipment.lines.items())]
        parcels = [{"trackingData": {"trackingId": parcel.tracking_number, "carrier": parcel.carrier}} for parcel in shipment.parcels]
        delivery = {"action": "addDelivery", "deliveryKey": shipment.name, "items": items, "parcels": parcels}
        state = {"action": "changeShipmentState", "shipmentState": "Shipped" if shipment.last else "Partial"}
        self._change(order, [delivery, *([state] if order.get("shipmentState") != state["shipmentState"] else [])])

    def reduced(self, reduction: Reduction) -> None:
        order = self.order(reduction.external_reference) if reduction.last else {}
        if reduction.last and order.get("shipmentState") != "Shipped":
            self._change(order, [{"action": "changeShipmentState", "shipmentState": "Shipped"}])

    def _change(self, order: dict[str, Any], actions: list[dict[str, Any]]) -> None:
        """At the version that was read: who was faster makes us look again."""
        self.caller.json("commercetools.update", "POST", f"/orders/{order['id']}", {"version": order["version"], "actions": actions})


def _remote(outgoing: Outgoing) -> Remote:
    from waybill.channels.calling import caller

    settings, said = outgoing.channel.settings, outgoing.credentials

    def allowed(scope: str) -> Any:
        form = {"grant_type": "client_credentials", "scope": f"{scope}:{settings.get('project_key', '')}"}
        found = oauth.token("commercetools.token", f"{settings.get('auth_url', '')}/oauth/token", form, (said["client_id"], said["client_secret"]))
        return caller(outgoing, "api_url", {"Authorization": f"Bearer {found}"})

    return Commercetools(allowed("manage_orders"), lambda: allowed("manage_products"), str(settings.get("supply_channel_id") or ""))


ADAPTER = Adapter(
    kind="commercetools",
    about=about,
    normalise=normalise,
    address="api_url",
    remote=_remote,
    needs=("client_id", "client_secret"),
    stock=Stock(at_once=25),
    settings=("api_url", "auth_url", "project_key"),
    notices=Notices(
        setting="project_key",
        names=lambda notice: text(notice, "projectKey", limit=100),
        topic=lambda notice: text(notice, "type", "notificationType", limit=100),
        delivery=lambda notice: text(notice, "id", limit=150) or f"{text(part(notice, 'resource'), 'id', limit=100)}-{text(notice, 'version', limit=20)}",
    ),
)
