"""Goods on their way to a node, from a supplier (a purchase order) or from another node (a transfer). Pure.

Each verb answers what follows. What must happen to stock because of it stands in `under_way` until it has happened: whoever comes next, after a crash,
finishes it first, under the same keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.kernel.events import Entry, appended

PURCHASE_ORDER, TRANSFER = "purchase_order", "transfer"
DRAFT, SENDING, OPEN, IN_TRANSIT = "draft", "sending", "open", "in_transit"
RECEIVED, CLOSED, CANCELLED = "received", "closed", "cancelled"
ON_ITS_WAY = (OPEN, IN_TRANSIT)
SEND, RECEIVE = "send", "receive"
MOST_LINES = 90
"""One transaction writes it and what is due of each SKU."""
Units = Mapping[str, int]
"""Units by SKU."""


@dataclass(frozen=True, slots=True)
class Line:
    """`units` were ordered, or sent once they have left; of these so many were `received` fit to be sold, and so many `blocked`."""

    units: int
    received: int = 0
    blocked: int = 0

    @property
    def outstanding(self) -> int:
        return max(0, self.units - self.received - self.blocked)

    @property
    def over(self) -> int:
        """Units that came and that nobody had ordered."""
        return max(0, self.received + self.blocked - self.units)


@dataclass(frozen=True, slots=True)
class Deed:
    """What stock must be told: units that leave the source, or that have come fit to be sold (`good`) and not (`blocked`). `key` names it for ever."""

    verb: str
    key: str
    good: Units
    blocked: Units = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inbound:
    """`source` is the supplier's name or the sending node, `expected` an ISO date or empty; `keys` name the receipts that were taken."""

    id: str
    kind: str
    node: str
    source: str
    lines: Mapping[str, Line]
    expected: str = ""
    status: str = DRAFT
    under_way: Deed | None = None
    keys: tuple[str, ...] = ()
    history: tuple[Entry, ...] = ()
    version: int = 0

    @property
    def outstanding(self) -> dict[str, int]:
        """Units by SKU that are still to come; none of what has not left yet, or is over."""
        if self.status not in ON_ITS_WAY:
            return {}
        return {sku: line.outstanding for sku, line in self.lines.items() if line.outstanding}

    @property
    def shown(self) -> str:
        """The status, with whether a part has come."""
        some = any(line.received or line.blocked for line in self.lines.values())
        return "partly_received" if some and self.status in ON_ITS_WAY else self.status


def placed(inbound: Inbound, at: str, actor: str) -> Inbound:
    """A new one: a purchase order is open at once, a transfer a draft until it is sent."""
    status = OPEN if inbound.kind == PURCHASE_ORDER else DRAFT
    _few(inbound.lines)
    return _told(replace(inbound, status=status), "placed", at, actor, {"lines": _units(inbound.lines)})


def changed(inbound: Inbound, units: Units, expected: str, at: str, actor: str) -> Inbound:
    """Other units or another date. Raises IllegalTransition once it has left or ended, InvalidInput for fewer than have come."""
    if inbound.status not in (DRAFT, OPEN):
        raise IllegalTransition(f"{inbound.id} is {inbound.shown}: nothing of it can be changed any more")
    few = {sku for sku, line in inbound.lines.items() if units.get(sku, 0) < line.received + line.blocked}
    if few:
        raise InvalidInput("fewer than have come already", fields={f"lines.{sku}": "more have come" for sku in sorted(few)})
    known = {sku: replace(line, units=units.get(sku, 0)) for sku, line in inbound.lines.items()}
    lines = _few({**{sku: Line(count) for sku, count in units.items()}, **known})
    after = replace(inbound, lines=lines, expected=expected)
    if after == inbound:
        return inbound
    return _ended(_told(after, "changed", at, actor, {"lines": dict(units), "expected": expected}))


