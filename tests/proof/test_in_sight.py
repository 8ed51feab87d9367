"""Every order ends, or is where somebody looks, in time (I19); every event is told to all who listen (I25): asked of worlds, and what breaks it is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from proof.judging import Judge
from proof.living import Dweller, living
from tests.flow.life import DECLINED, an_order
from waybill import proof
from waybill.notifications.model import KINDS
from waybill.orders.codec import STATE
from waybill.proof.facts import OrderFacts

SEEN = ("lookup_pk", "lookup_sk")


@pytest.fixture
def the() -> Iterator[Dweller]:
    with living() as the:
        yield the


def _facts(the: Dweller, order_id: str) -> OrderFacts:
    facts = Judge(the).facts(order_id)
    assert proof.check(facts) == []
    return facts


def _without(facts: OrderFacts, key: str, *names: str) -> OrderFacts:
    item = {name: value for name, value in facts.items[key].items() if name not in names}
    return replace(facts, items={**facts.items, key: item})


def _held(the: Dweller, expires_at: str = "") -> OrderFacts:
    order_id = the.place(an_order(token=DECLINED))
    the.settle()
    facts = _facts(the, order_id)
    holds = [{**hold, "expires_at": expires_at} for hold in facts.items[STATE]["holds"]]
    return replace(facts, items={**facts.items, STATE: {**facts.items[STATE], "holds": holds}})


def _rules(facts: OrderFacts) -> set[str]:
    return {each.rule for each in proof.check(facts)}


def test_an_order_that_waits_for_a_person_and_is_in_no_list_is_found(the: Dweller) -> None:
    facts = _held(the)
    assert _rules(facts) == set()
    assert _rules(_without(facts, STATE, *SEEN)) == {"I19"}


def test_work_of_a_node_that_its_list_does_not_have_is_found(the: Dweller) -> None:
    order_id = the.place(an_order())
    the.settle()
    facts = _facts(the, order_id)
    (work,) = (key for key in facts.items if key.startswith("FO#"))
    assert _rules(_without(facts, work, *SEEN)) == {"I19"}


@pytest.mark.parametrize(("expires_at", "broken"), [("2026-11-23T12:00:00Z", set()), ("2026-11-20T12:00:00Z", {"I19"})])
def test_a_hold_that_outlives_its_time_is_found(the: Dweller, expires_at: str, broken: set[str]) -> None:
    assert _rules(_held(the, expires_at)) == broken


def test_while_things_are_under_way_nobody_need_see_it_yet(the: Dweller) -> None:
    assert _rules(replace(_without(_held(the), STATE, *SEEN), at_rest=False)) == set()


def test_the_rule_is_asked_of_every_order_of_a_world_at_rest(the: Dweller) -> None:
    judge = Judge(the)
    for number in range(3):
        the.place(an_order(reference=f"seen-{number}"), f"seen-{number}")
    the.settle()
    proof.forget_asked()
    assert judge.verdict() == []
    assert proof.asked()["I19"] >= 3 and proof.asked()["I25"] >= 3


def _told_nobody(facts: OrderFacts) -> dict[str, Any]:
    return {"told": {}, "mails": {}}


def _told_what_did_not_happen(facts: OrderFacts) -> dict[str, Any]:
    return {"told": {**(facts.told or {}), f"{facts.order_id}:99": "skipped"}}


def _never_finished_telling(facts: OrderFacts) -> dict[str, Any]:
    return {"told": dict.fromkeys(facts.told or {}, "claimed"), "mails": {}}


@pytest.mark.parametrize("wrong", [_told_nobody, _told_what_did_not_happen, _never_finished_telling])
def test_an_event_that_was_not_told_as_it_happened_is_found(the: Dweller, wrong: Any) -> None:
    order_id = the.place(an_order())
    the.settle()
    facts = _facts(the, order_id)
    assert any(event["type"] in KINDS for event in facts.events.values())
    assert _rules(replace(facts, **wrong(facts))) == {"I25"}
