"""Rules that cannot be used are refused at the door as `invalid_input`, each thing that is wrong by the place of its row and field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.flow.life import Life
from tests.flow.lived import life

RULES = "/v1/routing/rules"


@pytest.fixture
def the() -> Iterator[Life]:
    with life() as made:
        yield made


def _set(*rules: dict[str, Any], orders: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The rules in question stand in the second routing, so that a place must be told and not only guessed."""
    first = {"name": "first", "orders": [{"field": "units", "op": "at_least", "value": 5}], "rules": [{"name": "any"}]}
    ours = {"name": "ours", "rules": list(rules), **({"orders": orders} if orders else {})}
    return {"name": "test", "routings": [first, ours, *([{"name": "rest", "rules": [{"name": "any"}]}] if orders else [])]}


def _asks(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


ANY, OURS = {"name": "any"}, "routings[1]"
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a negative number": (_set(ANY, {"name": "b", "keep": -1}), f"{OURS}.rules[1].keep"),
    "a fraction of a unit": (_set(ANY, {"name": "b", "keep": 0.5}), f"{OURS}.rules[1].keep"),
    "a fraction of a node": (_set({"name": "b", "most_nodes": 1.5}), f"{OURS}.rules[0].most_nodes"),
    "negative money": (_set({"name": "b", "split_penalty": -300}), f"{OURS}.rules[0].split_penalty"),
    "a negative distance": (_set({"name": "b", "nodes": [_asks("in_time", "is", True), _asks("distance_km", "at_most", -1)]}), f"{OURS}.rules[0].nodes[1].value"),
    "a fraction of a kilometre": (_set({"name": "b", "nodes": [_asks("distance_km", "at_most", 0.5)]}), f"{OURS}.rules[0].nodes[0].value"),
    "a negative total": (_set(ANY, orders=[_asks("total", "at_least", -1)]), f"{OURS}.orders[0].value"),
    "an unknown node": (_set(ANY, {"name": "b", "nodes": [_asks("node", "is", "atlantis")]}), f"{OURS}.rules[1].nodes[0].value"),
    "one unknown node of several": (_set({"name": "b", "nodes": [_asks("node", "not_in", ["reno", "atlantis"])]}), f"{OURS}.rules[0].nodes[0].value"),
    "an unknown field of nodes": (_set({"name": "b", "nodes": [_asks("colour", "is", "red")]}), f"{OURS}.rules[0].nodes[0].field"),
    "an unknown field of orders": (_set(ANY, orders=[_asks("units", "is", 1), _asks("distance_km", "is", 1)]), f"{OURS}.orders[1].field"),
    "an unknown field of a rule": (_set(ANY, {"name": "b", "warehouse": "reno"}), f"{OURS}.rules[1].warehouse"),
    "an unknown comparison": (_set({"name": "b", "nodes": [_asks("node", "at_most", "reno")]}), f"{OURS}.rules[0].nodes[0].op"),
    "an unknown sort": (_set({"name": "b", "pick": ["priority", "moon"]}), f"{OURS}.rules[0].pick"),
    "a rule that leads to itself": (_set({"name": "a", "next": "a"}), f"{OURS}.rules[0].next"),
    "a rule that leads nowhere": (_set({"name": "a", "next": "b"}), f"{OURS}.rules[0].next"),
    "a condition without a value": (_set({"name": "a", "nodes": [{"field": "node", "op": "is"}]}), f"{OURS}.rules[0].nodes[0]"),
    "a rule without a name": (_set(ANY, {"name": " "}), f"{OURS}.rules[1].name"),
    "two rules of one name": (_set(ANY, ANY), f"{OURS}.rules[1].name"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_used_is_refused_by_the_place_of_its_row_and_field(the: Life, what: str) -> None:
    raw, place = BAD[what]
    answer = the.call("POST", RULES, raw, "support")
    told = answer.json()
    assert (answer.status, told["code"], [error["field"] for error in told["errors"]]) == (422, "invalid_input", [place]), told
    assert place in told["detail"] and told["errors"][0]["message"]
    assert the.call("GET", RULES).json()["items"] == [], "nothing of it is kept"


def test_a_circle_of_rules_is_told_by_each_of_its_rules_and_by_those_that_lead_into_it(the: Life) -> None:
    told = the.call("POST", RULES, _set({"name": "a", "next": "b"}, {"name": "b", "next": "c"}, {"name": "c", "next": "b"}), "support").json()
    assert {error["field"]: error["message"] for error in told["errors"]} == {f"{OURS}.rules[{n}].next": "leads back to itself" for n in range(3)}


def test_everything_that_is_wrong_is_told_in_one_answer(the: Life) -> None:
    raw = _set({"name": "a", "keep": -1, "nodes": [_asks("colour", "is", 1)]}, {"name": "b", "next": "b"})
    told = the.call("POST", RULES, raw, "support").json()
    assert {error["field"] for error in told["errors"]} == {f"{OURS}.rules[0].keep", f"{OURS}.rules[0].nodes[0].field", f"{OURS}.rules[1].next"}


def test_rules_that_cannot_be_kept_in_one_piece_are_too_large(the: Life) -> None:
    many = [f"{number:05}{'x' * 90}" for number in range(400)]
    raw = _set(*({"name": f"r{number}", "nodes": [_asks("region", "in", many)]} for number in range(12)))
    answer = the.call("POST", RULES, raw, "support")
    assert (answer.status, answer.json()["code"], answer.json()["errors"][0]["field"]) == (413, "too_large", "routings")
    assert the.call("GET", RULES).json()["items"] == []


def test_as_many_rules_as_may_be_can_be_kept(the: Life) -> None:
    rules = [{"name": f"rule {number}", "nodes": [_asks("distance_km", "at_most", 10**6)]} for number in range(20)]
    raw = {"name": "all", "routings": [{"name": f"routing {number}", "rules": rules} for number in range(50)]}
    assert the.call("POST", RULES, raw, "support").status == 201
