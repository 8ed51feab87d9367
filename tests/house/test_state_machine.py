"""The order's graph: no dangling next, everything reachable, every wait bounded, every failure caught."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.machine import StateMachine

MACHINE = StateMachine(lambda function, payload: None).definition
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


@pytest.mark.parametrize("name", [name for name, state in STATES.items() if state.get("Resource", "").endswith("lambda:invoke")])
def test_every_call_is_retried_with_jitter(name):
    assert all(retry["JitterStrategy"] == "FULL" for retry in STATES[name]["Retry"])


def test_the_happy_path_enters_three_states():
    name, steps = MACHINE["StartAt"], 1
    while not STATES[name].get("End"):
        name, steps = STATES[name]["Next"], steps + 1
    assert steps == 3


def test_only_ids_go_through_the_workflow():
    for state in STATES.values():
        filled = state.get("Parameters", {})
        inner = filled.get("Payload") or filled.get("MessageBody") or {}
        assert {key.removesuffix(".$") for key in inner} <= {"task", "command", "wait", "order_id", "run", "token", "problem"}
