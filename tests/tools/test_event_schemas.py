from __future__ import annotations

import re

import jsonschema
import pytest

from tests.support.template import ROOT, resources, target
from tools import event_schemas
from waybill.orders import outbox

BY_TYPE = {kind.type: kind for kind in event_schemas.KINDS}
_NOT_ON_OUR_BUS = {"stock.available", "stock.levels", "order.created", "order.updated", "order.restored", "order.refunded", "fulfilment_order.labels_asked_back"}
"""The Inventory table's own stream, webhook topics of WooCommerce, what our own webhooks say, and a message that goes straight into its queue."""


def test_the_committed_schemas_and_catalogue_are_what_the_table_says() -> None:
    assert event_schemas.drift() == [], "run `python -m tools.event_schemas`"


@pytest.mark.parametrize("kind", event_schemas.KINDS, ids=lambda kind: kind.type)
def test_every_schema_is_valid_and_refuses_what_it_does_not_know(kind: event_schemas.Kind) -> None:
    schema = event_schemas.schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["data"]["additionalProperties"] is False


@pytest.mark.parametrize("name", ["email", "name", "phone", "address", "ship_to", "customer", "line1", "postal_code"])
def test_no_event_has_room_for_personal_data(name: str) -> None:
    assert not any(name in {**kind.data, **kind.may} for kind in event_schemas.KINDS)


def test_every_rule_of_the_bus_listens_to_events_that_exist_and_the_catalogue_says_so() -> None:
    for rule in resources("AWS::Events::Rule").values():
        for to in rule["Targets"]:
            queue = re.sub(r"(?<!^)(?=[A-Z])", "-", target(to["Arn"]).removesuffix("Queue")).lower()
            for type in rule["EventPattern"]["detail-type"]:
                assert queue in BY_TYPE[type].heard_by, f"{queue} hears {type}"


def test_what_the_catalogue_says_is_heard_has_a_rule() -> None:
    rules = resources("AWS::Events::Rule").values()
    heard = {
        (type, re.sub(r"(?<!^)(?=[A-Z])", "-", target(to["Arn"]).removesuffix("Queue")).lower())
        for rule in rules
        for to in rule["Targets"]
        for type in rule["EventPattern"]["detail-type"]
    }
    assert {(kind.type, queue) for kind in event_schemas.KINDS for queue in kind.heard_by} <= heard


def test_the_publisher_sends_what_is_heard_and_nothing_else() -> None:
    assert {kind.type for kind in event_schemas.KINDS if kind.heard_by} == outbox.HEARD


def test_every_type_that_the_code_writes_is_in_the_table() -> None:
    told = re.compile(r'"((?:order|payment|fulfilment_order|stock)\.[a-z_]+)"')
    code = (ROOT / "layers" / "waybill" / "waybill").rglob("*.py")
    found = {type for path in code if "desk" not in path.parts for type in told.findall(path.read_text("utf-8"))}
    assert found - _NOT_ON_OUR_BUS <= set(BY_TYPE), sorted(found - _NOT_ON_OUR_BUS - set(BY_TYPE))
