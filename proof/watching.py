"""Looks at every call at the HTTPS door of a world, and has the rules judge it: what a key promises (I15, I16), and that nobody reaches into another
channel or node (I28)."""

from __future__ import annotations

import json
from typing import Any

from proof.cloud.tables import Kept, Table
from proof.quick import seen
from proof.requests import pattern
from proof.world import World
from tests.support.shop import KEYS
from tools.routes import ROUTES
from waybill import proof
from waybill.proof.facts import Broken, CallFacts, WriteFacts

_Answer = tuple[int, Any]
_STOCK = ("POST", "/v1/inventory/import")
_KEYED = frozenset((route.method, route.path) for route in ROUTES if route.keyed or route.may_key)


class Doorkeeper:
    """Stands before `world.call`. Remembers what was answered under which key, and goes back with the world."""

    def __init__(self, world: World) -> None:
        self.broken: list[Broken] = []
        self._world, self._call = world, world.call
        self._answers: dict[tuple[str, str, str], tuple[bytes, _Answer]] = {}
        self._open = 0
        self._alone = True
        self._wrote: list[tuple[str, Kept | None, Kept | None]] = []
        world.call = self.call  # type: ignore[method-assign]
        world.others.append(self)
        for table in world.cloud.dynamodb.tables.values():
            table.watchers.append(self._written)

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, query: dict[str, str] | None = None) -> Any:
        """As `World.call`; a call that dies is answered nothing, and judged in nothing."""
        self._alone = not self._open
        self._open += 1
        self._wrote = [] if self._alone else self._wrote
        try:
            reply = self._call(method, path, body, headers, query)
            self._judge(method, path, body, query, {name.lower(): value for name, value in (headers or {}).items()}, reply)
        finally:
            self._open -= 1
        return reply

    def close(self) -> None:
        """Looks at no more calls: the world may go."""
        del self._world.call  # type: ignore[method-assign]
        self._world.others.remove(self)
        for table in self._world.cloud.dynamodb.tables.values():
            table.watchers.remove(self._written)

    def snapshot(self) -> Any:
        return self._answers.copy()

    def restore(self, taken: Any) -> None:
        self._answers = taken.copy()

    def shown(self) -> Any:
        return sorted(self._answers.items(), key=lambda known: known[0])

    def _judge(self, method: str, path: str, body: Any, query: dict[str, str] | None, headers: dict[str, str], reply: Any) -> None:
        presented, key = headers.get("x-api-key", ""), headers.get("idempotency-key", "")
        known = KEYS.get(presented.removeprefix("key-"))
        role = known.roles[0] if known and known.scope and known.roles[0] in ("channel", "node") else ""
        said = body if isinstance(body, bytes) else json.dumps(body).encode() if key else b""
        key = key if key and _is_kept(method, path, said, query or {}) else ""
        if not role and not key:
            return
        raw = said + json.dumps(_wished(query or {}, known.scope if known else "")).encode()
        before = self._answers.get((f"{method} {path}", presented, key)) if key and known else None
        answer = (reply.status, _read(reply.content))
        wrote = tuple(WriteFacts(table, _plain(old), _plain(new)) for table, old, new in self._wrote) if self._alone and self._open == 1 else None
        facts = CallFacts(
            f"{method} {path}", *answer, before[1] if before else None, before is not None and before[0] == raw,
            role, known.scope if known and role else "", wrote, self._channel,
        )  # fmt: skip
        self.broken += proof.check_call(facts)
        if key and known and 200 <= reply.status < 300 and before is None:
            self._answers[f"{method} {path}", presented, key] = (raw, answer)

    def _written(self, table: Table, old: Kept | None, new: Kept | None) -> None:
        if self._open:
            self._wrote.append((table.name, old, new))

    def _channel(self, order_id: str) -> str | None:
        found = self._world.cloud.dynamodb.tables["OrdersTable"].find((f"ORDER#{order_id}", "DOC"))
        return seen(found).get("channel") if found is not None else None


def _wished(query: dict[str, str], scope: str) -> list[tuple[str, str]]:
    """What is asked for beside the body: where a list begins is no wish, nor is what is asked for anyway, the caller's own channel."""
    return sorted((name, value) for name, value in query.items() if value and name != "cursor" and (name, value) != ("channel", scope))


def _is_kept(method: str, path: str, said: bytes, query: dict[str, str]) -> bool:
    """Whether a key that comes with this call is kept."""
    route = (method, pattern(method, path.partition("?")[0]))
    return route in _KEYED and not _only_looks(route, said, query)


def _only_looks(route: tuple[str, str], said: bytes, query: dict[str, str]) -> bool:
    """Whether nothing is asked for under the key but to be shown what would be. (An import that only checks is an import.)"""
    body = _read(said) if b"dryRun" in said else None
    return isinstance(body, dict) and body.get("dryRun") is True or route == _STOCK and query.get("dryRun", "").lower() == "true"


def _plain(item: Kept | None) -> dict[str, Any] | None:
    return seen(item) if item is not None else None


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
