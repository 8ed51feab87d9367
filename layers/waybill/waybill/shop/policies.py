"""Policies in the Shop table, each with its version, and every change of them with who made it and what stood before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.shop import store, versions
from waybill.shop.versions import RESERVED as RESERVED
from waybill.shop.versions import Kept as Policy


def load(id: str) -> Policy:
    """As it stands now, and not as a function may remember it for a minute; `version` 0: the shop has never decided about it."""
    return versions.load(store.POLICY, id)


def write(before: Policy, says: Mapping[str, Any], at: str, by: str) -> Policy:
    """The policy and its change, both or neither. Raises StaleVersion where somebody has changed it since."""
    return versions.write(before, says, at, by)


def changes(id: str) -> list[dict[str, Any]]:
    """The newest, the newest first: {"version", "at", "by", "before", "after"}."""
    return versions.changes(Policy(store.POLICY, id, 0, {}))
