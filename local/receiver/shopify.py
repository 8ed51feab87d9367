"""Shopify's Admin GraphQL, as far as reading orders, fulfilling and cancelling go: the published types and rules, checked by graphql-core."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLError, build_schema, execute_sync, parse, validate

from local.receiver import shopify_refunds
from local.receiver.shelves import Shelves
from local.receiver.shopify_inventory import LOCATION, Inventory, key_of
from local.receiver.shopify_inventory import TYPES as INVENTORY_TYPES
from local.receiver.shopify_orders import LINE_FIELDS, ORDER_FIELDS, TYPES, node
from local.receiver.shops import Order, Shops, now

VERSION = "2026-01"
SCHEMA = build_schema(
    """
type Query { order(id: ID!): Order  orders(first: Int, after: String, query: String, sortKey: OrderSortKeys): OrderConnection! fulfillmentOrder(id: ID!): FulfillmentOrder }
type Mutation {
  fulfillmentCreate(fulfillment: FulfillmentInput!, message: String): FulfillmentCreatePayload
  fulfillmentOrderLineItemsPreparedForPickup(input: FulfillmentOrderLineItemsPreparedForPickupInput!): FulfillmentOrderLineItemsPreparedForPickupPayload
  orderCancel(orderId: ID!, reason: OrderCancelReason!, restock: Boolean!, notifyCustomer: Boolean = false,
    refundMethod: OrderCancelRefundMethodInput, staffNote: String): OrderCancelPayload
}
scalar DateTime
scalar URL
type Order {
  id: ID!
  cancelledAt: DateTime
  fulfillments(first: Int): [Fulfillment!]!
  fulfillmentOrders(first: Int, after: String): FulfillmentOrderConnection!
  #ORDER
}
type PageInfo { hasNextPage: Boolean! endCursor: String }
type FulfillmentOrderConnection { nodes: [FulfillmentOrder!]! pageInfo: PageInfo! }
enum FulfillmentOrderStatus { CANCELLED CLOSED INCOMPLETE IN_PROGRESS ON_HOLD OPEN SCHEDULED }
type FulfillmentOrder {
  id: ID!
  status: FulfillmentOrderStatus!
  assignedLocation: FulfillmentOrderAssignedLocation!
  deliveryMethod: DeliveryMethod
  lineItems(first: Int, after: String): FulfillmentOrderLineItemConnection!
}
enum DeliveryMethodType { LOCAL NONE PICKUP_POINT PICK_UP RETAIL SHIPPING }
type DeliveryMethod { id: ID! methodType: DeliveryMethodType! }
type FulfillmentOrderAssignedLocation { name: String! location: Location }
type Location { id: ID! name: String! }
type FulfillmentOrderLineItemConnection { nodes: [FulfillmentOrderLineItem!]! pageInfo: PageInfo! }
type FulfillmentOrderLineItem { id: ID! totalQuantity: Int! remainingQuantity: Int! lineItem: LineItem! }
type LineItem { id: ID! sku: String quantity: Int! #LINE
}
enum FulfillmentStatus { CANCELLED ERROR FAILURE SUCCESS }
type Fulfillment {
  id: ID!
  status: FulfillmentStatus!
  trackingInfo(first: Int): [FulfillmentTrackingInfo!]!
  fulfillmentLineItems(first: Int, after: String): FulfillmentLineItemConnection!
}
type FulfillmentTrackingInfo { company: String number: String url: URL }
type FulfillmentLineItemConnection { nodes: [FulfillmentLineItem!]! pageInfo: PageInfo! }
type FulfillmentLineItem { id: ID! quantity: Int lineItem: LineItem! }
input FulfillmentInput {
  lineItemsByFulfillmentOrder: [FulfillmentOrderLineItemsInput!]!
  notifyCustomer: Boolean = false
  originAddress: FulfillmentOriginAddressInput
  trackingInfo: FulfillmentTrackingInput
}
input FulfillmentOrderLineItemsInput { fulfillmentOrderId: ID! fulfillmentOrderLineItems: [FulfillmentOrderLineItemInput!] }
input FulfillmentOrderLineItemInput { id: ID! quantity: Int! }
input FulfillmentOriginAddressInput { countryCode: String! }
input FulfillmentTrackingInput { company: String number: String numbers: [String!] url: URL urls: [URL!] }
input FulfillmentOrderLineItemsPreparedForPickupInput { lineItemsByFulfillmentOrder: [PreparedFulfillmentOrderLineItemsInput!]! }
input PreparedFulfillmentOrderLineItemsInput { fulfillmentOrderId: ID! }
type FulfillmentOrderLineItemsPreparedForPickupPayload { userErrors: [PreparedForPickupUserError!]! }
type PreparedForPickupUserError { code: String field: [String!] message: String! }
type FulfillmentCreatePayload { fulfillment: Fulfillment userErrors: [UserError!]! }
type UserError { field: [String!] message: String! }
enum OrderCancelReason { CUSTOMER DECLINED FRAUD INVENTORY OTHER STAFF }
input OrderCancelRefundMethodInput { originalPaymentMethodsRefund: Boolean }
type OrderCancelPayload { job: Job orderCancelUserErrors: [OrderCancelUserError!]! }
type Job { id: ID! done: Boolean! }
type OrderCancelUserError { field: [String!] message: String! code: String }
""".replace("#ORDER", ORDER_FIELDS).replace("#LINE", LINE_FIELDS)
    + TYPES
    + INVENTORY_TYPES
    + shopify_refunds.TYPES
)
_WINDOW = re.compile(r"updated_at:>='([^']+)' AND updated_at:<'([^']+)'\Z")


class ShopifyShop:
    """Answers GraphQL for one channel."""

    def __init__(self, channel: str, shops: Shops, shelves: Shelves) -> None:
        self.channel = channel
        self.shops = shops
        self.inventory = Inventory(channel, shelves)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """One request's JSON body → Shopify's answer, errors and query cost in it."""
        root = {
            "order": self._order,
            "orders": self._orders,
            "fulfillmentOrder": self._fulfillment_order,
            "fulfillmentCreate": self._fulfil,
            "fulfillmentOrderLineItemsPreparedForPickup": self._prepared,
            "orderCancel": self._cancel,
            "refundCreate": self._refund,
            "inventoryItems": self.inventory.items,
            "inventorySetQuantities": self.inventory.set,
        }
        with self.shops.lock:
            document, errors = _read(request["query"])
            result = ExecutionResult(None, errors) if document is None or errors else execute_sync(SCHEMA, document, root, variable_values=request.get("variables") or {})
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer = {"errors": [{"message": error.message, "path": error.path} for error in result.errors]}
        bucket = {"maximumAvailable": 2000.0, "currentlyAvailable": 1988, "restoreRate": 100.0}
        return answer | {"extensions": {"cost": {"requestedQueryCost": 12, "actualQueryCost": 12, "throttleStatus": bucket}}}

    def _order(self, info: object, id: str) -> Any:
        order = self._known(id, "Order")
        if order is None:
            return None
        return self._shown(order)

    def _orders(self, info: object, query: str = "", first: int = 50, after: str | None = None, sortKey: str = "") -> Any:
        """Those with a document, by when they were changed; one page of them."""
        window = _WINDOW.match(query)
        if window is None:
            raise ValueError(f"the search {query!r} is not understood")
        found = self.shops.documents(self.channel, "updated_at", window[1], window[2])
        start = int(after or 0)
        page = {"hasNextPage": len(found) > start + first, "endCursor": str(start + first)}
        return {"nodes": [self._shown(order) for order in found[start : start + first]], "pageInfo": page}

    def _shown(self, order: Order) -> dict[str, Any]:
        return {
            **(node(order["document"]) if "document" in order else {}),
            "id": f"gid://shopify/Order/{order['reference']}",
            "cancelledAt": order.get("cancelled_at") or order.get("document", {}).get("cancelled_at"),
            "fulfillments": lambda info, first=None: [_fulfillment(made) for made in order["fulfillments"]][:first],
            "fulfillmentOrders": lambda info, first=None, after=None: _page([_fulfillment_order(order)]),
        }

    def _fulfillment_order(self, info: object, id: str) -> Any:
        order = self._known(id, "FulfillmentOrder")
        return _fulfillment_order(order) if order else None

    def _fulfil(self, info: object, fulfillment: dict[str, Any], message: str | None = None) -> Any:
        chosen = fulfillment["lineItemsByFulfillmentOrder"]
        order = self._known(chosen[0]["fulfillmentOrderId"], "FulfillmentOrder") if chosen else None
        if order is None or len(chosen) != 1:
            return _wrong("Fulfillment order does not exist.")
        if _status(order) != "OPEN":
            return _wrong(f"Fulfillment order {order['reference']} has an unfulfillable status= {_status(order).lower()}.")
        wanted = _wanted(order, chosen[0].get("fulfillmentOrderLineItems"))
        left = _remaining(order)
        if not wanted or any(units < 1 or units > left.get(line, 0) for line, units in wanted.items()):
            return _wrong("Invalid fulfillment order line item quantity requested.")
        made = {"id": f"{order['reference']}{len(order['fulfillments']) + 1}", "lines": wanted, "tracking": _tracking(fulfillment)}
        order["fulfillments"].append(made)
        self.shops.save(self.channel, order)
        told = {"lines": wanted, "tracking": made["tracking"], "message": message, "notify": fulfillment.get("notifyCustomer")}
        self.shops.note(self.channel, order["reference"], "fulfillmentCreate", told)
        return {"fulfillment": _fulfillment(made), "userErrors": []}

    def _prepared(self, info: object, input: dict[str, Any]) -> Any:
        """Each fulfilment order as a whole, once."""
        for each in input["lineItemsByFulfillmentOrder"]:
            order = self._known(each["fulfillmentOrderId"], "FulfillmentOrder")
            if order is None or order.get("prepared") or order.get("method") != "PICK_UP":
                code = "NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER" if order else "FULFILLMENT_ORDER_INVALID"
                return {"userErrors": [{"code": code, "field": ["input"], "message": "nothing to prepare"}]}
            order["prepared"] = True
            self.shops.save(self.channel, order)
            self.shops.note(self.channel, order["reference"], "preparedForPickup", {})
        return {"userErrors": []}

    def _cancel(self, info: object, orderId: str, **how: Any) -> Any:
        order = self._known(orderId, "Order")
        if order is None or order.get("cancelled_at") or order["fulfillments"]:
            code, message = ("NOT_FOUND", "Order does not exist") if order is None else ("INVALID", "Cannot cancel this order")
            return {"job": None, "orderCancelUserErrors": [{"field": ["orderId"], "message": message, "code": code}]}
        order["cancelled_at"] = now()
        self.shops.save(self.channel, order)
        self.shops.note(self.channel, order["reference"], "orderCancel", how)
        return {"job": {"id": f"gid://shopify/Job/{order['reference']}", "done": False}, "orderCancelUserErrors": []}

    def _refund(self, info: Any, input: dict[str, Any]) -> Any:
        done = self.inventory.shelves.done
        return shopify_refunds.create(self.shops, self.channel, self._known(input["orderId"], "Order"), input, key_of(info), done)

    def _known(self, gid: str, kind: str) -> Order | None:
        start, _, reference = gid.rpartition("/")
        return self.shops.order(self.channel, reference) if start == f"gid://shopify/{kind}" and reference.isdecimal() else None


def _fulfillment_order(order: Order) -> dict[str, Any]:
    left = _remaining(order)
    lines = [
        {
            "id": f"gid://shopify/FulfillmentOrderLineItem/{line['id']}",
            "totalQuantity": line["quantity"],
            "remainingQuantity": left[line["id"]],
            "lineItem": _line_item(line["id"], line),
        }
        for line in order["lines"]
        if line["id"] in left
    ]
    return {
        "id": f"gid://shopify/FulfillmentOrder/{order['reference']}",
        "status": _status(order),
        "deliveryMethod": {"id": f"gid://shopify/DeliveryMethod/{order['reference']}", "methodType": order.get("method", "SHIPPING")},
        "assignedLocation": {"name": "Shop location", "location": {"id": LOCATION, "name": "Shop location"}},
        "lineItems": lambda info, first=None, after=None: _page(lines),
    }


def _fulfillment(made: dict[str, Any]) -> dict[str, Any]:
    gid = f"gid://shopify/FulfillmentLineItem/{made['id']}"
    lines = [
        {"id": f"{gid}{number}", "quantity": units, "lineItem": _line_item(line, {"quantity": units})}
        for number, (line, units) in enumerate(made["lines"].items())
    ]
    return {
        "id": f"gid://shopify/Fulfillment/{made['id']}",
        "status": "SUCCESS",
        "trackingInfo": lambda info, first=None: made["tracking"][:first],
        "fulfillmentLineItems": lambda info, first=None, after=None: _page(lines),
    }


def _line_item(id: str, line: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"gid://shopify/LineItem/{id}", "sku": line.get("sku"), "quantity": line["quantity"]}


def _remaining(order: Order) -> dict[str, int]:
    left = {line["id"]: line["quantity"] for line in order["lines"] if line.get("ships", True)}
    for made in order["fulfillments"]:
        for line, units in made["lines"].items():
            left[line] -= units
    return left


def _status(order: Order) -> str:
    if order.get("cancelled_at"):
        return "CANCELLED"
    return "OPEN" if any(_remaining(order).values()) else "CLOSED"


def _wanted(order: Order, lines: list[dict[str, Any]] | None) -> dict[str, int]:
    """Units by line; no lines named means all that remain. A line named twice is nobody's intention: its units are made impossible."""
    if not lines:
        return {line: units for line, units in _remaining(order).items() if units}
    wanted: dict[str, int] = {}
    for line in lines:
        id = line["id"].rpartition("/")[2]
        wanted[id] = -1 if id in wanted else line["quantity"]
    return wanted


def _tracking(fulfillment: dict[str, Any]) -> list[dict[str, Any]]:
    info = fulfillment.get("trackingInfo") or {}
    numbers = info.get("numbers") or ([info["number"]] if info.get("number") else [])
    urls = info.get("urls") or ([info["url"]] if info.get("url") else [])
    return [
        {"company": info.get("company"), "number": number, "url": urls[place] if place < len(urls) else None} for place, number in enumerate(numbers)
    ]


def _page(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}


def _wrong(message: str) -> dict[str, Any]:
    return {"fulfillment": None, "userErrors": [{"field": ["fulfillment"], "message": message}]}


@lru_cache(256)
def _read(query: str) -> tuple[DocumentNode | None, list[GraphQLError]]:
    """A request, and what the schema has against it: everybody asks the same few."""
    try:
        document = parse(query)
    except GraphQLError as problem:
        return None, [problem]
    return document, validate(SCHEMA, document)
