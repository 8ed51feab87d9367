"""Shopify as we call it (Admin GraphQL): what has shipped is fulfilled there, a cancelled order is cancelled there, orders are read.

Looks first, so that a repetition tells nothing twice: a fulfillment that already bears one of our tracking numbers was made by us, and
only what it does not yet cover is told. Mail to the customer is ours (`notifyCustomer: false`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.aws.logs import logger
from waybill.channels import shopify_orders
from waybill.channels.calling import Caller
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.model.shipment import Acceptance, Cancellation, Declined, GivenBack, Parcel, Ready, Reduction, Refund, Shipment
from waybill.channels.ports import AskedToWait, ChannelRefused, Page
from waybill.kernel.errors import NotFound

API_VERSION = "2026-01"
_OPEN = ("OPEN", "IN_PROGRESS")
_MOST_PAGES = 20

ORDER = """
query WaybillOrder($id: ID!) {
  order(id: $id) {
    id
    cancelledAt
    fulfillments(first: 50) {
      id
      status
      trackingInfo(first: 20) { number }
      fulfillmentLineItems(first: 100) { nodes { quantity lineItem { id } } }
    }
    fulfillmentOrders(first: 25) { nodes { id status assignedLocation { location { id } } } }
  }
}
"""
LINES = """
query WaybillFulfillmentOrderLines($id: ID!, $after: String) {
  fulfillmentOrder(id: $id) {
    lineItems(first: 100, after: $after) {
      nodes { id remainingQuantity lineItem { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
FULFIL = """
mutation WaybillFulfil($fulfillment: FulfillmentInput!, $message: String) {
  fulfillmentCreate(fulfillment: $fulfillment, message: $message) {
    fulfillment { id status }
    userErrors { field message }
  }
}
"""
CANCEL = """
mutation WaybillCancel(
  $orderId: ID!
  $reason: OrderCancelReason!
  $refundMethod: OrderCancelRefundMethodInput!
  $restock: Boolean!
  $staffNote: String
) {
  orderCancel(
    orderId: $orderId
    reason: $reason
    refundMethod: $refundMethod
    restock: $restock
    notifyCustomer: false
    staffNote: $staffNote
  ) {
    job { id }
    orderCancelUserErrors { field message code }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Shopify:
    """`location` is where its stock is told; `tells_ready`: that something waits for its customer."""

    caller: Caller
    location: str = ""
    tells_ready: bool = False

    def accepted(self, acceptance: Acceptance) -> None:
        """Nothing: Shopify has no word for it."""

    def given_back(self, given: GivenBack) -> None:
        """Nothing: money that went back by a gateway of ours, Shopify never had."""

    def refund(self, refund: Refund) -> None:
        from waybill.channels import shopify_refunds

        shopify_refunds.tell(self._ask, refund)

    def stock(self, levels: Levels) -> Heard:
        from waybill.channels import shopify_stock

        return shopify_stock.tell(self._ask, self.location, levels)

    def order(self, reference: str) -> Any:
        id = f"gid://shopify/Order/{reference}"
        found = self._ask("shopify.whole_order", shopify_orders.WHOLE, {"id": id})["order"]
        if found is None:
            raise NotFound(f"Shopify knows no order {reference}")
        page = found["lineItems"]["pageInfo"]
        while page["hasNextPage"]:
            more = self._ask("shopify.more_lines", shopify_orders.MORE_LINES, {"id": id, "after": page["endCursor"]})["order"]["lineItems"]
            found["lineItems"]["nodes"] += more["nodes"]
            page = more["pageInfo"]
        return shopify_orders.as_document(found)

    def changed(self, since: str, until: str, next: str) -> Page:
        variables = {"query": f"updated_at:>='{since}' AND updated_at:<'{until}'", "after": next or None}
        found = self._ask("shopify.changed_orders", shopify_orders.CHANGED, variables)["orders"]
        page, references = found["pageInfo"], [node["id"].rpartition("/")[2] for node in found["nodes"]]
        return Page(tuple((reference, self.order(reference)) for reference in references), page["endCursor"] if page["hasNextPage"] else "")

    def ready(self, ready: Ready) -> None:
        """Only where the settings say so, for Shopify mails the customer then, besides us."""
        if self.tells_ready:
            from waybill.channels import shopify_pickup_admin

            shopify_pickup_admin.tell(self._ask, self._lines, ready)

    def shipped(self, shipment: Shipment) -> None:
        """One fulfillment for each of Shopify's locations that holds our lines."""
        order = self._order(shipment.external_reference)
        untold = _without_told(shipment, order["fulfillments"])
        if not untold:
            return
        by_location: dict[str, list[dict[str, Any]]] = {}
        for open_order in order["fulfillmentOrders"]["nodes"]:
            taken = self._taken(open_order["id"], untold) if open_order["status"] in _OPEN and untold else []
            if taken:
                chosen = {"fulfillmentOrderId": open_order["id"], "fulfillmentOrderLineItems": taken}
                by_location.setdefault(_location(open_order), []).append(chosen)
        if not by_location:
            logger.warning("nothing left to fulfil at the channel", order_id=shipment.order_id, fo_id=shipment.fo_id)
        for lines in by_location.values():
            self._fulfil(shipment, lines)

    def reduced(self, reduction: Reduction) -> None:
        """Nothing: Shopify takes a part of an order back only together with its money, and that a person returns (`payment.refund_owed`)."""

    def declined(self, declined: Declined) -> None:
        """Nothing: there the order stands as it did, and hears of its parcels."""

    def cancelled(self, cancellation: Cancellation) -> None:
        """Cancels without refunding: the money that Shopify holds goes back by a person's decision, not by this message."""
        order = self._order(cancellation.external_reference)
        if order["cancelledAt"]:
            return
        variables = {
            "orderId": order["id"],
            "reason": "OTHER",
            "refundMethod": {"originalPaymentMethodsRefund": False},
            "restock": False,
            "staffNote": f"Cancelled in Waybill ({cancellation.order_id})",
        }
        answer = self._ask("shopify.orderCancel", CANCEL, variables)["orderCancel"]
        _refuse_user_errors("orderCancel", answer["orderCancelUserErrors"])

    def _order(self, reference: str) -> dict[str, Any]:
        id = f"gid://shopify/Order/{reference}"
        order = self._ask("shopify.order", ORDER, {"id": id})["order"]
        if order is None:
            raise ChannelRefused(f"Shopify knows no order {id}")
        return order

    def _taken(self, open_order: str, untold: dict[str, int]) -> list[dict[str, Any]]:
        """Lines of one of Shopify's fulfillment orders for what is untold; what is taken is taken off `untold`."""
        taken = []
        for line in self._lines(open_order):
            ours = line["lineItem"]["id"].rpartition("/")[2]
            units = min(untold.get(ours, 0), line["remainingQuantity"])
            if units > 0:
                taken.append({"id": line["id"], "quantity": units})
                untold[ours] -= units
        for done in [id for id, units in untold.items() if not units]:
            del untold[done]
        return taken

    def _lines(self, open_order: str) -> Iterator[dict[str, Any]]:
        after = None
        for _ in range(_MOST_PAGES):
            found = self._ask("shopify.fulfillmentOrder", LINES, {"id": open_order, "after": after})["fulfillmentOrder"]
            if found is None:
                return
            yield from found["lineItems"]["nodes"]
            page = found["lineItems"]["pageInfo"]
            if not page["hasNextPage"]:
                return
            after = page["endCursor"]

    def _fulfil(self, shipment: Shipment, lines: list[dict[str, Any]]) -> None:
        tracking = {"trackingInfo": _tracking(shipment.parcels)} if shipment.parcels else {}
        fulfillment = {"lineItemsByFulfillmentOrder": lines, "notifyCustomer": False, **tracking}
        variables = {"fulfillment": fulfillment, "message": f"Waybill {shipment.name}"}
        answer = self._ask("shopify.fulfillmentCreate", FULFIL, variables)["fulfillmentCreate"]
        _refuse_user_errors("fulfillmentCreate", answer["userErrors"])

    def _ask(self, name: str, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """One GraphQL call. Errors come with status 200; THROTTLED says how much of the bucket is missing."""
        path = f"/admin/api/{API_VERSION}/graphql.json"
        answer = self.caller.json(name, "POST", path, {"query": query, "variables": variables})
        errors = answer.get("errors") or []
        if errors:
            throttled = any((error.get("extensions") or {}).get("code") == "THROTTLED" for error in errors if isinstance(error, dict))
            if throttled:
                raise AskedToWait(f"{name}: throttled", _until_refilled(answer))
            raise ChannelRefused(f"{name}: {str(errors)[:300]}")
        return answer["data"]


def _without_told(shipment: Shipment, fulfillments: list[dict[str, Any]]) -> dict[str, int]:
    """Our lines less what fulfillments with our tracking numbers cover already; of what is fetched, all that is by now less what those without any do."""
    if shipment.fetched is not None:
        return _unfetched(shipment.fetched, fulfillments)
    ours = {parcel.tracking_number for parcel in shipment.parcels}
    untold = dict(shipment.lines)
    for fulfillment in fulfillments:
        numbers = {info["number"] for info in fulfillment["trackingInfo"]}
        if fulfillment["status"] == "CANCELLED" or not numbers & ours:
            continue
        for line in fulfillment["fulfillmentLineItems"]["nodes"]:
            id = line["lineItem"]["id"].rpartition("/")[2]
            untold[id] = untold.get(id, 0) - line["quantity"]
    return {id: units for id, units in untold.items() if units > 0}


def _unfetched(fetched: dict[str, int], fulfillments: list[dict[str, Any]]) -> dict[str, int]:
    untold = dict(fetched)
    for line in (line for each in fulfillments if each["status"] != "CANCELLED" and not each["trackingInfo"] for line in each["fulfillmentLineItems"]["nodes"]):
        id = line["lineItem"]["id"].rpartition("/")[2]
        untold[id] = untold.get(id, 0) - line["quantity"]
    return {id: units for id, units in untold.items() if units > 0}


def _location(open_order: dict[str, Any]) -> str:
    return ((open_order["assignedLocation"] or {}).get("location") or {}).get("id", "")


def _tracking(parcels: tuple[Parcel, ...]) -> dict[str, Any]:
    company = parcels[0].carrier
    if len(parcels) == 1:
        return {"company": company, "number": parcels[0].tracking_number, "url": parcels[0].url or None}
    urls = [parcel.url for parcel in parcels if parcel.url]
    return {"company": company, "numbers": [parcel.tracking_number for parcel in parcels], "urls": urls}


def _refuse_user_errors(what: str, errors: list[dict[str, Any]]) -> None:
    if errors:
        raise ChannelRefused(f"{what}: " + "; ".join(str(error.get("message"))[:200] for error in errors[:3]))


def _until_refilled(answer: dict[str, Any]) -> int:
    cost = (answer.get("extensions") or {}).get("cost") or {}
    bucket = cost.get("throttleStatus") or {}
    missing = cost.get("requestedQueryCost", 0) - bucket.get("currentlyAvailable", 0)
    return max(1, min(60, int(missing / (bucket.get("restoreRate") or 50)) + 1))
