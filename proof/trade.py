"""A shop's day over HTTP: customers who order and, answered by silence, order again under the same key; some think better of it."""

from __future__ import annotations

import json
import random
import threading
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from local.settings import ROOT
from local.stackfile import Stack

_DOCUMENT = ROOT / "events" / "intake" / "api_card.json"
_SILENCE = (URLError, HTTPException, ConnectionError, TimeoutError)
_BUSY = (429, 502, 503, 504)


class Silence(Exception):
    """Nobody answered, or not to the end: whether it was done nobody knows."""


@dataclass
class Trade:
    """`accepted`: the order id by our reference, of those that were answered 2xx. Safe to use from several threads."""

    stack: Stack
    random: random.Random
    accepted: dict[str, str] = field(default_factory=dict)
    regretted: set[str] = field(default_factory=set)
    _body: dict[str, Any] = field(default_factory=lambda: json.loads(Path(_DOCUMENT).read_text())["body"])
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def customer(self, over: threading.Event, pace: float) -> None:
        """Orders until the day is over: one, then another once the first was answered 2xx."""
        while not over.is_set():
            reference, regrets = self._new()
            while reference not in self.accepted and not over.is_set():
                try:
                    self.place(reference)
                except Silence:
                    over.wait(0.2)
            if regrets and reference in self.accepted:
                over.wait(self.random.random() * 3 * pace)
                self._think_better(reference)
            over.wait(pace)

    def place(self, reference: str) -> str:
        """Orders it, for the first time or again: the same key and body. Answers the order's id. Raises Silence."""
        body = json.dumps({**self._body, "external_reference": reference, "number": reference}).encode()
        answer = self.call("/v1/orders", body, {"idempotency-key": reference})
        with self._lock:
            known = self.accepted.setdefault(reference, str(answer["id"]))
        assert known == answer["id"], f"{reference} was {known} and is {answer['id']}"
        return known

    def call(self, path: str, body: bytes | None = None, more: dict[str, str] | None = None, key: str = "") -> Any:
        """What the API answers, as the shop's channel or under another key. Raises Silence, and AssertionError for a refusal."""
        headers = {"x-api-key": key or self.stack.api_keys["api"], "content-type": "application/json", **(more or {})}
        try:
            with urllib.request.urlopen(urllib.request.Request(self.stack.api_url + path, body, headers), timeout=20) as answer:
                return json.load(answer)
        except HTTPError as refused:
            if refused.code in _BUSY:
                raise Silence(refused.code) from None
            raise AssertionError(f"{path}: {refused.code} {refused.read()[:300]!r}") from None
        except _SILENCE as problem:
            raise Silence(str(problem)) from None

    def _think_better(self, reference: str) -> None:
        path = f"/v1/orders/{self.accepted[reference]}/cancel"
        try:
            self.call(path, b'{"reason": "thought better of it"}', key=self.stack.ops_key)
        except Silence:
            pass  # it was cancelled or it was not: either is whole
        except AssertionError as refused:
            if ": 409 " not in str(refused) and ": 404 " not in str(refused):
                raise
        with self._lock:
            self.regretted.add(reference)

    def _new(self) -> tuple[str, bool]:
        with self._lock:
            self._count += 1
            return f"cut-{self._count}", self.random.random() < 0.15
