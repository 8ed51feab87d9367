"""The public API as an outsider speaks it: HTTP and a key."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode

Document = dict[str, Any]
_SECONDS = 30
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Refused(Exception):
    """The API answered no. `status` 0: it did not answer at all."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Api:
    """One API. Raises Refused for every answer that is not 2xx."""

    url: str

    def open_work(self, key: str, node: str, status: str = "") -> list[Document]:
        """A node's open work, or what of it is in a status, all pages."""
        found: list[Document] = []
        query = {"node": node, "limit": "50"} | ({"status": status} if status else {})
        while True:
            page = self._send("GET", f"/v1/fulfilment-orders?{urlencode(query)}", key)
            found += page["items"]
            if not page["next"]:
                return found
            query["cursor"] = page["next"]

    def read(self, key: str, id: str) -> Document:
        """One fulfilment order as it stands."""
        return self._send("GET", f"/v1/fulfilment-orders/{quote(id)}", key)

    def verb(self, key: str, id: str, verb: str, body: Document | None = None) -> Document:
        """`accept`, `reject`, `pick`, `pack` or `ship`; answers the fulfilment order as it stands then."""
        return self._send("POST", f"/v1/fulfilment-orders/{quote(id)}/{verb}", key, body or {})

    def tell(self, carrier: str, secret: str, event: Document) -> None:
        """One tracking event, signed as the carriers' door wants it."""
        raw, stamp = json.dumps(event).encode(), str(int(time.time()))
        signed = hmac.new(secret.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
        headers = {"x-carrier-timestamp": stamp, "x-carrier-signature": signed}
        self._call("POST", f"/v1/carriers/{quote(carrier)}/events", headers, raw)

    def _send(self, method: str, path: str, key: str, body: Document | None = None) -> Document:
        raw = None if body is None else json.dumps(body).encode()
        return self._call(method, path, {"x-api-key": key}, raw)

    def _call(self, method: str, path: str, headers: dict[str, str], raw: bytes | None) -> Document:
        request = urllib.request.Request(self.url + path, raw, {**headers, "content-type": "application/json"}, method=method)
        try:
            with _direct.open(request, timeout=_SECONDS) as answer:
                return json.loads(answer.read() or b"{}")
        except HTTPError as refusal:
            raise Refused(refusal.code, refusal.read(2000).decode("utf-8", "replace")) from None
        except (URLError, ConnectionError, TimeoutError, ValueError) as problem:
            raise Refused(0, str(problem)) from None
