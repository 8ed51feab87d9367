"""Orders that their customer fetches, of channels that have places of their own: which of our nodes each is, as the channel's settings say (`pickup`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from waybill.channels.imported import Finding, Imported

SETTING = "pickup"
ANY = "*"
"""Stands for every place of the channel that has no entry of its own: a shop with one store."""
_MOST, _LONGEST = 500, 200


def placed(imported: Imported, settings: Mapping[str, Any]) -> Imported:
    """With the store that its settings name for the channel's place. One that they do not name is a finding: a person says which, or that it is sent."""
    names, known = imported.fetched_at, settings.get(SETTING) or {}
    if not names:
        return imported
    node = next((str(known[name]) for name in (*names, ANY) if known.get(name)), "")
    if not node:
        why = f"its customer fetches it at {_named(names)}, which is no store in the channel's settings ({SETTING}); name its node in an edit (shipping.pickup_node)"
        return replace(imported, findings=(*imported.findings, Finding("address", why)))
    return replace(imported, order=replace(imported.order, shipping=replace(imported.order.shipping, pickup_node=node)))


def partly(names: tuple[str, ...]) -> Finding:
    """Some of it is fetched and the rest sent, and nothing of the document says which line is which."""
    return Finding("manual", f"some of it is fetched at {_named(names)} and the rest is sent: it is sent as a whole, or edited")


def problems(settings: Mapping[str, Any], is_node: Callable[[str], bool]) -> dict[str, str]:
    """What is wrong of the setting, by field."""
    known = settings.get(SETTING, {})
    if not isinstance(known, dict) or len(known) > _MOST:
        return {f"settings.{SETTING}": "is an object of a node's id by the channel's place, * for all others"}
    return {
        f"settings.{SETTING}.{place}"[:100]: "is the id of a node" if isinstance(node, str) else "is a text"
        for place, node in known.items()
        if not 0 < len(place) <= _LONGEST or not isinstance(node, str) or not is_node(node)
    }


def _named(names: tuple[str, ...]) -> str:
    return " / ".join(name[:80] for name in names[:3])
