"""eBay: read by asking, its order (Sell Fulfillment API v1) → the canonical order.

- A line's `lineItemCost` is for all of its units, before discounts; `discountedLineItemCost` after them. Tax that eBay collects and remits is
  in the total but not ours; it is a line's tax like any other. Delivery is the sum of the lines' shares.
- eBay has taken the money when it says `PAID` (or returned some of it): a tender of kind `channel`.
- It is told of each shipment. Its words for cancelling and refunding are a person's, in another API.
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
from waybill.channels.ports import NOTHING, About, Adapter, Outgoing, Page, Remote, Stock
from waybill.channels.quiet import Quiet
from waybill.channels.reading import Body, address, custom, distinct, moment, money, part, parts, plain, quantity, reference, text
from waybill.kernel.errors import Malformed
from waybill.kernel.ids import order_id
from waybill.kernel.money import exponent
from waybill.orders.model.order import Address, Customer, Line, Order, Shipping, Tax, Tender

_A_PAGE = 50
_PAID = ("PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED")


def about(topic: str, document: Any) -> About:
    """Nothing comes by itself."""
    return About(NOTHING)


def normalise(channel: str, document: Any, received_at: str) -> Imported:
    """One order of eBay in our terms. Raises Malformed naming what cannot be read."""
    if not isinstance(document, dict):
        raise Malformed("the document is no order: it must be a JSON object")
    external_reference = reference(document, "orderId")
    summary = part(document, "pricingSummary")
    currency = text(part(summary, "total"), "currency", limit=8)
    exponent(currency)
    total = money(part(summary, "total"), "value", currency) + _collected(document, currency)
    status = text(document, "orderPaymentStatus", limit=40)
    step, placed_at, attributes = _step(document), moment(document, "creationDate", default=received_at), _attributes(document)
    charges = details.charges((name, _value(summary, name, currency)) for name in ("fee", "adjustment"))
    order = Order(
        id=order_id(channel, external_reference),
        channel=channel,
        external_reference=external_reference,
        placed_at=placed_at,
        currency=currency,
        lines=distinct([_line(raw, currency) for raw in parts(document, "lineItems") if quantity(raw)]),
        shipping=Shipping(
            method=text(step, "shippingServiceCode", limit=200) or "standard",
            amount=_value(summary, "deliveryCost", currency),
            discount=abs(_value(summary, "deliveryDiscount", currency)),
            promise_days=promised_days(placed_at, str(attributes.get("deliver_by", ""))),
        ),
        tenders=_tenders(document, currency, total, status),
        total=total,
        fees=sum(charge.amount for charge in charges),
        number=text(document, "salesRecordReference", "legacyOrderId", "orderId", limit=128),
        note=text(document, "buyerCheckoutNotes", limit=2000),
        attributes={**attributes, "channel_order": external_reference},
        taxes=_taxes(document, currency),
        charges=charges,
    )
    findings = [] if status in _PAID else [Finding("payment", f"eBay says {status or 'nothing'} of the payment")]
    return Imported(order, _customer(document, step), tuple(findings), _standing(document, currency, order, status), _fetched(document))


def _value(body: Body, name: str, currency: str) -> int:
    return money(part(body, name), "value", currency)


def _line(raw: Body, currency: str) -> Line:
    units, whole = quantity(raw), _value(raw, "lineItemCost", currency)
    after = _value(raw, "discountedLineItemCost", currency) if "discountedLineItemCost" in raw else whole
    price = -(-whole // units)
    return Line(
        id=reference(raw, "lineItemId")[:64],
        sku=text(raw, "sku", limit=80),
        title=plain(raw, "title"),
        quantity=units,
        unit_price=price,
        discount=price * units - after,
        tax=sum(_value(each, "amount", currency) for name in ("taxes", "ebayCollectAndRemitTaxes") for each in parts(raw, name)),
        attributes={
            **custom(raw.get("variationAspects")),
            **said(
                listing=text(raw, "legacyItemId", limit=40),
                variant_id=text(raw, "legacyVariationId", limit=40),
                gift_message=text(part(raw, "giftDetails"), "message"),
                gift_from=text(part(raw, "giftDetails"), "senderName", limit=100),
            ),
        },
    )


def _taxes(document: Body, currency: str) -> tuple[Tax, ...]:
    found = ((raw, name) for raw in parts(document, "lineItems") for name in ("taxes", "ebayCollectAndRemitTaxes"))
    return details.taxes(
        (text(each, "taxType", limit=100).lower().replace("_", " "), "", _value(each, "amount", currency)) for raw, name in found for each in parts(raw, name)
    )


def _collected(document: Body, currency: str) -> int:
    """What eBay collects and remits is beside its own `total`."""
    return sum(_value(each, "amount", currency) for raw in parts(document, "lineItems") for each in parts(raw, "ebayCollectAndRemitTaxes"))


def _tenders(document: Body, currency: str, total: int, status: str) -> tuple[Tender, ...]:
    if not total:
        return ()
    payments = parts(part(document, "paymentSummary"), "payments")
    by = text(payments[0], "paymentReferenceId", limit=200) if payments else ""
    method = text(payments[0], "paymentMethod", limit=100).lower() if payments else "ebay"
    return (Tender("channel" if status in _PAID else "terms", total, method, reference=by, attributes={"status": status}),)


def _step(document: Body) -> Body:
    starts = parts(document, "fulfillmentStartInstructions")
    return part(starts[0], "shippingStep") if starts else {}


def _fetched(document: Body) -> tuple[str, ...]:
    """Click and collect: the seller's own key of the store."""
    starts = parts(document, "fulfillmentStartInstructions")
    if not starts or text(starts[0], "fulfillmentInstructionsType", limit=40) != "PREPARE_FOR_PICKUP":
        return ()
    return (text(part(starts[0], "pickupStep"), "merchantLocationKey", limit=100) or "pickup",)


