"""Whole orders in Shopify's Admin GraphQL, made from the document that the shop's webhook carries."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from local.receiver import shopify_refunds

TYPES = """
scalar Decimal
type MoneyV2 { amount: Decimal! currencyCode: String! }
type MoneyBag { shopMoney: MoneyV2! presentmentMoney: MoneyV2! }
type Attribute { key: String! value: String }
type Customer { id: ID! firstName: String lastName: String tags: [String!]! }
type OrderRiskSummary { recommendation: String! }
type MailingAddress { firstName: String lastName: String name: String company: String address1: String address2: String city: String provinceCode: String zip: String
  countryCodeV2: String phone: String }
type DiscountAllocation { allocatedAmountSet: MoneyBag! }
type TaxLine { title: String! ratePercentage: Float priceSet: MoneyBag! }
type ShippingLine { code: String title: String! isRemoved: Boolean! originalPriceSet: MoneyBag! discountAllocations: [DiscountAllocation!]! taxLines: [TaxLine!]! }
type ShippingLineConnection { nodes: [ShippingLine!]! }
type LineItemConnection { nodes: [LineItem!]! pageInfo: PageInfo! }
type OrderTransaction { id: ID! kind: String! status: String! gateway: String amountSet: MoneyBag! parentTransaction: OrderTransaction }
type OrderConnection { nodes: [Order!]! pageInfo: PageInfo! }
enum OrderSortKeys { UPDATED_AT CREATED_AT }
"""
ORDER_FIELDS = """
  name: String! createdAt: DateTime! updatedAt: DateTime! processedAt: DateTime cancelReason: String test: Boolean! note: String tags: [String!]! sourceName: String
  email: String phone: String customerLocale: String taxesIncluded: Boolean! currencyCode: String! displayFinancialStatus: String paymentGatewayNames: [String!]!
  totalPriceSet: MoneyBag! totalDiscountsSet: MoneyBag totalTaxSet: MoneyBag totalOutstandingSet: MoneyBag! totalTipReceivedSet: MoneyBag
  originalTotalDutiesSet: MoneyBag originalTotalAdditionalFeesSet: MoneyBag customAttributes: [Attribute!]! customer: Customer
  shippingAddress: MailingAddress billingAddress: MailingAddress shippingLines(first: Int): ShippingLineConnection! lineItems(first: Int, after: String): LineItemConnection!
  poNumber: String confirmationNumber: String discountCodes: [String!]! taxExempt: Boolean! estimatedTaxes: Boolean! risk: OrderRiskSummary!
  currentTotalPriceSet: MoneyBag! totalRefundedSet: MoneyBag! transactions(first: Int): [OrderTransaction!]!
""" + shopify_refunds.ORDER_FIELDS
LINE_FIELDS = """
  name: String! unfulfilledQuantity: Int! nonFulfillableQuantity: Int! requiresShipping: Boolean! isGiftCard: Boolean! originalUnitPriceSet: MoneyBag! discountAllocations: [DiscountAllocation!]!
  taxLines: [TaxLine!]! customAttributes: [Attribute!]!
