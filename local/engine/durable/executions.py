"""Step Functions: an execution is in the journal when it has started and again, with its history, when it has ended."""

from __future__ import annotations

import json
from typing import Any

from local.engine.durable.journal import Journal, Statement

_SEPARATOR = "\x00"


def enable(journal: Journal) -> None:
    from ministack.core.responses import AccountRegionScopedDict
    from ministack.services import stepfunctions

    start, stop, run, state = (
        stepfunctions._start_execution,
        stepfunctions._stop_execution,
        stepfunctions._run_execution,
        stepfunctions.get_state,
    )

    def start_execution(data: dict[str, Any]) -> Any:
        answer = start(data)
        if answer[0] == 200:
            journal.write([_keep(json.loads(answer[2])["executionArn"])])
        return answer

    def stop_execution(data: dict[str, Any]) -> Any:
        answer = stop(data)
        if answer[0] == 200:
            journal.write([_keep(data["executionArn"])])
        return answer

    def run_execution(arn: str) -> None:
        run(arn)
        if arn in stepfunctions._executions:
            journal.write([_keep(arn)])

    def get_state() -> dict[str, Any]:
        executions, stepfunctions._executions = stepfunctions._executions, AccountRegionScopedDict()
        try:
            return state()
        finally:
            stepfunctions._executions = executions

    stepfunctions._start_execution, stepfunctions._stop_execution = start_execution, stop_execution
    stepfunctions._run_execution, stepfunctions.get_state = run_execution, get_state


def restore(journal: Journal) -> None:
    from ministack.services import stepfunctions

    for key, text in journal.read("SELECT arn, execution FROM executions"):
        account, region, arn = key.split(_SEPARATOR)
        execution = json.loads(text)
        if execution["status"] == "RUNNING":
            stepfunctions._fail_execution(execution, "States.ServiceRestart", "Execution was running when the engine was restarted")
        stepfunctions._executions.set_scoped(account, region, arn, execution)


def _keep(arn: str) -> Statement:
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import stepfunctions

    key = _SEPARATOR.join((get_account_id(), get_region(), arn))
    return "INSERT OR REPLACE INTO executions VALUES (?, ?)", (key, json.dumps(stepfunctions._executions[arn], default=str))
