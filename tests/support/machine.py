"""The order's state machine, run from its own `order.asl.json`, in this process and one step at a time.

Knows what that file uses: Task (sqs:sendMessage with waitForTaskToken), Catch, TimeoutSeconds on demand, Succeed. A state type or a resource that it does not know fails loudly.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.support.cloud import plain_client, queue_url
from tests.support.said import said_by
from tests.support.template import ROOT
from waybill.kernel.clock import instant, utc_now

_MOST_ATTEMPTS = 30


@dataclass
class Execution:
    """One run. `token` is what it waits on; `visited` the states entered, in order."""

    name: str
    input: dict[str, Any]
    state: str
    data: dict[str, Any]
    token: str | None = None
    status: str = "RUNNING"
    entered: int = 0
    visited: list[str] = field(default_factory=list)


class StateMachine:
    """Holds the executions; stands in for the `stepfunctions` client behind the gate."""

    def __init__(self) -> None:
        text = (ROOT / "statemachines/order.asl.json").read_text().replace("${PaymentDecisionSeconds}", "60")
        self.definition = json.loads(text)
        self.executions: dict[str, Execution] = {}
        self.meta, self.exceptions = said_by("stepfunctions")

    # ── what the code calls ──
    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> dict[str, str]:
        if name in self.executions:
            raise self.exceptions.ExecutionAlreadyExists({"Error": {"Code": "ExecutionAlreadyExists"}}, "StartExecution")
        data = json.loads(input)
        self.executions[name] = Execution(name, data, self.definition["StartAt"], data)
        return {"executionArn": f"{stateMachineArn}:{name}"}

    def send_task_success(self, *, taskToken: str, output: str) -> dict[str, str]:
        json.loads(output)
        self._go_on(self._waiting(taskToken, "SendTaskSuccess"))
        return {}

    def send_task_failure(self, *, taskToken: str, error: str, cause: str = "") -> dict[str, str]:
        self._fail(self._waiting(taskToken, "SendTaskFailure"), error)
        return {}

    def list_executions(self, *, stateMachineArn: str, statusFilter: str, maxResults: int) -> dict[str, Any]:
        found = [run for run in self.executions.values() if run.status == statusFilter]
        return {"executions": [{"name": run.name, "status": run.status} for run in found[-maxResults:]]}

    # ── what the tests call ──
    def step(self) -> bool:
        """Runs one state of one execution that is not waiting. False where all wait or have ended."""
        run = next((run for run in self.executions.values() if run.status == "RUNNING" and run.token is None), None)
        if run is None:
            return False
        self._enter(run)
        return True

    def time_out(self, name: str) -> None:
        """The deadline of the state in which an execution waits passes now."""
        self._fail(self.executions[name], "States.Timeout")

    def lose(self, name: str) -> None:
        """The execution is gone, as after a restart of the engine."""
        run = self.executions[name]
        run.status, run.token = "FAILED", None

    @property
    def transitions(self) -> int:
        return sum(run.entered for run in self.executions.values())

    def _enter(self, run: Execution) -> None:
        state = self.definition["States"][run.state]
        run.entered += 1
        run.visited.append(run.state)
        if state["Type"] == "Succeed":
            run.status = "SUCCEEDED"
            return
        if state["Type"] != "Task":
            raise NotImplementedError(f"a state of type {state['Type']}")
        self._task(run, state)

    def _task(self, run: Execution, state: dict[str, Any]) -> None:
        resource = state["Resource"].removeprefix("arn:aws:states:::")
        if resource != "sqs:sendMessage.waitForTaskToken":
            raise NotImplementedError(f"the resource {resource}")
        run.token = f"{run.name}/{run.entered}"
        body = _filled(state["Parameters"]["MessageBody"], run.data, run.token)
        queue = state["Parameters"]["QueueUrl"].strip("${}")
        plain_client("sqs").send_message(QueueUrl=queue_url(queue), MessageBody=json.dumps(body))

    def _go_on(self, run: Execution) -> None:
        state = self.definition["States"][run.state]
        run.token = None
        if state.get("End"):
            run.status = "SUCCEEDED"
        else:
            run.state = state["Next"]

    def _fail(self, run: Execution, error: str) -> None:
        state = self.definition["States"][run.state]
        run.token = None
        for catch in state.get("Catch", ()):
            if error in catch["ErrorEquals"] or "States.ALL" in catch["ErrorEquals"]:
                if catch.get("ResultPath"):
                    run.data = {**run.data, "problem": {"Error": error}}
                run.state = catch["Next"]
                return
        run.status = "FAILED"

    def _waiting(self, token: str, operation: str) -> Execution:
        run = next((run for run in self.executions.values() if run.token == token), None)
        if run is None or run.entered > _MOST_ATTEMPTS:
            raise self.exceptions.TaskTimedOut({"Error": {"Code": "TaskTimedOut"}}, operation)
        return run


def _filled(template: dict[str, Any], data: dict[str, Any], token: str) -> dict[str, Any]:
    filled = {}
    for name, value in template.items():
        if not name.endswith(".$"):
            filled[name] = value
        elif value == "$$.Task.Token":
            filled[name[:-2]] = token
        elif value == "$$.State.EnteredTime":
            filled[name[:-2]] = instant(utc_now())
        else:
            here: Any = data
            for part in value.removeprefix("$.").split("."):
                here = here[part]
            filled[name[:-2]] = here
    return filled
