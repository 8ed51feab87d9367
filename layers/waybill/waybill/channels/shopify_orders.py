"""Reading orders from Shopify's Admin GraphQL, written down as its webhooks write them: one normaliser reads both.

A query is priced by all that it might bring, and one beyond 1,000 points is refused: so lines come by fifties, what has left and what was removed
is read from the lines themselves, what was returned from the order's own sum, and orders are listed by their ids.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

_BOTH = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
_MONEY = "{ shopMoney { amount currencyCode } }"
_ADDRESS = "{ firstName lastName name company address1 address2 city provinceCode zip countryCodeV2 phone }"
_ALLOCATIONS = f"discountAllocations {{ allocatedAmountSet {_MONEY} }}"
_TAXES = f"taxLines {{ title ratePercentage priceSet {_MONEY} }}"
_LINES = f"""
    nodes {{
      id sku name quantity unfulfilledQuantity nonFulfillableQuantity requiresShipping isGiftCard
      originalUnitPriceSet {_MONEY} {_ALLOCATIONS} {_TAXES}
      customAttributes {{ key value }}
    }}
    pageInfo {{ hasNextPage endCursor }}
"""
_FIELDS = f"""
  id name createdAt updatedAt processedAt cancelledAt cancelReason test note tags sourceName email phone customerLocale
  poNumber confirmationNumber discountCodes taxExempt estimatedTaxes risk {{ recommendation }} currentTotalPriceSet {_MONEY}
  taxesIncluded currencyCode displayFinancialStatus paymentGatewayNames
  totalPriceSet {_BOTH} totalDiscountsSet {_MONEY} totalTaxSet {_MONEY} totalOutstandingSet {_MONEY} totalTipReceivedSet {_MONEY} totalRefundedSet {_MONEY}
  originalTotalDutiesSet {_MONEY} originalTotalAdditionalFeesSet {_MONEY}
  customAttributes {{ key value }}
  customer {{ id firstName lastName tags }}
  shippingAddress {_ADDRESS}
  billingAddress {_ADDRESS}
  shippingLines(first: 5) {{ nodes {{ code title isRemoved originalPriceSet {_MONEY} {_ALLOCATIONS} {_TAXES} }} }}
  lineItems(first: 50) {{ {_LINES} }}
  fulfillmentOrders(first: 5) {{ nodes {{ status deliveryMethod {{ methodType }} assignedLocation {{ name location {{ id }} }} }} }}
  transactions(first: 20) {{ id kind status gateway amountSet {_MONEY} }}
