"""Python values to DynamoDB attribute values and back. Integers only: money and quantities are never floats."""

from __future__ import annotations

from typing import Any


def pack(value: Any) -> dict[str, Any]:
    """str, int, bool, None, bytes, list/tuple, dict (string keys) → attribute value. Raises TypeError for anything else."""
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if value is None:
        return {"NULL": True}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, dict):
        return {"M": {key: pack(inner) for key, inner in value.items()}}
    if isinstance(value, (list, tuple)):
        return {"L": [pack(inner) for inner in value]}
    raise TypeError(f"no attribute value for {type(value).__name__}")


def unpack(attribute: dict[str, Any]) -> Any:
    """The inverse of `pack`; tuples come back as lists. Binary may arrive as base64 text from a stream."""
    (kind, value), *_ = attribute.items()
    if kind == "N":
        return int(value)
    if kind == "M":
        return {key: unpack(inner) for key, inner in value.items()}
    if kind == "L":
        return [unpack(inner) for inner in value]
    if kind == "NULL":
        return None
    return value


def pack_item(item: dict[str, Any]) -> dict[str, Any]:
    return {key: pack(value) for key, value in item.items()}


def unpack_item(item: dict[str, Any]) -> dict[str, Any]:
    return {key: unpack(value) for key, value in item.items()}
