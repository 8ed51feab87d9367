"""Idempotency keys, as Stripe has them, before a localstripe that has none: the same key is carried out once, however many send it at once."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PASSED_ON = ("authorization", "content-type", "stripe-version")


@contextmanager
def with_keys(behind: str) -> Iterator[str]:
    """The address of one that stands before `behind`."""
    kept: dict[str, tuple[int, bytes]] = {}
    turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(*self._asked(None))

        def do_POST(self) -> None:
            body, key = self.rfile.read(int(self.headers.get("content-length", 0))), self.headers.get("idempotency-key", "")
            if not key:
                return self._answer(*self._asked(body))
            with turns[key]:
                if key not in kept:
                    kept[key] = self._asked(body)
            return self._answer(*kept[key])

        def _asked(self, body: bytes | None) -> tuple[int, bytes]:
            headers = {name: value for name, value in self.headers.items() if name.lower() in _PASSED_ON}
            try:
                with urllib.request.urlopen(urllib.request.Request(behind + self.path, body, headers), timeout=30) as answer:
                    return answer.status, answer.read()
            except urllib.error.HTTPError as refusal:
                return refusal.code, refusal.read()

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    door = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=door.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.server_address[1]}"
    finally:
        door.shutdown()
        door.server_close()
        thread.join(5)
