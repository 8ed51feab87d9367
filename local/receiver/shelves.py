"""What a shop shows of its stock: a number for each SKU that it sells, as it was told last."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Container
from pathlib import Path
from typing import Any

_CATALOGUE = Path(__file__).parents[1] / "seed" / "shop.json"


def catalogue() -> frozenset[str]:
    """What the demo shop sells."""
    return frozenset(raw["sku"] for raw in json.loads(_CATALOGUE.read_text("utf-8"))["items"])


class Shelves:
    """Numbers by channel and SKU, one file a channel. `sells` are the SKUs that every shop has; `done` the answers to calls that were made before, by key."""

    def __init__(self, state: Path, sells: Container[str] | None = None) -> None:
        self._state, self.sells = state, catalogue() if sells is None else sells
        self.lock = threading.RLock()
        self.newest: dict[str, int] = {}
        self.done: dict[str, tuple[str, list[Any]]] = {}
        state.mkdir(parents=True, exist_ok=True)

    def number(self, sku: str) -> int | None:
        """The shop's own number of a SKU; None where it sells no such thing."""
        return int(hashlib.sha256(sku.encode()).hexdigest()[:11], 16) if sku in self.sells else None

    def sku(self, channel: str, number: int) -> str | None:
        """What has this number, once it was looked up."""
        return self._read(channel)["found"].get(str(number))

    def found(self, channel: str, sku: str) -> int | None:
        """Its number, remembered."""
        number = self.number(sku)
        if number is not None:
            with self.lock:
                kept = self._read(channel)
                kept["found"][str(number)] = sku
                self._write(channel, kept)
        return number

    def show(self, channel: str, shows: dict[str, int]) -> None:
        with self.lock:
            kept = self._read(channel)
            kept["shows"].update(shows)
            self._write(channel, kept)

    def hear(self, channel: str, data: dict[str, Any]) -> None:
        """Levels by our own webhook: what is older than the newest is not shown."""
        with self.lock:
            if data["sequence"] >= self.newest.get(channel, 0):
                self.newest[channel] = data["sequence"]
                self.show(channel, {level["sku"]: level["available"] for level in data["levels"]})

    def shown(self, channel: str) -> dict[str, int]:
        found: dict[str, int] = self._read(channel)["shows"]
        return found

    def _read(self, channel: str) -> dict[str, dict[str, Any]]:
        file = self._file(channel)
        return json.loads(file.read_text()) if file.exists() else {"found": {}, "shows": {}}

    def _write(self, channel: str, kept: dict[str, dict[str, Any]]) -> None:
        self._file(channel).write_text(json.dumps(kept))

    def _file(self, channel: str) -> Path:
        return self._state / f"shelf-{''.join(sign for sign in channel if sign.isalnum() or sign in '_-')}.json"
