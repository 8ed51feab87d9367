"""An engine of one's own for a test: a process on a free port that remembers nothing.

    from local.engine.testing import engine

    with engine() as cloud:
        table = cloud.client("dynamodb").create_table(...)

As a pytest fixture: `from local.engine.testing import engine_fixture as cloud` (one for the whole module).
`cloud.environment()` is what a subprocess or the code under test needs to find it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from local.engine.server import environment
from local.settings import HOST, ROOT, aws_environment

_START_SECONDS = 30


@dataclass(frozen=True)
class Engine:
    """A running engine. `url` is AWS's endpoint, `api_url` the root of the HTTP API of a stack deployed to it."""

    port: int
    api_port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        return f"http://{HOST}:{self.api_port}"

    def environment(self) -> dict[str, str]:
        return aws_environment(self.url)

    def client(self, service: str, **options: Any) -> Any:
        """A botocore client of this engine, as the root user; thread-safe, so make one and share it."""
        import botocore.session

        session = botocore.session.Session()
        return session.create_client(
            service,
            region_name="us-east-1",
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            **options,
        )

    def kill(self) -> None:
        """As a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def engine(*, state: Path | None = None, smtp_port: int = 0, gaps_open: str = "") -> Iterator[Engine]:
    """Starts an engine and stops it; with `state` it remembers there what it was told; `gaps_open` is for the probes."""
    port, api_port = free_port(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="waybill-engine-"))
    log = folder / "engine.log"
    values = environment(port, api_port=api_port, state=state, smtp_port=smtp_port)
    values.setdefault("WAYBILL_UNPACKED", str(folder / "unpacked"))
    values["WAYBILL_GAPS_OPEN"] = gaps_open
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.engine"], cwd=ROOT, env={**os.environ, **values}, stdout=output, stderr=output
        )
    running = Engine(port, api_port, process, log)
    try:
        wait_until_ready(running.url, process, log)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def engine_fixture() -> Iterator[Engine]:
    with engine() as running:
        yield running


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns when the engine answers. Raises RuntimeError with its last log lines when it has died or takes too long."""
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_ministack/health", timeout=1):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)  # between two knocks, until the deadline
    raise RuntimeError(f"the engine did not start:\n{log.read_text(errors='replace')[-2000:]}")
