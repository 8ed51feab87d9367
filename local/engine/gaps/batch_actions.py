"""SQS has no actions of its own for batches: whoever may send, delete or change one message may do so with ten. The engine's IAM asks for an
action by the call's name, which no policy allows.
"""

from __future__ import annotations

from typing import Any


def close() -> None:
    from ministack.core import iam_actions

    upstream = iam_actions.extract_iam_action

    def extract_iam_action(service: str, *asked: Any, **named: Any) -> str | None:
        action = upstream(service, *asked, **named)
        return action.removesuffix("Batch") if service == "sqs" and action else action

    iam_actions.extract_iam_action = extract_iam_action
