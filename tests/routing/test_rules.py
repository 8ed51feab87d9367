"""Rules as data: what they do to a decision, and what is said of those that cannot be used."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from typing import Any

import pytest

from local.settings import ROOT
from tests.routing.problems import small
from waybill.kernel.errors import InvalidInput
from waybill.routing.model.backtest import Limits
from waybill.routing.model.decision import Decision, Site, Unrouted, asked, decide
from waybill.routing.model.flips import flips
from waybill.routing.model.optimiser import optimise
from waybill.routing.model.problem import Rate
from waybill.routing.model.rules import BUILT_IN, SORTS, read

RATE = Rate((1000, 5000), (500, 900))
FACTS = {
    "channel": "web", "currency": "USD", "country": "US", "region": "CA", "shipping_method": "standard", "promise_days": 0,
    "total": 3000, "lines": 2, "units": 3, "weight_g": 900, "skus": ("CUP", "TEA"),
}  # fmt: skip
LINES = (Unrouted("1", "TEA", 2, 250, 800), Unrouted("2", "CUP", 1, 400, 2200))
SITES = (
    Site("east", RATE, 4000, kind="warehouse", country="US", region="NY", tags=("own", "big"), priority=3),
    Site("mid", Rate((1000, 5000), (400, 800)), 2000, kind="3pl", country="US", region="OH", tags=("partner",), priority=1),
    Site("west", Rate((1000, 5000), (300, 700)), 100, kind="store", country="US", region="CA", priority=2),
)
STOCK = {"TEA": {"east": 9, "mid": 9, "west": 2}, "CUP": {"east": 9, "mid": 9}}


def _decided(*rules: dict[str, Any], orders: list | None = None, stock: Any = STOCK, facts: dict[str, Any] = FACTS) -> Decision:
    ours = [{"name": "ours", "rules": list(rules), **({"orders": orders} if orders else {})}]
    others = [{"name": "others", "rules": [{"name": "any"}]}] if orders else []
    return decide(asked(LINES, SITES, stock, order=facts), read({"name": "test", "routings": ours + others}, 1))


def _nodes(*nodes: dict[str, Any], **rule: Any) -> list[str]:
    return sorted(_decided({"name": "one", "nodes": list(nodes), **rule}).shares)


@pytest.mark.parametrize(
    ("field", "op", "value", "left"),
    [
        ("node", "is", "east", ["east"]),
        ("node", "is_not", "mid", ["east"]),
        ("kind", "in", ["warehouse"], ["east"]),
        ("kind", "not_in", ["3pl"], ["east"]),
        ("tags", "has", "own", ["east"]),
        ("tags", "has_not", "partner", ["east"]),
        ("tags", "has_any", ["partner", "third"], ["mid"]),
        ("distance_km", "at_most", 2000, ["mid"]),
        ("distance_km", "at_least", 2001, ["east"]),
        ("priority", "is", 3, ["east"]),
        ("region", "is", "NY", ["east"]),
        ("has_all", "is", True, ["mid"]),
        ("in_time", "is", True, ["mid"]),
        ("handling_per_parcel", "at_most", 0, ["mid"]),
    ],
)
def test_a_rule_asks_only_the_nodes_that_meet_its_conditions(field: str, op: str, value: Any, left: list[str]) -> None:
    assert _nodes({"field": field, "op": op, "value": value}) == left


def test_a_node_that_the_rule_leaves_out_is_ruled_out_by_it() -> None:
    assert _decided({"name": "one", "nodes": [{"field": "node", "op": "is", "value": "east"}]}).ruled_out == {"mid": "rule", "west": "rule"}


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("channel", "is", "web"),
        ("total", "at_least", 3000),
        ("skus", "has", "TEA"),
        ("skus", "has_any", ["X", "CUP"]),
        ("region", "in", ["CA", "NV"]),
    ],
)
def test_an_order_has_the_first_routing_whose_conditions_it_meets(field: str, op: str, value: Any) -> None:
    east = {"name": "east", "nodes": [{"field": "node", "op": "is", "value": "east"}]}
    assert _decided(east, orders=[{"field": field, "op": op, "value": value}]).routing == "ours"
    other = {**FACTS, "channel": "x", "total": 1, "skus": ("Z",), "region": "TX"}
    assert _decided(east, orders=[{"field": field, "op": op, "value": value}], facts=other).routing == "others"


def test_rules_are_tried_in_turn_until_one_ships_everything_and_those_before_are_told() -> None:
    near = {"name": "near", "nodes": [{"field": "distance_km", "op": "at_most", "value": 500}], "next": "far"}
    found = _decided(near, {"name": "far"})
    assert (found.rule.name, found.tried, found.short) == ("far", (("near", 1),), {})


def test_where_no_rule_ships_everything_the_one_that_ships_most_stands() -> None:
    west = {"name": "west", "nodes": [{"field": "node", "op": "is", "value": "west"}], "next": "nobody"}
    nobody = {"name": "nobody", "nodes": [{"field": "node", "op": "is", "value": "x"}]}
    found = _decided(west, nobody)
    assert (found.rule.name, found.short, found.tried) == ("west", {"2": 1}, (("west", 1), ("nobody", 3)))


SCATTERED = {"TEA": {"east": 1, "mid": 1}, "CUP": {"west": 1}}


def test_an_order_is_never_split_where_the_rule_says_never_or_where_it_is_worth_too_little() -> None:
    assert _decided({"name": "one", "split": "never"}, stock=SCATTERED).short == {"1": 2, "2": 1}
    assert _decided({"name": "one", "split_from": 3001}, stock=SCATTERED).short == {"1": 2, "2": 1}
    assert not _decided({"name": "one", "split_from": 3000}, stock=SCATTERED).short
    assert _decided({"name": "one", "most_nodes": 2}, stock=SCATTERED).short
    assert not _decided({"name": "one", "most_nodes": 3}, stock=SCATTERED).short


def test_by_item_keeps_each_sku_together() -> None:
    assert _decided({"name": "one", "split": "by_item"}, stock=SCATTERED).short == {"1": 2}
    whole = {"TEA": {"east": 2, "mid": 1}, "CUP": {"west": 1}}
    assert _decided({"name": "one", "split": "by_item"}, stock=whole).shares == {"east": {"1": 2}, "west": {"2": 1}}


def test_what_a_rule_keeps_back_is_not_there_to_be_shipped() -> None:
    assert _decided({"name": "one", "keep": 7}).shares == {"mid": {"1": 2, "2": 1}}
    assert sorted(_nodes(keep=8)) == ["east", "mid"], "one of each is left at either"
    assert _decided({"name": "one", "keep": 9}).short == {"1": 2, "2": 1}


@pytest.mark.parametrize(
    ("pick", "first"),
    [(["priority"], "mid"), (["-priority"], "east"), (["distance_km"], "west"), (["-distance_km"], "east"), (["most_units", "distance_km"], "mid"), (["most_units", "priority"], "mid"), (["-most_units"], "west"), (["handling_per_unit", "-priority"], "east")],
)  # fmt: skip
def test_sorted_nodes_are_drained_in_turn_the_first_sort_that_tells_them_apart_decides(pick: list[str], first: str) -> None:
    found = _decided({"name": "one", "pick": pick})
    assert next(iter(found.plan.shares and [s.node for s in found.plan.shares if s.units.get("TEA")])) == first
    assert not found.short and not found.plan.proven


def test_a_rule_set_reads_back_as_it_was_written() -> None:
    every = {"name": "all of it", "nodes": [{"field": "tags", "op": "has_any", "value": ["own"]}], "pick": ["priority", "-most_units"], "split": "by_item", "most_nodes": 2, "split_from": 1, "split_penalty": 2, "keep": 3, "next": "last"}  # fmt: skip
    raw = {"name": "x", "routings": [{"name": "r", "orders": [{"field": "total", "op": "at_most", "value": 5}], "rules": [every, {"name": "last"}]}, {"name": "rest", "rules": [{"name": "any"}]}]}  # fmt: skip
    once = read(json.loads(json.dumps(raw)), 4)
    assert read(json.loads(json.dumps(once.to_dict())), 4) == once and once.routings[0].rules[0].to_dict() == every


_R = {"name": "r", "rules": [{"name": "a"}]}
BAD = [
    ([], ""),
    ({"name": "x"}, "routings"),
    ({"name": "x", "routings": []}, "routings"),
    ({"name": "", "routings": [_R]}, "name"),
    ({"name": "x", "routings": [_R], "colour": 1}, "colour"),
    ({"name": "x", "routings": [7]}, "routings[0]"),
    ({"name": "x", "routings": [{**_R, "rules": []}]}, "routings[0].rules"),
    ({"name": "x", "routings": [_R, _R]}, "routings[1].name"),
    ({"name": "x", "routings": [{**_R, "orders": [{"field": "total", "op": "at_least", "value": 1}]}]}, "routings[0].orders"),
    ({"name": "x", "routings": [{**_R, "rules": [{"name": "a"}, {"name": "a"}]}]}, "routings[0].rules[1].name"),
    ({"name": "x", "routings": [{**_R, "rules": [{"name": "a", "next": "b"}]}]}, "routings[0].rules[0].next"),
    ({"name": "x", "routings": [{**_R, "rules": [{"name": "a", "next": "a"}]}]}, "routings[0].rules[0].next"),
    ({"name": "x", "routings": [{**_R, "rules": [{"name": "a", "next": "b"}, {"name": "b", "next": "a"}]}]}, "routings[0].rules[1].next"),
    ({"name": "x", "routings": [{**_R, "rules": [{"name": "a", "next": 7}]}]}, "routings[0].rules[0].next"),
] + [
    ({"name": "x", "routings": [{**_R, "rules": [{"name": "a", key: value}]}]}, f"routings[0].rules[0].{place or key}")
    for key, value, place in [
        ("split", "sometimes", ""), ("most_nodes", -1, ""), ("most_nodes", 1.5, ""), ("most_nodes", True, ""), ("keep", "2", ""), ("split_from", 10**10, ""),
        ("pick", "nearest", ""), ("pick", [], ""), ("pick", ["moon"], ""), ("pick", [["priority"]], ""), ("warehouse", 1, ""), ("nodes", {}, ""), ("nodes", [1], "nodes[0]"),
        ("nodes", [{"field": "colour", "op": "is", "value": 1}], "nodes[0].field"), ("nodes", [{"field": [], "op": "is", "value": 1}], "nodes[0].field"),
        ("nodes", [{"field": "node", "op": "at_most", "value": 1}], "nodes[0].op"), ("nodes", [{"field": "node", "op": "is", "value": 1}], "nodes[0].value"),
        ("nodes", [{"field": "node", "op": "in", "value": "a"}], "nodes[0].value"), ("nodes", [{"field": "node", "op": "in", "value": []}], "nodes[0].value"),
        ("nodes", [{"field": "distance_km", "op": "is", "value": -1}], "nodes[0].value"), ("nodes", [{"field": "distance_km", "op": "is", "value": 0.5}], "nodes[0].value"),
        ("nodes", [{"field": "in_time", "op": "is", "value": 1}], "nodes[0].value"), ("nodes", [{"field": "node", "op": "is"}], "nodes[0]"),
    ]
]  # fmt: skip


@pytest.mark.parametrize(("raw", "place"), BAD)
def test_what_is_wrong_with_rules_is_told_by_its_place(raw: Any, place: str) -> None:
    with pytest.raises(InvalidInput) as problem:
        read(raw)
    assert place in problem.value.fields, problem.value.fields


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as problem:
        read({"name": 1, "routings": [{"name": "r", "rules": [{"name": "a", "split": "x", "keep": -1}]}]})
    assert set(problem.value.fields) == {"name", "routings[0].rules[0].split", "routings[0].rules[0].keep"}


def test_the_smallest_change_turns_the_plan_and_a_smaller_one_does_not() -> None:
    turned = 0
    for seed in range(600):
        problem = small(seed)
        plan = optimise(problem)
        for flip in flips(problem, plan, priced=True):
            node = flip["node"]
            if "dearer" in flip:
                turned += 1
                parcels = -(
                    -next(s.weight_g for s in plan.shares if s.node == node)
                    // next(c.rate.breaks_g[-1] for c in problem.candidates if c.node == node)
                )
                for more, beaten in ((flip["dearer"] - 1, False), (flip["dearer"], True)):
                    dearer = tuple(replace(c, per_parcel=c.per_parcel + more * (c.node == node)) for c in problem.candidates)
                    best = optimise(replace(problem, candidates=dearer)).cost
                    assert (best < plan.cost + more * parcels) is beaten, (seed, flip)
            else:
                for sku, units in flip["units"].items():
                    ships = next(share.units[sku] for share in plan.shares if share.node == node)
                    have = next(c.available[sku] for c in problem.candidates if c.node == node)
                    assert have - units == ships - 1
    assert turned > 300


def test_the_rules_that_are_built_in_ask_every_node_for_the_cheapest_plan() -> None:
    assert decide(asked(LINES, SITES, STOCK, order=FACTS)).plan == optimise(decide(asked(LINES, SITES, STOCK)).problem)
    assert read(BUILT_IN.to_dict()) == replace(BUILT_IN) and "most_units" in SORTS


def test_the_rules_and_limits_that_the_documents_show_are_what_is_there() -> None:
    text = (ROOT / "docs" / "routing-rules.md").read_text("utf-8")
    built_in, example, limits = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.S))
    assert read(built_in) == BUILT_IN and len(read(example).routings) == 2
    assert Limits.of(limits) == Limits() and set(limits) == {each.name for each in fields(Limits)}
