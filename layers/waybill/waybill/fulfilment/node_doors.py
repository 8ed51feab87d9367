"""What a door asks about a node's own things (lists of what its carriers take, vans): which node, where a page goes on, the texts of a body."""

from __future__ import annotations

from typing import Any

from waybill.aws.http import Request, cursor_key
from waybill.fulfilment.api import own_node
from waybill.kernel.errors import InvalidInput, Malformed, NotFound
from waybill.shop import store as shop
from waybill.shop.model import Key

_CURSOR = {"pk", "sk", "lookup_pk", "lookup_sk"}


def node_of(wanted: str, key: Key) -> str:
    """Which node, as far as this key sees it. Raises InvalidInput, NotFound."""
    own = own_node(key)
    if not wanted and not own:
        raise InvalidInput("say which node", fields={"node": "required"})
    if own and wanted not in ("", own):
        raise NotFound(f"there is no node {wanted[:64]!r}")
    return shop.node(wanted or own).id


def start_of(request: Request, partition: str) -> dict[str, Any] | None:
    """Where a page of this partition of the index goes on. Raises Malformed for a cursor of another question."""
    start = cursor_key(request)
    if start is not None and (set(start) != _CURSOR or start["lookup_pk"] != partition or not all(isinstance(part, str) for part in start.values())):
        raise Malformed("the cursor belongs to another question", fields={"cursor": "unknown"})
    return start


def text_of(body: dict[str, Any], name: str, default: str = "") -> str:
    """A field that is needed unless there is a default. Raises InvalidInput."""
    value = body.get(name, default)
    if not isinstance(value, str) or (not value and not default):
        raise InvalidInput(f"{name} is a text", fields={name: "required"})
    return value
