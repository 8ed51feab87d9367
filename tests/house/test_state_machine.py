"""The order's graph: no dangling next, everything reachable, every wait bounded, every failure caught."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.machine import StateMachine

MACHINE = StateMachine().definition
STATES: dict[str, dict[str, Any]] = MACHINE["States"]


def _targets(state: dict[str, Any]) -> Iterator[str]:
    if "Next" in state:
        yield state["Next"]
    yield from (catch["Next"] for catch in state.get("Catch", ()))


def test_every_next_names_a_state():
    assert {after for state in STATES.values() for after in _targets(state)} <= set(STATES)


def test_every_state_can_be_reached():
    seen, ahead = set(), [MACHINE["StartAt"]]
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += _targets(STATES[name])
    assert seen == set(STATES)


@pytest.mark.parametrize("name", [name for name, state in STATES.items() if state["Type"] == "Task"])
def test_every_task_is_bounded_and_says_what_it_is(name):
    assert STATES[name]["TimeoutSeconds"] > 0
    assert STATES[name]["Comment"]
    assert STATES[name].get("Catch"), "a failure nobody catches loses the order"


def test_the_happy_path_enters_two_states():
    name, steps = MACHINE["StartAt"], 1
    while not STATES[name].get("End"):
        name, steps = STATES[name]["Next"], steps + 1
    assert steps == 2


def test_only_ids_go_through_the_workflow():
    for state in STATES.values():
        message = state.get("Parameters", {}).get("MessageBody", {})
        assert {key.removesuffix(".$") for key in message} <= {"command", "wait", "order_id", "run", "token", "problem", "entered"}
