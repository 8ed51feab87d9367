"""Step Functions as the order's workflow needs it."""

from __future__ import annotations

import json
import time

import pytest

from tests.engine.conftest import Deployed, until

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engine")]


def test_a_task_that_raises_is_caught_by_its_own_error_name(ours: Deployed) -> None:
    caught = ours.run(do="fail")["output"]
    cause = json.loads(caught["cause"])
    assert caught["caught"] == "StockUnavailable"
    assert cause["errorMessage"] == "none left" and "in task" in cause["stackTrace"][0]


def test_an_error_that_may_pass_is_tried_again(ours: Deployed) -> None:
    assert ours.run(do="retry")["output"]["answer"]["done"] == "retry"


def test_a_raised_error_leaves_the_process_warm(ours: Deployed) -> None:
    first = ours.run(do="hello")["output"]["answer"]["process"]
    ours.run(do="fail")
    assert ours.run(do="hello")["output"]["answer"]["process"] == first


def test_a_function_that_takes_too_long_is_stopped(ours: Deployed) -> None:
    ended = ours.run(do="sleep")
    assert (ended["status"], ended["error"]) == ("FAILED", "Sandbox.Timedout")


def test_a_worker_answers_the_token(ours: Deployed) -> None:
    assert ours.run(do="token", work="succeed")["output"] == {"done": True}


def test_a_workers_failure_is_caught_by_name(ours: Deployed) -> None:
    assert ours.run(do="token", work="fail")["output"] == {"caught": "PaymentDeclined", "cause": "as asked"}


def test_a_lost_worker_is_noticed_by_its_missing_heartbeat(ours: Deployed) -> None:
    started = time.monotonic()
    assert ours.run(do="token", work="lose")["output"]["caught"] == "States.HeartbeatTimeout"
    assert time.monotonic() - started < 3.5


def test_heartbeats_keep_a_slow_worker_alive(ours: Deployed) -> None:
    assert ours.run(do="token", work="beat")["output"] == "beaten"


def test_a_function_that_fails_fails_its_task_token(ours: Deployed) -> None:
    assert ours.run(do="lambda token")["output"]["caught"] == "StockUnavailable"


def test_a_name_is_taken_once(ours: Deployed) -> None:
    machine = ours.client("stepfunctions")
    machine.start_execution(stateMachineArn=ours.outputs["Machine"], name="ord_1", input='{"do":"hello"}')
    with pytest.raises(machine.exceptions.ExecutionAlreadyExists):
        machine.start_execution(stateMachineArn=ours.outputs["Machine"], name="ord_1", input='{"do":"hello"}')


def test_a_stranger_to_a_token_is_told(ours: Deployed) -> None:
    machine = ours.client("stepfunctions")
    with pytest.raises(machine.exceptions.TaskDoesNotExist):
        machine.send_task_success(taskToken="nobody's", output="{}")


def test_probe_upstream_does_not_know_an_errors_name(upstream: Deployed) -> None:
    assert upstream.run(do="fail")["error"] == "Runtime.HandlerError"


def test_probe_upstream_does_not_enforce_heartbeats(upstream: Deployed) -> None:
    assert upstream.run(do="token", work="lose")["output"]["caught"] == "States.Timeout"


def test_probe_upstream_waits_for_a_token_whose_function_has_failed(upstream: Deployed) -> None:
    assert upstream.run(do="lambda token")["error"] == "States.Timeout"


def test_probe_upstream_naps_before_an_execution(upstream: Deployed) -> None:
    upstream.run(do="hello")
    ended = upstream.run(do="hello")
    assert (ended["stopDate"] - ended["startDate"]).total_seconds() >= 0.15


def test_probe_upstream_waits_for_log_lines_of_a_quiet_call(upstream: Deployed) -> None:
    function, event = upstream.client("lambda"), json.dumps({"do": "hello"})
    function.invoke(FunctionName=upstream.outputs["Task"], Payload=event)
    assert min(_timed(lambda: function.invoke(FunctionName=upstream.outputs["Task"], Payload=event)) for _ in range(5)) > 0.05


def test_a_calls_log_lines_are_kept(ours: Deployed) -> None:
    ours.run(do="fail")
    logs = ours.client("logs")

    def lines() -> list[str]:
        found = logs.filter_log_events(logGroupName=f"/aws/lambda/{ours.outputs['Task']}")["events"]
        return [event["message"] for event in found if event["message"] == "about to fail"]

    assert until(lines, 3)


def _timed(call: object) -> float:
    started = time.monotonic()
    call()  # type: ignore[operator]
    return time.monotonic() - started
