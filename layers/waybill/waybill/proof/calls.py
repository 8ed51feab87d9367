"""Of calls: what a key promises, and what one who has a channel's or a node's key may see and do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from waybill.proof.facts import CallFacts, WriteFacts
from waybill.proof.rules import Rules

CALL = Rules()
_ORDER = "POST /v1/orders"
_NOT_NOW = (429, 503)
"""Come again: nothing was decided."""
_UNREAD = (400, 401, 413)
"""Refused before anything was read: of a body that is none there is nothing to compare."""
_MAY_NOT = 403
"""He may not ask for this other thing at all, whatever the key names: who may what is decided first."""
_NAMES = ("id", "n", "number", "order_id")
_MEASURES = ("pace#", "limit#")
"""Items of the Messages table that count calls."""


@CALL.rule("I15", concerns=lambda facts: facts.before is not None and facts.same_body)
def _the_same_again(facts: CallFacts) -> Iterator[str]:
    """The same key with the same body is answered as before, and names the same thing."""
    if facts.before is None or facts.status in _NOT_NOW:
        return
    status, body = facts.before
    if not 200 <= facts.status < 300:
        yield f"answered {status} before, and now {facts.status} {_short(facts.body)}"
    elif facts.what == _ORDER and facts.body != body:
        yield f"{_short(body)} has become {_short(facts.body)}"
    elif isinstance(body, Mapping) and isinstance(facts.body, Mapping):
        for name in _NAMES:
            if body.get(name) != facts.body.get(name):
                yield f"{name} was {body.get(name)!r}, and is {facts.body.get(name)!r}"


@CALL.rule("I16", concerns=lambda facts: facts.before is not None and not facts.same_body)
def _another_body(facts: CallFacts) -> Iterator[str]:
    """The same key with another body is refused with 422 (400 where it cannot be read, 403 where he may not ask for that at all), and nothing is written."""
    if facts.status in _NOT_NOW:
        return
    if facts.status not in (422, _MAY_NOT, *_UNREAD):
        yield f"answered {facts.status} {_short(facts.body)}"
    yield from (f"refused, and {_named(write)} was written" for write in facts.wrote or () if not _measures(write))


@CALL.rule("I28", concerns=lambda facts: facts.scope)
def _shown(facts: CallFacts) -> Iterator[str]:
    """Whoever has a channel's key sees that channel's orders alone; whoever has a node's, that node's work."""
    if not 200 <= facts.status < 300:
        return
    for each in _objects(facts.body):
        if facts.role == "channel" and "external_reference" in each and each.get("channel", facts.scope) != facts.scope:
            yield f"{facts.scope} was shown an order of {each['channel']}"
        if facts.role == "node" and "packages" in each and facts.scope not in (each.get("node", facts.scope), (each.get("pickup") or {}).get("node")):
            yield f"{facts.scope} was shown work of {each['node']}"


@CALL.rule("I28", concerns=lambda facts: facts.scope)
def _touched(facts: CallFacts) -> Iterator[str]:
    """Nor does he write to another's."""
    for write in facts.wrote or ():
        item = write.new if write.new is not None else write.old or {}
        if facts.role == "node" and str(item.get("sk", "")).startswith("FO#") and facts.scope not in (item.get("node"), (item.get("pickup") or {}).get("node")):
            yield f"{facts.scope} has written {_named(write)} of {item.get('node')}"
        if facts.role == "channel" and str(item.get("pk", "")).startswith("ORDER#"):
            channel = facts.whose(str(item["pk"]).removeprefix("ORDER#"))
            if channel not in (None, facts.scope):
                yield f"{facts.scope} has written {_named(write)} of {channel}"
        if facts.role == "channel" and write.table == "DocumentsTable" and item.get("channel", facts.scope) != facts.scope:
            yield f"{facts.scope} has kept {_named(write)} of {item['channel']}"


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in a document, the outer first."""
    ahead = [value]
    while ahead:
        one = ahead.pop()
        if isinstance(one, dict):
            yield one
            ahead += [inner for inner in one.values() if isinstance(inner, (dict, list))]
        elif isinstance(one, list):
            ahead += [inner for inner in one if isinstance(inner, (dict, list))]


def _measures(write: WriteFacts) -> bool:
    item = write.new if write.new is not None else write.old or {}
    return write.table == "MessagesTable" and str(item.get("pk", "")).startswith(_MEASURES)


def _named(write: WriteFacts) -> str:
    item = write.new if write.new is not None else write.old or {}
    return f"{item.get('pk')} {item.get('sk', '')} of {write.table}".replace("  ", " ")


def _short(body: Any) -> str:
    return str(body)[:160]
