"""What fell through is found and set going again; what should not be is counted, so that an alarm can ring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from waybill.aws import workflow
from waybill.aws.clients import client
from waybill.aws.config import setting
from waybill.aws.logs import count, logger
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import IllegalTransition, NotFound
from waybill.orders import store
from waybill.orders.model import remorse
from waybill.orders.model.check import violations
from waybill.orders.model.holds import CANCELLING, KINDS
from waybill.orders.model.patience import BACKORDERED, OUT_OF_STOCK, UNFILLABLE, cancels_at, goes_without_at
from waybill.orders.model.state import State, go_without
from waybill.orders.service import Orders, restart
from waybill.orders.store import Record

_ENDED_BADLY = ("FAILED", "TIMED_OUT", "ABORTED")
_QUEUES = (*KINDS, "backordered")
_PATIENCE = timedelta(days=2)
_MOST = 200


@dataclass(frozen=True, slots=True)
class Reconciler:
    """One round restarts lost executions, and looks at the newest orders and at those in front of people. `patience`: the policy by which
    those that wait are cancelled (`model.patience`). `unanswered`: what is done of an order whose node was asked to give it up; whether anything was.
    `unapproved`: how much of nodes' work has waited for a person too long."""

    clock: Clock
    shortage: Callable[[Record], dict[str, int]]
    patience: Callable[[], Mapping[str, Any]] = dict
    unanswered: Callable[[str], bool] = lambda order_id: False
    unapproved: Callable[[], int] = lambda: 0

    def run(self) -> dict[str, int]:
        """Answers how many executions were restarted, how many waiting orders found stock, how many were cancelled for having waited as long as
        the shop lets them, how many rules are broken and how many orders wait too long."""
        restarted = sum(self._mend(name) for name in self._lost())
        woken = sum(self._woken(order_id) for order_id in store.in_attention("backordered", _MOST, None)[0])
        given_up = sum(self._given_up(order_id) for queue in (BACKORDERED, UNFILLABLE) for order_id in store.in_attention(queue, _MOST, None)[0])
        for order_id in store.in_attention(remorse.KIND, _MOST, None)[0]:
            self._let_go(order_id)
        for order_id in store.in_attention(CANCELLING, _MOST, None)[0]:
            self.unanswered(order_id)
        broken = sum(self._broken(order_id) for order_id in self._newest())
        overdue = self._overdue() + self.unapproved()
        count("WorkflowsRestarted", restarted)
        count("OrdersGivenUp", given_up)
        count("InvariantViolations", broken)
        count("OrdersOverdue", overdue)
        return {"restarted": restarted, "woken": woken, "given_up": given_up, "violations": broken, "overdue": overdue}

    def _lost(self) -> Iterator[str]:
        for status in _ENDED_BADLY:
            answer = client("stepfunctions").list_executions(
                stateMachineArn=setting("ORDER_MACHINE_ARN"), statusFilter=status, maxResults=_MOST
            )
            yield from (execution["name"] for execution in answer["executions"])

    def _mend(self, name: str) -> bool:
        order_id = name.partition("-r")[0]
        try:
            record = store.load(order_id)
        except NotFound:
            return False
        if workflow.execution_name(order_id, record.state.run) != name or not _needs_a_workflow(record):
            return False
        run = restart(order_id, instant(self.clock()))
        logger.info("workflow restarted", order_id=order_id, run=run)
        return True

    def _woken(self, order_id: str) -> bool:
        """Stock that came just before an order began to wait for it: the stream may have passed too early."""
        record = store.load(order_id)
        wait = record.wait
        return bool(wait and wait["state"] == "stock" and not self.shortage(record) and workflow.succeed(wait["token"], {}))

    def _let_go(self, order_id: str) -> None:
        """A remorse window that is over, should the message that ends it have been lost. Nothing is written while it is open."""
        now = instant(self.clock())
        store.change_state(order_id, lambda record: remorse.let_go(record.state, now))

    def _given_up(self, order_id: str) -> bool:
        """Cancelled, if its time is over when that is written. One that has just gone on is let be."""
        if self._goes_without(order_id):
            return True
        now = instant(self.clock())

        def over(record: Record) -> bool:
            ends = cancels_at(record.state, self.patience())
            return bool(ends) and ends <= now

        if not over(store.load(order_id)):
            return False
        try:
            record = Orders(self.clock).cancel(order_id, OUT_OF_STOCK, "patience", over)
        except IllegalTransition:
            return False
        logger.info("order has waited as long as it may", order_id=order_id, status=record.state.status)
        return record.state.cancelled

    def _goes_without(self, order_id: str) -> bool:
        """The rest of an order is cancelled, its time being over; it goes on without."""
        now, done = instant(self.clock()), list[bool]()

        def without(record: Record) -> State:
            ends = goes_without_at(record.state, self.patience())
            done[:] = [bool(ends) and ends <= now]
            return go_without(record.state, record.state.backordered(), OUT_OF_STOCK, now, "patience") if done[0] else record.state

        store.change_state(order_id, without)
        wait = store.load(order_id).wait if done[0] else None
        if wait and wait["state"] == "stock":
            workflow.succeed(wait["token"], {})
        return done[0]

    def _newest(self) -> list[str]:
        items, _ = store.of_day(self.clock().date().isoformat(), _MOST, None)
        return [item["pk"].removeprefix("ORDER#") for item in items]

    @staticmethod
    def _broken(order_id: str) -> int:
        record = store.load(order_id)
        broken = violations(record.order, record.state, record.fulfilment_orders)
        for rule in broken:
            logger.error("invariant violated", order_id=order_id, rule=rule)
        return len(broken)

    def _overdue(self) -> int:
        """Orders that have been in front of a person for longer than two days."""
        latest = instant(self.clock() - _PATIENCE)
        waiting = [store.waiting_since(queue, latest, _MOST) for queue in _QUEUES]
        return sum(map(len, waiting))


def _needs_a_workflow(record: Record) -> bool:
    return not record.state.cancelled and not record.state.all_shipped
