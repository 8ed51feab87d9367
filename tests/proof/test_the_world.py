"""The world tells the stories of the flow as moto tells them, quickly or not; the same seed tells the same; and it can be gone back to."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest

from proof.judging import Judge
from proof.living import Dweller, living
from proof.quick import Once, quick, unchanged
from proof.scheduler import Again, Drawn
from proof.stories import STORIES
from tests.flow.holds_true import check
from tests.flow.life import an_order, whole_life
from tests.flow.stories import STORIES as OF_THE_FLOW
from tests.support import cloud


@pytest.mark.parametrize("name", OF_THE_FLOW)
def test_what_holds_true_on_moto_holds_true_here(name: str) -> None:
    story = OF_THE_FLOW[name]
    with living(story.stock, logs=True) as the, patch.dict(cloud._plain, the.world.cloud.services):
        judge = Judge(the)
        story.set_up()
        order_id = story.tell(the)
        assert check(the, order_id)["status"] == story.ending
        assert judge.verdict() == []


@pytest.mark.parametrize("name", STORIES)
def test_a_story_told_quickly_ends_the_same_and_nobody_changes_what_is_stored(name: str) -> None:
    slow, fast = _told(name, False), _told(name, True)
    assert slow == fast


def _told(name: str, quickly: bool) -> dict[str, Any]:
    """Everything that is stored in the end, and how often each function ran."""
    story = STORIES[name]
    with living(story.stock) as the:
        story.set_up()
        if quickly:
            with patch.object(Once, "checked", True), quick():
                story.tell(the)
        else:
            story.tell(the)
        tables = the.world.cloud.dynamodb.tables.values()
        assert all(unchanged(item) for table in tables for item in table.every())
        return {"invocations": the.world.invocations, **{table.name: [dict(item) for item in table.every()] for table in tables}}


def test_the_same_seed_is_the_same_story_and_so_are_the_same_choices() -> None:
    first, choices = _soaked(Drawn(7))
    second, _ = _soaked(Drawn(7))
    again, _ = _soaked(Again(choices))
    other, _ = _soaked(Drawn(8))
    assert first == second == again
    assert first != other


def _soaked(scheduler: Drawn) -> tuple[list[str], list[int]]:
    with living(scheduler=scheduler, seed=1) as the, quick():
        whole_life(the, an_order(reference="same"))
        return [f"{item}" for item in the.world.cloud.dynamodb.tables["OrdersTable"].every()], scheduler.chosen


def test_a_world_that_was_gone_back_to_goes_on_as_it_did() -> None:
    with living() as the, quick():
        judge = Judge(the)
        order_id = the.place(an_order(reference="same"))
        start = the.world.snapshot()
        the.world.restart()
        ends = [_cancelled(the, order_id, judge, start) for _ in range(3)]
        assert ends[0] == ends[1] == ends[2]
        shipped = the.world.snapshot()
        the.world.restore(start)
        the.settle()
        assert the.order(order_id)["status"] == "released"
        the.world.restore(shipped)


def _cancelled(the: Dweller, order_id: str, judge: Judge, start: Any) -> tuple[str, int]:
    the.world.restore(start)
    the.world.restart()
    the.settle()
    the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "no"})
    the.settle()
    assert judge.verdict() == []
    ended = the.order(order_id)["status"], the.world.invocations
    the.world.restore(start)
    return ended
