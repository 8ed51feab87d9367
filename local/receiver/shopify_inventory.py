"""Shopify's Admin GraphQL, as far as inventory goes: items by SKU, and the mutation that sets what is available of them."""

from __future__ import annotations

import json
import re
from typing import Any

from local.receiver.shelves import Shelves

LOCATION = "gid://shopify/Location/1"
_SEARCH = re.compile(r'sku:"((?:[^"\\]|\\.)*)"')

TYPES = """
directive @idempotent(key: String!) on FIELD
extend type Query { inventoryItems(first: Int, after: String, query: String): InventoryItemConnection! }
extend type Mutation { inventorySetQuantities(input: InventorySetQuantitiesInput!): InventorySetQuantitiesPayload }
type InventoryItemConnection { nodes: [InventoryItem!]! pageInfo: PageInfo! }
type InventoryItem { id: ID! sku: String tracked: Boolean! }
input InventorySetQuantitiesInput {
  name: String!
  reason: String!
  referenceDocumentUri: String
  ignoreCompareQuantity: Boolean
  quantities: [InventoryQuantityInput!]!
}
input InventoryQuantityInput { inventoryItemId: ID! locationId: ID! quantity: Int! compareQuantity: Int changeFromQuantity: Int }
type InventorySetQuantitiesPayload { userErrors: [InventorySetQuantitiesUserError!]! }
type InventorySetQuantitiesUserError { field: [String!] message: String! code: InventorySetQuantitiesUserErrorCode }
enum InventorySetQuantitiesUserErrorCode {
  CHANGE_FROM_QUANTITY_STALE COMPARE_QUANTITY_REQUIRED COMPARE_QUANTITY_STALE IDEMPOTENCY_CONCURRENT_REQUEST IDEMPOTENCY_KEY_PARAMETER_MISMATCH
  IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED INVALID_INVENTORY_ITEM INVALID_LOCATION INVALID_NAME INVALID_QUANTITY_NEGATIVE INVALID_QUANTITY_TOO_HIGH
  INVALID_REASON ITEM_NOT_STOCKED_AT_LOCATION NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR
}
"""


class Inventory:
    """Of one channel. Nothing of a call is done where one of its quantities is wrong; the same call under the same key is done once."""

    def __init__(self, channel: str, shelves: Shelves) -> None:
        self.channel, self.shelves = channel, shelves

    def items(self, info: object, query: str = "", first: int = 50, after: str | None = None) -> Any:
        wanted = [re.sub(r"\\(.)", r"\1", sku) for sku in _SEARCH.findall(query)]
        found = [(sku, number) for sku in wanted if (number := self.shelves.found(self.channel, sku)) is not None]
        start = int(after or 0)
        nodes = [{"id": f"gid://shopify/InventoryItem/{number}", "sku": sku, "tracked": True} for sku, number in found[start : start + first]]
        return {"nodes": nodes, "pageInfo": {"hasNextPage": len(found) > start + first, "endCursor": str(start + first)}}

    def set(self, info: Any, input: dict[str, Any]) -> Any:
        with self.shelves.lock:
            key, said = f"{self.channel}/{key_of(info)}", json.dumps(input, sort_keys=True)
            if key in self.shelves.done:
                before, errors = self.shelves.done[key]
                code = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH" if before != said else "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED" if errors else ""
                return {"userErrors": [_error(["input"], code.replace("_", " ").lower(), code)] if code else []}
            shows, errors = self._read(input)
            if not errors:
                self.shelves.show(self.channel, shows)
            self.shelves.done[key] = (said, errors)
            return {"userErrors": errors}

    def _read(self, input: dict[str, Any]) -> tuple[dict[str, int], list[dict[str, Any]]]:
        if input["name"] != "available" or input["reason"] != "correction":
            return {}, [_error(["input", "name"], "The name or reason is invalid.", "INVALID_NAME")]
        shows, errors = dict[str, int](), []
        for number, each in enumerate(input["quantities"]):
            sku = self.shelves.sku(self.channel, int(each["inventoryItemId"].rpartition("/")[2]))
            path = ["input", "quantities", str(number)]
            if "changeFromQuantity" not in each and not input.get("ignoreCompareQuantity"):
                errors.append(_error(path, "The compareQuantity argument must be given.", "COMPARE_QUANTITY_REQUIRED"))
            elif sku is None or self.shelves.number(sku) is None:
                errors.append(_error([*path, "inventoryItemId"], "The specified inventory item could not be found.", "INVALID_INVENTORY_ITEM"))
            elif each["locationId"] != LOCATION:
                errors.append(_error([*path, "locationId"], "The specified location could not be found.", "INVALID_LOCATION"))
            elif each["quantity"] < 0:
                errors.append(_error([*path, "quantity"], "The quantity can't be negative.", "INVALID_QUANTITY_NEGATIVE"))
            else:
                shows[sku] = each["quantity"]
        return shows, errors


def key_of(info: Any) -> str:
    """What the call names as `@idempotent`."""
    from graphql import get_directive_values

    from local.receiver.shopify import SCHEMA

    said = get_directive_values(SCHEMA.get_directive("idempotent"), info.field_nodes[0], info.variable_values)
    return str(said["key"]) if said else ""


def _error(field: list[str], message: str, code: str) -> dict[str, Any]:
    return {"field": field, "message": message, "code": code}
