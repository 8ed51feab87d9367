"""The HTTP side: pushed work comes in here, and people say here what shall go wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.threepl.floor import Floor, as_shown
from local.threepl.office import Office

REASONS = ("NOT_IN_STOCK", "DAMAGED", "INCORRECT_ADDRESS", "UNDELIVERABLE_DESTINATION", "OTHER")
_TOLERANCE_SECONDS = 300
_LARGEST = 1024 * 1024
Reply = tuple[int, dict[str, Any] | None]


@dataclass
class Door:
    """`secrets` are the signing secrets by node; `offices` are of nodes that speak EDI."""

    floor: Floor
    secrets: dict[str, str]
    offices: Sequence[Office] = ()

    def answer(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Reply:
        if (method, path) == ("GET", "/"):
            return 200, {**as_shown(self.floor), "edi": {office.node: office.under_way for office in self.offices}}
        if (method, path) == ("POST", "/webhooks/fulfilment-orders"):
            return self._pushed(headers, raw)
        if (method, path) == ("POST", "/rejections"):
            return self._rejection(_json(raw))
        if (method, path) == ("POST", "/breaks"):
            return self._break(_json(raw))
        return 404, {"error": "there are GET /, POST /webhooks/fulfilment-orders, POST /rejections, POST /breaks"}

    def _pushed(self, headers: dict[str, str], raw: bytes) -> Reply:
        """A fulfilment order, signed after Standard Webhooks with its node's secret."""
        document = (_json(raw) or {}).get("data")
        node = document.get("node") if isinstance(document, dict) else None
        secret = self.secrets.get(node, "") if isinstance(node, str) else ""
        if not secret or not fits(secret, headers, raw):
            return 401, {"error": "the signature does not fit"}
        self.floor.take(document)
        return 204, None

    def _rejection(self, wish: dict[str, Any] | None) -> Reply:
        """{"sku", "node"?, "reason"?}: the next work with this SKU (at this node) is rejected, once."""
        node, sku, reason = ((wish or {}).get(name, default) for name, default in (("node", ""), ("sku", ""), ("reason", REASONS[0])))
        if not isinstance(sku, str) or not sku or reason not in REASONS or node not in ("", *self.floor.node_keys):
            return 422, {"error": f"send a sku, a node of {', '.join(self.floor.node_keys)} or none, a reason of {', '.join(REASONS)}"}
        self.floor.refusals.ask(node, sku, reason)
        return 202, {"rejections": self.floor.refusals.asked}

    def _break(self, wish: dict[str, Any] | None) -> Reply:
        """{"node", "over"?}: the people of the node do nothing until the break is over."""
        node, over = (wish or {}).get("node"), (wish or {}).get("over", False)
        if not isinstance(node, str) or node not in self.floor.node_keys or not isinstance(over, bool):
            return 422, {"error": f"send a node of {', '.join(self.floor.node_keys)}, and over: true to end its break"}
        (self.floor.resting.discard if over else self.floor.resting.add)(node)
        return 202, {"resting": sorted(self.floor.resting)}


def fits(secret: str, headers: dict[str, str], raw: bytes) -> bool:
    """Whether one of the signatures is ours, and young."""
    id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(time.time() - int(stamp)) > _TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    wanted = "v1," + base64.b64encode(hmac.new(key, f"{id}.{stamp}.".encode() + raw, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(given.encode(), wanted.encode()) for given in headers.get("webhook-signature", "").split())


def serve(door: Door, port: int, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """A server that is bound and not yet running: call `serve_forever`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _take(self) -> None:
            raw = self.rfile.read(min(int(self.headers.get("content-length") or 0), _LARGEST))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body = door.answer(self.command, self.path, headers, raw)
            content = b"" if body is None else json.dumps(body, indent=2).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _take

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return ThreadingHTTPServer((host, port), Handler)


def _json(raw: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
