"""The sweep finds what it is for: something done twice, and something lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.flow.sweeping import swept
from tests.support.world import World
from waybill.notifications.dynamodb import MessagesTable

STORY = "cancelled-on-hold"
"""The shortest: received, held, cancelled, mailed."""


def test_a_consumer_that_does_not_look_whether_it_has_done_its_work_is_caught(monkeypatch):
    take = MessagesTable.take

    def forgetful(self, event_id, delivery, now):
        claim = take(self, event_id, delivery, now)
        return claim or replace(take(self, f"{event_id}?", delivery, now), event_id=event_id)

    monkeypatch.setattr(MessagesTable, "take", forgetful)
    assert any("events.PutEvents" in failure for failure in swept(STORY).failures)


def test_a_message_that_is_gone_with_the_process_that_had_it_is_caught(monkeypatch):
    deliver = World._safely

    def at_most_once(self, work):
        answer = deliver(self, work)
        return {"batchItemFailures": []} if answer is None else answer

    monkeypatch.setattr(World, "_safely", at_most_once)
    assert len(swept(STORY).failures) > 5
