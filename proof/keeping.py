"""Looks at whatever a world keeps, queues, sends and prints, each once: whether a card number or a secret is in it (I29)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

from proof.cloud.tables import Kept, Table
from proof.living import Dweller
from proof.quick import seen
from proof.spoiling import JUNK
from waybill import proof
from waybill.proof.facts import Broken, KeptFacts

_CHANGES = "/changes"
"""Beside a channel's secrets lies who has changed them, and when."""
_NAMES = ("merchant_account", "client_id", "webhook_id")
"""What lies beside a gateway's secrets and is none: it says itself who we are to it."""
_SHORTEST = 8
"""A secret of fewer signs may stand somewhere for another reason."""
_SAID_EVERYWHERE = frozenset(each for each in JUNK if isinstance(each, str))
"""Who makes one of these his secret sends it elsewhere too."""
_APART = "\0"
"""Stands in no number, no secret and no name."""


class Keeper:
    """Of one world. `broken` asks of all that was written, queued, sent and printed since it was asked last."""

    def __init__(self, the: Dweller) -> None:
        self._the, self._cloud = the, the.world.cloud
        self._new: dict[tuple[str, str, str], Kept] = {}
        self._queued: dict[str, str] = {}
        self._files: dict[str, bytes] = {}
        self._last_mail: Any = None
        self._printed = the.logs.tell() if the.logs else 0
        for table in self._cloud.dynamodb.tables.values():
            table.watchers.append(self._written)
        self._cloud.sqs.watchers.append(self._put)

    def close(self) -> None:
        for table in self._cloud.dynamodb.tables.values():
            table.watchers.remove(self._written)
        self._cloud.sqs.watchers.remove(self._put)

    def broken(self) -> list[Broken]:
        """Of everything at once, and only where that does not hold of each by itself: where is it?"""
        told, secrets = list(self._told()), dict(self._secrets())
        if not proof.check_kept(KeptFacts("everything", _APART.join(text for _, text in told), secrets), len(told)):
            return []
        return [each for where, text in told for each in proof.check_kept(KeptFacts(where, text, secrets))]

    def _told(self) -> Iterator[tuple[str, str]]:
        new, self._new = self._new, {}
        yield from ((f"{table} {pk} {sk}".rstrip(), said(item)) for (table, pk, sk), item in new.items())
        queued, self._queued = self._queued, {}
        yield from ((queue, body) for body, queue in queued.items())
        for key, content in self._cloud.s3.files.items():
            if self._files.get(key) is not content:
                self._files[key] = content
                yield f"the file {key}", plain(content)
        sent = self._cloud.ses.sent
        first = next((place + 1 for place in range(len(sent) - 1, -1, -1) if sent[place] is self._last_mail), 0)
        self._last_mail = sent[-1] if sent else None
        yield from (("a mail", mail.raw.decode() if isinstance(mail.raw, bytes) else mail.raw) for mail in sent[first:])
        if self._the.logs:
            printed, self._printed = self._the.logs.getvalue()[self._printed :], self._the.logs.tell()
            yield from (("a log", line) for line in printed.splitlines())

    def _secrets(self) -> Iterator[tuple[str, str]]:
        """Of the shop, by where they lie: each text of a secret's document."""
        kept = self._cloud.secrets
        for name, version in kept.current.items():
            for place, value in _texts(json.loads(kept.versions[name, version]), ()):
                if len(value) >= _SHORTEST and value not in _SAID_EVERYWHERE and _CHANGES not in place and not place.endswith(_NAMES):
                    yield f"{name.rpartition('/')[2]} {place}", value

    def _written(self, table: Table, old: Kept | None, new: Kept | None) -> None:
        if new is not None:
            self._new[table.name, *table.key(new)] = new

    def _put(self, queue: str, body: str) -> None:
        self._queued[body] = queue


def said(item: Kept) -> str:
    """An item as one text, a packed body unpacked."""
    body = item.get("body", {}).get("B")
    return f"{plain(body)} { {**seen(item), 'body': ''} }" if body else str(seen(item))


def plain(content: bytes) -> str:
    return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("latin-1")


def _texts(value: Any, at: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each text in a document, with the names that lead to it."""
    if isinstance(value, str):
        yield " ".join(at), value
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _texts(inner, (*at, str(name)))
