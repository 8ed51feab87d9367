"""Amazon: its notifications (through a queue, which only name an order), its order (Orders API 2026-01-01) → the canonical order.

- Orders that Amazon fulfils itself are none of ours. A pending one has neither address nor payment: it is taken when Amazon lets it go.
- A line's money is in `proceeds.breakdowns` by type; where they are not given, the unit price counts. What the items name of shipping, gift
  wrap and cash on delivery belongs to the order: shipping, and `fees`. Amazon has taken the money: a tender of kind `channel`.
- Gift messages, and what the buyer ordered it under, are attributes.
- Units that Amazon has cancelled are taken off. A buyer who only asks for it is a person's matter, as in Amazon's own console.
- It is told of each shipment (Orders API v0, `confirmShipment`). The Orders API has no word for accepting, cancelling or refunding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from waybill.channels import details, oauth
from waybill.channels.details import listed, promised_days, said
from waybill.channels.imported import Finding, Imported
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.model.shipment import Shipment
from waybill.channels.model.standing import Standing
from waybill.channels.ports import NOTHING, WORD, About, Adapter, Notices, Outgoing, Page, Remote, Stock
from waybill.channels.quiet import Quiet
from waybill.channels.reading import Body, address, distinct, moment, money, part, parts, plain, quantity, reference, text
from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import Malformed
from waybill.kernel.ids import order_id
from waybill.kernel.money import exponent
from waybill.orders.model.order import Customer, Line, Order, Shipping, Tender

_CHANGED = "ORDER_CHANGE"
_ALL = "BUYER,RECIPIENT,PROCEEDS,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT"
_READY = "UNSHIPPED,PARTIALLY_SHIPPED,SHIPPED,CANCELLED"
_TOKENS = "https://api.amazon.com/auth/o2/token"
_FEES = ("GIFT_WRAP", "COD_FEE", "OTHER")


def about(topic: str, document: Any) -> About:
    """Of the notifications, those of orders that the merchant ships and that are no longer pending."""
    told = _change(document)
    summary = part(told, "Summary")
    if topic != _CHANGED or summary.get("FulfillmentType") == "AFN" or str(summary.get("OrderStatus", "")).startswith("Pending"):
        return About(NOTHING)
    return About(WORD, reference(told, "AmazonOrderId"))


def _change(document: Any) -> Body:
    return part(part(document if isinstance(document, dict) else {}, "Payload"), "OrderChangeNotification")


def normalise(channel: str, document: Any, received_at: str) -> Imported:
    """One order of Amazon in our terms. Raises Malformed naming what cannot be read."""
    if not isinstance(document, dict):
        raise Malformed("the document is no order: it must be a JSON object")
    body = part(document, "order") or document
    external_reference = reference(body, "orderId")
    grand = part(part(body, "proceeds"), "grandTotal")
    currency = text(grand, "currencyCode", limit=8)
    exponent(currency)
    total = money(grand, "amount", currency)
    items, placed_at, attributes = parts(body, "orderItems"), moment(body, "createdTime", default=received_at), _attributes(body)
    charges = details.charges((kind.lower().replace("_", " "), _of(raw, kind, currency)) for raw in items for kind in _FEES)
    order = Order(
        id=order_id(channel, external_reference),
        channel=channel,
        external_reference=external_reference,
        placed_at=placed_at,
        currency=currency,
        lines=distinct([_line(raw, currency) for raw in items if quantity(raw, "quantityOrdered")]),
        shipping=Shipping(
            method=text(part(body, "fulfillment"), "fulfillmentServiceLevel", limit=200).lower() or "standard",
            amount=sum(_of(raw, "SHIPPING", currency) for raw in items),
            promise_days=promised_days(placed_at, str(attributes.get("deliver_by", ""))),
        ),
        tenders=(Tender("channel", total, "amazon", reference=external_reference),) if total else (),
        total=total,
        fees=sum(charge.amount for charge in charges),
        number=external_reference,
        attributes={**attributes, "channel_order": external_reference},
        charges=charges,
    )
    return Imported(order, _customer(body), tuple(_findings(body)), _standing(body, items), _fetched(body))


def _fetched(body: Body) -> tuple[str, ...]:
    """In-store pick-up: the store as the delivery address names it."""
    programs = body.get("programs")
    if not isinstance(programs, list) or "IN_STORE_PICK_UP" not in programs:
        return ()
    place = part(part(body, "recipient"), "deliveryAddress")
    names = (text(place, "name", limit=200), text(place, "companyName", limit=200), "IN_STORE_PICK_UP")
    return tuple(name for name in names if name)


def _line(raw: Body, currency: str) -> Line:
    units, product = quantity(raw, "quantityOrdered"), part(raw, "product")
    price = money(part(part(product, "price"), "unitPrice"), "amount", currency)
    whole = _of(raw, "ITEM", currency) or price * units
    price = -(-whole // units)
    gift = part(part(part(raw, "fulfillment"), "packing"), "giftOption")
    return Line(
        id=reference(raw, "orderItemId")[:64],
        sku=text(product, "sellerSku", limit=80),
        title=plain(product, "title"),
        quantity=units,
        unit_price=price,
        discount=price * units - whole + abs(_of(raw, "DISCOUNT", currency)),
        tax=_of(raw, "TAX", currency),
        attributes=said(
            gift_message=text(gift, "giftMessage"),
            gift_wrap=text(gift, "giftWrapLevel", limit=100),
            asin=text(product, "asin", limit=20),
            programs=_words(raw, "programs"),
            associated_orders=listed(text(each, "orderId", limit=40) for each in parts(raw, "associatedOrderItems")),
            ioss=text(part(part(part(raw, "fulfillment"), "shipping"), "internationalShipping"), "iossNumber", limit=40),
            condition_note=text(part(product, "condition"), "conditionNote"),
        ),
    )


def _of(raw: Body, kind: str, currency: str) -> int:
    """What an item's proceeds name of one type."""
    found = [each for each in parts(part(raw, "proceeds"), "breakdowns") if text(each, "type", limit=40) == kind]
    return sum(money(part(each, "subtotal"), "amount", currency) for each in found)


