"""The HTTP side: who is called, with which credentials, and what goes back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.receiver.shelves import Shelves
from local.receiver.shopify import VERSION, ShopifyShop
from local.receiver.shops import Shops
from local.receiver.woocommerce import WooShop, error

Reply = tuple[int, Any]
_TOLERANCE_SECONDS = 300


@dataclass
class Receiver:
    """Everything that plays a part. `tokens` are the credentials by channel; `faults` are answers to give first, instead."""

    shops: Shops
    shelves: Shelves
    tokens: dict[str, str]
    faults: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def answer(self, method: str, url: str, headers: dict[str, str], raw: bytes) -> Reply:
        """One call. Paths begin with the channel that is played; `/received`, `/shelves/<channel>` and `/orders` are for people and tests."""
        target = urlsplit(url)
        parts = [part for part in target.path.split("/") if part]
        if not parts:
            return 200, {"receiver": "up"}
        if parts == ["received"]:
            query = {name: values[0] for name, values in parse_qs(target.query).items()}
            return 200, {"items": self.shops.received(query.get("channel", ""), query.get("order", ""))}
        if parts[:1] == ["shelves"] and len(parts) == 2:
            return 200, self.shelves.shown(parts[1])
        body = _json(raw)
        if parts == ["orders"] and method == "POST":
            return 201, self.shops.place(body["channel"], str(body["reference"]), body["lines"])
        if parts == ["documents"] and method == "POST":
            self.shops.document(body["channel"], str(body["reference"]), body["document"])
            return 204, None
        if parts[1:] == ["admin", "api", VERSION, "graphql.json"]:
            return self._shopify(parts[0], method, headers, body)
        if parts[1:4] == ["wp-json", "wc", "v3"]:
            query = {name: values[0] for name, values in parse_qs(target.query).items()}
            return self._woocommerce(parts[0], method, parts[4:], headers, body, query)
        if parts[1:] == ["webhooks"]:
            return self._webhook(parts[0], headers, raw, body)
        return 404, {"errors": "Not Found"}

    def _shopify(self, channel: str, method: str, headers: dict[str, str], body: Any) -> Reply:
        if not _same(headers.get("x-shopify-access-token", ""), self.tokens.get(channel, "")):
            return 401, {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
        if method != "POST" or not isinstance(body, dict) or not isinstance(body.get("query"), str):
            return 400, {"errors": {"query": "Required parameter missing or invalid"}}
        return 200, ShopifyShop(channel, self.shops, self.shelves).answer(body)

    def _woocommerce(self, channel: str, method: str, parts: list[str], headers: dict[str, str], body: Any, query: dict[str, str]) -> Reply:
        token = self.tokens.get(channel, "")
        wanted = "Basic " + base64.b64encode(f"{token}:{token}".encode()).decode()
        if not token or not _same(headers.get("authorization", ""), wanted):
            return error(401, "woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.")
        return WooShop(channel, self.shops, self.shelves).answer(method, parts, body, query)

    def _webhook(self, channel: str, headers: dict[str, str], raw: bytes, body: Any) -> Reply:
        """A receiver of Standard Webhooks: signature, age, and the id that makes a repetition harmless."""
        id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > _TOLERANCE_SECONDS:
            return 400, {"error": "the timestamp is missing or too far away"}
        mac = hmac.new(_signing_key(self.tokens.get(channel, "")), f"{id}.{sent_at}.".encode() + raw, hashlib.sha256)
        signed = "v1," + base64.b64encode(mac.digest()).decode()
        if channel not in self.tokens or not any(_same(given, signed) for given in headers.get("webhook-signature", "").split()):
            return 401, {"error": "no signature fits"}
        if id not in self.seen:
            self.seen.add(id)
            if body["type"] == "stock.levels":
                self.shelves.hear(channel, body["data"])
                return 204, None
            self.shops.note(channel, str(body["data"]["external_reference"]), body["type"], {"webhook_id": id, **body["data"]})
        return 204, None


def serve(receiver: Receiver, port: int, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """A server that is bound and not yet running: call `serve_forever`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _take(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            more: dict[str, str] = {}
            if receiver.faults and not self.path.startswith("/received"):
                status, more = receiver.faults.pop(0)
                body: Any = {"errors": "as the test wished"}
            else:
                status, body = receiver.answer(self.command, self.path, headers, raw)
            self._send(status, body, more)

        def _send(self, status: int, body: Any, more: dict[str, str]) -> None:
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = _take

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return ThreadingHTTPServer((host, port), Handler)


def _signing_key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()


def _same(given: str, wanted: str) -> bool:
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None
