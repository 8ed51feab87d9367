"""The processes of the laptop cloud: each with a log of its own, all ended together, none left when we are gone."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError

from local.problems import Problem
from local.settings import ROOT

_PR_SET_PDEATHSIG = 1
_STOP_SECONDS = 8
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path


@dataclass
class Children:
    """Started in order, stopped in the opposite one."""

    logs: Path
    running: list[Child] = field(default_factory=list)

    def start(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> Child:
        """Starts a process; its output goes to `<name>.log`, with the log of last time beside it."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is ours to pass on, in order
                preexec_fn=_end_with_parent,
            )
        child = Child(name, process, log)
        self.running.append(child)
        return child

    def wait_for(self, child: Child, url: str, seconds: float = 30) -> None:
        """Until it answers anything over HTTP. Raises Problem when it dies or does not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if child.process.poll() is not None:
                raise died(child)
            try:
                with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=2):
                    return
            except HTTPError:
                return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)  # between two knocks, until the time is over
        raise Problem(f"{child.name} did not answer at {url} within {seconds:.0f} s: see {child.log}")

    def dead(self) -> Child | None:
        return next((child for child in self.running if child.process.poll() is not None), None)

    def stop(self) -> None:
        for child in reversed(self.running):
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for child in reversed(self.running):
            try:
                child.process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
        self.running.clear()


def died(child: Child) -> Problem:
    lines = [line for line in child.log.read_text(errors="replace").splitlines() if line.strip()]
    last = f" Its last line: {lines[-1][:200]}" if lines else ""
    return Problem(f"{child.name} has ended (exit {child.process.returncode}); its log is {child.log}.{last}")


def _end_with_parent() -> None:
    """Runs in the child: should we be killed, so is it, and its port is free again."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
