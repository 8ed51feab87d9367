"""A stock row recomputed from what moved it and from what the orders claim (I1 to I4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from waybill.inventory.model.reservation import Reservation
from waybill.inventory.model.row import TAKEN, Op, Row


def prove(row: Row, ledger: Iterable[Op], reservations: Iterable[Reservation]) -> dict[str, Any]:
    """The sums beside what the row says, the claims by order, and each invariant that does not hold, in words."""
    ops = list(ledger)
    on_hand, reserved = sum(op.effect[0] for op in ops), sum(op.effect[1] for op in ops)
    blocked = sum(op.blocks for op in ops)
    open_in_ledger = _open_by_order(ops)
    claims, happened = Counter[str](), {op.id for op in ops}
    for one in reservations:
        claims[one.order_id] += claimed(one, row, happened)
        claims.update(_not_yet_taken(one, row, happened))
    wrong = [
        *_unless(row.on_hand == on_hand, f"I1: on hand is {row.on_hand}, the movements sum to {on_hand}"),
        *_unless(0 <= row.reserved <= row.on_hand, f"I2: {row.reserved} reserved of {row.on_hand} on hand"),
        *_unless(row.blocked == blocked, f"I1: blocked is {row.blocked}, the movements sum to {blocked}"),
        *_unless(0 <= row.blocked <= row.on_hand - row.reserved, f"I2: {row.blocked} blocked of {row.on_hand} on hand, {row.reserved} of them reserved"),
        *_unless(row.reserved == reserved, f"I3: reserved is {row.reserved}, the movements sum to {reserved}"),
        *_unless(row.available == row.on_hand - row.reserved - row.blocked, f"I4: available is {row.available}"),
    ]
    for order_id in sorted(open_in_ledger.keys() | claims.keys()):
        held, claim = open_in_ledger.get(order_id, 0), claims.get(order_id, 0)
        wrong += _unless(held == claim, f"I3: the row holds {held} for {order_id}, which claims {claim}")
    return {
        "node": row.node,
        "on_hand": row.on_hand,
        "reserved": row.reserved,
        "available": row.available,
        "blocked": row.blocked,
        "movements": len(ops),
        "movements_on_hand": on_hand,
        "movements_reserved": reserved,
        "claims": {order_id: units for order_id, units in sorted(claims.items()) if units},
        "agrees": not wrong,
        "differences": wrong,
    }


def claimed(reservation: Reservation, row: Row, happened: set[str]) -> int:
    """Units that an order claims of a row: what it holds, and what of its running batch has happened already."""
    held = sum(nodes.get(row.node, 0) for line, nodes in reservation.held.items() if reservation.skus.get(line) == row.sku)
    steps = reservation.batch.steps if reservation.batch else ()
    here = [reservation.op(step) for step in steps if (step.sku, step.node) == (row.sku, row.node)]
    return held + sum(op.claim for op in here if op.id in happened)


def _not_yet_taken(reservation: Reservation, row: Row, happened: set[str]) -> dict[str, int]:
    """Units by cart that an order is about to take over: the cart's record has given them away already, the row holds them for it still."""
    batch = reservation.batch
    steps = [step for step in (batch.steps if batch else ()) if step.kind == TAKEN and (step.sku, step.node) == (row.sku, row.node)]
    return {batch.cause: sum(step.quantity for step in steps if reservation.op(step).id not in happened)} if batch and steps else {}


def _open_by_order(ops: list[Op]) -> dict[str, int]:
    """What the ledger says each order still holds. The order stands first in the id of its operations."""
    held: Counter[str] = Counter()
    for op in ops:
        held[op.id.split("/", 1)[0]] += op.claim
        if op.kind == TAKEN:
            held[op.note] -= op.quantity
    return {order_id: units for order_id, units in held.items() if units}


def _unless(holds: bool, complaint: str) -> list[str]:
    return [] if holds else [complaint]
