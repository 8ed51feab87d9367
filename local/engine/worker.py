"""What runs inside a function's process: the Lambda runtime interface, over a pipe of JSON lines.

Started by `gaps.function_process` with the function's environment; imports nothing but the standard library, so that a
function sees what it would see on AWS.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from typing import Any


class Context:
    """The handler's second argument."""

    def __init__(self, call: dict[str, Any], identity: dict[str, Any]) -> None:
        self.aws_request_id = call["request_id"]
        self.invoked_function_arn = call["arn"]
        self.function_name = identity["name"]
        self.function_version = identity["version"]
        self.memory_limit_in_mb = identity["memory"]
        self.log_group_name = f"/aws/lambda/{identity['name']}"
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self.identity = None
        self.client_context = None
        self._deadline = time.time() + identity["timeout"]

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.time()) * 1000))


def error_of(error: BaseException) -> dict[str, Any]:
    """An exception as Lambda reports it: its own class name, its message and where it happened."""
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__)[1:],
    }


def load(handler: str) -> Any:
    module, _, name = handler.rpartition(".")
    return getattr(importlib.import_module(module.replace("/", ".")), name)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    identity = json.loads(sys.stdin.readline())
    sys.path[0:0] = identity["path"]
    try:
        handler = load(identity["handler"])
    except BaseException as error:  # noqa: BLE001 - the process's edge: an import may raise anything
        _answer(answers, {"init_error": {**error_of(error), "errorType": f"Runtime.{_init_kind(error)}"}})
        return
    _answer(answers, {"ready": True})
    for line in sys.stdin:
        call = json.loads(line)
        _set_or_drop("_X_AMZN_TRACE_ID", call.get("trace_id"))
        try:
            answer = {"result": handler(call["event"], Context(call, identity))}
            text = json.dumps(answer)
        except Exception as error:  # noqa: BLE001 - the process's edge: what a handler raises is its answer
            answer = {"error": error_of(error)}
            traceback.print_exc()
            text = json.dumps(answer)
        sys.stdout.flush()
        sys.stderr.write(f"\x00{call['request_id']}\n")
        sys.stderr.flush()
        answers.write(text + "\n")
        answers.flush()


def _init_kind(error: BaseException) -> str:
    if isinstance(error, ImportError):
        return "ImportModuleError"
    return "HandlerNotFound" if isinstance(error, AttributeError) else type(error).__name__


def _set_or_drop(name: str, value: str | None) -> None:
    if value:
        os.environ[name] = value
    else:
        os.environ.pop(name, None)


def _answer(answers: Any, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