def to_send(inbound: Inbound, at: str, actor: str) -> Inbound:
    """A transfer is to leave. Sent already it stays so. Raises IllegalTransition for what is no transfer, or has ended."""
    if inbound.kind != TRANSFER:
        raise IllegalTransition(f"{inbound.id} is a purchase order: its supplier sends it")
    if inbound.status != DRAFT:
        if inbound.status in (CANCELLED, CLOSED):
            raise IllegalTransition(f"{inbound.id} is {inbound.status}")
        return inbound
    deed = Deed(SEND, f"{inbound.id}/send/{inbound.version}", _units(inbound.lines))
    return _told(replace(inbound, status=SENDING, under_way=deed), "leaving", at, actor, {})


def sent(inbound: Inbound, left: Units, at: str) -> Inbound:
    """So many have left the source: what it had not is no longer expected. A draft again where it had nothing of it."""
    if inbound.under_way is None or inbound.under_way.verb != SEND:
        raise IllegalTransition(f"{inbound.id} is not leaving")
    short = {sku: line.units - left.get(sku, 0) for sku, line in inbound.lines.items() if left.get(sku, 0) < line.units}
    if not any(left.values()):
        return _told(replace(inbound, status=DRAFT, under_way=None), "not_sent", at, "supply", {"short": short})
    lines = {sku: replace(line, units=left.get(sku, 0)) for sku, line in inbound.lines.items()}
    after = replace(inbound, status=IN_TRANSIT, lines=lines, under_way=None)
    return _told(after, "sent", at, "supply", {"lines": dict(left), "short": short})


def to_receive(inbound: Inbound, key: str, good: Units, blocked: Units, at: str, actor: str) -> Inbound:
    """So many have come, fit to be sold and not. Under a key that was taken nothing changes. Raises IllegalTransition where nothing is on its way,
    InvalidInput for a SKU that is not on it."""
    if key in inbound.keys:
        return inbound
    if inbound.status not in (*ON_ITS_WAY, RECEIVED):
        raise IllegalTransition(f"{inbound.id} is {inbound.shown}: nothing of it is on its way")
    unknown = sorted((good.keys() | blocked.keys()) - inbound.lines.keys())
    if unknown:
        raise InvalidInput("not on it", fields={f"lines.{sku}": "is not on it: receive it by hand" for sku in unknown})
    lines = {
        sku: replace(line, received=line.received + good.get(sku, 0), blocked=line.blocked + blocked.get(sku, 0)) for sku, line in inbound.lines.items()
    }
    after = replace(inbound, lines=lines, keys=(*inbound.keys, key), under_way=Deed(RECEIVE, key, good, blocked))
    return _ended(_told(after, "received", at, actor, {"lines": dict(good), "blocked": dict(blocked)}))


def closed(inbound: Inbound, reason: str, at: str, actor: str) -> Inbound:
    """What has not come will not: of a draft, or where nothing has come, it is cancelled. Ended already it stays so."""
    if inbound.status in (RECEIVED, CLOSED, CANCELLED):
        return inbound
    nothing = inbound.status == DRAFT or (inbound.kind == PURCHASE_ORDER and inbound.shown == OPEN)
    after = replace(inbound, status=CANCELLED if nothing else CLOSED)
    return _told(after, after.status, at, actor, {"reason": reason, "lines": inbound.outstanding})


def done(inbound: Inbound) -> Inbound:
    """Stock has been told."""
    return replace(inbound, under_way=None)


def _ended(inbound: Inbound) -> Inbound:
    if inbound.status in ON_ITS_WAY and not inbound.outstanding:
        return replace(inbound, status=RECEIVED)
    if inbound.status == RECEIVED and any(line.outstanding for line in inbound.lines.values()):
        return replace(inbound, status=OPEN if inbound.kind == PURCHASE_ORDER else IN_TRANSIT)
    return inbound


def _few(lines: Mapping[str, Line]) -> Mapping[str, Line]:
    if len(lines) > MOST_LINES:
        raise InvalidInput(f"at most {MOST_LINES} SKUs: make two of it", fields={"lines": "too many"})
    return lines


def _units(lines: Mapping[str, Line]) -> dict[str, int]:
    return {sku: line.units for sku, line in lines.items() if line.units}


def _told(inbound: Inbound, deed: str, at: str, actor: str, data: dict[str, Any]) -> Inbound:
    return replace(inbound, history=appended(inbound.history, f"{inbound.kind}.{deed}", at, actor, data))
