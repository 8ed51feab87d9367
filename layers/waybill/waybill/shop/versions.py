"""Things of the Shop table that people change: each with its version, and every change of one with who made it and what stood before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waybill.aws.tables import Table, Write, WriteConflict, commit, overwrite, replace
from waybill.kernel.errors import StaleVersion
from waybill.shop import store

_TABLE = Table("SHOP_TABLE")
_SHOWN = 50
RESERVED = frozenset({"pk", "sk", "version", "write_id"})
"""Names that nothing of a thing can have: ours, in its item."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`version` 0: it does not stand, or was set up before there were versions; `stands` says which."""

    kind: str
    id: str
    version: int
    says: Mapping[str, Any]
    stands: bool = True


def load(kind: str, id: str) -> Kept:
    """As it stands now, and not as a function may remember it for a minute."""
    item = _TABLE.get(kind, id)
    return Kept(kind, id, item.get("version", 0), store.unversioned(item)) if item else Kept(kind, id, 0, {}, False)


def write(before: Kept, says: Mapping[str, Any], at: str, by: str) -> Kept:
    """The thing and its change, both or neither; the thing's version guards both. Raises StaleVersion where somebody has changed it since."""
    after = Kept(before.kind, before.id, before.version + 1, dict(says))
    change = {"pk": _changes(after), "sk": f"{after.version:06}", "at": at, "by": by, "before": dict(before.says), "after": dict(says)}
    try:
        commit(_over(before, {**after.says, "pk": after.kind, "sk": after.id, "version": after.version}), overwrite(_TABLE, change))
    except WriteConflict:
        message = f"the {before.kind.lower()} {before.id} has been changed since: read it again"
        raise StaleVersion(message, fields={"If-Match": "stale"}) from None
    store.forget()
    return after


def changes(kept: Kept) -> list[dict[str, Any]]:
    """The newest, the newest first: {"version", "at", "by", "before", "after"}."""
    page = _TABLE.page(_changes(kept), limit=_SHOWN, newest_first=True)
    return [{"version": int(item["sk"]), **{name: item[name] for name in ("at", "by", "before", "after")}} for item in page.items]


def _over(before: Kept, item: dict[str, Any]) -> Write:
    if before.version or not before.stands:
        return replace(_TABLE, item, before.version)
    nobody_has_changed_it = "attribute_not_exists(#version)"
    return Write(_TABLE.name, item, nobody_has_changed_it, {"#version": "version"}, {})


def _changes(kept: Kept) -> str:
    return f"{kept.kind}#{kept.id}"
