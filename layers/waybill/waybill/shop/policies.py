"""Policies in the Shop table, each with its version, and every change of them with who made it and what stood before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waybill.aws.tables import Table, WriteConflict, commit, create, replace
from waybill.kernel.errors import StaleVersion
from waybill.shop import store

_TABLE = Table("SHOP_TABLE")
_SHOWN = 50
RESERVED = frozenset({"pk", "sk", "version", "write_id"})
"""Names that a policy cannot use: ours, in its item."""


@dataclass(frozen=True, slots=True)
class Policy:
    """`version` 0: the shop has never decided about it."""

    id: str
    version: int
    says: Mapping[str, Any]


def load(id: str) -> Policy:
    """As it stands now, and not as a function may remember it for a minute."""
    item = _TABLE.get(store.POLICY, id)
    return Policy(id, item.get("version", 0), store.policy_from(item)) if item else Policy(id, 0, {})


def write(before: Policy, says: Mapping[str, Any], at: str, by: str) -> Policy:
    """The policy and its change, both or neither. Raises StaleVersion where somebody has changed it since."""
    after = Policy(before.id, before.version + 1, dict(says))
    item = {**after.says, "pk": store.POLICY, "sk": after.id, "version": after.version}
    change = {"pk": _changes(after.id), "sk": f"{after.version:06}", "at": at, "by": by, "before": dict(before.says), "after": dict(says)}
    try:
        commit(replace(_TABLE, item, before.version), create(_TABLE, change))
    except WriteConflict:
        raise StaleVersion(f"the policy {after.id} has been changed since: read it again", fields={"If-Match": "stale"}) from None
    store.forget()
    return after


def changes(id: str) -> list[dict[str, Any]]:
    """The newest, the newest first: {"version", "at", "by", "before", "after"}."""
    page = _TABLE.page(_changes(id), limit=_SHOWN, newest_first=True)
    return [{"version": int(item["sk"]), **{name: item[name] for name in ("at", "by", "before", "after")}} for item in page.items]


def _changes(id: str) -> str:
    return f"POLICY#{id}"
