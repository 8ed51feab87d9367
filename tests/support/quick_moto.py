"""moto answers the same, several times sooner: where its time went was in guessing names, not in being a cloud.

A sweep plays a life's remainder some hundred times; unpatched, two thirds of that is moto looking for nine aliases of every attribute.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonpath_ng.ext
from moto.core import responses
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models.dynamo_type import DynamoType

_AS_THEY_ARE = frozenset({"S", "N", "BOOL", "NULL", "SS", "NS"})
_any_structure = BaseJSONSerializer._serialize_type_structure


def install() -> None:
    """Once for the process; asking again changes nothing."""
    BaseJSONSerializer._serialize_type_structure = _structure
    responses.method_names_from_class = _names
    jsonpath_ng.ext.parse = _path


def _structure(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
    if shape.name == "AttributeValue" and value is not None:
        serialized[key] = _attribute(self, value)
    else:
        _any_structure(self, serialized, value, shape, key)


def _attribute(serializer: BaseJSONSerializer, value: Any) -> dict[str, Any]:
    """One DynamoDB value as the protocol writes it: `{"S": "text"}`."""
    kind, inner = (value.type, value.value) if isinstance(value, DynamoType) else next(iter(value.items()))
    if kind in _AS_THEY_ARE:
        return {kind: inner}
    if kind == "M":
        return {kind: {name: _attribute(serializer, each) for name, each in inner.items()}}
    if kind == "L":
        return {kind: [_attribute(serializer, each) for each in inner]}
    return {kind: [serializer._base64(each) for each in inner] if kind == "BS" else serializer._base64(inner)}


_names = cache(responses.method_names_from_class)
_path = cache(jsonpath_ng.ext.parse)
