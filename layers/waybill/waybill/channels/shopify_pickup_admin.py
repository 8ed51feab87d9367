"""Telling Shopify that what a customer fetches is ready: its fulfilment order is prepared for pickup, all of it or not yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from waybill.channels.model.shipment import Ready
from waybill.channels.ports import ChannelRefused

ORDER = """
query WaybillPickups($id: ID!) {
  order(id: $id) {
    fulfillmentOrders(first: 25) { nodes { id status deliveryMethod { methodType } } }
  }
}
"""
PREPARED = """
mutation WaybillPrepared($input: FulfillmentOrderLineItemsPreparedForPickupInput!) {
  fulfillmentOrderLineItemsPreparedForPickup(input: $input) { userErrors { code field message } }
}
"""
_DONE = "NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER"
"""Its answer where it has been told already."""
Ask = Callable[[str, str, Mapping[str, Any]], dict[str, Any]]


def tell(ask: Ask, lines: Callable[[str], Iterable[dict[str, Any]]], ready: Ready) -> None:
    """Each fulfilment order that is fetched, once all that remains of it waits: Shopify knows no part of one. Said again it hears nothing new."""
    order = ask("shopify.pickups", ORDER, {"id": f"gid://shopify/Order/{ready.external_reference}"})["order"]
    if order is None:
        raise ChannelRefused(f"Shopify knows no order {ready.external_reference}")
    for each in order["fulfillmentOrders"]["nodes"]:
        fetched = (each["deliveryMethod"] or {}).get("methodType") == "PICK_UP" and each["status"] in ("OPEN", "IN_PROGRESS")
        if fetched and all(_waits(line, ready) for line in lines(each["id"])):
            answer = ask("shopify.prepared", PREPARED, {"input": {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": each["id"]}]}})
            _refuse(answer["fulfillmentOrderLineItemsPreparedForPickup"]["userErrors"])


def _waits(line: Mapping[str, Any], ready: Ready) -> bool:
    return bool(line["remainingQuantity"] <= ready.in_all.get(line["lineItem"]["id"].rpartition("/")[2], 0))


def _refuse(errors: list[dict[str, Any]]) -> None:
    real = [str(error.get("message"))[:200] for error in errors if error.get("code") != _DONE]
    if real:
        raise ChannelRefused("fulfillmentOrderLineItemsPreparedForPickup: " + "; ".join(real[:3]))
