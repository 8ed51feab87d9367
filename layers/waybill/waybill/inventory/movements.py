"""Stock that comes, stock that is counted anew: each asked for under a key, done once, and proven from its ledger."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from waybill.inventory.model.proof import prove
from waybill.inventory.model.reservation import Reservation
from waybill.inventory.model.row import (
    ADJUSTED,
    ARRIVED,
    BLOCKED,
    DISCARDED,
    QUARANTINED,
    RECEIVED,
    RETURNED,
    SCRAPPED,
    SENT_ON,
    SHORT,
    TAKEN,
    UNBLOCKED,
    Op,
    Row,
)
from waybill.inventory.ports import Asked, Orders, Stock
from waybill.kernel.clock import Clock, utc_now
from waybill.kernel.errors import IllegalTransition, InvalidInput, StockUnavailable, Unavailable

COUNTED = "counted"
"""By hand: so many are there. In the ledger it is an adjustment by the difference, also by none: that somebody has counted is worth knowing."""
BY_HAND = (RECEIVED, ADJUSTED, COUNTED, RETURNED, QUARANTINED, DISCARDED, BLOCKED, UNBLOCKED, SCRAPPED)
FOR_A_REASON = (ADJUSTED, QUARANTINED, DISCARDED, BLOCKED, SCRAPPED)
MOST_UNITS = 1_000_000_000
_MOST_TRIES = 6
_LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Movements:
    """What people and systems do to stock apart from orders."""

    stock: Stock
    orders: Orders
    clock: Clock = utc_now

    def receive(self, sku: str, node: str, quantity: int, key: str, reference: str = "") -> Op:
        """Units have come in. `key` names this delivery line: a repeat under the same key changes nothing."""
        return self.record(sku, node, RECEIVED, quantity, key, reference=reference)

    def adjust(self, sku: str, node: str, quantity: int, key: str, reason: str, reference: str = "") -> Op:
        """A count found more (positive) or fewer (negative) units, for a reason. Never takes what is reserved."""
        return self.record(sku, node, ADJUSTED, quantity, key, reason=reason, reference=reference)

    def record(self, sku: str, node: str, kind: str, quantity: int, key: str, *, reason: str = "", reference: str = "") -> Op:
        """Lets one movement happen at most once under `key`, and answers it.

        Raises InvalidInput, KeyReused for another movement under the same key, StockUnavailable where it would take units
        that are not there or are reserved.
        """
        refuse_nonsense(kind, quantity, reason)
        return self._recorded(sku, node, kind, quantity, key, reason, reference)

    def send_on(self, sku: str, node: str, quantity: int, key: str, reference: str) -> Op:
        """Units have left for another node. Raises StockUnavailable where so many are not free."""
        return self._recorded(sku, node, SENT_ON, quantity, key, "", reference)

    def arrive(self, sku: str, node: str, quantity: int, key: str, reference: str) -> Op:
        """They are there."""
        return self._recorded(sku, node, ARRIVED, quantity, key, "", reference)

    def _recorded(self, sku: str, node: str, kind: str, quantity: int, key: str, reason: str, reference: str) -> Op:
        counted = f"counted {quantity}" if kind == COUNTED else ""
        note = "; ".join(part for part in (counted, reason, reference) if part)[:_LONGEST_NOTE]
        fingerprint = hashlib.sha256(repr((kind, quantity, reason, reference)).encode("utf-8", "surrogatepass")).hexdigest()
        asked = self.stock.ask(sku, node, Asked(key, fingerprint, self._now_ms()))
        for _ in range(_MOST_TRIES):
            op = self._op(sku, node, kind, quantity, f"{key}/{kind}/{asked.attempt}", asked.at, note)
            try:
                outcome = self.stock.do(sku, node, op)
            except IllegalTransition:  # a twin has counted in between: what it did stands
                continue
            if outcome.done:
                return op
            if outcome is SHORT:
                which = "that are blocked" if op.blocks < 0 else "that are free"
                told = f"{node} has fewer than {abs(op.quantity)} units of {sku} {which}"
                raise StockUnavailable(told, fields={"quantity": "more than is free"})
            asked = self.stock.ask_again(sku, node, asked, max(self._now_ms(), outcome.floor + 1))
        raise Unavailable(f"the stock of {sku} at {node} is busy; try again")

    def _op(self, sku: str, node: str, kind: str, quantity: int, id: str, at: int, note: str) -> Op:
        """A count is told by its difference from what the row says; once that is done, it is the same for ever."""
        if kind != COUNTED:
            return Op(id, kind, quantity, at, note)
        row, done = self.stock.done(sku, node, id)
        return done or Op(id, ADJUSTED, quantity - (row.on_hand if row else 0), at, note)

    def proof(self, sku: str) -> dict[str, Any]:
        """Recomputes every node's row of a SKU from its ledger and from the orders' reservations (I1 to I4)."""
        nodes = [self._proof_at(row) for row in self.stock.rows([sku])]
        return {"sku": sku, "agrees": all(node["agrees"] for node in nodes), "nodes": nodes}

    def _proof_at(self, known: Row) -> dict[str, Any]:
        """Reads are not one instant: a row that moves meanwhile is read again, a few times."""
        for _ in range(_MOST_TRIES):
            row, ledger = self.stock.ledger(known.sku, known.node)
            row = row or known
            answer = prove(row, ledger, self._claimants(ledger))
            now, _ = self.stock.ledger(known.sku, known.node)
            if answer["agrees"] or (now and now.version == row.version):
                return answer
        return {**answer, "moving": True}

    def _claimants(self, ledger: list[Op]) -> list[Reservation]:
        """Orders and carts that have or had something reserved there, and orders that are about to take it from a cart."""
        order_ids = {op.id.split("/", 1)[0] for op in ledger if op.claim} | {op.note for op in ledger if op.kind == TAKEN}
        found = self.orders.reservations(sorted(order_ids))
        takers = {order_id for one in found for order_id in one.taken_by} - order_ids
        return [*found, *self.orders.reservations(sorted(takers))] if takers else found

    def _now_ms(self) -> int:
        return int(self.clock().timestamp() * 1000)


def refuse_nonsense(kind: str, quantity: int, reason: str) -> None:
    """Raises InvalidInput for what is no movement by hand."""
    if kind not in BY_HAND:
        raise InvalidInput(f"kind is one of {', '.join(BY_HAND)}", fields={"kind": "unknown"})
    if isinstance(quantity, bool) or not isinstance(quantity, int) or abs(quantity) > MOST_UNITS:
        raise InvalidInput(f"quantity is a whole number up to {MOST_UNITS}", fields={"quantity": "out of range"})
    if kind == COUNTED:
        if quantity < 0:
            raise InvalidInput("nobody counts fewer than none", fields={"quantity": "must not be negative"})
        return
    if not quantity:
        raise InvalidInput(f"quantity is a whole number up to {MOST_UNITS}, and not zero", fields={"quantity": "out of range"})
    if kind != ADJUSTED and quantity < 0:
        raise InvalidInput(f"what is {kind} is positive; correct with an adjustment", fields={"quantity": "must be positive"})
    if kind in FOR_A_REASON and not reason.strip():
        raise InvalidInput(f"what is {kind} needs a reason", fields={"reason": "required"})