def _attributes(document: Body) -> dict[str, Any]:
    """The strictest date of any line; what is to reach the buyer in another currency than it was sold in."""
    lines, starts = parts(document, "lineItems"), parts(document, "fulfillmentStartInstructions")
    due = [moment(part(raw, "lineItemFulfillmentInstructions"), "shipByDate", default="") for raw in lines]
    total = part(part(document, "pricingSummary"), "total")
    return said(
        marketplace=listed(text(raw, "listingMarketplaceId", "purchaseMarketplaceId", limit=40) for raw in lines),
        discount_codes=listed(text(each, "promotionId", limit=100) for raw in lines for each in parts(raw, "appliedPromotions")),
        ship_by=min(filter(None, due), default=""),
        deliver_by=moment(starts[0], "maxEstimatedDeliveryDate", default="") if starts else "",
        presentment_currency=text(total, "convertedFromCurrency", limit=8),
        presentment_total=text(total, "convertedFromValue", limit=40),
    )


def _customer(document: Body, step: Body) -> Customer:
    to = part(step, "shipTo")
    raw = {**part(to, "contactAddress"), "name": to.get("fullName"), "company": to.get("companyName"), "phone": part(to, "primaryPhone").get("phoneNumber")}
    ship_to: Address = address(raw, line1="addressLine1", line2="addressLine2", region=("stateOrProvince",), postal_code="postalCode", country=("countryCode",))
    parcel = text(step, "shipToReferenceId", limit=100)
    place = replace(ship_to, instructions=f"Reference #{parcel}" if parcel else "")
    buyer = part(document, "buyer")
    number = text(part(buyer, "taxIdentifier"), "taxpayerId", limit=100)
    return Customer(text(to, "email", limit=254), place.name, place.phone, ship_to=place, reference=text(buyer, "username", limit=64), tax_id=number)


def _standing(document: Body, currency: str, order: Order, status: str) -> Standing:
    cancelled = text(part(document, "cancelStatus"), "cancelState", limit=40) == "CANCELED"
    done = {text(raw, "lineItemId", limit=64): quantity(raw) for raw in parts(document, "lineItems") if raw.get("lineItemFulfillmentStatus") == "FULFILLED"}
    refunds = parts(part(document, "paymentSummary"), "refunds")
    return Standing(
        as_of=moment(document, "lastModifiedDate", default=""),
        cancelled="canceled" if cancelled else "",
        shipped=done,
        paid=order.total if status in _PAID else None,
        refunded=sum(_value(each, "amount", currency) for each in refunds if each.get("refundStatus") != "FAILED"),
    )


@dataclass(frozen=True, slots=True)
class Ebay(Quiet):
    """eBay as we call it."""

    caller: Any

    def stock(self, levels: Levels) -> Heard:
        from waybill.channels import ebay_stock

        return ebay_stock.tell(self.caller, levels)

    def order(self, reference: str) -> Any:
        return self.caller.json("ebay.order", "GET", _path(reference))

    def changed(self, since: str, until: str, next: str) -> Page:
        start = int(next or 0)
        span = quote(f"lastmodifieddate:[{since}..{until}]")
        found = self.caller.json("ebay.orders", "GET", f"/sell/fulfillment/v1/order?filter={span}&limit={_A_PAGE}&offset={start}")
        orders = found.get("orders") or []
        more = start + len(orders) < int(found.get("total", 0)) and orders
        return Page(tuple((order["orderId"], order) for order in orders), str(start + len(orders)) if more else "")

    def shipped(self, shipment: Shipment) -> None:
        """Looks for our tracking number first; eBay takes one for each fulfilment."""
        if not shipment.parcels:
            return
        path, parcel = f"{_path(shipment.external_reference)}/shipping_fulfillment", shipment.parcels[0]
        known = self.caller.json("ebay.fulfillments", "GET", path).get("fulfillments") or []
        number = "".join(sign for sign in parcel.tracking_number if sign.isalnum())
        if any(each.get("shipmentTrackingNumber") == number for each in known):
            return
        lines = [{"lineItemId": line, "quantity": units} for line, units in sorted(shipment.lines.items())]
        said = {"lineItems": lines, "shippedDate": shipment.at, "shippingCarrierCode": parcel.carrier, "trackingNumber": number}
        self.caller.json("ebay.ship", "POST", path, said)


def _path(reference: str) -> str:
    return f"/sell/fulfillment/v1/order/{quote(reference, safe='')}"


def _remote(outgoing: Outgoing) -> Remote:
    from waybill.channels.calling import caller

    settings, said = outgoing.channel.settings, outgoing.credentials
    form = {"grant_type": "refresh_token", "refresh_token": str(said["refresh_token"])}
    token_url = str(settings.get("token_url") or f"{settings['api_url'].rstrip('/')}/identity/v1/oauth2/token")
    found = oauth.token("ebay.token", token_url, form, (said["client_id"], said["client_secret"]))
    return Ebay(caller(outgoing, "api_url", {"Authorization": f"Bearer {found}"}))


ADAPTER = Adapter(
    kind="ebay",
    about=about,
    normalise=normalise,
    address="api_url",
    remote=_remote,
    needs=("refresh_token", "client_id", "client_secret"),
    stock=Stock(at_once=100),
    settings=("api_url",),
)
