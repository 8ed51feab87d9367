"""With whom we exchange documents, and through which folder: what a node's (or a channel's) settings say under `edi`.

    {"id": "NORTHWIND", "qualifier": "ZZ", "our_id": "WAYBILL", "our_qualifier": "ZZ", "version": "4010", "prefix": "edi/<node>", "test": false,
     "answer_minutes": 120, "documents": ["856"]}

Only `id` and `our_id` must be there. `documents` is what a channel wants to hear; a node hears all that concerns it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.edi.model.x12 import Party
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.shop import store as shop

_FIELDS = ("id", "qualifier", "our_id", "our_qualifier", "version", "prefix", "test", "answer_minutes", "documents")
CHANNEL = "channel:"
"""Before a channel's id, where a node's would stand."""
DOCUMENTS = ("856",)
_ID = re.compile(r"[A-Za-z0-9 ._-]{2,15}\Z")
_QUALIFIER = re.compile(r"[A-Z0-9]{2}\Z")
_PREFIX = re.compile(r"edi/[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_MINUTES = 120


@dataclass(frozen=True, slots=True)
class Partner:
    """`node`: whose folder it is, a node's id or `channel:<id>`. `answer_minutes`: how long an acknowledgement may take before somebody is told.
    `documents`: what a channel wants to hear."""

    node: str
    them: Party
    us: Party
    prefix: str
    test: bool = False
    answer_minutes: int = _MINUTES
    documents: tuple[str, ...] = ()

    @property
    def is_channel(self) -> bool:
        return self.node.startswith(CHANNEL)

    def inbox(self, name: str = "") -> str:
        return f"{self.prefix}/in/{name}"

    def outbox(self, name: str) -> str:
        return f"{self.prefix}/out/{name}"


def partner(node: str) -> Partner:
    """Of a node's id, or of `channel:<id>`. Raises NotFound where it speaks no EDI, InvalidInput where its settings cannot be used."""
    if node.startswith(CHANNEL):
        return of_channel(node.removeprefix(CHANNEL))
    says = shop.node(node).settings.get("edi")
    if not says:
        raise NotFound(f"{node} speaks no EDI: its settings have no edi")
    return _partner(node, says)


def of_channel(channel: str) -> Partner:
    """Raises NotFound where the channel speaks no EDI, InvalidInput where its settings cannot be used."""
    says = shop.channel(channel).settings.get("edi")
    if not says:
        raise NotFound(f"{channel} speaks no EDI: its settings have no edi")
    return _partner(CHANNEL + channel, says)


def nodes() -> Iterator[Partner]:
    for node in shop.nodes():
        if node.settings.get("edi"):
            yield _partner(node.id, node.settings["edi"])


def partners() -> Iterator[Partner]:
    """Nodes, then channels."""
    yield from nodes()
    for channel in shop.channels():
        if channel.settings.get("edi"):
            yield _partner(CHANNEL + channel.id, channel.settings["edi"])


def of_file(key: str) -> Partner | None:
    """Into whose folder a file was put; None for what is in nobody's `in/`."""
    return next((each for each in partners() if key.startswith(each.inbox()) and key != each.inbox()), None)


def check(says: Any) -> None:
    """Raises InvalidInput naming each setting that is wrong."""
    if not isinstance(says, Mapping):
        raise InvalidInput("edi is an object", fields={"settings.edi": "an object"})
    wrong = {f"settings.edi.{name}"[:80]: "unknown" for name in says if name not in _FIELDS}
    wrong |= {f"settings.edi.{name}": "2 to 15 letters, digits, spaces, . _ -" for name in ("id", "our_id") if not _fits(_ID, says.get(name))}
    wrong |= {f"settings.edi.{name}": "a qualifier of two characters, as ZZ" for name in ("qualifier", "our_qualifier") if not _fits(_QUALIFIER, says.get(name, "ZZ"))}
    if says.get("version", "4010") != "4010":
        wrong["settings.edi.version"] = "4010 is spoken here"
    if "prefix" in says and not _fits(_PREFIX, says["prefix"]):
        wrong["settings.edi.prefix"] = "edi/ and a name of letters, digits, . _ -"
    if not isinstance(says.get("test", False), bool):
        wrong["settings.edi.test"] = "true or false"
    wanted = says.get("documents", [])
    if not isinstance(wanted, list) or any(each not in DOCUMENTS for each in wanted):
        wrong["settings.edi.documents"] = f"a list of {', '.join(DOCUMENTS)}"
    minutes = says.get("answer_minutes", _MINUTES)
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= 10_080:
        wrong["settings.edi.answer_minutes"] = "1 to 10080"
    if wrong:
        raise InvalidInput("these settings of EDI cannot be used", fields=wrong)


def refuse_taken(node: str, says: Mapping[str, Any]) -> None:
    """Raises InvalidInput where another has the folder: files in it would be nobody's."""
    others = {each.id: each.settings for each in shop.nodes()} | {CHANNEL + each.id: each.settings for each in shop.channels()}
    theirs = {_prefix(id, settings["edi"]): id for id, settings in others.items() if id != node and isinstance(settings.get("edi"), Mapping)}
    if owner := theirs.get(_prefix(node, says)):
        raise InvalidInput(f"{_prefix(node, says)} is the folder of {owner}", fields={"settings.edi.prefix": f"is the folder of {owner}"})


def _prefix(node: str, says: Mapping[str, Any]) -> str:
    return str(says.get("prefix", f"edi/{node.replace(':', '-')}"))


def _partner(node: str, says: Mapping[str, Any]) -> Partner:
    check(says)
    return Partner(
        node=node,
        them=Party(says["id"], says.get("qualifier", "ZZ")),
        us=Party(says["our_id"], says.get("our_qualifier", "ZZ")),
        prefix=_prefix(node, says),
        test=says.get("test", False),
        answer_minutes=int(says.get("answer_minutes", _MINUTES)),
        documents=tuple(says.get("documents", ())),
    )


def _fits(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and bool(pattern.match(value))
