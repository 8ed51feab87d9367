"""The laptop cloud under orders: from POST to authorised with one client and with eight, and the CPU that an order's whole life takes.

A laptop cloud of its own, with the real HTTPS door, queues, state machine, functions as processes, and gateway: `python -m bench laptop`.
Each client places an order of three lines, waits until its payment is authorised, and places the next. The CPU is counted apart, over
orders that nobody asks about while they are under way, from the door to delivered: the functions' processes, and with them the engine
that stands in for AWS (what it burns while idle taken off). The outside (gateway, mailbox, nodes, carriers) is not ours and left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from local.settings import ROOT
from tests.flow.life import an_order

HOME = ROOT / ".local" / "bench-cloud"
_PORT = "5566"
_SKUS = ("WB-001", "WB-002", "WB-003")
_NODES = ("reno", "columbus", "allentown")
_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 120
_IDLE_SECONDS = 5
_TICKS = os.sysconf("SC_CLK_TCK")
_number = count(1)
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running laptop cloud."""

    stack: dict[str, Any]

    def call(self, method: str, path: str, key: str, body: Any = None, **headers: str) -> dict[str, Any]:
        sent = {"x-api-key": key, "content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        data = json.dumps(body).encode() if body is not None else None
        with _direct.open(urllib.request.Request(self.stack["api_url"] + path, data, sent, method=method), timeout=60) as answer:
            return dict(json.loads(answer.read()))

    def place(self) -> str:
        name = f"bench-{os.getpid()}-{next(_number)}"
        body = an_order(*((sku, 1) for sku in _SKUS), token="pm_card_visa", reference=name)
        return str(self.call("POST", "/v1/orders", self.stack["api_keys"]["api"], body, idempotency_key=name)["id"])

    def status(self, order_id: str) -> str:
        return str(self.call("GET", f"/v1/orders/{order_id}", self.stack["ops_keys"]["viewer"])["status"])

    def authorised_at(self, order_id: str) -> float:
        timeline = self.call("GET", f"/v1/orders/{order_id}/timeline", self.stack["ops_keys"]["viewer"])["items"]
        told = next(entry["at"] for entry in timeline if entry["type"] == "payment.authorised")
        return datetime.fromisoformat(told.replace("Z", "+00:00")).timestamp()

    def stock_up(self) -> None:
        for sku in _SKUS:
            for node in _NODES:
                body = {"kind": "received", "quantity": 5000, "reference": "bench"}
                self.call("POST", f"/v1/inventory/{sku}/{node}/movements", self.stack["node_keys"][node], body, idempotency_key=f"bench-{sku}-{node}-{os.getpid()}")


def measure() -> dict[str, list[dict[str, Any]]]:
    """`rate`: a row for one client and one for eight {"clients", "orders", "per_s", "accepted_p50_ms", "accepted_p95_ms", "authorised_p50_ms",
    "authorised_p95_ms"}; `cpu`: one row {"orders", "functions_s", "with_engine_s"} of CPU seconds an order."""
    with _running() as cloud:
        cloud.stock_up()
        _completed(cloud, [order_id for order_id, *_ in _round(cloud, 8, 16)])  # warm
        rate = [_rate(cloud, clients, orders) for clients, orders in ((1, 20), (8, 80))]
        return {"rate": rate, "cpu": [_burnt(cloud, 40)]}


def _rate(cloud: Cloud, clients: int, orders: int) -> dict[str, Any]:
    started = time.time()
    placed = _round(cloud, clients, orders)
    seconds = time.time() - started
    _completed(cloud, [order_id for order_id, *_ in placed])
    accepted = [(accepted - posted) * 1000 for _, posted, accepted, _ in placed]
    authorised = [(done - posted) * 1000 for _, posted, _, done in placed]
    return {
        "clients": clients, "orders": orders, "per_s": orders / seconds,
        "accepted_p50_ms": median(accepted), "accepted_p95_ms": quantiles(accepted, n=20)[-1],
        "authorised_p50_ms": median(authorised), "authorised_p95_ms": quantiles(authorised, n=20)[-1],
    }  # fmt: skip


def _burnt(cloud: Cloud, orders: int) -> dict[str, Any]:
    started, before = time.monotonic(), _cpu()
    time.sleep(_IDLE_SECONDS)
    idle = [(now - then) / (time.monotonic() - started) for now, then in zip(_cpu(), before, strict=True)]
    started, before = time.monotonic(), _cpu()
    _completed(cloud, [cloud.place() for _ in range(orders)])
    after, seconds = _cpu(), time.monotonic() - started
    engine, functions = (max(0.0, now - then - rest * seconds) / orders for now, then, rest in zip(after, before, idle, strict=True))
    return {"orders": orders, "functions_s": functions, "with_engine_s": functions + engine}


def _completed(cloud: Cloud, order_ids: list[str]) -> None:
    """Asks about one order at a time, and seldom: asking costs too."""
    for order_id in order_ids:
        _until(lambda order_id=order_id: cloud.status(order_id) == "completed", 1.0)  # type: ignore[misc]


def _round(cloud: Cloud, clients: int, orders: int) -> list[tuple[str, float, float, float]]:
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(lambda _: _one(cloud), range(orders)))


def _one(cloud: Cloud) -> tuple[str, float, float, float]:
    """(order, posted, accepted, authorised), instants in seconds."""
    posted = time.time()
    order_id = cloud.place()
    accepted = time.time()
    _until(lambda: cloud.status(order_id) not in ("received", "confirmed"), _POLL_SECONDS)
    return order_id, posted, accepted, cloud.authorised_at(order_id)


def _until(holds: Callable[[], bool], pause: float) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"an order did not come on within {_PATIENCE_SECONDS} s: see {HOME / 'logs'}")
        time.sleep(pause)


@contextmanager
def _running() -> Iterator[Cloud]:
    environment = {**os.environ, "WAYBILL_HOME": str(HOME), "WAYBILL_PORT": _PORT}

    def local(command: str) -> None:
        subprocess.run([sys.executable, "-m", "local", command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)

    print("  … a laptop cloud of its own (about a minute)", flush=True)
    local("clean")
    local("start")
    try:
        yield Cloud(json.loads((HOME / "stack.json").read_text()))
    finally:
        local("stop")


def _cpu() -> tuple[float, float]:
    """CPU seconds so far: of the engine, and of all function processes, the ended ones too."""
    lines = {int(path.name): (path / "stat").read_text().rpartition(")")[2].split() for path in Path("/proc").iterdir() if path.name.isdecimal() and (path / "stat").exists()}
    engine = next(pid for pid in lines if _is_engine(pid))
    utime, stime, cutime, cstime = (int(value) / _TICKS for value in lines[engine][11:15])
    workers = sum(sum(int(value) for value in stat[11:13]) / _TICKS for stat in lines.values() if int(stat[1]) == engine)
    return utime + stime, workers + cutime + cstime


def _is_engine(pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        return b"local.engine" in command and str(HOME).encode() in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
