"""Every document that we read, by its number; and any of them in an envelope. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from waybill.edi.model import (
    acknowledgement,
    inventory_advice,
    receipt_advice,
    ship_notice,
    shipping_advice,
    shipping_order,
    standard,
    transfer_advice,
)
from waybill.edi.model.problems import Problem, Unreadable
from waybill.edi.model.x12 import Group, Interchange, Party, Segment, TransactionSet

READERS = {
    each.KIND: each.read
    for each in (shipping_order, transfer_advice, receipt_advice, shipping_advice, inventory_advice, ship_notice, acknowledgement)
}


def understood(given: TransactionSet) -> tuple[Any, list[Problem]]:
    """(the document, nothing) or (None, what is wrong in it beside what the set says of itself)."""
    wrong = standard.check(given)
    if wrong:
        return None, wrong
    try:
        return READERS[given.kind](given), []
    except Unreadable as unreadable:
        return None, [unreadable.problem]


def enclosed(sender: Party, receiver: Party, control: int, at: str, bodies: Iterable[tuple[str, tuple[Segment, ...]]], test: bool = False) -> Interchange:
    """An interchange of one group for each kind of document. `at`: "YYYYMMDDHHMM". Groups and sets are numbered from the interchange's own number, so that
    the same documents under the same number are the same file."""
    told = list(bodies)
    kinds = list(dict.fromkeys(kind for kind, _ in told))
    groups = tuple(_group(kind, sender, receiver, control, n, [body for each, body in told if each == kind]) for n, kind in enumerate(kinds))
    return Interchange(sender, receiver, f"{control:09d}", at, groups, test)


def _group(kind: str, sender: Party, receiver: Party, control: int, n: int, bodies: list[tuple[Segment, ...]]) -> Group:
    number = str(control if n == 0 else control * 10 + n)[-9:]
    sets = tuple(TransactionSet(kind, f"{place:04d}", body) for place, body in enumerate(bodies, 1))
    return Group(standard.KINDS[kind].functional, sender.id, receiver.id, number, sets)
