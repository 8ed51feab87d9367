"""What the demo asks of the outside of the system: its public API and the mailbox."""

from __future__ import annotations

import json
import time
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote

from local.demo.documents import Sending
from local.problems import Problem

_SECONDS = 30
_ATTEMPTS = 4
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Refused(Exception):
    """The API did not take it. `status` 0: it did not answer."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status} {detail}" if status else detail)
        self.status = status


@dataclass(frozen=True, slots=True)
class Door:
    """`key` opens every channel's orders."""

    api_url: str
    mail_url: str
    key: str

    def knock(self) -> None:
        """Raises Problem when nobody is there."""
        try:
            self._json("GET", f"{self.api_url}/v1/orders?limit=1", {"x-api-key": self.key})
        except Refused as refusal:
            raise Problem(f"The laptop cloud at {self.api_url} does not answer as it should ({refusal}): start it with `make run`.") from None

    def send(self, sending: Sending) -> str:
        """The order's id. Tries again where the answer is no decision, as every sender of webhooks does. Raises Refused."""
        for attempt in range(_ATTEMPTS):
            try:
                answer = self._json("POST", self.api_url + sending.path, dict(sending.headers), sending.body)
                return str(answer.get("order_id") or answer["id"])
            except Refused as refusal:
                if 400 <= refusal.status < 500 and refusal.status != 429 or attempt == _ATTEMPTS - 1:
                    raise
                time.sleep(0.3 * 2**attempt)  # as a channel repeats what was not taken: longer each time
        raise AssertionError("unreachable")

    def order(self, order_id: str) -> dict[str, Any]:
        """The order as it stands. Raises Refused."""
        return self._json("GET", f"{self.api_url}/v1/orders/{quote(order_id)}", {"x-api-key": self.key})

    def shelf(self, receiver_url: str, channel: str) -> dict[str, int]:
        """What the shop of a channel shows of its stock by now; empty where it does not answer."""
        try:
            return self._json("GET", f"{receiver_url}/shelves/{quote(channel)}", {})
        except Refused:
            return {}

    def mails(self) -> dict[str, str]:
        """Subject by id of every mail in the mailbox; empty where the mailbox does not answer."""
        try:
            return {mail["id"]: mail["subject"] for mail in self._json("GET", f"{self.mail_url}/api/messages", {})["items"]}
        except Refused:
            return {}

    def _json(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> dict[str, Any]:
        try:
            with _direct.open(urllib.request.Request(url, body, headers, method=method), timeout=_SECONDS) as answer:
                value = json.loads(answer.read())
        except HTTPError as refusal:
            raise Refused(refusal.code, _detail(refusal.read(5000))) from None
        except (URLError, OSError, ValueError) as problem:
            raise Refused(0, str(getattr(problem, "reason", problem))) from None
        return value if isinstance(value, dict) else {}


def _detail(raw: bytes) -> str:
    try:
        problem = json.loads(raw)
        return str(problem.get("detail") or problem.get("title") or problem)
    except (ValueError, AttributeError):
        return raw.decode("utf-8", "replace")[:200]
