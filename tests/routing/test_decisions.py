"""Decisions: who is asked, what is written down, and that anybody can work it out again."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from bench.routing_orders import RATES
from tests.routing.problems import small
from waybill.routing import present
from waybill.routing.model.claim import NOBODY, Claim
from waybill.routing.model.decision import (
    LATE,
    REJECTED,
    REJECTED_BEFORE,
    Decision,
    Site,
    Unrouted,
    asked,
    decide,
    marked,
)
from waybill.routing.model.problem import Rate
from waybill.routing.model.receipt import answer, differences, receipt, replay
from waybill.routing.model.rules import Routing, Rule, RuleSet

CHEAP, DEAR = Rate((5000,), (500,)), Rate((5000,), (900,))
TEA = Unrouted("1", "TEA", 1, 250)
EVERYWHERE = {"TEA": {"near": 5, "far": 5}}


def _sites(**near) -> list[Site]:
    return [Site("near", CHEAP, **near), Site("far", DEAR, distance_km=4000)]


@pytest.mark.parametrize("decisions", [400, pytest.param(10_000, marks=[pytest.mark.sweep, pytest.mark.timeout(900)])])
def test_decisions_are_worked_out_again_from_their_receipts(decisions):
    for seed in range(decisions):
        decision = _drawn(seed)
        kept = json.loads(json.dumps(_receipt(decision)))
        assert differences(kept, json.loads(json.dumps(answer(replay(kept, decision.rules))))) == {}, seed
        assert _receipt(_drawn(seed)) == _receipt(decision)


def test_every_unit_is_routed_or_short_and_nothing_is_routed_that_is_not_there():
    for seed in range(300):
        decision = _drawn(seed)
        for line in decision.lines:
            routed = sum(units.get(line.line, 0) for units in decision.shares.values())
            assert routed + decision.short.get(line.line, 0) == line.quantity


@pytest.mark.parametrize("doubt", [LATE, REJECTED_BEFORE])
def test_a_doubtful_node_is_asked_only_where_the_others_cannot(doubt):
    sites = _sites(doubts=frozenset({doubt}))
    assert list(decide(asked([TEA], sites, EVERYWHERE)).shares) == ["far"]
    assert list(decide(asked([TEA], sites, {"TEA": {"near": 1}})).shares) == ["near"]


def test_a_late_node_is_asked_before_one_that_has_rejected():
    sites = [Site("late", DEAR, doubts=frozenset({LATE})), Site("refused", CHEAP, doubts=frozenset({REJECTED_BEFORE}))]
    assert list(decide(asked([TEA], sites, {"TEA": {"late": 1, "refused": 1}})).shares) == ["late"]


def test_a_barred_node_is_never_asked_and_its_reason_is_kept():
    decision = decide(asked([TEA], marked(_sites(), {"near"}, bar=REJECTED), {"TEA": {"near": 1}}))
    assert decision.short == {"1": 1}
    assert decision.ruled_out == {"near": REJECTED, "far": "no_stock"}


def test_lines_of_one_sku_keep_what_is_reserved_for_them():
    lines = [Unrouted("1", "TEA", 1, 250), Unrouted("2", "TEA", 1, 250)]
    rate = Rate((250, 500), (100, 900))
    sites = [Site("a", rate), Site("b", rate)]
    held = {"1": {"b": 1}, "2": {"a": 1}}
    decision = decide(asked(lines, sites, {"TEA": {"a": 1, "b": 1}}, held))
    assert decision.by_line() == held
    assert Claim(held).transfers(decision.by_line()) == {}


def test_a_claim_moves_only_what_lies_elsewhere():
    claim = Claim({"1": {"a": 2, "b": 1}, "2": {"a": 1}})
    assert claim.transfers({"1": {"b": 3}, "2": {"a": 1}}) == {"a": {"1": {"b": 2}}}
    assert claim.transfers({"1": {"b": 1, "c": 3}}) == {"a": {"1": {"c": 2}}, NOBODY: {"1": {"c": 1}}}


def test_the_receipt_says_in_words_why():
    sites = [Site("near", CHEAP, 120), Site("far", DEAR, 4000), Site("shut", CHEAP, 10, barred="closed")]
    told = present.in_words(_receipt(decide(asked([TEA], sites, {"TEA": {"near": 5, "far": 5, "shut": 5}}))))
    assert told["headline"] == "near, 5.00: nothing is cheaper"
    assert told["because"] == [
        "near ships 1 × TEA: 250 g over 120 km for 5.00",
        "Next best: far for 9.00",
        "far alone would cost 9.00",
        "shut ruled out: closed",
        "near with 5 × TEA less could not ship this",
        "4.01 more for a parcel from near would turn it to far",
    ]


def test_a_decision_that_no_node_can_carry_out_says_so():
    told = present.in_words(_receipt(decide(asked([TEA], _sites(), {}))))
    assert told["headline"] == "No node can ship it"
    assert "1 of line 1 found no node" in told["because"]


def _drawn(seed: int) -> Decision:
    """A decision on a small problem or on a shop of up to twenty nodes, with lines that share SKUs, doubts and closed nodes."""
    draw = random.Random(seed)
    if seed % 2:
        problem = small(seed)
        lines = [Unrouted(f"{n}", d.sku, d.quantity, d.weight_g) for n, d in enumerate(problem.demands)]
        sites = [Site(c.node, c.rate, 0, c.per_parcel, c.per_unit) for c in problem.candidates]
        available = {d.sku: {c.node: c.available[d.sku] for c in problem.candidates} for d in problem.demands}
        return decide(asked(lines, sites, available), _rules(split_penalty=problem.split_penalty))
    skus = {f"S{n}": draw.choice((90, 250, 700, 2600)) for n in range(draw.randint(1, 6))}
    lines = [Unrouted(str(n), sku, draw.randint(1, 3), skus[sku]) for n, sku in enumerate(draw.choices(sorted(skus), k=draw.randint(1, 8)))]
    sites = [
        Site(
            f"n{n}",
            RATES[draw.randint(1, 8)],
            draw.randint(0, 4500),
            draw.choice((50, 120)),
            draw.choice((10, 40)),
            draw.choice(("", "", "", "closed")),
            frozenset(draw.choices((LATE, REJECTED_BEFORE), k=1)) if draw.random() < 0.3 else frozenset(),
        )
        for n in range(draw.randint(1, 20))
    ]
    available = {sku: {site.node: draw.choice((0, 0, 1, 4)) for site in sites} for sku in skus}
    return decide(asked(lines, sites, available), _rules(split_penalty=draw.choice((0, 150))))


def _rules(**rule: Any) -> RuleSet:
    return RuleSet((Routing("all", (Rule("one", **rule),)),), 1, "drawn")


def _receipt(decision: Decision) -> dict:
    return receipt(decision, at="2026-11-23T03:20:00.000Z", cause="route", tariffs={"parcelway": "1"})
