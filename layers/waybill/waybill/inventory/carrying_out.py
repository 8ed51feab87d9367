"""Carrying out the batch of an order's reservation, step by step, and what follows from it."""

from __future__ import annotations

from datetime import datetime

from waybill.inventory.model.reservation import Reservation
from waybill.inventory.model.row import CLAIMS, SHORT, Outcome
from waybill.inventory.model.steps import Batch, Step
from waybill.inventory.ports import Orders, Stock
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import IllegalTransition


class StockBroken(IllegalTransition):
    """A row holds less than an order's reservation says: never, unless somebody wrote past this package."""

    code = "stock_broken"


def carried_out(stock: Stock, orders: Orders, reservation: Reservation, clock: Clock) -> Reservation:
    """With the batch done, and the one that follows from it. Raises Conflict where a twin was faster."""
    while reservation.batch:
        outcomes = _outcomes(stock, reservation, reservation.batch)
        now = clock()
        reservation = orders.save(reservation.settled(outcomes, millis(now), instant(now)))
    return reservation


def _outcomes(stock: Stock, reservation: Reservation, batch: Batch) -> list[Outcome]:
    """Every step's final outcome. Once one claim fails, the others of the batch are fenced off."""
    outcomes: list[Outcome] = []
    lost = False
    for step in batch.steps:
        outcome = _outcome(stock, reservation, step, lost)
        lost = lost or (step.kind in CLAIMS and not outcome.done)
        outcomes.append(outcome)
    return outcomes


def _outcome(stock: Stock, reservation: Reservation, step: Step, lost: bool) -> Outcome:
    op = reservation.op(step)
    if step.kind in CLAIMS and lost:
        return stock.fence(step.sku, step.node, op)
    outcome = stock.do(step.sku, step.node, op)
    if outcome is SHORT and step.kind in CLAIMS:
        return stock.fence(step.sku, step.node, op)
    if outcome is SHORT:
        raise StockBroken(f"{step.node} does not hold what {reservation.order_id} {step.kind} of {step.sku}")
    return outcome


def millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
