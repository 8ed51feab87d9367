"""SES v2 relays a raw message by taking it apart and building another, and not at all when it names no Destination.

Here the raw bytes go to the inbox as they are, under the message id that the caller is told.
"""

from __future__ import annotations

import base64
import json
import re
import smtplib
from email import message_from_bytes
from email.utils import getaddresses
from typing import Any

_TIMEOUT_SECONDS = 5


def close() -> None:
    from ministack.core.concurrency import spawn_background
    from ministack.services import ses_v2

    handle, relay = ses_v2.handle_request, ses_v2._smtp_relay

    async def handle_request(method: str, path: str, headers: dict, body: bytes, query_params: dict) -> Any:
        raw = _raw_message(method, path, body)
        if raw is None:
            return await handle(method, path, headers, body, query_params)
        ses_v2._smtp_relay = lambda *_: None
        try:
            status, answer_headers, answer = await handle(method, path, headers, body, query_params)
        finally:
            ses_v2._smtp_relay = relay
        if status == 200:
            sender, receivers = _envelope(json.loads(body), raw)
            spawn_background(_send, sender, receivers, json.loads(answer)["MessageId"], raw, thread_name="raw-mail")
        return status, answer_headers, answer

    ses_v2.handle_request = handle_request


def _raw_message(method: str, path: str, body: bytes) -> bytes | None:
    if method != "POST" or not path.endswith("/outbound-emails"):
        return None
    raw = (json.loads(body or b"{}").get("Content") or {}).get("Raw")
    return base64.b64decode(raw["Data"]) if raw else None


def _envelope(request: dict[str, Any], raw: bytes) -> tuple[str, list[str]]:
    message = message_from_bytes(raw)
    destination = request.get("Destination") or {}
    named = [address for kind in destination.values() for address in kind]
    written = [address for _, address in getaddresses(message.get_all("To", []) + message.get_all("Cc", []) + message.get_all("Bcc", []))]
    return request.get("FromEmailAddress") or message.get("From", ""), named or written


def _send(sender: str, receivers: list[str], message_id: str, raw: bytes) -> None:
    from ministack.services import ses

    endpoint = ses._parse_smtp_host()
    if endpoint is None:
        return
    with smtplib.SMTP(*endpoint, timeout=_TIMEOUT_SECONDS) as server:
        server.sendmail(sender, receivers, with_message_id(raw, message_id))


def with_message_id(raw: bytes, message_id: str) -> bytes:
    """The message under SES's own id, as SES sends it; all else stays as it is, with the line ends that SMTP wants."""
    head, gap, body = re.sub(rb"\r?\n", b"\r\n", raw).partition(b"\r\n\r\n")
    kept = re.sub(rb"(?im)^message-id:.*(\r\n[ \t].*)*\r\n", b"", head + b"\r\n").removesuffix(b"\r\n")
    return f"Message-ID: <{message_id}>\r\n".encode() + kept + gap + body
