"""The function that speaks with carriers' own APIs is started by the engine with its layer, is asked as other functions ask it, and refuses in words."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from local.cloud import client
from local.settings import STAGE
from local.stackfile import Stack

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("laptop"), pytest.mark.timeout(400)]

UNKNOWN, BARE, SECRET = "ups-unknown", "ups-bare", "never to be told"
_PLACE = {"name": "Dock 4", "line1": "1 Main St", "city": "Reno", "region": "NV", "postal_code": "89521", "country": "US"}
_SENDING = {"sender": _PLACE, "recipient": {**_PLACE, "city": "Denver", "region": "CO", "postal_code": "80202"}, "parcels": [{"weight_g": 900, "goods": []}], "leaves": "2026-12-01"}
_ANSWERED_WITHIN_S = 25
"""What the template gives it."""


@pytest.fixture(scope="module")
def function(stack: Stack) -> Iterator[str]:
    """Its name. There are two carriers, one under an account that UPS does not know and one without any; they are gone afterwards, for other tests pack."""
    manager, name = client("secretsmanager", stack.engine_url), f"waybill/{STAGE}/carriers"
    before = manager.get_secret_value(SecretId=name)["SecretString"]
    account = {"client_id": "x", "client_secret": SECRET, "account_number": "1"}
    manager.put_secret_value(SecretId=name, SecretString=json.dumps({**json.loads(before), f"{UNKNOWN}/account": account}))
    body = json.dumps({"name": "UPS", "kind": "karrio", "settings": {"connector": "ups", "sandbox": True}}).encode()
    for id in (UNKNOWN, BARE):
        asked = urllib.request.Request(f"{stack.api_url}/v1/carriers/{id}", body, {"x-api-key": stack.ops_key, "content-type": "application/json"}, method="PUT")
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert answer.status == 200
    pages = client("lambda", stack.engine_url).get_paginator("list_functions").paginate()
    (found,) = [each["FunctionName"] for page in pages for each in page["Functions"] if "DirectCarriers" in each["FunctionName"]]
    yield found
    manager.put_secret_value(SecretId=name, SecretString=before)
    for id in (UNKNOWN, BARE):
        client("dynamodb", stack.engine_url).delete_item(TableName=stack.outputs["ShopTableName"], Key={"pk": {"S": "CARRIER"}, "sk": {"S": id}})


def test_a_carrier_that_lets_nobody_in_is_told_of_in_words_and_in_time(stack: Stack, function: str) -> None:
    """With karrio loaded, whether its sandbox is out of reach or refuses the account."""
    began = time.monotonic()
    said = _asked(stack, function, UNKNOWN)
    assert time.monotonic() - began < _ANSWERED_WITHIN_S
    assert said["problem"]["kind"] == "Unavailable", said
    assert "/account" not in said["problem"]["message"] and SECRET not in json.dumps(said)


def test_without_an_account_it_says_which_secret_lacks(stack: Stack, function: str) -> None:
    problem = _asked(stack, function, BARE)["problem"]
    assert problem["kind"] == "Unavailable" and f"{BARE}/account" in problem["message"]


def _asked(stack: Stack, function: str, carrier: str) -> dict[str, Any]:
    """As `labels` asks it."""
    asked = {"verb": "offers", "carrier": carrier, "sending": _SENDING}
    answer = client("lambda", stack.engine_url).invoke(FunctionName=function, Payload=json.dumps(asked).encode())
    raw = answer["Payload"].read()
    assert answer["StatusCode"] == 200 and "FunctionError" not in answer, raw
    return dict(json.loads(raw))
