"""Every order in which the calls of two and three callers can come; of some races a few that are drawn (`races.wholly`)."""

from __future__ import annotations

import pytest

from proof.cloud.sqs import Message
from proof.living import living
from proof.message_races import KINDS, LIVES
from proof.quick import quick
from proof.race import word_of
from proof.races import RACES, run
from proof.world import World
from tests.proof.rights import within_their_rights


@pytest.mark.parametrize("name", RACES)
def test_a_race_has_one_winner_in_whatever_order_the_calls_come(name: str) -> None:
    with within_their_rights():
        told = list(run(name, quickly=True))
    broken = [each for each in told if each.broken]
    assert told
    assert not broken, f"{len(broken)} of {len(told)}: {broken[0].calls} {broken[0].broken}"


def test_every_kind_of_message_is_among_the_races(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that comes with a life that is new, or a queue."""
    seen, deliver = set[tuple[str, str]](), World.deliver

    def noted(self: World, queue: str, messages: list[Message]) -> object:
        seen.update((queue, word_of(message)) for message in messages)
        return deliver(self, queue, messages)

    monkeypatch.setattr(World, "deliver", noted)
    for life in LIVES.values():
        with living(life.stock) as the, quick():
            life.set_up()
            life.tell(the)
            the.settle()
            queues = set(the.world._pollers)
    assert seen == {(queue, word) for queue, words in KINDS.items() for word in words}
    assert queues == KINDS.keys()
