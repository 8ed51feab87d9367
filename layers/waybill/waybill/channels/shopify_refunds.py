"""Shopify returns money that it holds (`refundCreate`): to the payments that have it, no line and no stock with it, and no mail: those are ours.

A refund bears our mark in its note and our key in the call (`@idempotent`): whoever asks again, after whatever crash, returns nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from waybill.channels.model.shipment import Refund
from waybill.channels.ports import ChannelRefused
from waybill.kernel.ids import digest
from waybill.kernel.money import decimal_string, minor_units

Ask = Callable[[str, str, Mapping[str, Any]], dict[str, Any]]

PAYMENTS = """
query WaybillPayments($id: ID!) {
  order(id: $id) {
    id
    currencyCode
    presentmentCurrencyCode
    refunds(first: 50) { note }
    transactions(first: 50) {
      id
      kind
      status
      gateway
      amountSet { shopMoney { amount currencyCode } }
      parentTransaction { id }
    }
  }
}
"""
REFUND = """
mutation WaybillRefund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id }
    userErrors { field message }
  }
}
"""


def tell(ask: Ask, refund: Refund) -> None:
    id = f"gid://shopify/Order/{refund.external_reference}"
    order = ask("shopify.payments", PAYMENTS, {"id": id})["order"]
    if order is None:
        raise ChannelRefused(f"Shopify knows no order {id}")
    if any(refund.mark in (made["note"] or "") for made in order["refunds"]):
        return
    if {order["currencyCode"], order["presentmentCurrencyCode"]} != {refund.currency}:
        raise ChannelRefused("the customer has paid in another currency than the order's: a person returns it at Shopify")
    back = [{**each, "orderId": id, "kind": "REFUND"} for each in _shares(order["transactions"], refund)]
    said = {"orderId": id, "note": refund.mark, "notify": False, "transactions": back}
    answer = ask("shopify.refundCreate", REFUND, {"input": said, "key": digest(refund.key, length=40)})["refundCreate"]
    if answer["userErrors"]:
        raise ChannelRefused("refundCreate: " + "; ".join(str(error.get("message"))[:200] for error in answer["userErrors"][:3]))


def _shares(transactions: list[dict[str, Any]], refund: Refund) -> list[dict[str, Any]]:
    """What each payment returns, the first one first. Raises ChannelRefused where they do not hold so much."""

    def minor(each: dict[str, Any]) -> int:
        return minor_units(str(each["amountSet"]["shopMoney"]["amount"]), refund.currency)

    def returned(of: str) -> int:
        back = [each for each in transactions if each["kind"] == "REFUND" and each["status"] in ("SUCCESS", "PENDING")]
        return sum(minor(each) for each in back if (each["parentTransaction"] or {}).get("id") == of)

    left, shares = refund.amount, []
    for each in transactions:
        if each["kind"] in ("SALE", "CAPTURE") and each["status"] == "SUCCESS":
            share = min(left, minor(each) - returned(each["id"]))
            if share > 0:
                left -= share
                shares.append({"parentId": each["id"], "gateway": each["gateway"], "amount": decimal_string(share, refund.currency)})
    if left:
        raise ChannelRefused(f"Shopify's payments of the order hold {refund.amount - left} of {refund.amount} minor units that are owed")
    return shares
