"""A task that waits for its token: `HeartbeatSeconds` is never enforced, and a Lambda that fails is not a failed task.

Left open, a worker that is lost hangs the execution until its timeout, months later.
"""

from __future__ import annotations

import json
import threading
import time
from datetime import datetime
from typing import Any

_FOR_EVER = 99_999_999.0


def close() -> None:
    from ministack.services import stepfunctions

    stepfunctions._invoke_with_callback = _invoke_with_callback


def _invoke_with_callback(resource: str, input_data: Any, token: str, state: dict[str, Any]) -> Any:
    from ministack.services import stepfunctions

    answer: dict[str, Any] = {"event": threading.Event(), "result": None, "error": None, "heartbeat": None}
    stepfunctions._task_tokens[token] = answer
    try:
        stepfunctions._invoke_resource(resource.replace(".waitForTaskToken", ""), input_data)
        _await_answer(answer, state)
    finally:
        stepfunctions._task_tokens.pop(token, None)
    if answer["error"]:
        raise stepfunctions._ExecutionError(answer["error"].get("Error", "TaskFailed"), answer["error"].get("Cause", ""))
    try:
        return json.loads(answer["result"]) if isinstance(answer["result"], str) else answer["result"]
    except json.JSONDecodeError:
        return answer["result"]


def _await_answer(answer: dict[str, Any], state: dict[str, Any]) -> None:
    from ministack.services import stepfunctions

    started = time.time()
    deadline = started + float(state.get("TimeoutSeconds", _FOR_EVER))
    beat = float(state.get("HeartbeatSeconds", _FOR_EVER))
    while True:
        next_beat = _last_sign_of_life(answer, started) + beat
        wait = min(deadline, next_beat) - time.time()
        if answer["event"].wait(timeout=min(max(wait, 0.0), threading.TIMEOUT_MAX)):
            return
        now = time.time()
        if now >= deadline:
            raise stepfunctions._ExecutionError("States.Timeout", "Task timed out waiting for its token")
        if now >= _last_sign_of_life(answer, started) + beat:
            raise stepfunctions._ExecutionError("States.HeartbeatTimeout", "No heartbeat within HeartbeatSeconds")


def _last_sign_of_life(answer: dict[str, Any], started: float) -> float:
    stamp = answer["heartbeat"]
    return datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp() if stamp else started
