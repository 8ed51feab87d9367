"""One bench a kind of channel: its documents, how they come in, and how the channel would say that something became of an order.

Every order is paid, and of some TEA and CUP: two and one, at 24.00 and 18.50, with 6.95 shipping, where the bench says nothing else.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.channels.documents import sample
from waybill.channels.model.signature import signed, standard_webhook

SECRET, AT, LATER = "bench-secret", "2026-11-20T10:00:00Z", "2036-01-01T00:00:00Z"
ADDRESS = "https://shop.example/v1/channels/{channel}/webhooks"
Document = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """`document(n)` is order n; `reference` finds its id in it; `cancelled` and `mis_summed` are what the channel would say of it else. `word` is the
    notice that names it, where orders do not come whole; `signed` the headers of a webhook, None where there are none."""

    kind: str
    document: Callable[[int], Document]
    reference: Callable[[Document], str]
    cancelled: Callable[[Document], Document]
    mis_summed: Callable[[Document], Document]
    malformed: Callable[[Document], Document]
    settings: dict[str, str] = field(default_factory=dict)
    word: Callable[[str, int], Document] | None = None
    signed: Callable[[bytes, int, int], dict[str, str]] | None = None
    lines: tuple[tuple[str, int], ...] = (("CUP", 1), ("TEA", 2))


def changed(document: Document, *path: Any, to: Any) -> Document:
    """A copy with one field another."""
    made = copy.deepcopy(document)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return made


# ── Shopify, WooCommerce: whole orders by webhook ──


def _shopify(n: int) -> Document:
    body = json.loads(json.dumps(sample("shopify_paid")["body"], default=str))
    for line, sku in zip(body["line_items"], ("TEA", "CUP"), strict=True):
        line["sku"] = sku
    return {**body, "id": 500_000 + n, "updated_at": AT}


def _woocommerce(n: int) -> Document:
    body = json.loads(json.dumps(sample("woocommerce_processing")["body"], default=str))
    for line, sku in zip(body["line_items"], ("TEA", "CUP"), strict=True):
        line["sku"] = sku
    return {**body, "id": 500_000 + n, "date_modified_gmt": AT[:19]}


SHOPIFY = Bench(
    "shopify",
    _shopify,
    lambda document: str(document["id"]),
    lambda document: {**document, "cancelled_at": LATER, "updated_at": LATER},
    lambda document: {**document, "total_price": _plus_one(document["total_price"])},
    lambda document: {**document, "line_items": "two of each"},
    signed=lambda raw, n, now: {"x-shopify-hmac-sha256": signed(raw, SECRET), "x-shopify-topic": "orders/updated", "x-shopify-webhook-id": f"s-{n}"},
)
WOOCOMMERCE = Bench(
    "woocommerce",
    _woocommerce,
    lambda document: str(document["id"]),
    lambda document: {**document, "status": "cancelled", "date_modified_gmt": LATER[:19]},
    lambda document: {**document, "total": _plus_one(document["total"])},
    lambda document: {**document, "line_items": [{"id": 1, "quantity": -1}]},
    signed=lambda raw, n, now: {"x-wc-webhook-signature": signed(raw, SECRET), "x-wc-webhook-topic": "order.updated", "x-wc-webhook-delivery-id": f"w-{n}"},
    lines=(("CUP", 3), ("TEA", 1)),
)


def _plus_one(amount: Any) -> str:
    whole, _, cents = str(amount).partition(".")
    return f"{int(whole) + 1}.{cents or '00'}"


# ── Square, BigCommerce: webhooks that name the order ──


def _usd(cents: int) -> dict[str, Any]:
    return {"amount": cents, "currency": "USD"}


def _square(n: int) -> Document:
    def line(uid: str, catalogue: str, units: int, each: int) -> Document:
        whole = _usd(each * units)
        return {
            "uid": uid, "catalog_object_id": catalogue, "name": catalogue, "quantity": str(units), "base_price_money": _usd(each),
            "gross_sales_money": whole, "total_tax_money": _usd(0), "total_discount_money": _usd(0), "total_money": whole,
        }  # fmt: skip

    recipient = {
        "display_name": "Ada Byron", "email_address": "ada@example.com", "phone_number": "+15125550100",
        "address": {"address_line_1": "1 Main St", "locality": "Austin", "administrative_district_level_1": "TX", "postal_code": "78701", "country": "US"},
    }  # fmt: skip
    order = {
        "id": f"SQ{n}", "location_id": "L1", "version": 3, "state": "OPEN", "created_at": AT, "updated_at": AT,
        "line_items": [line("a", "CAT-TEA", 2, 2400), line("b", "CAT-CUP", 1, 1850)],
        "service_charges": [{"name": "Shipping", "total_money": _usd(695)}],
        "total_money": _usd(7345), "tenders": [{"id": "t1", "type": "CARD", "amount_money": _usd(7345)}],
        "fulfillments": [{"uid": "f1", "type": "SHIPMENT", "state": "PROPOSED", "shipment_details": {"recipient": recipient}}],
    }  # fmt: skip
    return {"order": order, "skus": {"CAT-TEA": "TEA", "CAT-CUP": "CUP"}}


def _square_signature(raw: bytes, n: int, now: int) -> dict[str, str]:
    told = ADDRESS.format(channel="square").encode() + raw
    return {"x-square-hmacsha256-signature": base64.b64encode(hmac.new(SECRET.encode(), told, hashlib.sha256).digest()).decode()}


SQUARE = Bench(
    "square",
    _square,
    lambda document: document["order"]["id"],
    lambda document: changed(changed(document, "order", "state", to="CANCELED"), "order", "updated_at", to=LATER),
    lambda document: changed(document, "order", "total_money", to=_usd(7445)),
    lambda document: changed(document, "order", "line_items", 0, "quantity", to="a few"),
    settings={"notification_url": ADDRESS.format(channel="square")},
    word=lambda reference, n: {
        "type": "order.updated",
        "event_id": f"q-{n}",
        "data": {"type": "order_updated", "id": reference, "object": {"order_updated": {"order_id": reference, "state": "OPEN", "version": 3}}},
    },
    signed=_square_signature,
)


def _bigcommerce(n: int) -> Document:
    def product(id: int, sku: str, units: int, each: str, whole: str) -> Document:
        return {
            "id": id, "sku": sku, "name": sku, "type": "physical", "quantity": units, "quantity_shipped": 0, "price_ex_tax": each,
            "total_ex_tax": whole, "total_tax": "0.0000", "applied_discounts": [], "product_options": [],
        }  # fmt: skip

    place = {"first_name": "Ada", "last_name": "Byron", "street_1": "1 Main St", "city": "Austin", "state": "TX", "zip": "78701", "country_iso2": "US", "phone": "5125550100"}
    order = {
        "id": 600 + n, "status_id": 11, "currency_code": "USD", "date_created": "Fri, 20 Nov 2026 10:00:00 +0000", "date_modified": AT,
        "total_inc_tax": "73.4500", "shipping_cost_ex_tax": "6.9500", "shipping_cost_tax": "0.0000", "handling_cost_inc_tax": "0.0000",
        "wrapping_cost_inc_tax": "0.0000", "discount_amount": "0.0000", "coupon_discount": "0.0000", "payment_method": "Stripe",
        "payment_status": "captured", "payment_provider_id": "pi_1", "store_credit_amount": "0.0000", "gift_certificate_amount": "0.0000",
        "refunded_amount": "0.0000", "billing_address": {**place, "email": "ada@example.com"}, "customer_message": "",
    }  # fmt: skip
    products = [product(1, "TEA", 2, "24.0000", "48.0000"), product(2, "CUP", 1, "18.5000", "18.5000")]
    return {"order": order, "products": products, "shipping_addresses": [{**place, "id": 9, "shipping_method": "Ground"}]}


def _standard(raw: bytes, n: int, now: int) -> dict[str, str]:
    return {"webhook-id": f"b-{n}", "webhook-timestamp": str(now), "webhook-signature": standard_webhook(f"b-{n}", now, raw, SECRET)}


BIGCOMMERCE = Bench(
    "bigcommerce",
    _bigcommerce,
    lambda document: str(document["order"]["id"]),
    lambda document: changed(changed(document, "order", "status_id", to=5), "order", "date_modified", to=LATER),
    lambda document: changed(document, "order", "total_inc_tax", to="74.4500"),
    lambda document: changed(document, "products", to="none"),
    word=lambda reference, n: {"scope": "store/order/updated", "store_id": "1", "data": {"type": "order", "id": int(reference)}, "hash": f"h{n}"},
    signed=_standard,
)


# ── Amazon, commercetools: notices through a queue ──


def _amazon(n: int) -> Document:
    def money(amount: str) -> dict[str, Any]:
        return {"amount": amount, "currencyCode": "USD"}

    def item(id: str, sku: str, units: int, each: str, whole: str, shipping: str) -> Document:
        breakdowns = [{"type": "ITEM", "subtotal": money(whole)}, {"type": "SHIPPING", "subtotal": money(shipping)}]
        return {
            "orderItemId": id, "quantityOrdered": units, "product": {"asin": "B0", "title": sku, "sellerSku": sku, "price": {"unitPrice": money(each)}},
            "proceeds": {"breakdowns": breakdowns}, "fulfillment": {"quantityFulfilled": 0, "quantityUnfulfilled": units},
        }  # fmt: skip

    place = {"name": "Ada Byron", "addressLine1": "1 Main St", "city": "Austin", "stateOrRegion": "TX", "postalCode": "78701", "countryCode": "US", "phone": "5125550100"}
    return {
        "orderId": f"111-0000000-{n:07d}", "createdTime": AT, "lastUpdatedTime": AT, "salesChannel": {"marketplaceId": "ATVPDKIKX0DER"},
        "buyer": {"buyerName": "Ada Byron", "buyerEmail": "ada@marketplace.example.com"}, "recipient": {"deliveryAddress": place},
        "proceeds": {"grandTotal": money("73.45")},
        "fulfillment": {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "MERCHANT", "fulfillmentServiceLevel": "STANDARD"},
        "orderItems": [item("1", "TEA", 2, "24.00", "48.00", "6.95"), item("2", "CUP", 1, "18.50", "18.50", "0.00")],
    }  # fmt: skip


def _order_change(reference: str, n: int) -> Document:
    told = {"SellerId": "A3TEST", "AmazonOrderId": reference, "Summary": {"OrderStatus": "Unshipped", "FulfillmentType": "MFN"}}
    return {"NotificationType": "ORDER_CHANGE", "Payload": {"OrderChangeNotification": told}, "NotificationMetadata": {"NotificationId": f"n-{n}"}}


AMAZON = Bench(
    "amazon",
    _amazon,
    lambda document: document["orderId"],
    lambda document: changed(changed(document, "fulfillment", "fulfillmentStatus", to="CANCELLED"), "lastUpdatedTime", to=LATER),
    lambda document: changed(document, "proceeds", "grandTotal", "amount", to="74.45"),
    lambda document: changed(document, "orderItems", 0, "quantityOrdered", to=1.5),
    settings={"seller_id": "A3TEST"},
    word=_order_change,
)


def _commercetools(n: int) -> Document:
    def cents(amount: int) -> dict[str, Any]:
        return {"type": "centPrecision", "currencyCode": "USD", "centAmount": amount, "fractionDigits": 2}

    def line(id: str, sku: str, units: int, each: int) -> Document:
        whole = cents(each * units)
        return {
            "id": id, "name": {"en": sku}, "variant": {"id": 1, "sku": sku}, "price": {"value": cents(each)}, "quantity": units, "totalPrice": whole,
            "taxRate": {"includedInPrice": False}, "taxedPrice": {"totalNet": whole, "totalGross": whole},
        }  # fmt: skip

    place = {"firstName": "Ada", "lastName": "Byron", "streetName": "Main St", "streetNumber": "1", "city": "Austin", "state": "TX", "postalCode": "78701", "country": "US"}
    charge = {"type": "Charge", "state": "Success", "amount": cents(7345)}
    return {
        "type": "Order", "id": f"7297c742-d8b0-484b-aadc-{n:012d}", "version": 4, "createdAt": AT, "lastModifiedAt": AT, "orderNumber": f"C{n}",
        "customerEmail": "ada@example.com", "totalPrice": cents(7345), "taxedPrice": {"totalNet": cents(7345), "totalGross": cents(7345)},
        "orderState": "Open", "paymentState": "Paid", "shippingMode": "Single", "shippingAddress": place, "billingAddress": place,
        "lineItems": [line("l1", "TEA", 2, 2400), line("l2", "CUP", 1, 1850)], "customLineItems": [],
        "shippingInfo": {"shippingMethodName": "Ground", "price": cents(695), "deliveries": []},
        "paymentInfo": {"payments": [{"typeId": "payment", "id": "p1", "obj": {"id": "p1", "transactions": [charge]}}]},
    }  # fmt: skip


COMMERCETOOLS = Bench(
    "commercetools",
    _commercetools,
    lambda document: document["id"],
    lambda document: {**document, "orderState": "Cancelled", "lastModifiedAt": LATER},
    lambda document: changed(document, "taxedPrice", "totalGross", "centAmount", to=7445),
    lambda document: changed(document, "lineItems", 0, "totalPrice", to={"centAmount": "48"}),
    settings={"project_key": "demo"},
    word=lambda reference, n: {
        "notificationType": "Message", "projectKey": "demo", "id": f"m-{n}", "type": "OrderStateChanged", "resource": {"typeId": "order", "id": reference}
    },
)  # fmt: skip


# ── Magento, eBay: asked ──


def _magento(n: int) -> Document:
    def item(id: int, sku: str, units: int, each: float) -> Document:
        return {
            "item_id": id, "sku": sku, "name": sku, "product_type": "simple", "qty_ordered": units, "qty_shipped": 0, "qty_canceled": 0, "price": each,
            "row_total": each * units, "discount_amount": 0, "tax_amount": 0,
        }  # fmt: skip

    place = {
        "firstname": "Ada", "lastname": "Byron", "street": ["1 Main St"], "city": "Austin", "region_code": "TX", "postcode": "78701", "country_id": "US",
        "telephone": "5125550100",
    }  # fmt: skip
    return {
        "entity_id": 700 + n, "increment_id": f"0000{n}", "state": "processing", "order_currency_code": "USD", "created_at": "2026-11-20 10:00:00",
        "updated_at": "2026-11-20 10:00:00", "grand_total": 73.45, "total_paid": 73.45, "shipping_amount": 6.95, "customer_email": "ada@example.com",
        "items": [item(1, "TEA", 2, 24), item(2, "CUP", 1, 18.5)], "billing_address": place, "payment": {"method": "stripe", "last_trans_id": "tx"},
        "extension_attributes": {"shipping_assignments": [{"shipping": {"address": place, "method": "flatrate_flatrate"}}]},
    }  # fmt: skip


MAGENTO = Bench(
    "magento",
    _magento,
    lambda document: str(document["entity_id"]),
    lambda document: {**document, "state": "canceled", "updated_at": "2036-01-01 00:00:00"},
    lambda document: {**document, "grand_total": 74.45},
    lambda document: changed(document, "items", 0, "qty_ordered", to=1.5),
)


def _ebay(n: int) -> Document:
    def usd(value: str) -> dict[str, Any]:
        return {"value": value, "currency": "USD"}

    def line(id: str, sku: str, units: int, whole: str) -> Document:
        return {"lineItemId": id, "sku": sku, "title": sku, "quantity": units, "lineItemCost": usd(whole), "lineItemFulfillmentStatus": "NOT_STARTED"}

    place = {"addressLine1": "1 Main St", "city": "Austin", "stateOrProvince": "TX", "postalCode": "78701", "countryCode": "US"}
    to = {"fullName": "Ada Byron", "contactAddress": place, "primaryPhone": {"phoneNumber": "5125550100"}, "email": "ada@members.example.com"}
    return {
        "orderId": f"12-{n:05d}-12345", "creationDate": AT, "lastModifiedDate": AT, "orderFulfillmentStatus": "NOT_STARTED", "orderPaymentStatus": "PAID",
        "buyer": {"username": "ada_b"}, "pricingSummary": {"priceSubtotal": usd("66.50"), "deliveryCost": usd("6.95"), "total": usd("73.45")},
        "cancelStatus": {"cancelState": "NONE_REQUESTED"}, "paymentSummary": {"payments": [{"paymentMethod": "EBAY", "paymentReferenceId": "p"}], "refunds": []},
        "fulfillmentStartInstructions": [{"shippingStep": {"shipTo": to, "shippingServiceCode": "USPSPriority"}}],
        "lineItems": [line("1", "TEA", 2, "48.00"), line("2", "CUP", 1, "18.50")],
    }  # fmt: skip


EBAY = Bench(
    "ebay",
    _ebay,
    lambda document: document["orderId"],
    lambda document: {**document, "cancelStatus": {"cancelState": "CANCELED"}, "lastModifiedDate": LATER},
    lambda document: changed(document, "pricingSummary", "total", "value", to="74.45"),
    lambda document: changed(document, "lineItems", 0, "quantity", to="two"),
)

BENCHES = (SHOPIFY, WOOCOMMERCE, SQUARE, BIGCOMMERCE, AMAZON, COMMERCETOOLS, MAGENTO, EBAY)