def _attributes(body: Body) -> dict[str, Any]:
    buyer, sold, fulfilment = part(body, "buyer"), part(body, "salesChannel"), part(body, "fulfillment")
    promotions = (each for raw in parts(body, "orderItems") for each in parts(part(raw, "promotion"), "breakdowns"))
    aliases = (text(raw, "aliasId", limit=100) for raw in parts(body, "orderAliases") if raw.get("aliasType") == "SELLER_ORDER_ID")
    return said(
        purchase_order=text(buyer, "buyerPurchaseOrderNumber", limit=200),
        marketplace=text(sold, "marketplaceId", limit=40),
        source_name=text(sold, "marketplaceName", "channelName", limit=100),
        seller_order_id=listed(aliases),
        programs=_words(body, "programs"),
        discount_codes=listed(text(each, "promotionId", limit=100) for each in promotions),
        ship_by=moment(part(fulfilment, "shipByWindow"), "latestDateTime", default=""),
        deliver_by=moment(part(fulfilment, "deliverByWindow"), "latestDateTime", default=""),
        address_type=text(part(part(body, "recipient"), "deliveryAddress"), "addressType", limit=40).lower(),
    )


def _words(raw: Body, name: str) -> str:
    found = raw.get(name)
    return listed(each for each in found if isinstance(each, str)) if isinstance(found, list) else ""


def _customer(body: Body) -> Customer:
    buyer, raw = part(body, "buyer"), part(part(body, "recipient"), "deliveryAddress")
    found = address(
        {**raw, "company": raw.get("companyName")},
        line1="addressLine1",
        line2="addressLine2",
        region=("stateOrRegion",),
        postal_code="postalCode",
        country=("countryCode",),
    )
    line2 = listed((found.line2, *_more(raw, found.line1 + found.line2)))[:200]
    place = replace(found, company=found.company or text(buyer, "buyerCompanyName", limit=200), line2=line2, instructions=_instructions(body))
    return Customer(email=text(buyer, "buyerEmail", limit=254), name=text(buyer, "buyerName", limit=200) or found.name, phone=found.phone, ship_to=place)


def _more(raw: Body, known: str) -> list[str]:
    """What countries have beside street and city, where the two lines do not say it already."""
    extended = part(raw, "extendedFields")
    street = " ".join(filter(None, (text(extended, "streetName", limit=100), text(extended, "streetNumber", limit=20))))
    beside = (text(raw, "addressLine3", limit=200), *(text(extended, name, limit=100) for name in ("complement", "neighborhood")))
    places = (text(raw, "districtOrCounty", limit=100), text(raw, "municipality", limit=100))
    fresh = () if all(word in known for word in street.split()) else (street,)
    return [each for each in (*fresh, *beside, *places) if each and each not in known]


def _instructions(body: Body) -> str:
    wish = part(part(body, "recipient"), "deliveryPreference")
    return listed((text(wish, "dropOffLocation", limit=100), text(wish, "addressInstruction", limit=300)))


def _findings(body: Body) -> list[Finding]:
    fulfilment = part(body, "fulfillment")
    if text(fulfilment, "fulfilledBy", limit=40) == "AMAZON":
        return [Finding("manual", "Amazon fulfils it itself")]
    if text(fulfilment, "fulfillmentStatus", limit=40).startswith("PENDING"):
        return [Finding("payment", "Amazon has not let it go yet")]
    asked = [raw for raw in parts(body, "orderItems") if part(part(raw, "cancellation"), "cancellationRequest")]
    return [Finding("manual", "the buyer asks for a cancellation")] if asked else []


