"""moto answers the same, several times sooner: its time went into HTTP that nobody sends and into guessing names, not into being a cloud.

A sweep plays what is left of a life some hundred times.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import jsonpath_ng.ext
import pytest
from botocore import xform_name
from botocore.client import BaseClient
from moto.core import responses
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.secretsmanager.models import SecretsManagerBackend
from moto.sqs import models as sqs

_DIRECT = frozenset("BatchGetItem GetItem PutItem Query Scan TransactWriteItems UpdateItem".split())
_over_http = BaseClient._make_api_call
_names = cache(responses.method_names_from_class)
_underscores = cache(sqs.camelcase_to_underscores)
_path = cache(jsonpath_ng.ext.parse)
_move = SecretsManagerBackend.update_secret_version_stage


@contextmanager
def quick(account: str, region: str) -> Iterator[None]:
    """For as long as moto stands in for AWS: DynamoDB's calls go straight to moto's handler."""

    def call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if operation not in _DIRECT or client.meta.service_model.service_name != "dynamodb":
            return _over_http(client, operation, parameters)
        try:
            return _answered(_handler(account, region, parameters), operation)
        except Exception:  # noqa: BLE001 (refused, so nothing was done: asked again by the long way, which knows how to say it)
            return _over_http(client, operation, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", call)
        patch.setattr(responses, "method_names_from_class", _names)
        patch.setattr(sqs, "camelcase_to_underscores", _underscores)
        patch.setattr(jsonpath_ng.ext, "parse", _path)
        patch.setattr(Table, "__deepcopy__", _snapshot, raising=False)
        patch.setattr(SecretsManagerBackend, "update_secret_version_stage", _moved)
        yield


def _moved(backend: SecretsManagerBackend, secret_id: str, version_stage: str, remove_from_version_id: str, move_to_version_id: str) -> tuple[str, str]:
    """moto moves the label, and goes on to read the version that had it before."""
    answer = _move(backend, secret_id, version_stage, remove_from_version_id, move_to_version_id)
    if version_stage == "AWSCURRENT" and move_to_version_id:
        backend.secrets[secret_id].set_default_version_id(move_to_version_id)
    return answer


def _snapshot(table: Any, memo: dict[int, Any]) -> Any:
    """What moto goes back to when a transaction fails. Ours only put whole items, so the items themselves never change under it."""
    kept = copy.copy(table)
    kept.items = table.items.copy()
    if table.has_range_key:
        kept.items.update({hash_key: dict(of_hash) for hash_key, of_hash in table.items.items()})
    if table.stream_shard:
        kept.stream_shard = copy.copy(table.stream_shard)
        kept.stream_shard.items, kept.stream_shard.table = list(table.stream_shard.items), kept
    return kept


def _handler(account: str, region: str, parameters: dict[str, Any]) -> DynamoHandler:
    handler = DynamoHandler()
    handler.current_account, handler.region, handler.response_headers = account, region, {}
    handler.body = handler.params = copy.deepcopy(parameters)
    return handler


def _answered(handler: DynamoHandler, operation: str) -> dict[str, Any]:
    answer = dict(getattr(handler, xform_name(operation))().result or {})
    for name in ("Item", "Attributes", "LastEvaluatedKey"):
        found = answer.pop(name, None)
        answer |= {name: _item(found)} if found else {}
    if "Items" in answer:
        answer["Items"] = [_item(item) for item in answer["Items"]]
    if operation == "BatchGetItem":
        answer["Responses"] = {table: [_item(item) for item in items] for table, items in answer["Responses"].items()}
    return answer


def _item(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: _attribute(value) for name, value in attributes.items()}


def _attribute(value: Any) -> dict[str, Any]:
    """One value as a client sees it: `{"S": "text"}`."""
    kind, inner = (value.type, value.value) if isinstance(value, DynamoType) else next(iter(value.items()))
    if kind == "M":
        return {kind: _item(inner)}
    if kind == "L":
        return {kind: [_attribute(each) for each in inner]}
    return {kind: base64.b64decode(inner) if kind == "B" and isinstance(inner, str) else inner}
