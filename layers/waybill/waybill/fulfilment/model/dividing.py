"""One piece of work made two, or two made one: at the same node, before anybody has picked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from waybill.fulfilment.model.fulfilment_order import AtNode, FulfilmentOrder, known, told
from waybill.fulfilment.model.machine import WITHDRAWN_FROM
from waybill.fulfilment.model.releasing import first_said, refuse_unlike
from waybill.kernel.errors import IllegalTransition, InvalidInput

MERGED = "MERGED"


def split(work: FulfilmentOrder, units: Mapping[str, int], new_id: str, at: str, actor: str) -> tuple[FulfilmentOrder, FulfilmentOrder]:
    """What is left of it, and the new one with these units, where it stood. Raises InvalidInput where one of the two would be empty."""
    _refuse_begun(work, "split")
    for line, quantity in units.items():
        known(work, line)
        if quantity > work.lines[line].quantity:
            raise InvalidInput(f"line {line}: it has {work.lines[line].quantity} units, not {quantity}", fields={f"lines.{line}": "more than there are"})
    if not units or dict(units) == work.units():
        raise InvalidInput("name some of its units, and not all", fields={"lines": "some of them"})
    left = {line: AtNode(each.quantity - units.get(line, 0)) for line, each in work.lines.items() if each.quantity > units.get(line, 0)}
    parted = replace(work, id=new_id, lines={line: AtNode(quantity) for line, quantity in units.items()}, version=0, history=(), asked=())
    word = {"scheduled": "scheduled", "awaiting_approval": "approval_requested"}.get(work.status, "requested")
    new = told(parted, word, at, actor, first_said(parted) | {"split_from": work.id})
    return told(replace(work, lines=left), "split", at, actor, {"lines": dict(units), "into": new_id}), new


def merge(work: FulfilmentOrder, other: FulfilmentOrder, at: str, actor: str) -> tuple[FulfilmentOrder, FulfilmentOrder]:
    """The first with all units of both, and the other, which is no more. A repeat changes nothing.

    Raises InvalidInput for what does not go to one address from one node, IllegalTransition once anybody has picked."""
    if other.status == "cancelled" and any(entry.data.get("into") == work.id for entry in other.history):
        return work, other
    if other.id == work.id or (other.order_id, other.node, other.group) != (work.order_id, work.node, work.group):
        raise InvalidInput("both must be of one order, at one node, to one address", fields={"with": "does not fit"})
    for each in (work, other):
        _refuse_begun(each, "merge")
    if work.status != other.status:
        raise IllegalTransition(f"{work.id} is {work.status} and {other.id} {other.status}: accept both first")
    refuse_unlike(work, other)
    units, more = work.units(), other.units()
    lines = {line: AtNode(units.get(line, 0) + more.get(line, 0)) for line in sorted({*units, *more})}
    first = told(replace(work, lines=lines, within=_sooner(work.within, other.within)), "merged", at, actor, {"lines": more, "with": other.id})
    return first, told(replace(other, status="cancelled"), "cancelled", at, actor, {"reason": MERGED, "lines": more, "into": work.id})


def _sooner(one: int, other: int) -> int:
    """The fewer days of two; 0 promises nothing."""
    return min(one, other) if one and other else one or other


def _refuse_begun(work: FulfilmentOrder, verb: str) -> None:
    if work.status not in WITHDRAWN_FROM:
        raise IllegalTransition(f"cannot {verb} {work.id}: it is {work.status}; allowed while {' or '.join(WITHDRAWN_FROM)}")
