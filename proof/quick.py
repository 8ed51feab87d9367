"""Half of what a life costs is drawing PDFs, composing mails, writing logs that nobody reads and reading the same stored item again: a world may do
without.

Nothing that decides anything is left out. `tests/proof/test_the_world.py` tells the same stories both ways.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

from proof.cloud.tables import Kept
from waybill.aws import logs, tables
from waybill.aws.attributes import unpack_item
from waybill.fulfilment import codec as fulfilment_codec
from waybill.fulfilment import printer
from waybill.fulfilment import service as fulfilment
from waybill.inventory import orders_table
from waybill.notifications import rendering, ses
from waybill.notifications.mime import message_id
from waybill.notifications.model import Mail
from waybill.orders import codec
from waybill.payments import records
from waybill.proof import facts


@contextmanager
def quick() -> Iterator[None]:
    """Mails without their words and their MIME, labels without a picture, no logs; a stored item is unpacked once, and made a record of once."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(ses, "raw", _plain_mail))
        stack.enter_context(patch.object(rendering, "environment", lambda: _WORDLESS))
        stack.enter_context(patch.object(printer, "printer", _plain_paper))
        stack.enter_context(patch.object(tables, "unpack_item", unpacked_once))
        stack.enter_context(patch.object(tables, "os", SimpleNamespace(environ=dict(os.environ))))
        stack.enter_context(patch.object(logs, "json", SimpleNamespace(dumps=lambda line, **_: "")))
        for name, modules in _READERS.items():
            stack.enter_context(_ONCE[name].at_work())
            for module in modules:
                stack.enter_context(patch.object(module, name, _ONCE[name]))
        yield


class Once:
    """A reader of stored items that makes a record of each version of an item once: `write_id` tells them apart, for every write of a world has its own. The rows
    of stock are updated in place and have no place here. A module that is loaded while a world is quick keeps this reader for good: what it remembers is of
    one world alone. `checked`: each time it is seen whether the record would come out the same."""

    checked = False
    quick = False

    def __init__(self, reads: Callable[[dict[str, Any]], Any]) -> None:
        self._reads = reads
        self._known: dict[tuple[str, str, str], Any] = {}

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Remembers for as long as the block lasts."""
        self.quick = True
        try:
            yield
        finally:
            self.quick = False
            self._known.clear()

    def __call__(self, item: dict[str, Any]) -> Any:
        if not self.quick or "write_id" not in item:
            return self._reads(item)
        version = item["write_id"], item["pk"], item["sk"]
        known = self._known.get(version)
        if known is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            known = self._known[version] = self._reads(item)
        elif self.checked and known != self._reads(item):
            raise AssertionError(f"{version} has been changed by who has read it")
        return known


_WORDLESS = SimpleNamespace(get_template=lambda name: SimpleNamespace(render=lambda *_, **__: ""))
_MOST = 4096
_READERS: dict[str, tuple[ModuleType, ...]] = {
    "order_from": (codec,),
    "customer_from": (codec,),
    "state_from": (codec,),
    "work_from": (fulfilment_codec, fulfilment, facts),
    "tender_from": (records,),
    "reservation_from": (orders_table, facts),
}
"""The readers, and where they are called by name."""
_ONCE = {name: Once(getattr(modules[0], name)) for name, modules in _READERS.items()}


def unpacked_once(item: dict[str, Any]) -> dict[str, Any]:
    """The stored item as plain values, which nobody changes: `unchanged` says so."""
    return dict(seen(item)) if type(item) is Kept else unpack_item(item)


def seen(item: Kept) -> dict[str, Any]:
    """The same for who only looks."""
    if item.plain is None:
        item.plain = unpack_item(item)
    return item.plain


def unchanged(item: Kept) -> bool:
    """Whether all readers of an item have left it as it was."""
    return item.plain is None or item.plain == unpack_item(item)


def _plain_mail(mail: Mail, now: datetime) -> bytes:
    return f"X-Waybill-Event: {mail.key}\r\nMessage-ID: {message_id(mail)}\r\nTo: {mail.to}\r\n\r\n".encode()


def _plain_paper(record: Any, work: Any, package: Any) -> dict[str, bytes]:
    return {"label.pdf": package.tracking_number.encode()}
