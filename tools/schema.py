"""Words of which the answers' shapes are made."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
INSTANT: Schema = {"type": "string", "format": "date-time", "description": "ISO 8601, UTC"}
AMOUNT: Schema = {
    "type": "string",
    "pattern": r"^-?\d+(\.\d+)?$",
    "description": "A decimal amount with the decimals of its currency",
    "examples": ["19.90"],
}
CURRENCY: Schema = {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217", "examples": ["USD"]}
ORDER_ID: Schema = {"type": "string", "pattern": "^ord_[a-z2-7]{20}$", "examples": ["ord_k3v7qn2mzc5t4xw6ybfa"]}
FO_ID: Schema = {"type": "string", "pattern": r"^fo_[a-z2-7]{20}-\d+$", "examples": ["fo_k3v7qn2mzc5t4xw6ybfa-1"]}
QUANTITIES: Schema = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}, "description": "Units by name"}
STATUSES = [
    "received", "on_hold", "backordered", "confirmed", "released", "in_fulfilment", "partially_shipped", "shipped",
    "partially_delivered", "delivered", "completed", "cancelled",
]  # fmt: skip
FO_STATUSES = [
    "scheduled", "awaiting_approval", "requested", "accepted", "rejected", "picking", "picked", "packed", "ready_for_pickup", "partially_shipped", "shipped", "delivered", "cancellation_requested", "on_hold", "cancelled",
]  # fmt: skip


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def record(required: Schema, optional: Schema | None = None, description: str = "") -> Schema:
    """An object with these fields; more may come, so that answers can grow."""
    schema: Schema = {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}}
    return {**schema, "description": description} if description else schema


def page(name: str) -> Schema:
    """How every list is answered."""
    return record(
        {"items": array(ref(name)), "next": {"type": ["string", "null"], "description": "The cursor of the following page; null after the last"}}
    )
DAY: Schema = {"type": "string", "format": "date"}