def _standing(body: Body, items: list[Body]) -> Standing:
    status = text(part(body, "fulfillment"), "fulfillmentStatus", limit=40)
    shipped, removed = dict[str, int](), dict[str, int]()
    for raw in items:
        id, done = text(raw, "orderItemId", limit=64), part(raw, "fulfillment")
        left = quantity(done, "quantityFulfilled") if "quantityFulfilled" in done else 0
        if left:
            shipped[id] = left
        if "quantityFulfilled" in done and "quantityUnfulfilled" in done:
            removed[id] = max(0, quantity(raw, "quantityOrdered") - left - quantity(done, "quantityUnfulfilled"))
    removed = {id: units for id, units in removed.items() if units}
    return Standing(as_of=moment(body, "lastUpdatedTime", default=""), cancelled="cancelled" if status == "CANCELLED" else "", removed=removed, shipped=shipped)


@dataclass(frozen=True, slots=True)
class Amazon(Quiet):
    """Amazon as we call it. `marketplace` is where its orders belong."""

    caller: Any
    marketplace: str
    seller: str = ""
    handling_days: int | None = None

    def stock(self, levels: Levels) -> Heard:
        from waybill.channels import amazon_stock

        return amazon_stock.tell(self.caller, self.seller, self.marketplace, self.handling_days, levels)

    def order(self, reference: str) -> Any:
        return self.caller.json("amazon.order", "GET", f"/orders/2026-01-01/orders/{quote(reference, safe='')}?includedData={_ALL}")["order"]

    def changed(self, since: str, until: str, next: str) -> Page:
        """Up to two minutes ago: Amazon lists nothing newer."""
        latest = min(until, instant(_before(self.caller.clock())))
        if since >= latest:
            return Page(())
        span = f"lastUpdatedAfter={quote(since)}&lastUpdatedBefore={quote(latest)}&marketplaceIds={quote(self.marketplace)}"
        more = f"&paginationToken={quote(next, safe='')}" if next else ""
        path = f"/orders/2026-01-01/orders?{span}&fulfillmentStatuses={_READY}&fulfilledBy=MERCHANT&includedData={_ALL}{more}"
        found = self.caller.json("amazon.orders", "GET", path)
        return Page(tuple((order["orderId"], order) for order in found.get("orders", ())), (found.get("pagination") or {}).get("nextToken", ""))

    def shipped(self, shipment: Shipment) -> None:
        """One package, named by the number of its fulfilment order, with the first tracking number: which line is in which parcel we do not say."""
        if not shipment.parcels or self._told(shipment):
            return
        parcel = shipment.parcels[0]
        package = {
            "packageReferenceId": shipment.fo_id.rpartition("-")[2] + (f"{shipment.part:03d}" if shipment.part else ""),
            "carrierCode": "Other",
            "carrierName": parcel.carrier,
            "shippingMethod": parcel.service,
            "trackingNumber": parcel.tracking_number,
            "shipDate": shipment.at,
            "orderItems": [{"orderItemId": line, "quantity": units} for line, units in sorted(shipment.lines.items())],
        }
        path = f"/orders/v0/orders/{quote(shipment.external_reference, safe='')}/shipmentConfirmation"
        self.caller.json("amazon.confirmShipment", "POST", path, {"packageDetail": package, "marketplaceId": self.marketplace})

    def _told(self, shipment: Shipment) -> bool:
        known = {each.get("trackingNumber") for each in self.order(shipment.external_reference).get("packages", ())}
        return shipment.parcels[0].tracking_number in known


def _before(now: Any) -> Any:
    from datetime import timedelta

    return parse_instant(instant(now)) - timedelta(minutes=3)


def _remote(outgoing: Outgoing) -> Remote:
    from waybill.channels.calling import caller

    settings, said = outgoing.channel.settings, outgoing.credentials
    form = {"grant_type": "refresh_token", **{name: str(said[name]) for name in ("refresh_token", "client_id", "client_secret")}}
    found = oauth.token("amazon.token", str(settings.get("token_url") or _TOKENS), form)
    marketplace, seller = (str(settings.get(name, "")) for name in ("marketplace_id", "seller_id"))
    return Amazon(caller(outgoing, "api_url", {"x-amz-access-token": found}), marketplace, seller, settings.get("handling_days"))


ADAPTER = Adapter(
    kind="amazon",
    about=about,
    normalise=normalise,
    address="api_url",
    remote=_remote,
    needs=("refresh_token", "client_id", "client_secret"),
    stock=Stock(at_once=20, settings=("seller_id", "marketplace_id")),
    settings=("api_url", "marketplace_id", "seller_id"),
    notices=Notices(
        setting="seller_id",
        names=lambda notice: text(_change(notice), "SellerId", limit=100),
        topic=lambda notice: text(notice, "NotificationType", limit=100),
        delivery=lambda notice: text(part(notice, "NotificationMetadata"), "NotificationId", limit=200),
    ),
)
