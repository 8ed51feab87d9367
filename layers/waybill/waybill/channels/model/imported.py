"""What a normaliser answers: the order in our terms, whose it is, and what a person must look at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from waybill.orders.model.holds import Hold
from waybill.orders.model.order import Customer, Order


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person must decide before the order goes on. `kind` is a kind of hold."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """An order as read from one document. `findings` are those that the document alone gives rise to."""

    order: Order
    customer: Customer
    findings: tuple[Finding, ...] = ()


def fingerprint(imported: Imported) -> str:
    """SHA-256 over everything the channel said, in our terms: two documents of one order say the same or they differ.

    Instants are left out (an order posted twice without `placed_at` is the same order), and so is our own bookkeeping.
    """
    order = {name: value for name, value in asdict(imported.order).items() if name != "placed_at"}
    said = json.dumps([order, asdict(imported.customer)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def holds(findings: Iterable[Finding], at: str) -> tuple[Hold, ...]:
    """One hold a kind, its reasons joined; the id is the kind, so that a second import places no second one."""
    reasons: dict[str, list[str]] = {}
    for finding in findings:
        reasons.setdefault(finding.kind, []).append(finding.reason)
    return tuple(
        Hold(id=kind, kind=kind, reason="; ".join(dict.fromkeys(said))[:1000], placed_at=at, source="intake")
        for kind, said in reasons.items()
    )
