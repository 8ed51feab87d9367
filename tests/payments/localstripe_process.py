"""localstripe for tests: a process of its own, from its own environment (it is GPL: run, never imported by us)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk_test_waybill"
_START = (
    "import localstripe.resources as r; r.Store.dump_to_disk = lambda self: None; "  # or it overwrites the demo shop's file
    "from localstripe.server import start; start()"
)


def interpreter() -> Path | None:
    """The environment that `make` builds for it, or the one that WAYBILL_LOCALSTRIPE names."""
    python = Path(os.environ.get("WAYBILL_LOCALSTRIPE") or ROOT / ".local" / "venvs" / "localstripe" / "bin" / "python")
    return python if python.exists() else None


@contextmanager
def running() -> Iterator[str]:
    """Starts one on a free port, answers its address, ends it."""
    python = interpreter()
    assert python is not None
    port = _free_port()
    process = subprocess.Popen(
        [str(python), "-c", _START, "--from-scratch", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


class Localstripe:
    """The truth at localstripe, asked over plain HTTP."""

    def __init__(self, base: str) -> None:
        self.base = base

    def get(self, path: str) -> dict[str, Any]:
        request = urllib.request.Request(self.base + path, headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.loads(answer.read())

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.base + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.loads(answer.read())

    def token(self, number: str) -> str:
        """A payment method for one of Stripe's test numbers, as a shop's checkout would make it."""
        card = {"number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123"}
        return self.post("/v1/payment_methods", {"type": "card", "card": card})["id"]

    def intents(self, order_id: str) -> list[dict[str, Any]]:
        listed = self.get("/v1/payment_intents?limit=100000")["data"]
        return [intent for intent in listed if intent["metadata"].get("order_id") == order_id]

    def authorised(self, order_id: str) -> int:
        return sum(intent["status"] in ("requires_capture", "succeeded") for intent in self.intents(order_id))

    def captures(self, order_id: str) -> list[int]:
        taken = [intent["latest_charge"] for intent in self.intents(order_id) if (intent["latest_charge"] or {}).get("captured")]
        return [charge["amount"] - self._remainder(charge) for charge in taken]

    def refunds(self, order_id: str) -> list[int]:
        charges = [intent["latest_charge"] for intent in self.intents(order_id) if intent["latest_charge"]]
        return [refund["amount"] for charge in charges for refund in self._refunds(charge) if refund["metadata"]]

    def _remainder(self, charge: dict[str, Any]) -> int:
        """It shows what a partial capture let go as a refund that nobody asked for."""
        return sum(refund["amount"] for refund in self._refunds(charge) if not refund["metadata"])

    def _refunds(self, charge: dict[str, Any]) -> list[dict[str, Any]]:
        return self.get(f"/v1/refunds?limit=1000&charge={charge['id']}")["data"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(base: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            Localstripe(base).get("/v1/plans")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError("localstripe did not start")
