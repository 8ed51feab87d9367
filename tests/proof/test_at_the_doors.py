"""At the doors, in a world in which everything has happened once: what is malformed is answered and nothing is lost, every answer is one that the served
OpenAPI document names (Schemathesis asks what it allows and what it forbids), and what would be wrong is found. `make proof` asks more."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from proof import documented
from proof.cloud.small import Mail
from proof.documented import compared
from proof.keeping import Keeper
from proof.knocking import Knock, Knocks
from proof.living import Dweller
from proof.losing import Kept
from proof.malformed import knocked
from proof.requests import Asked
from proof.spoiling import CARDS
from proof.stage import staged
from tests.flow.life import an_order
from tests.support.template import functions
from tools import openapi
from tools.routes import ROUTES
from waybill import proof as rules
from waybill.proof.keeping import KEPT
from waybill.shop import policies

pytestmark = pytest.mark.xdist_group("stage")  # it is set once, and every test leaves it as it was
Stage = tuple[Dweller, list[Asked]]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as made:
        yield made


def test_every_route_is_knocked_at(stage: Stage) -> None:
    known = {(asked.method, asked.route) for asked in stage[1]}
    assert [route for route in ROUTES if (route.method, route.path) not in known] == []


def test_every_route_of_the_template_is_documented_or_a_page_for_people() -> None:
    named = {route.path.strip("/").split("/")[1] for route in ROUTES}
    paths = {event["Properties"]["Path"] for each in functions().values() for event in each.get("Events", {}).values() if event["Type"] == "HttpApi"}
    assert {path for path in paths if path.strip("/").split("/")[0] not in ("desk", "floor") and path.strip("/").split("/")[1] not in named} == set()


def test_every_webhook_of_a_channel_or_gateway_that_is_signed_is_taken(stage: Stage) -> None:
    """A door that refuses the signature reads nothing of what is behind it."""
    the, asked = stage
    knocks = Knocks(the, asked, random.Random(1))
    start = the.world.snapshot()
    doors = {each.path: each for each in asked if each.path.endswith(("webhooks", "events"))}
    assert {path.split("/")[3] for path in doors} >= {"stripe", "paypal", "adyen", "parcelway", "square-2", "bigcommerce-2"}
    for path, each in doors.items():
        reply = knocks.whole(each)
        assert reply.status in (200, 202), (path, reply.content)
    the.world.restore(start)


def test_a_sample_of_malformed_input_is_answered_and_nothing_is_lost(stage: Stage) -> None:
    went = knocked(*stage, inputs=2000, seed=1)
    assert went.inputs == 2000
    assert went.broken == [], went.broken[:5]


@pytest.mark.timeout(300)
def test_every_answer_is_as_the_served_document_says(stage: Stage) -> None:
    went = compared(*stage, each=2, seed_=1)
    assert went.operations == sum(len(operations) for path, operations in openapi.document()["paths"].items() if path != documented.DOCUMENT)
    assert went.tried > 4 * went.operations
    assert went.broken == {}


# ── what would be wrong is found ──


def test_an_order_that_was_promised_and_is_nowhere_is_found(stage: Stage) -> None:
    kept = Kept(stage[0])
    kept.answered(Knock("POST", "/v1/orders", "/v1/orders", 202, b'{"id": "ord_nobody"}'))
    assert any("ord_nobody" in each for each in kept.lost())


def test_a_document_that_is_gone_is_found(stage: Stage) -> None:
    the, _ = stage
    start, kept = the.world.snapshot(), Kept(the)
    table = the.world.cloud.dynamodb.tables["DocumentsTable"]
    gone = next(iter(table.partitions))
    the.world.cloud.dynamodb.delete_item(TableName="DocumentsTable", Key={"pk": {"S": gone}})
    assert any(gone in each for each in kept.lost())
    the.world.restore(start)


def test_a_card_number_that_is_printed_or_kept_is_found(stage: Stage) -> None:
    the, _ = stage
    start, keeper = the.world.snapshot(), Keeper(the)
    assert keeper.broken() == []
    cloud = the.world.cloud
    print(f"paid with {CARDS[0]}", file=the.logs)
    cloud.dynamodb.put_item(TableName="ShopTable", Item={"pk": {"S": "NOTE"}, "sk": {"S": "1"}, "says": {"S": CARDS[1]}})
    cloud.sqs.put("StockQueue", json.dumps({"note": CARDS[2]}))
    cloud.s3.files["notes/1"] = gzip.compress(json.dumps({"cvc": "123"}).encode())
    cloud.ses.sent.append(Mail(("ann@example.com",), f"your card {CARDS[0]}"))
    found = keeper.broken()
    assert {each.rule for each in found} == {"I29"}
    assert {each.of for each in found} == {"a log", "ShopTable NOTE 1", "StockQueue", "the file notes/1", "a mail"}
    assert not any(number in str(each) for each in found for number in CARDS)
    assert keeper.broken() == [], "each is asked once"
    keeper.close()
    the.world.restore(start)


def test_what_is_asked_of_many_texts_at_once_counts_as_often(stage: Stage) -> None:
    the, _ = stage
    start, keeper = the.world.snapshot(), Keeper(the)
    keeper.broken()
    rules.forget_asked()
    the.world.cloud.sqs.put("StockQueue", "one")
    the.world.cloud.sqs.put("StockQueue", "another")
    assert keeper.broken() == []
    assert rules.asked() == {"I29": 2 * len(KEPT.every)}
    keeper.close()
    the.world.restore(start)


def test_a_secret_that_is_kept_anywhere_is_found(stage: Stage) -> None:
    the, _ = stage
    start, keeper = the.world.snapshot(), Keeper(the)
    print("calling with sk_test_12345", file=the.logs)
    the.world.cloud.dynamodb.put_item(TableName="MessagesTable", Item={"pk": {"S": "x"}, "says": {"S": "signed with carrier-secret"}})
    assert [(each.rule, each.of) for each in keeper.broken()] == [("I29", "MessagesTable x"), ("I29", "a log")]
    keeper.close()
    the.world.restore(start)


def test_an_answer_that_the_document_does_not_know_is_found(stage: Stage) -> None:
    with patch.object(policies, "load", side_effect=RuntimeError("a fault of ours")), patch.object(documented, "_other_methods", lambda *_: None):
        went = compared(*stage, each=1, seed_=1, only="/v1/policies")
    assert any("ServerError" in name for name in went.broken), went.broken


# ── card numbers at the doors of people (I29) ──


@pytest.mark.parametrize("number", CARDS)
def test_a_card_number_in_a_note_is_refused_by_field_and_not_kept(stage: Stage, number: str) -> None:
    the, _ = stage
    start = the.world.snapshot()
    order_id = the.place(an_order(reference="noted"), "noted")
    the.settle()
    reply = the.call("POST", f"/v1/orders/{order_id}/holds", {"reason": f"paid with {number}"})
    assert reply.status == 422 and [each["field"] for each in reply.json()["errors"]] == ["reason"]
    assert number not in json.dumps(reply.json())
    the.world.restore(start)


def test_a_card_number_in_escapes_is_seen_too(stage: Stage) -> None:
    the, _ = stage
    raw = b'{"kind": "shopify", "name": "' + b"".join(b"\\u%04x" % ord(sign) for sign in CARDS[1]) + b'"}'
    assert the.call("PUT", "/v1/channels/third", raw).status == 422
