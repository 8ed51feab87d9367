"""A channel that shows numbers: what it is told over HTTP it shows, unless it has heard it before or knows better; it lowers a number when it sells."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from waybill.channels.model.signature import standard_webhook


class ShopFront:
    """`shows` {sku: units}. `heard` the levels of each webhook that was news, `again` those that were not. `refuses` with this status while it is not 0."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.shows: dict[str, int] = {}
        self.heard: list[dict[str, int]] = []
        self.again = self.refuses = self.newest = 0
        self.ids: set[str] = set()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        expected = standard_webhook(headers["webhook-id"], int(headers["webhook-timestamp"]), body, self.secret)
        if headers["webhook-signature"] != expected:
            return 401
        if self.refuses:
            return self.refuses
        data = json.loads(body)["data"]
        if headers["webhook-id"] in self.ids or data["sequence"] < self.newest:
            self.again += 1
            return 204
        self.ids.add(headers["webhook-id"])
        self.newest = data["sequence"]
        self.heard.append({level["sku"]: level["available"] for level in data["levels"]})
        self.shows |= self.heard[-1]
        return 204


@contextmanager
def open_front(secret: str) -> Iterator[tuple[ShopFront, str]]:
    """Behind a real socket. Answers it and its address."""
    front = ShopFront(secret)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(front.take({name.lower(): value for name, value in self.headers.items()}, body))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield front, f"http://127.0.0.1:{server.server_port}/stock"
    finally:
        server.shutdown()
        server.server_close()
