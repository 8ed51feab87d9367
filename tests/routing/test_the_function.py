"""The Lambda on its events as they arrive."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from tests.routing.orders import order_of, tea
from tests.support.machine import StateMachine
from waybill.aws import clients

ROOT = Path(__file__).resolve().parents[2]
FINE: dict[str, Any] = {"batchItemFailures": []}


def test_the_command_a_rejection_and_the_last_parcel_are_handled_and_may_be_repeated():
    with order_of(tea(1)) as desk:
        handle = _function()
        assert handle(_event("route")) == handle(_event("route")) == FINE
        assert desk.work() == {"reno": {"1": 1}}
        desk.reject(1, "NOT_IN_STOCK")
        assert handle(_event("rejected")) == handle(_event("rejected")) == FINE
        assert desk.work() == {"columbus": {"1": 1}}
        desk.ship(2)
        assert handle(_event("last_parcel_shipped")) == handle(_event("last_parcel_shipped")) == FINE


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"command":"route"}',
        '{"command":"route","order_id":7,"token":"t"}',
        '{"command":"route","order_id":"ord_bbbbbbbbbbbbbbbbbbbb","token":"t"}',
        '{"command":"fly","order_id":"ord_aaaaaaaaaaaaaaaaaaaa","token":"t"}',
        '{"detail":{"type":"fulfilment_order.rejected"}}',
    ],
)
def test_a_poisoned_message_goes_back_alone(body, shared):
    handle, desk = shared
    event = _event("route")
    event["Records"].insert(0, {**event["Records"][0], "messageId": "poison", "body": body})
    assert handle(event) == {"batchItemFailures": [{"itemIdentifier": "poison"}]}
    assert desk.work() == {"reno": {"1": 1}}


def test_events_that_are_not_ours_are_let_be(shared):
    handle, _ = shared
    event = _event("last_parcel_shipped")
    body = json.loads(event["Records"][0]["body"])
    body["detail"] |= {"type": "order.confirmed", "subject": "ord_of_nobody"}
    event["Records"][0]["body"] = json.dumps(body)
    assert handle(event) == FINE


@pytest.fixture(scope="module")
def shared():
    with order_of(tea(1)) as desk:
        yield _function(), desk


def _function():
    clients.substitute("stepfunctions", StateMachine())
    spec = importlib.util.spec_from_file_location("functions_routing_app", ROOT / "functions/routing/app.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda event: module.handler(event, None)


def _event(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "events/routing" / f"{name}.json").read_text())
