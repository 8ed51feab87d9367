"""What upstream's IAM asks for a batch of SQS. The day it asks for what AWS does, local/engine/gaps/batch_actions.py can go."""

from __future__ import annotations

import pytest
from ministack.core import iam_actions

from local.engine.gaps import batch_actions

_TARGET = {"x-amz-target": "AmazonSQS.SendMessageBatch"}


def _asked() -> str | None:
    return iam_actions.extract_iam_action("sqs", "POST", "/", _TARGET, b"{}", {})


def test_upstream_still_asks_for_an_action_that_there_is_not() -> None:
    assert _asked() == "sqs:SendMessageBatch"


def test_a_batch_is_judged_as_its_messages_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iam_actions, "extract_iam_action", iam_actions.extract_iam_action)
    batch_actions.close()
    assert _asked() == "sqs:SendMessage"
