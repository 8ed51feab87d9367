"""`kill -9` in the middle of orders: nothing accepted is lost, and what was under way goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from local.settings import DOWNLOADS, ROOT
from local.stackfile import Stack

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("laptop"), pytest.mark.timeout(400)]

_DOCUMENT = ROOT / "events" / "intake" / "api_card.json"
_DONE = {"delivered", "completed"}


def place(stack: Stack, reference: str) -> str:
    body = {**json.loads(_DOCUMENT.read_text())["body"], "external_reference": reference}
    return str(_call(stack, "/v1/orders", json.dumps(body).encode(), {"idempotency-key": reference})["id"])


def status(stack: Stack, order: str) -> str:
    return str(_call(stack, f"/v1/orders/{order}")["status"])


def _call(stack: Stack, path: str, body: bytes | None = None, more: dict[str, str] | None = None) -> Any:
    headers = {"x-api-key": stack.api_keys["api"], "content-type": "application/json", **(more or {})}
    with urllib.request.urlopen(urllib.request.Request(stack.api_url + path, body, headers), timeout=20) as answer:
        return json.load(answer)


def start_again(stack: Stack) -> None:
    environment = {**os.environ, "WAYBILL_HOME": str(DOWNLOADS / "test")}
    environment.pop("WAYBILL_PORT", None)  # the state knows
    subprocess.run([sys.executable, "-m", "local", "start"], cwd=ROOT, env=environment, check=True, capture_output=True)


def test_orders_survive_a_power_cut_and_go_on(stack: Stack) -> None:
    orders = [place(stack, f"cut-{number}") for number in range(4)]
    time.sleep(1.5)  # some are in the workflow by now, some in queues
    orders.append(place(stack, "cut-last"))
    watcher = int((DOWNLOADS / "test" / "up.pid").read_text())
    for process in (watcher, engine_of(watcher)):
        os.kill(process, signal.SIGKILL)
    start_again(stack)
    assert place(stack, "cut-0") == orders[0]  # the same key and body: the same answer
    _until_all_done(stack, orders)


def engine_of(watcher: int) -> int:
    children = Path(f"/proc/{watcher}/task/{watcher}/children").read_text().split()
    return next(int(pid) for pid in children if b"local.engine" in Path(f"/proc/{pid}/cmdline").read_bytes())


def _until_all_done(stack: Stack, orders: list[str]) -> None:
    deadline = time.monotonic() + 200
    while (now := {order: status(stack, order) for order in orders}) and not set(now.values()) <= _DONE:
        assert time.monotonic() < deadline, now
        time.sleep(0.5)
