"""A third of what a life costs is drawing PDFs, composing MIME and reading the same stored item again: a world may do without.

Nothing that decides anything is left out. `tests/proof/test_the_world.py` tells the same stories both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

from proof.cloud.tables import Kept
from waybill.aws import tables
from waybill.aws.attributes import unpack_item
from waybill.fulfilment import printer
from waybill.notifications import ses
from waybill.notifications.mime import message_id
from waybill.notifications.model import Mail


@contextmanager
def quick() -> Iterator[None]:
    """Mails without their MIME, labels without a picture; a stored item is unpacked once."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(ses, "raw", _plain_mail))
        stack.enter_context(patch.object(printer, "printer", _plain_paper))
        stack.enter_context(patch.object(tables, "unpack_item", unpacked_once))
        yield


def unpacked_once(item: dict[str, Any]) -> dict[str, Any]:
    """The stored item as plain values, which nobody changes: `unchanged` says so."""
    if type(item) is not Kept:
        return unpack_item(item)
    if item.plain is None:
        item.plain = unpack_item(item)
    return dict(item.plain)


def unchanged(item: Kept) -> bool:
    """Whether all readers of an item have left it as it was."""
    return item.plain is None or item.plain == unpack_item(item)


def _plain_mail(mail: Mail, now: datetime) -> bytes:
    return f"X-Waybill-Event: {mail.key}\r\nMessage-ID: {message_id(mail)}\r\nTo: {mail.to}\r\n\r\n".encode()


def _plain_paper(record: Any, work: Any, package: Any) -> dict[str, bytes]:
    return {"label.pdf": package.tracking_number.encode()}