"""


def node(document: dict[str, Any]) -> dict[str, Any]:
    """What Shopify would answer of the order of a webhook's document."""

    left, removed = Counter[Any](), Counter[Any]()
    for each in (line for made in document.get("fulfillments", []) for line in made["line_items"]):
        left[each["id"]] += each["quantity"]
    for each in (line for made in document.get("refunds", []) for line in made.get("refund_line_items", [])):
        removed[each["line_item_id"]] += each["quantity"] * (each["restock_type"] == "cancel")
    returned = sum(Decimal(each["amount"]) for made in document.get("refunds", []) for each in made.get("transactions", []) if each["kind"] == "refund")

    def bag(amount: Any, both: dict[str, Any] | None = None) -> dict[str, Any]:
        if both:
            sides = {"shopMoney": both["shop_money"], "presentmentMoney": both["presentment_money"]}
            return {name: {"amount": side["amount"], "currencyCode": side["currency_code"]} for name, side in sides.items()}
        money = {"amount": str(amount or "0.00"), "currencyCode": document["currency"]}
        return {"shopMoney": money, "presentmentMoney": money}

    def allocated(raw: dict[str, Any]) -> dict[str, Any]:
        return {
            "discountAllocations": [{"allocatedAmountSet": bag(each["amount"])} for each in raw.get("discount_allocations", [])],
            "taxLines": [_tax(each) | {"priceSet": bag(each["price"])} for each in raw.get("tax_lines", [])],
        }

    def transaction(raw: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": f"gid://shopify/OrderTransaction/{raw.get('id', 1)}",
            "kind": raw["kind"].upper(),
            "status": raw["status"].upper(),
            "gateway": raw.get("gateway"),
            "amountSet": bag(raw["amount"]),
            "parentTransaction": {"id": f"gid://shopify/OrderTransaction/{raw['parent_id']}"} if raw.get("parent_id") else None,
        }

    def line(raw: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": _gid("LineItem", raw["id"]),
            "sku": raw.get("sku"),
            "name": raw.get("name") or raw.get("title") or "",
            "quantity": raw["quantity"],
            "unfulfilledQuantity": raw["quantity"] - removed[raw["id"]] - left[raw["id"]],
            "nonFulfillableQuantity": removed[raw["id"]],
            "requiresShipping": raw.get("requires_shipping", True),
            "isGiftCard": raw.get("gift_card", False),
            "originalUnitPriceSet": bag(raw["price"]),
            "customAttributes": _attributes(raw.get("properties", [])),
            **allocated(raw),
        }

    def total(name: str) -> dict[str, Any] | None:
        return bag(document[name]) if document.get(name) not in (None, "") else None

    def both(name: str) -> dict[str, Any] | None:
        return bag(None, document[name]) if document.get(name) else None

    def shipping_line(raw: dict[str, Any]) -> dict[str, Any]:
        named = {"code": raw.get("code"), "title": raw.get("title") or "", "isRemoved": bool(raw.get("is_removed"))}
        return {**named, "originalPriceSet": bag(raw["price"]), **allocated(raw)}

    shipping = [shipping_line(raw) for raw in document.get("shipping_lines", [])]
    lines = [line(raw) for raw in document.get("line_items", [])]
    person = document.get("customer")
    return {
        "name": document.get("name") or f"#{document['id']}",
        "createdAt": document["created_at"],
        "updatedAt": document.get("updated_at") or document["created_at"],
        "processedAt": document.get("processed_at"),
        "cancelledAt": document.get("cancelled_at"),
        "cancelReason": (document.get("cancel_reason") or "").upper() or None,
        "test": bool(document.get("test")),
        "note": document.get("note"),
        "tags": [tag.strip() for tag in (document.get("tags") or "").split(",") if tag.strip()],
        "sourceName": document.get("source_name"),
        "email": document.get("email"),
        "phone": document.get("phone"),
        "customerLocale": document.get("customer_locale"),
        "taxesIncluded": bool(document.get("taxes_included")),
        "currencyCode": document["currency"],
        "displayFinancialStatus": (document.get("financial_status") or "pending").upper(),
        "paymentGatewayNames": document.get("payment_gateway_names", []),
        "poNumber": document.get("po_number"),
        "confirmationNumber": document.get("confirmation_number"),
        "discountCodes": [each["code"] for each in document.get("discount_codes", [])],
        "taxExempt": bool(document.get("tax_exempt")),
        "estimatedTaxes": bool(document.get("estimated_taxes")),
        "risk": {"recommendation": ((document.get("risk") or {}).get("recommendation") or "none").upper()},
        "currentTotalPriceSet": bag(document.get("current_total_price") or document["total_price"]),
        "totalPriceSet": bag(document["total_price"], document.get("total_price_set")),
        "totalDiscountsSet": total("total_discounts"),
        "totalTaxSet": total("total_tax"),
        "totalOutstandingSet": bag(document.get("total_outstanding")),
        "totalTipReceivedSet": total("total_tip_received"),
        "originalTotalDutiesSet": both("original_total_duties_set"),
        "originalTotalAdditionalFeesSet": both("original_total_additional_fees_set"),
        "customAttributes": _attributes(document.get("note_attributes", [])),
        "customer": _customer(person),
        "shippingAddress": _address(document.get("shipping_address")),
        "billingAddress": _address(document.get("billing_address")),
        "shippingLines": lambda info, first=None: {"nodes": shipping},
        "lineItems": lambda info, first=50, after=None: _page(lines, first, after),
        "totalRefundedSet": bag(f"{returned:.2f}"),
        "transactions": lambda info, first=None: [transaction(raw) for raw in (*document.get("transactions", []), *shopify_refunds.back(document))],
        **shopify_refunds.fields(document),
    }


def _page(lines: list[dict[str, Any]], first: int, after: str | None) -> dict[str, Any]:
    start = int(after or 0)
    page = {"hasNextPage": len(lines) > start + first, "endCursor": str(start + first)}
    return {"nodes": lines[start : start + first], "pageInfo": page}


def _gid(kind: str, id: Any) -> str:
    return f"gid://shopify/{kind}/{id}"


def _attributes(pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"key": pair["name"], "value": pair["value"]} for pair in pairs]


def _tax(raw: dict[str, Any]) -> dict[str, Any]:
    rate = raw.get("rate")
    return {"title": raw.get("title") or "", "ratePercentage": None if rate is None else float(rate) * 100}


def _customer(person: dict[str, Any] | None) -> dict[str, Any] | None:
    if not person:
        return None
    tags = [tag.strip() for tag in (person.get("tags") or "").split(",") if tag.strip()]
    return {"id": _gid("Customer", person.get("id") or 1), "firstName": person.get("first_name"), "lastName": person.get("last_name"), "tags": tags}


def _address(raw: dict[str, Any] | None) -> dict[str, Any] | None:
    if not raw:
        return None
    plain = {name: raw.get(name) for name in ("name", "company", "address1", "address2", "city", "zip", "phone")}
    names = {"firstName": raw.get("first_name"), "lastName": raw.get("last_name")}
    return {**plain, **names, "provinceCode": raw.get("province_code"), "countryCodeV2": raw.get("country_code")}