"""
WHOLE = f"query WaybillWholeOrder($id: ID!) {{ order(id: $id) {{ {_FIELDS} }} }}"
MORE_LINES = f"query WaybillMoreLines($id: ID!, $after: String!) {{ order(id: $id) {{ lineItems(first: 50, after: $after) {{ {_LINES} }} }} }}"
CHANGED = """
query WaybillChangedOrders($query: String!, $after: String) {
  orders(first: 4, after: $after, query: $query, sortKey: UPDATED_AT) { nodes { id } pageInfo { hasNextPage endCursor } }
}
"""


def as_document(order: dict[str, Any]) -> dict[str, Any]:
    """The order, all of its lines in it, as a webhook would carry it."""
    lines, returned = order["lineItems"]["nodes"], _shop(order["totalRefundedSet"])
    document: dict[str, Any] = {
        "id": _number(order["id"]),
        "name": order["name"],
        "created_at": order["createdAt"],
        "updated_at": order["updatedAt"],
        "processed_at": order["processedAt"],
        "cancelled_at": order["cancelledAt"],
        "cancel_reason": (order["cancelReason"] or "").lower() or None,
        "test": order["test"],
        "note": order["note"],
        "tags": ", ".join(order["tags"]),
        "source_name": order["sourceName"],
        "email": order["email"],
        "phone": order["phone"],
        "customer_locale": order["customerLocale"],
        "taxes_included": order["taxesIncluded"],
        "currency": order["currencyCode"],
        "financial_status": (order["displayFinancialStatus"] or "").lower(),
        "payment_gateway_names": order["paymentGatewayNames"],
        "po_number": order["poNumber"],
        "confirmation_number": order["confirmationNumber"],
        "discount_codes": [{"code": code} for code in order["discountCodes"]],
        "tax_exempt": order["taxExempt"],
        "estimated_taxes": order["estimatedTaxes"],
        "risk": order["risk"],
        "total_price": _shop(order["totalPriceSet"]),
        "current_total_price": _shop(order["currentTotalPriceSet"]),
        "total_price_set": _set(order["totalPriceSet"]),
        "total_discounts": _shop(order["totalDiscountsSet"]),
        "total_tax": _shop(order["totalTaxSet"]),
        "total_outstanding": _shop(order["totalOutstandingSet"]),
        "total_tip_received": _shop(order["totalTipReceivedSet"]),
        "original_total_duties_set": _set(order["originalTotalDutiesSet"]),
        "original_total_additional_fees_set": _set(order["originalTotalAdditionalFeesSet"]),
        "note_attributes": _pairs(order["customAttributes"]),
        "customer": _customer(order["customer"]),
        "shipping_address": _address(order["shippingAddress"]),
        "billing_address": _address(order["billingAddress"]),
        "shipping_lines": [_shipping_line(line) for line in order["shippingLines"]["nodes"]],
        "line_items": [_line(line) for line in lines],
        "fulfillments": [{"status": "success", "line_items": [left for line in lines if (left := _left(line))["quantity"]]}],
        "refunds": [{"transactions": [{"kind": "refund", "status": "success", "amount": returned}]}] if returned else [],
        "fulfillment_orders": [_work(work) for work in order["fulfillmentOrders"]["nodes"]],
        "transactions": [_transaction(made) | {"id": _number(made["id"])} for made in order["transactions"]],
    }
    return document


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": _number(line["id"]),
        "sku": line["sku"],
        "name": line["name"],
        "quantity": line["quantity"],
        "current_quantity": line["quantity"] - line["nonFulfillableQuantity"],
        "requires_shipping": line["requiresShipping"],
        "gift_card": line["isGiftCard"],
        "price": _shop(line["originalUnitPriceSet"]),
        "properties": _pairs(line["customAttributes"]),
        **_allocated(line),
    }


def _shipping_line(line: dict[str, Any]) -> dict[str, Any]:
    return {"code": line["code"], "title": line["title"], "is_removed": line["isRemoved"], "price": _shop(line["originalPriceSet"]), **_allocated(line)}


def _allocated(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "discount_allocations": [{"amount": _shop(each["allocatedAmountSet"])} for each in line["discountAllocations"]],
        "tax_lines": [_tax(each) for each in line["taxLines"]],
    }


def _tax(line: dict[str, Any]) -> dict[str, Any]:
    rate = line["ratePercentage"]
    return {"title": line["title"], "rate": None if rate is None else str(Decimal(str(rate)) / 100), "price": _shop(line["priceSet"])}


def _left(line: dict[str, Any]) -> dict[str, Any]:
    """Units that have left: neither still to be fulfilled, nor never to be."""
    return {"id": _number(line["id"]), "quantity": line["quantity"] - line["unfulfilledQuantity"] - line["nonFulfillableQuantity"]}


def _work(work: dict[str, Any]) -> dict[str, Any]:
    """How it reaches its customer, and from where."""
    place = work["assignedLocation"] or {}
    location = {"location_id": _number(place["location"]["id"]) if place.get("location") else None, "name": place.get("name")}
    return {"status": work["status"].lower(), "delivery_method": {"method_type": ((work["deliveryMethod"] or {}).get("methodType") or "").lower()}, "assigned_location": location}


def _transaction(made: dict[str, Any]) -> dict[str, Any]:
    return {"kind": made["kind"].lower(), "status": made["status"].lower(), "gateway": made.get("gateway"), "amount": _shop(made["amountSet"])}


def _customer(found: dict[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"id": _number(found["id"]), "first_name": found["firstName"], "last_name": found["lastName"], "tags": ", ".join(found["tags"])}


def _address(found: dict[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    plain = {name: found[name] for name in ("name", "company", "address1", "address2", "city", "zip", "phone")}
    names = {"first_name": found["firstName"], "last_name": found["lastName"]}
    return {**plain, **names, "province_code": found["provinceCode"], "country_code": found["countryCodeV2"]}


def _pairs(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": pair["key"], "value": pair["value"]} for pair in found]


def _number(gid: str) -> int:
    return int(gid.rpartition("/")[2])


def _shop(money: dict[str, Any] | None) -> str | None:
    return money["shopMoney"]["amount"] if money else None


def _set(money: dict[str, Any] | None) -> dict[str, Any] | None:
    """Both currencies, as REST names them."""
    if money is None:
        return None
    names = {"shop_money": money["shopMoney"], "presentment_money": money.get("presentmentMoney") or money["shopMoney"]}
    return {name: {"amount": each["amount"], "currency_code": each["currencyCode"]} for name, each in names.items()}
