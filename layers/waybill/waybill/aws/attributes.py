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
    if isinstance(value, dict):
        return {"M": pack_item(value)}
    if isinstance(value, (list, tuple)):
        return {"L": [{"S": inner} if type(inner) is str else pack(inner) for inner in value]}
    if value is None:
        return {"NULL": True}
    if isinstance(value, bytes):
        return {"B": value}
    raise TypeError(f"no attribute value for {type(value).__name__}")


def unpack(attribute: dict[str, Any]) -> Any:
    """The inverse of `pack`; tuples come back as lists. Binary may arrive as base64 text from a stream."""
    if "N" in attribute:
        return int(attribute["N"])
    if "M" in attribute:
        return unpack_item(attribute["M"])
    if "L" in attribute:
        return [inner["S"] if "S" in inner else unpack(inner) for inner in attribute["L"]]
    kind, value = next(iter(attribute.items()))
    return None if kind == "NULL" else value


def pack_item(item: dict[str, Any]) -> dict[str, Any]:
    """Every write passes here; as `unpack_item`."""
    return {key: {"S": value} if type(value) is str else pack(value) for key, value in item.items()}


def unpack_item(item: dict[str, Any]) -> dict[str, Any]:
    """Every read passes here, and most of what it brings is text: that is looked at first."""
    return {key: value["S"] if "S" in value else unpack(value) for key, value in item.items()}
