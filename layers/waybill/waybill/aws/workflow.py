"""The order's execution: start it once, answer the token on which it waits. Late and repeated answers are ignored."""

from __future__ import annotations

import json
from typing import Any

from waybill.aws.clients import client
from waybill.aws.config import setting


def execution_name(order_id: str, run: int = 0) -> str:
    """`ord_ab12`, and `ord_ab12-r2` for the second restart by the reconciler."""
    return order_id if run == 0 else f"{order_id}-r{run}"


def start(order_id: str, run: int = 0) -> bool:
    """Starts the execution named by the order. False where it exists already, which is success."""
    states = client("stepfunctions")
    try:
        states.start_execution(
            stateMachineArn=setting("ORDER_MACHINE_ARN"),
            name=execution_name(order_id, run),
            input=json.dumps({"order_id": order_id, "run": run}),
        )
    except states.exceptions.ExecutionAlreadyExists:
        return False
    return True


def succeed(token: str, output: dict[str, Any]) -> bool:
    """Answers a waiting task. False where nobody waits on this token any more."""
    states = client("stepfunctions")
    return _answered(lambda: states.send_task_success(taskToken=token, output=json.dumps(output)))


def fail(token: str, error: str, cause: str = "") -> bool:
    """Fails a waiting task under an error name that the machine catches."""
    states = client("stepfunctions")
    return _answered(lambda: states.send_task_failure(taskToken=token, error=error, cause=cause[:256]))


def _answered(send: Any) -> bool:
    gone = client("stepfunctions").exceptions
    try:
        send()
    except (gone.TaskTimedOut, gone.TaskDoesNotExist, gone.InvalidToken):
        return False
    return True
