"""Shopify's `refundCreate`, as far as money goes: of payments that hold it, once for a key, and in the order's document afterwards."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from local.receiver.shops import Order, Shops, now

TYPES = """
extend type Mutation { refundCreate(input: RefundInput!): RefundCreatePayload }
input RefundInput { orderId: ID! note: String notify: Boolean currency: String transactions: [OrderTransactionInput!] }
input OrderTransactionInput { amount: String! gateway: String! kind: OrderTransactionKind! orderId: ID! parentId: ID }
enum OrderTransactionKind { AUTHORIZATION CAPTURE CHANGE EMV_AUTHORIZATION REFUND SALE SUGGESTED_REFUND VOID }
type RefundCreatePayload { refund: Refund userErrors: [UserError!]! }
type Refund { id: ID! note: String }
"""
ORDER_FIELDS = "presentmentCurrencyCode: String! refunds(first: Int): [Refund!]!"


def fields(document: dict[str, Any]) -> dict[str, Any]:
    """Of an order, what this is about."""
    shown = [{"id": f"gid://shopify/Refund/{number}", "note": made.get("note")} for number, made in enumerate(document.get("refunds", []), 1)]
    return {
        "presentmentCurrencyCode": document.get("presentment_currency") or document["currency"],
        "refunds": lambda info, first=None: shown[:first],
    }


def back(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The refunds among the order's transactions that say which payment they are of."""
    return [each for made in document.get("refunds", []) for each in made.get("transactions", []) if each.get("parent_id")]


def create(shops: Shops, channel: str, order: Order | None, input: dict[str, Any], key: str, done: dict[str, tuple[str, Any]]) -> dict[str, Any]:
    """The mutation's answer."""
    said = json.dumps(input, sort_keys=True)
    if key and f"refund/{key}" in done:
        before, answer = done[f"refund/{key}"]
        return answer if before == said else _wrong("The same idempotency key cannot be used with different operation parameters.")
    if order is None or "document" not in order:
        return _wrong("Order does not exist")
    document, made = order["document"], []
    for each in input.get("transactions") or []:
        parent = next((known for known in document.get("transactions", []) if f"/{known['id']}" in (each.get("parentId") or "")), None)
        if parent is None or each["kind"] != "REFUND" or each["gateway"] != parent["gateway"]:
            return _wrong("Parent transaction is invalid")
        left = Decimal(parent["amount"]) - sum(Decimal(known["amount"]) for known in (*back(document), *made) if known["parent_id"] == parent["id"])
        if not 0 < Decimal(each["amount"]) <= left:
            return _wrong("Refund amount is more than what is refundable")
        made.append({"kind": "refund", "status": "success", "amount": each["amount"], "gateway": each["gateway"], "parent_id": parent["id"]})
    document["refunds"] = [*document.get("refunds", []), {"note": input.get("note"), "refund_line_items": [], "transactions": made}]
    document["updated_at"] = now()[:19] + "Z"
    shops.save(channel, order)
    shops.note(channel, order["reference"], "refundCreate", input)
    answer = {"refund": {"id": f"gid://shopify/Refund/{len(document['refunds'])}", "note": input.get("note")}, "userErrors": []}
    done[f"refund/{key}"] = (said, answer)
    return answer


def _wrong(message: str) -> dict[str, Any]:
    return {"refund": None, "userErrors": [{"field": ["input"], "message": message}]}
