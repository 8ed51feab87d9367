"""Messages as files, one each, so that they outlive a restart and any mail program can open them."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Mail:
    """One message as the API shows it. `to` holds the envelope's receivers, blind copies too."""

    id: str
    sender: str
    to: list[str]
    subject: str
    text: str
    html: str
    received_at: str
    message_id: str

    def as_json(self, *, whole: bool = True) -> dict[str, Any]:
        values = asdict(self)
        values["from"] = values.pop("sender")
        if not whole:
            del values["html"]
            values["text"] = self.text[:160]
        return values


class Mailbox:
    """Keeps messages in a folder and in memory, newest first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._mails = {path.stem: _read(path) for path in sorted(folder.glob("*.eml"))}

    def keep(self, receivers: list[str], raw: bytes) -> str:
        """Stores a message as it came, with its envelope in a header of our own; returns its id."""
        name = f"{int(time.time() * 1000):013d}-{uuid.uuid4().hex[:8]}"
        path = self._folder / f"{name}.eml"
        partial = path.with_suffix(".part")
        partial.write_bytes(f"X-Envelope-To: {', '.join(receivers)}\r\n".encode() + raw)
        partial.rename(path)
        with self._lock:
            self._mails[name] = _read(path)
        return name

    def all(self, to: str = "") -> list[Mail]:
        with self._lock:
            mails = sorted(self._mails.values(), key=lambda mail: mail.id, reverse=True)
        return [mail for mail in mails if not to or any(to.lower() in address.lower() for address in mail.to)]

    def one(self, name: str) -> Mail | None:
        with self._lock:
            return self._mails.get(name)


def _read(path: Path) -> Mail:
    message = cast(EmailMessage, message_from_bytes(path.read_bytes(), policy=policy.default))
    at = datetime.fromtimestamp(int(path.stem.split("-")[0]) / 1000, UTC)
    return Mail(
        id=path.stem,
        sender=str(message.get("From", "")),
        to=[address.strip() for address in str(message.get("X-Envelope-To", "")).split(",") if address.strip()],
        subject=str(message.get("Subject", "")),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        received_at=at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        message_id=str(message.get("Message-ID", "")).strip("<>"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
