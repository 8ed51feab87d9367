"""A gateway in this process over real HTTP: what the documentation says and the easy stand-ins leave out.

Idempotency keys are kept with the request they came with; requests are held against the gateway's own specification; an answer may
be lost after the deed. One request at a time.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema

SPECS = Path(__file__).with_name("specs")

Reply = tuple[int, Any]


class No(Exception):
    """A refusal: what is answered instead."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.reply: Reply = (status, body)


@cache
def spec(name: str) -> dict[str, Any]:
    return json.loads((SPECS / f"{name}.json").read_text())


def judged(name: str, request: str, body: Any) -> None:
    """Against the gateway's own schema of this request. Raises jsonschema.ValidationError, KeyError for one it does not have."""
    _judge(name, request).validate(body)


@cache
def _judge(name: str, request: str) -> Any:
    whole = spec(name)
    return jsonschema.Draft202012Validator({**whole["requests"][request], "components": whole.get("components", {})})


class Strict:
    """A subclass answers `answer(method, path, query or body, headers)`; `key_header` carries its idempotency key.

    `lose`: operations (`METHOD path`'s last word) whose next answer is lost after the deed. `down`: 503 to everything.
    """

    key_header = "idempotency-key"

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, Any, dict[str, str]]] = []
        self.keys: dict[str, tuple[Any, Reply]] = {}
        self.lose: set[str] = set()
        self.down = False
        self.base = ""
        self._one_at_a_time = threading.Lock()

    def answer(self, method: str, path: str, told: Any, headers: dict[str, str]) -> Reply:
        raise NotImplementedError

    def parse(self, method: str, path: str, body: bytes) -> tuple[str, Any]:
        """(path without the query, what was told)."""
        return path, json.loads(body) if body else None

    def key_reused(self) -> Reply:
        raise NotImplementedError

    def forget_keys(self) -> None:
        self.keys.clear()

    def handle(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply | None:
        with self._one_at_a_time:
            bare, told = self.parse(method, path, body)
            self.seen.append((method, bare, told, headers))
            if self.down:
                return 503, {}
            reply = self._once(method, bare, told, headers)
            word = bare.rpartition("/")[2]
            if method == "POST" and word in self.lose:
                self.lose.discard(word)
                return None
            return reply

    def _once(self, method: str, path: str, told: Any, headers: dict[str, str]) -> Reply:
        key = headers.get(self.key_header, "") if method == "POST" else ""
        if key and key in self.keys:
            known, reply = self.keys[key]
            return reply if known == (path, told) else self.key_reused()
        try:
            reply = self.answer(method, path, told, headers)
        except No as no:
            reply = no.reply
        if key and reply[0] < 500:
            self.keys[key] = ((path, told), reply)
        return reply


@contextmanager
def serving(gateway: Strict) -> Iterator[str]:
    """Its address, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one packet: no waiting for the other side to acknowledge its head

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            reply = gateway.handle(self.command, self.path, body, {name.lower(): value for name, value in self.headers.items()})
            if reply is None:
                self.close_connection = True
                return
            content = b"" if reply[1] is None else json.dumps(reply[1]).encode()
            self.send_response(reply[0])
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = _any

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    gateway.base = f"http://127.0.0.1:{server.server_port}"
    try:
        yield gateway.base
    finally:
        server.shutdown()
        server.server_close()
