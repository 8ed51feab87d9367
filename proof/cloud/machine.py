"""Step Functions in memory, from the machine's own `order.asl.json`.

Knows what that file uses: Task (sqs:sendMessage with waitForTaskToken), Catch, TimeoutSeconds, Succeed. A state type or a resource that it does not know fails loudly.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from proof.cloud.clock import Clock
from proof.cloud.service import Errors, NotHereError, meta, only
from proof.cloud.sqs import Sqs

_SEND = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
_FIELDS = {"Type", "Comment", "Resource", "Parameters", "ResultPath", "TimeoutSeconds", "Catch", "Next", "End"}


class Execution(NamedTuple):
    """One run. `token` is what it waits on and `ends` until when; `visited` the states entered, in order."""

    name: str
    input: dict[str, Any]
    state: str
    data: dict[str, Any]
    token: str | None = None
    ends: float = 0.0
    status: str = "RUNNING"
    visited: tuple[str, ...] = ()

    @property
    def entered(self) -> int:
        return len(self.visited)


class Machine:
    """Holds the executions. `step` moves one of those that do not wait."""

    meta = meta(
        start_execution="StartExecution",
        send_task_success="SendTaskSuccess",
        send_task_failure="SendTaskFailure",
        list_executions="ListExecutions",
    )
    exceptions = Errors("ExecutionAlreadyExists", "TaskTimedOut", "TaskDoesNotExist", "InvalidToken", "InvalidOutput", "InvalidName")

    def __init__(self, definition: dict[str, Any], queues: Sqs, clock: Clock) -> None:
        self.definition = definition
        self.executions: dict[str, Execution] = {}
        self.transitions = 0
        self._ready: dict[str, None] = {}
        self._waiting: dict[str, str] = {}
        self._queues, self._clock = queues, clock
        for name, state in definition["States"].items():
            _known(name, state)

    # ── what the code calls ──
    def start_execution(self, **request: Any) -> dict[str, Any]:
        """The same name and input while it runs is the same execution; a name that has ended is taken for good."""
        only("StartExecution", request, "stateMachineArn", "name", "input")
        name, data = request["name"], json.loads(request["input"])
        known = self.executions.get(name)
        if known is not None and (known.status != "RUNNING" or known.input != data):
            raise self.exceptions.make("ExecutionAlreadyExists", f"Execution Already Exists: {name}", "StartExecution")
        if known is None:
            self._keep(Execution(name, data, self.definition["StartAt"], data))
        return {"executionArn": f"{request['stateMachineArn']}:{name}"}

    def send_task_success(self, **request: Any) -> dict[str, Any]:
        only("SendTaskSuccess", request, "taskToken", "output")
        json.loads(request["output"])
        self._go_on(self._waits(request["taskToken"], "SendTaskSuccess"))
        return {}

    def send_task_failure(self, **request: Any) -> dict[str, Any]:
        only("SendTaskFailure", request, "taskToken", "error", "cause")
        self._fail(self._waits(request["taskToken"], "SendTaskFailure"), request["error"])
        return {}

    def list_executions(self, **request: Any) -> dict[str, Any]:
        """The newest first."""
        only("ListExecutions", request, "stateMachineArn", "statusFilter", "maxResults")
        found = [run for run in reversed(self.executions.values()) if run.status == request["statusFilter"]]
        return {"executions": [{"name": run.name, "status": run.status} for run in found[: request["maxResults"]]]}

    # ── the world's own ──
    @property
    def ready(self) -> list[str]:
        """Executions that can move now, oldest first."""
        return list(self._ready)

    def step(self, name: str = "") -> bool:
        """Enters one state of an execution, the oldest that can move unless it is named. False where all wait or have ended."""
        name = name or next(iter(self._ready), "")
        if not name:
            return False
        self._enter(self.executions[name])
        return True

    def next_timeout(self) -> float | None:
        return min((self.executions[name].ends for name in self._waiting.values() if self.executions[name].ends), default=None)

    def expire(self) -> None:
        """Whoever has waited for longer than its state allows is told so."""
        for name in list(self._waiting.values()):
            run = self.executions[name]
            if run.ends and run.ends <= self._clock.seconds:
                self._fail(run, "States.Timeout")

    def time_out(self, name: str) -> None:
        """The deadline of the state in which an execution waits passes now."""
        self._fail(self.executions[name], "States.Timeout")

    def lose(self, name: str) -> None:
        """The execution is gone, as after a restart of an engine that does not keep it."""
        self._keep(self.executions[name]._replace(status="FAILED", token=None))

    def snapshot(self) -> Any:
        return self.executions.copy(), self._ready.copy(), self._waiting.copy(), self.transitions

    def restore(self, taken: Any) -> None:
        executions, ready, waiting, self.transitions = taken
        self.executions, self._ready, self._waiting = executions.copy(), ready.copy(), waiting.copy()

    def _keep(self, run: Execution) -> None:
        old = self.executions.get(run.name)
        if old is not None and old.token:
            self._waiting.pop(old.token, None)
        self.executions[run.name] = run
        self._ready.pop(run.name, None)
        if run.status == "RUNNING" and run.token:
            self._waiting[run.token] = run.name
        elif run.status == "RUNNING":
            self._ready[run.name] = None

    def _enter(self, run: Execution) -> None:
        state = self.definition["States"][run.state]
        self.transitions += 1
        run = run._replace(visited=(*run.visited, run.state))
        if state["Type"] == "Succeed":
            self._keep(run._replace(status="SUCCEEDED"))
            return
        token = f"{run.name}/{run.entered}"
        self._keep(run._replace(token=token, ends=self._clock.seconds + state["TimeoutSeconds"] if "TimeoutSeconds" in state else 0.0))
        context = {"$$.Task.Token": token, "$$.State.EnteredTime": self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")}
        body = _filled(state["Parameters"]["MessageBody"], run.data, context)
        self._queues.put(state["Parameters"]["QueueUrl"].strip("${}"), json.dumps(body))

    def _go_on(self, run: Execution) -> None:
        state = self.definition["States"][run.state]
        self._keep(run._replace(token=None, **({"status": "SUCCEEDED"} if state.get("End") else {"state": state["Next"]})))

    def _fail(self, run: Execution, error: str) -> None:
        for catch in self.definition["States"][run.state].get("Catch", ()):
            if error in catch["ErrorEquals"] or "States.ALL" in catch["ErrorEquals"]:
                path = catch.get("ResultPath", "$")
                data = {**run.data, path.removeprefix("$."): {"Error": error, "Cause": ""}} if path else run.data
                self._keep(run._replace(token=None, state=catch["Next"], data=data))
                return
        self._keep(run._replace(token=None, status="FAILED"))

    def _waits(self, token: str, operation: str) -> Execution:
        name = self._waiting.get(token)
        if name is None:
            known = token.rpartition("/")[0] in self.executions
            raise self.exceptions.make("TaskTimedOut" if known else "InvalidToken", "Task Timed Out", operation)
        return self.executions[name]


def _known(name: str, state: dict[str, Any]) -> None:
    if state.keys() - _FIELDS or state["Type"] not in ("Task", "Succeed"):
        raise NotHereError(f"the state {name}: {sorted(state.keys() - _FIELDS) or state['Type']}")
    if state["Type"] == "Task" and (state["Resource"] != _SEND or state.get("ResultPath", "") is not None):
        raise NotHereError(f"the state {name}: {state['Resource']}, ResultPath {state.get('ResultPath')}")
    for catch in state.get("Catch", ()):
        path = catch.get("ResultPath", "$")
        if path is not None and not (path.startswith("$.") and path[2:].isidentifier()):
            raise NotHereError(f"the state {name} catches into {path}")


def _filled(template: dict[str, Any], data: dict[str, Any], context: dict[str, str]) -> dict[str, Any]:
    filled = {}
    for name, value in template.items():
        if not name.endswith(".$"):
            filled[name] = value
        elif value.startswith("$$."):
            filled[name[:-2]] = context[value]
        else:
            here: Any = data
            for part in value.removeprefix("$.").split("."):
                here = here[part]
            filled[name[:-2]] = here
    return filled
