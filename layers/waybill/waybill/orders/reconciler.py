"""What fell through is found and set going again; what should not be is counted, so that an alarm can ring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from waybill.aws import workflow
from waybill.aws.clients import client
from waybill.aws.config import setting
from waybill.aws.logs import count, logger
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import NotFound
from waybill.orders import store
from waybill.orders.model.check import violations
from waybill.orders.model.holds import KINDS
from waybill.orders.service import restart
from waybill.orders.store import Record

_ENDED_BADLY = ("FAILED", "TIMED_OUT", "ABORTED")
_QUEUES = (*KINDS, "backordered")
_PATIENCE = timedelta(days=2)
_MOST = 200


@dataclass(frozen=True, slots=True)
class Reconciler:
    """One round restarts lost executions, and looks at the newest orders and at those in front of people."""

    clock: Clock
    shortage: Callable[[Record], dict[str, int]]

    def run(self) -> dict[str, int]:
        """Answers how many executions were restarted, how many waiting orders found stock, how many rules are broken and how
        many orders wait too long."""
        restarted = sum(self._mend(name) for name in self._lost())
        woken = sum(self._woken(order_id) for order_id in store.in_attention("backordered", _MOST, None)[0])
        broken = sum(self._broken(order_id) for order_id in self._newest())
        overdue = self._overdue()
        count("WorkflowsRestarted", restarted)
        count("InvariantViolations", broken)
        count("OrdersOverdue", overdue)
        return {"restarted": restarted, "woken": woken, "violations": broken, "overdue": overdue}

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
