"""The sweep finds what it is for: something done twice, and something lost."""

from __future__ import annotations

from datetime import timedelta

from tests.flow.sweeping import swept
from tests.support.world import World
from waybill.notifications.dynamodb import MessagesTable
from waybill.notifications.ports import Claim

STORY = "cancelled-on-hold"
"""The shortest: received, held, cancelled, mailed."""


def test_a_consumer_that_does_not_look_whether_it_has_done_its_work_is_caught(monkeypatch):
    take = MessagesTable.take

    def forgetful(self, event_id, now):
        return take(self, event_id, now) or Claim(event_id, 1, 1, now + timedelta(seconds=20))

    monkeypatch.setattr(MessagesTable, "take", forgetful)
    failures = swept(STORY).failures
    assert failures and all(": 2})" in failure for failure in failures), "the mail that went out twice"


def test_a_message_that_is_gone_with_the_process_that_had_it_is_caught(monkeypatch):
    deliver = World._safely

    def at_most_once(self, work):
        answer = deliver(self, work)
        return {"batchItemFailures": []} if answer is None else answer

    monkeypatch.setattr(World, "_safely", at_most_once)
    lost = swept(STORY, every=3).failures
    assert any("Counter()" in failure for failure in lost), "the mail that was never sent"
