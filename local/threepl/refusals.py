"""What a node shall find missing once: for showing how rejected work goes elsewhere. Kept on disk until it has happened."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any


@dataclass(frozen=True, slots=True)
class Missing:
    """Lines of a work that are not on the shelf; `asked`: who has said so."""

    lines: tuple[str, ...]
    reason: str
    asked: dict[str, str]


class Refusals:
    """Asked for at `POST /rejections` {"node", "sku", "reason"}; used up by the first fulfilment order that it fits."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = Lock()
        self._asked: list[dict[str, str]] = json.loads(file.read_text()) if file.exists() else []

    def ask(self, node: str, sku: str, reason: str) -> None:
        with self._lock:
            self._asked.append({"node": node, "sku": sku, "reason": reason})
            self._save()

    def for_work(self, document: dict[str, Any]) -> dict[str, Any] | None:
        """The rejection that this work meets: {"reason", "lines"}; None where all is on the shelf. It is used up."""
        found = self.fitting(document)
        if found is None or not self.met(found):
            return None
        return {"reason": found.reason, "lines": list(found.lines)}

    def fitting(self, document: dict[str, Any]) -> Missing | None:
        """What is missing for this work; it stays asked for until it is `met`."""
        with self._lock:
            for asked in self._asked:
                lines = [id for id, line in document["lines"].items() if line["sku"] == asked["sku"]]
                if asked["node"] in ("", document["node"]) and lines:
                    return Missing(tuple(lines), asked["reason"], asked)
        return None

    def met(self, missing: Missing) -> bool:
        """It has happened. False where somebody else has met it."""
        with self._lock:
            if missing.asked not in self._asked:
                return False
            self._asked.remove(missing.asked)
            self._save()
            return True

    @property
    def asked(self) -> list[dict[str, str]]:
        return list(self._asked)

    def _save(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        partial = self._file.with_suffix(".part")
        partial.write_text(json.dumps(self._asked))
        partial.replace(self._file)
