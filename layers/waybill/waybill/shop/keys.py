"""API keys: made, listed, ended. Only the SHA-256 of one is kept; an ended one stays, with who ended it. What is somebody's (a channel's, a node's, a
carrier's) has two live keys at most, so that one can replace the other: which they are stands in `pk = LIVEKEYS, sk = <role>#<scope>`, written in the
same transaction as the key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waybill.aws.tables import Item, Table, Write, WriteConflict, commit, create, replace
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput, NotFound
from waybill.shop import store

MOST_LIVE = 2
SCOPED: dict[str, Callable[[str], object]] = {"channel": store.channel, "node": store.node, "carrier": store.carrier}
STAFF = ("viewer", "support", "finance", "admin")
_TABLE = Table("SHOP_TABLE")
_LIVE = "LIVEKEYS"
_ID = 20
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Keys:
    """`make` answers a key that nobody can guess."""

    make: Callable[[], str]
    clock: Clock

    def issue(self, role: str, scope: str, name: str, by: str) -> tuple[str, Item]:
        """Answers the key, which nobody will see again, and its row. Raises InvalidInput by field, IllegalTransition where two are live already."""
        _refuse_wrong(role, scope, name)
        key = self.make()
        made = {"at": instant(self.clock()), "by": by}
        row = {"pk": store.KEY, "sk": store.key_hash(key), "roles": [role], "scope": scope, "name": name, "version": 1, "made": made}
        _commit(create(_TABLE, row), *self._one_more(role, scope, row["sk"]))
        return key, row

    def end(self, id: str, presented: str, by: str) -> Item:
        """Ends a key; ending it again changes nothing. Raises NotFound, IllegalTransition for the key that asks for it."""
        row = _found(id)
        if row["sk"] == store.key_hash(presented):
            raise IllegalTransition("a key does not end itself: use another one")
        if "ended" in row:
            return row
        ended = {**_bare(row), "version": row.get("version", 0) + 1, "ended": {"at": instant(self.clock()), "by": by}}
        _commit(_over(row, ended), *self._one_less(row))
        store.forget()
        return ended

    def _one_more(self, role: str, scope: str, hash: str) -> list[Write]:
        if not scope:
            return []
        known, live = _live(role, scope)
        if len(live) >= MOST_LIVE:
            ids = ", ".join(map(public_id, live))
            raise IllegalTransition(f"the {role} {scope} has two live keys ({ids}): end one first")
        return [_noted(role, scope, known, [*live, hash])]

    def _one_less(self, row: Item) -> list[Write]:
        scoped = [role for role in row["roles"] if role in SCOPED]
        if not scoped or not row.get("scope"):
            return []
        known, live = _live(scoped[0], row["scope"])
        return [_noted(scoped[0], row["scope"], known, [hash for hash in live if hash != row["sk"]])]


def page(limit: int, start: dict[str, Any] | None) -> tuple[list[Item], dict[str, Any] | None]:
    """Keys in the order of their hashes, that is, in none."""
    found = _TABLE.page(store.KEY, limit=limit, start=start)
    return found.items, found.next


def shown(row: Item) -> dict[str, Any]:
    """A key's row as the API shows it: who may do what with it, never the key."""
    said = {"id": public_id(row["sk"]), "roles": row["roles"], "scope": row.get("scope", ""), "name": row.get("name", "")}
    return {**said, "made": row.get("made"), "ended": row.get("ended")}


def public_id(hash: str) -> str:
    return hash[:_ID]


def _live(role: str, scope: str) -> tuple[int, list[str]]:
    """The version of the list, and the hashes of the live keys; those that set-up wrote are looked for where there is no list yet."""
    item = _TABLE.get(_LIVE, f"{role}#{scope}")
    if item:
        return item["version"], item["live"]
    rows = _TABLE.partition(store.KEY)
    return 0, [row["sk"] for row in rows if role in row["roles"] and row.get("scope") == scope and "ended" not in row]


def _noted(role: str, scope: str, known: int, live: list[str]) -> Write:
    return replace(_TABLE, {"pk": _LIVE, "sk": f"{role}#{scope}", "version": known + 1, "live": live}, known)


def _commit(*writes: Write) -> None:
    try:
        commit(*writes)
    except WriteConflict:
        raise Conflict("another admin was at the same keys just now: look, and try again") from None


def _over(before: Item, after: Item) -> Write:
    if before.get("version"):
        return replace(_TABLE, after, before["version"])
    nobody_has_changed_it = "attribute_exists(pk) AND attribute_not_exists(#version)"
    return Write(_TABLE.name, after, nobody_has_changed_it, {"#version": "version"}, {})


def _found(id: str) -> Item:
    rows = _TABLE.page(store.KEY, prefix=id, limit=2, consistent=True).items if len(id) == _ID and id.isalnum() else []
    if len(rows) != 1:
        raise NotFound(f"there is no key {id[:64]!r}")
    return rows[0]


def _bare(row: Item) -> Item:
    return {name: value for name, value in row.items() if name != "write_id"}


def _refuse_wrong(role: str, scope: str, name: str) -> None:
    wrong: dict[str, str] = {}
    if role not in (*SCOPED, *STAFF):
        wrong["role"] = f"is one of {', '.join((*SCOPED, *STAFF))}"
    elif role in SCOPED and not _is_there(role, scope):
        wrong["scope"] = f"is the id of a {role} of the shop"
    elif role in STAFF and scope:
        wrong["scope"] = f"is for {', '.join(SCOPED)} only"
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        wrong["name"] = f"says whose it is, in 1 to {_LONGEST_NAME} characters"
    if wrong:
        raise InvalidInput("there can be no such key", fields=wrong)


def _is_there(role: str, scope: str) -> bool:
    try:
        return bool(scope and SCOPED[role](scope))
    except NotFound:
        return False
