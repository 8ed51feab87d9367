"""EasyPost's HTTP API (version 2): one call each, JSON in, JSON out, errors in our words. Its reference: docs.easypost.com."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from waybill.aws.outbound import Reply, send
from waybill.kernel.errors import InvalidInput, NotFound, Unavailable, WaybillError
from waybill.kernel.plain import compact

BASE = "https://api.easypost.com/v2"
SECONDS = 8.0
Send = Callable[..., Reply]
"""As `waybill.aws.outbound.send`."""


class Refused(InvalidInput):
    """EasyPost, or the carrier behind it, says no: its words, and its code."""

    def __init__(self, code: str, message: str, fields: dict[str, str]) -> None:
        super().__init__(message, fields=fields)
        self.reason = code


class BadAccount(Unavailable):
    """Our key is refused, or the account is not in order: a person must see to it, and until then others carry."""

    status, code = 502, "carrier_refused"


class Api:
    """One account. `seconds` for each call."""

    def __init__(self, carrier: str, key: str, base: str = "", seconds: float = SECONDS, sender: Send = send) -> None:
        self._carrier, self._base, self._seconds, self._send = carrier, (base or BASE).rstrip("/"), seconds, sender
        self._headers = {"authorization": f"Bearer {key}", "accept": "application/json"}

    def get(self, operation: str, path: str) -> dict[str, Any]:
        return self._asked(operation, "GET", path, None)

    def post(self, operation: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._asked(operation, "POST", path, body)

    def file(self, url: str) -> bytes:
        """A label or a form: addressed by the answer, and fetched without our key. Raises Unavailable."""
        reply = self._send("easypost.file", "GET", url, {}, b"", self._seconds)
        if reply.status != 200 or not reply.body:
            raise Unavailable(f"{self._carrier}: the label cannot be fetched yet ({reply.status})")
        return reply.body

    def _asked(self, operation: str, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        raw = compact(body).encode() if body is not None else b""
        headers = self._headers | ({"content-type": "application/json"} if body is not None else {})
        reply = self._send(f"easypost.{operation}", method, f"{self._base}{path}", headers, raw, self._seconds)
        if reply.status in (408, 429) or reply.status >= 500:
            raise Unavailable(f"{self._carrier} is busy or broken ({reply.status})")
        answer = reply.json()
        if not isinstance(answer, dict):
            raise Unavailable(f"{self._carrier} answers what cannot be read")
        if reply.status >= 400:
            raise self._refusal(reply.status, answer.get("error"))
        return answer

    def _refusal(self, status: int, error: Any) -> WaybillError:
        told = error if isinstance(error, dict) else {"message": str(error or "refused")}
        code, message = str(told.get("code") or ""), str(told.get("message") or "refused")[:300]
        if status in (401, 402, 403):
            return BadAccount(f"{self._carrier}: {message}")
        if status == 404:
            return NotFound(f"{self._carrier}: {message}")
        listed = told.get("errors") if isinstance(told.get("errors"), list) else []
        details = [each if isinstance(each, dict) else {"message": str(each)} for each in listed[:20]]
        words = "; ".join(str(each["message"]) for each in details if each.get("message"))[:500]
        fields = {str(each.get("field") or each.get("code") or "carrier")[:64]: str(each.get("message") or "refused")[:200] for each in details}
        return Refused(code, f"{self._carrier}: {message}" + (f" {words}" if words else ""), fields)
