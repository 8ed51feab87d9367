"""Picking, shorting and splitting named units says something relative: under a key it is done once, and its record remembers that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fulfilment.floor import Floor, floor
from tests.support.world import Reply
from waybill.fulfilment.model.once import KEPT, Asked, remembered
from waybill.fulfilment.service import load

SAID = {
    "pick": {"lines": [{"line": "1", "quantity": 1}]},
    "short": {"lines": [{"line": "1", "quantity": 1}], "reason": "DAMAGED"},
    "split": {"lines": [{"line": "1", "quantity": 1}]},
}
OTHER = {verb: body | {"lines": [{"line": "1", "quantity": 2}]} for verb, body in SAID.items()}


@pytest.fixture
def the() -> Iterator[Floor]:
    with floor() as made:
        yield made


def say(the: Floor, fo: str, verb: str, body: dict[str, Any], key: str = "", who: str = "admin") -> Reply:
    return the.call("POST", f"/v1/fulfilment-orders/{fo}/{verb}", body, who, **({"idempotency_key": key} if key else {}))


def ready(the: Floor) -> str:
    """Two of line 1 and one of line 2, accepted."""
    (fo,) = the.put()
    the.do(fo, "accept")
    return fo


def whole(the: Floor, fo: str) -> Any:
    record = load(fo)[0]
    return record.fulfilment_orders, record.state


@pytest.mark.parametrize("verb", SAID)
def test_the_same_word_again_changes_nothing_and_is_answered_the_same(the: Floor, verb: str) -> None:
    fo = ready(the)
    first = say(the, fo, verb, SAID[verb], "k")
    stands = whole(the, fo)
    again = say(the, fo, verb, SAID[verb], "k")
    assert (first.status, again.status) == (200, 200), again.content
    assert again.json() == first.json()
    assert whole(the, fo) == stands


@pytest.mark.parametrize("verb", SAID)
def test_the_same_key_for_other_units_is_refused_and_changes_nothing(the: Floor, verb: str) -> None:
    fo = ready(the)
    assert say(the, fo, verb, SAID[verb], "k").status == 200
    stands = whole(the, fo)
    reply = say(the, fo, verb, OTHER[verb], "k")
    assert (reply.status, reply.json()["code"]) == (422, "idempotency_key_reused")
    assert whole(the, fo) == stands


@pytest.mark.parametrize("second", ["l", ""])
@pytest.mark.parametrize("verb", ["pick", "short"])
def test_another_key_or_none_says_it_once_more(the: Floor, verb: str, second: str) -> None:
    fo = ready(the)
    for key in ("k", second):
        assert say(the, fo, verb, SAID[verb], key).status == 200
    line = the.read(fo)["lines"]["1"]
    assert (line["picked"], line["quantity"]) == ((2, 2) if verb == "pick" else (0, 0))


def test_a_key_is_of_one_verb_and_of_one_caller(the: Floor) -> None:
    fo = ready(the)
    node = the.read(fo)["node"]
    assert say(the, fo, "pick", SAID["pick"], "k").status == 200
    assert say(the, fo, "pick", SAID["pick"], "k", node).status == 200
    assert say(the, fo, "short", SAID["short"], "k").status == 200
    assert (the.read(fo)["lines"]["1"]["picked"], the.read(fo)["lines"]["1"]["quantity"]) == (1, 1)


def test_a_word_that_went_through_is_answered_also_when_the_work_has_gone_on(the: Floor) -> None:
    fo = ready(the)
    assert say(the, fo, "pick", SAID["pick"], "k").status == 200
    the.do(fo, "pick", "pack", "ship")
    assert say(the, fo, "pick", SAID["pick"], "k").status == 200
    assert say(the, fo, "pick", OTHER["pick"], "k").status == 422


def test_a_word_that_changed_nothing_holds_its_key_too(the: Floor) -> None:
    fo = ready(the)
    the.do(fo, "pick")
    assert say(the, fo, "pick", SAID["pick"], "late").status == 200
    assert say(the, fo, "pick", OTHER["pick"], "late").status == 422


def test_a_word_that_was_refused_leaves_its_key_free(the: Floor) -> None:
    fo = ready(the)
    assert say(the, fo, "pick", {"lines": [{"line": "1", "quantity": 9}]}, "k").status == 422
    assert say(the, fo, "pick", SAID["pick"], "k").status == 200


def test_how_many_there_are_is_the_same_however_often_it_is_said(the: Floor) -> None:
    fo = ready(the)
    for _ in range(2):
        assert say(the, fo, "short", {"line": "1", "there": 1, "reason": "NOT_IN_STOCK"}).status == 200
    assert the.read(fo)["lines"]["1"]["quantity"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"line": "1", "reason": "DAMAGED"}, "there"),
        ({"there": 1, "reason": "DAMAGED"}, "line"),
        ({"line": "1", "there": -1, "reason": "DAMAGED"}, "there"),
        ({"line": "1", "there": True, "reason": "DAMAGED"}, "there"),
        ({"line": "1", "there": 1, "lines": [], "reason": "DAMAGED"}, "lines"),
        ({"reason": "DAMAGED"}, "lines"),
    ],
)
def test_what_is_said_neither_way_or_both_is_named(the: Floor, body: dict[str, Any], field: str) -> None:
    reply = say(the, ready(the), "short", body)
    assert (reply.status, [each["field"] for each in reply.json()["errors"]]) == (422, [field])


def test_the_latest_keys_are_kept() -> None:
    known: tuple[Asked, ...] = ()
    for number in range(KEPT + 5):
        known = remembered(known, Asked(str(number), "body"))
    assert [each.name for each in known] == [str(number) for number in range(5, KEPT + 5)]


def test_a_carrier_s_word_of_a_parcel_that_was_taken_apart_is_noted_once_and_moves_nothing(the: Floor) -> None:
    (fo,) = the.put()
    old = the.do(fo, "accept", "pick", "pack")["packages"][0]
    the.do(fo, "void")
    for status in ("pre_transit", "in_transit", "in_transit", "delivered"):
        assert the.scan(old, status).status == 202
    assert the.status(fo) == ("released", "picked")
    noted = [entry.data for entry in load(fo)[1].history if entry.type == "fulfilment_order.tracked"]
    assert [(each["tracking_number"], each["status"]) for each in noted] == [(old["tracking_number"], status) for status in ("pre_transit", "in_transit", "delivered")]
    new = the.do(fo, "pack", "ship")["packages"][0]
    assert the.scan(new, "in_transit").status == 202
    assert the.read(fo)["packages"][0]["status"] == "in_transit"
