"""A gateway's API over HTTPS, every call through the gate. Connections are kept alive; urllib3 comes with botocore (ADR 10)."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from waybill.aws import gate
from waybill.kernel.errors import Unavailable

CONNECT_SECONDS, READ_SECONDS = 3, 12
LARGEST_REPLY = 4 * 1024 * 1024
_IDLE_SECONDS = 20
"""A connection unused for longer may have been dropped on the way while the function slept: a new one is opened."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is the JSON object that came back, {} where there was none."""

    status: int
    body: dict[str, Any]

    @property
    def well(self) -> bool:
        return 200 <= self.status < 300


class Wire:
    """One gateway's API at one address, `https://…` (plain http to this machine alone)."""

    def __init__(self, gateway: str, base: str) -> None:
        target = urlsplit(base)
        if target.scheme != "https" and target.hostname not in ("127.0.0.1", "localhost"):
            raise ValueError(f"{gateway} is spoken to by https, not at {base!r}")
        self._gateway, self._target = gateway, target
        self._pool: Any = None
        self._used = 0.0

    def ask(self, operation: str, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """One call, passed through the gate as `gateway.operation`.

        Raises Unavailable where nobody answers, or what answers is broken or busy (429, 5xx, no JSON): ask again, the same.
        """
        answer = gate.call(f"{self._gateway}.{operation}", lambda: self._send(method, path, headers, body))
        if answer.status == 429 or answer.status >= 500:
            raise Unavailable(f"{self._gateway} is busy or broken ({answer.status})")
        return answer

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        from urllib3.exceptions import HTTPError

        told = {"User-Agent": "waybill/1", "Accept": "application/json", **headers}
        try:
            reply = self._line().urlopen(
                method, self._target.path.rstrip("/") + path, body=body, headers=told,
                redirect=False, retries=False, preload_content=False,
            )  # fmt: skip
            content = reply.read(LARGEST_REPLY + 1)
            reply.close() if len(content) > LARGEST_REPLY else reply.release_conn()
        except (HTTPError, OSError) as problem:
            raise Unavailable(f"{self._gateway} does not answer ({type(problem).__name__})") from None
        return Answer(reply.status, self._read(reply.status, content))

    def _read(self, status: int, content: bytes) -> dict[str, Any]:
        if not content and (status == 204 or status >= 400):
            return {}
        try:
            body = json.loads(content) if len(content) <= LARGEST_REPLY else None
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise Unavailable(f"{self._gateway} answers what is no JSON object ({status})")
        return body

    def _line(self) -> Any:
        now = time.time()
        if self._pool is not None and now - self._used > _IDLE_SECONDS:
            self._pool.close()
            self._pool = None
        self._used = now
        if self._pool is None:
            self._pool = _pool(self._target)
        return self._pool


def _pool(target: Any) -> Any:
    import urllib3

    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    if target.scheme == "https":
        return urllib3.HTTPSConnectionPool(target.hostname, target.port or 443, timeout=timeout, maxsize=4, cert_reqs="CERT_REQUIRED")
    return urllib3.HTTPConnectionPool(target.hostname, target.port or 80, timeout=timeout, maxsize=4)
