"""What the shops behind the channels know: their orders, what is fulfilled of them, and everything that we told them."""

from __future__ import annotations

import json
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Order = dict[str, Any]
"""{"reference", "lines": [{"id", "sku", "quantity", "ships"}], "fulfillments", "notes", "meta_data", "status", "cancelled_at"}"""
Source = Callable[[str, str], list[dict[str, Any]] | None]
"""(channel, reference) → the order's lines, None where nobody knows it."""


class Shops:
    """Orders by channel and reference, one file each; `received` is one line of JSON per thing we were told."""

    def __init__(self, state: Path, source: Source) -> None:
        self._state = state
        self._source = source
        self.lock = threading.RLock()
        state.mkdir(parents=True, exist_ok=True)

    def order(self, channel: str, reference: str) -> Order | None:
        """What the shop knows of an order; one that it never saw is looked up once, for a real shop knows its own orders."""
        file = self._file(channel, reference)
        if file.exists():
            return json.loads(file.read_text())
        lines = self._source(channel, reference)
        return self.place(channel, reference, lines) if lines is not None else None

    def place(self, channel: str, reference: str, lines: list[dict[str, Any]]) -> Order:
        """An order is made in the shop."""
        order = {"reference": reference, "lines": lines, "fulfillments": [], "notes": [], "meta_data": [], "status": "processing"}
        self.save(channel, order)
        return order

    def document(self, channel: str, reference: str, document: dict[str, Any]) -> None:
        """The shop has this order, as its webhooks and its API tell of it."""
        order = self.order(channel, reference) or self.place(channel, reference, [])
        self.save(channel, {**order, "document": document})

    def documents(self, channel: str, changed: str, since: str, until: str) -> list[Order]:
        """Orders with a document whose field `changed` lies in a span of time, the oldest first."""
        found = [order for order in self._all(channel) if "document" in order]
        inside = [(order["document"].get(changed) or "", order) for order in found]
        return [order for at, order in sorted(inside, key=lambda pair: pair[0]) if since[:19] <= at[:19] < until[:19]]

    def _all(self, channel: str) -> list[Order]:
        return [json.loads(file.read_text()) for file in sorted(self._state.glob(f"{channel}-*.json"))]

    def save(self, channel: str, order: Order) -> None:
        file = self._file(channel, order["reference"])
        partial = file.with_suffix(".part")
        partial.write_text(json.dumps(order))
        partial.replace(file)

    def note(self, channel: str, reference: str, kind: str, detail: Any) -> None:
        """Remembers something that we were told."""
        line = {"at": now(), "channel": channel, "order": reference, "kind": kind, "detail": detail}
        with self.lock, (self._state / "received.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")

    def received(self, channel: str = "", order: str = "") -> list[dict[str, Any]]:
        """What was told, oldest first, of one channel or order where asked for."""
        log = self._state / "received.jsonl"
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [line for line in lines if channel in ("", line["channel"]) and order in ("", line["order"])]

    def _file(self, channel: str, reference: str) -> Path:
        return self._state / f"{re.sub(r'[^A-Za-z0-9_.-]', '_', channel)}-{re.sub(r'[^A-Za-z0-9_.-]', '_', reference)}.json"


def from_our_api(api_url: str, keys: dict[str, str]) -> Source:
    """Looks an order up at `/v1/orders`, with the channel's own key: what the shop would know without asking."""

    def find(channel: str, reference: str) -> list[dict[str, Any]] | None:
        query = urllib.parse.urlencode({"channel": channel, "external_reference": reference})
        found = _get(f"{api_url}/v1/orders?{query}", keys.get(channel, ""))
        if not found or not found["items"]:
            return None
        order = _get(f"{api_url}/v1/orders/{found['items'][0]['id']}", keys.get(channel, ""))
        return [{name: line[name] for name in ("id", "sku", "quantity", "ships")} for line in order["lines"]] if order else None

    return find


def nobody_knows(channel: str, reference: str) -> None:
    """A source without orders."""


def _get(url: str, key: str) -> Any:
    request = urllib.request.Request(url, headers={"x-api-key": key})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except (urllib.error.URLError, ValueError):
        return None


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
