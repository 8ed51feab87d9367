"""Stripe's face for one authorisation, and empty lists: what our client needs to speak to, so that a first call costs what it costs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


class _Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    intent: dict[str, Any] = {}

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers.get("content-length") or 0)).decode())
        if self.path == "/v1/payment_intents":
            made = {"id": "pi_1", "object": "payment_intent", "currency": asked["currency"][0], "amount": int(asked["amount"][0])}
            _Gateway.intent = {**made, "status": "requires_capture", "amount_received": 0, "amount_capturable": made["amount"]}
        self._answer(_Gateway.intent)

    def do_GET(self) -> None:
        self._answer({"object": "list", "data": [], "has_more": False})

    def _answer(self, value: dict[str, Any]) -> None:
        content = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing: the table is what is to be read."""


@contextmanager
def gateway() -> Iterator[str]:
    """Its address, for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
