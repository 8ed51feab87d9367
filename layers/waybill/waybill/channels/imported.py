"""What a normaliser answers: the order in our terms, whose it is, and what a person must look at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from waybill.channels.model.standing import Standing
from waybill.kernel.errors import TooLarge
from waybill.kernel.plain import plain
from waybill.orders.model.holds import Hold
from waybill.orders.model.order import Customer, Order

_LARGEST = 350_000
CONTENT, DOCUMENT = "content_sha256", "document"
"""Our own attributes of an order: what it said when it came, and in which document."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person must decide before the order goes on. `kind` is a kind of hold."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """An order as it was placed, read from one document. `findings` are those that the document alone gives rise to, `standing` is what
    has become of the order since, `fetched_at` how the channel names the place at which its customer fetches it, the surest name first."""

    order: Order
    customer: Customer
    findings: tuple[Finding, ...] = ()
    standing: Standing = Standing()
    fetched_at: tuple[str, ...] = ()


def fingerprint(imported: Imported) -> str:
    """SHA-256 over everything the channel said, in our terms: two documents of one order say the same or they differ.

    Instants are left out (an order posted twice without `placed_at` is the same order). Raises TooLarge for an order that no
    item of the table could hold.
    """
    order = {name: value for name, value in plain(imported.order).items() if name not in _NOT_SAID}
    said = json.dumps([_known_then(order), _known_then(plain(imported.customer))], sort_keys=True, separators=(",", ":"))
    told = said.encode("utf-8", "surrogatepass")
    if len(told) > _LARGEST:
        raise TooLarge(f"the order has {len(told)} bytes in our terms, at most {_LARGEST} can be kept in one piece")
    return hashlib.sha256(told).hexdigest()


def _known_then(body: Any) -> Any:
    """Without the fields that orders did not always have, where they say nothing: what was said before them is the same as ever."""
    if isinstance(body, (list, tuple)):
        return [{name: value for name, value in each.items() if value or name != "group"} if isinstance(each, dict) else each for each in body]
    if not isinstance(body, dict):
        return body
    return {name: _known_then(value) for name, value in body.items() if value or name not in _SINCE}


_SINCE = ("taxes", "charges", "groups", "instructions", "reference", "tax_id", "pickup_node", "ship_not_before")


def holds(findings: Iterable[Finding], at: str) -> tuple[Hold, ...]:
    """One hold a kind, its reasons joined; the id is the kind, so that a second import places no second one."""
    reasons: dict[str, list[str]] = {}
    for finding in findings:
        reasons.setdefault(finding.kind, []).append(finding.reason)
    return tuple(
        Hold(id=kind, kind=kind, reason="; ".join(dict.fromkeys(said))[:1000], placed_at=at, source="intake") for kind, said in reasons.items()
    )


def differences(one: Imported, other: Imported) -> list[str]:
    """Names of the parts in which two readings of an order differ; never what stands in them."""
    pairs = ((plain(one.order), plain(other.order)), (plain(one.customer), plain(other.customer)))
    return [name for ours, theirs in pairs for name in ours if name not in _NOT_COMPARED and ours[name] != theirs[name]]


_NOT_SAID = ("placed_at", "surcharges", "edits")
"""What no channel says of an order's content."""
_NOT_COMPARED = ("placed_at", "attributes")
