"""Two engines with the same small stack: one as we run it, one as upstream ships it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from local.engine.testing import Engine, engine
from local.runtime import function_python
from local.settings import aws_environment, tool

STACK = Path(__file__).parent / "stack"


@dataclass(frozen=True)
class Deployed:
    """The probe stack on an engine. `dropped`: what was heard while something else was wanted."""

    engine: Engine
    outputs: dict[str, str]
    dropped: list[dict[str, Any]] = field(default_factory=list)

    def client(self, service: str) -> Any:
        return self.engine.client(service)

    def start(self, **given: Any) -> str:
        machine = self.client("stepfunctions")
        return str(
            machine.start_execution(stateMachineArn=self.outputs["Machine"], name=uuid.uuid4().hex, input=json.dumps(given))["executionArn"]
        )

    def run(self, seconds: float = 15, **given: Any) -> dict[str, Any]:
        """Runs the machine to its end; its description, with `output` read."""
        arn, machine = self.start(**given), self.client("stepfunctions")
        ended = until(lambda: _ended(machine.describe_execution(executionArn=arn)), seconds)
        return {**ended, "output": json.loads(ended.get("output") or "null")}

    def heard(self, wanted: Callable[[dict[str, Any]], bool], queue: str = "Echo", seconds: float = 10) -> dict[str, Any]:
        """The first message of a queue that is wanted; those before it are dropped."""
        return until(lambda: self._next(wanted, queue), seconds)

    def _next(self, wanted: Callable[[dict[str, Any]], bool], queue: str) -> dict[str, Any] | None:
        sqs, url = self.client("sqs"), self.outputs[queue]
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, WaitTimeSeconds=0).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            body = json.loads(message["Body"])
            if wanted(body):
                return body
            self.dropped.append(body)
        return None


def until(look: Callable[[], Any], seconds: float) -> Any:
    """What `look` finds, asked again until then. Fails when it finds nothing in time."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"nothing within {seconds} s")
        time.sleep(0.05)
    return found


def _ended(description: dict[str, Any]) -> dict[str, Any] | None:
    return None if description["status"] == "RUNNING" else description


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The engine as we run it."""
    with _deployed(tmp_path_factory.mktemp("ours"), "") as deployed:
        yield deployed


@pytest.fixture(scope="session")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The engine with every gap open."""
    with _deployed(tmp_path_factory.mktemp("upstream"), "all") as deployed:
        yield deployed


@contextmanager
def _deployed(folder: Path, gaps_open: str) -> Iterator[Deployed]:
    os.environ["WAYBILL_FUNCTION_PYTHON"] = str(function_python(folder / "runtime"))
    with engine(gaps_open=gaps_open, state=None if gaps_open else folder / "state") as running:
        stack = folder / "stack"
        shutil.copytree(STACK, stack)
        running.client("s3").create_bucket(Bucket="probe-code")
        environment = {**os.environ, **aws_environment(running.url), "SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.25"}
        command = [tool("sam"), "deploy", "--template-file", str(stack / "template.yaml"), "--stack-name", "probe", "--no-progressbar"]
        command += ["--s3-bucket", "probe-code", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset"]
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        stacks = running.client("cloudformation").describe_stacks(StackName="probe")["Stacks"]
        yield Deployed(running, {entry["OutputKey"]: entry["OutputValue"] for entry in stacks[0]["Outputs"]})
