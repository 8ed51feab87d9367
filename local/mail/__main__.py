"""The mailbox's process: SMTP on one port, pages and a JSON API on the other.

    python -m local.mail

GET /                       a page to read in
GET /api/messages?to=       newest first, without the HTML part
GET /api/messages/{id}      one: from, to, subject, text, html, received_at
GET /messages/{id}.html     the HTML part alone
"""

from __future__ import annotations

import json
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtpd.controller import Controller

from local.mail.store import Mailbox
from local.settings import HOST, home, ports

_PAGE = Path(__file__).with_name("page.html")
_LARGEST_MAIL = 40_000_000


class Receiver:
    """aiosmtpd's handler: everything is accepted and kept."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self._mailbox.keep(list(envelope.rcpt_tos), envelope.content)
        return "250 kept"


class Pages(BaseHTTPRequestHandler):
    """Read-only."""

    mailbox: Mailbox
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        path = unquote(url.path)
        if path == "/":
            self._send(200, "text/html; charset=utf-8", _PAGE.read_bytes())
        elif path == "/api/messages":
            to = parse_qs(url.query).get("to", [""])[0]
            self._json(200, {"items": [mail.as_json(whole=False) for mail in self.mailbox.all(to)], "next": None})
        elif path.startswith("/api/messages/"):
            mail = self.mailbox.one(path.rsplit("/", 1)[1])
            self._json(200, mail.as_json()) if mail else self._json(404, {"title": "no such message", "status": 404})
        elif path.startswith("/messages/") and path.endswith(".html"):
            mail = self.mailbox.one(path.rsplit("/", 1)[1].removesuffix(".html"))
            self._send(200 if mail else 404, "text/html; charset=utf-8", (mail.html if mail else "").encode())
        else:
            self._json(404, {"title": "not found", "status": 404})

    def _json(self, status: int, value: Any) -> None:
        self._send(status, "application/json", json.dumps(value).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The page asks every two seconds: not worth a line."""


def main() -> None:
    mailbox = Mailbox(home().path / "mail")
    smtp = Controller(Receiver(mailbox), hostname=HOST, port=ports().smtp, data_size_limit=_LARGEST_MAIL)
    smtp.start()
    pages = ThreadingHTTPServer((HOST, ports().mail), type("MailPages", (Pages,), {"mailbox": mailbox}))
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=pages.shutdown).start())
    try:
        pages.serve_forever(poll_interval=0.2)
    finally:
        smtp.stop()


if __name__ == "__main__":
    main()
