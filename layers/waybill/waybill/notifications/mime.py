"""A mail as the bytes that go over the wire: RFC 5322, multipart/alternative, with what is enclosed, RFC 2047 where a name is not ASCII."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from waybill.kernel.ids import digest
from waybill.notifications.model import Mail, one_line

_LONGEST_NAME = 120


def message_id(mail: Mail) -> str:
    """The same for every try at the same event."""
    return f"<{digest('mail', mail.key, mail.to, length=32)}@{mail.sender.partition('@')[2]}>"


def raw(mail: Mail, now: datetime) -> bytes:
    """The whole message. Nothing that a person typed can begin a new header: names and subjects are one line each."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(mail.sender_name, mail.sender)
    message["To"] = _address(mail.to_name, mail.to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(mail)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Waybill-Event"] = one_line(mail.key)
    for name, value in mail.headers.items():
        message[name] = one_line(value)
    message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="quoted-printable")
    for name, content in mail.enclosed:
        message.add_attachment(content, maintype="application", subtype="pdf", filename=one_line(name))
    return message.as_bytes()


def _address(name: str, address: str) -> Address:
    return Address(one_line(name)[:_LONGEST_NAME], addr_spec=address)
