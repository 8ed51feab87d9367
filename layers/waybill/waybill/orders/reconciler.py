"""What fell through is found and set going again: executions that were lost, and orders whose answer never reached them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from waybill.aws import workflow
from waybill.aws.clients import client
from waybill.aws.config import setting
from waybill.aws.logs import count, logger
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import NotFound
from waybill.orders import store
from waybill.orders.service import restart
from waybill.orders.store import Record

_ENDED_BADLY = ("FAILED", "TIMED_OUT", "ABORTED")
_MOST = 200


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Looks at the newest executions that ended badly; production and a restarted laptop need the same."""

    clock: Clock

    def run(self) -> dict[str, int]:
        """One round. Answers how many executions were restarted."""
        restarted = sum(self._mend(name) for name in self._lost())
        count("WorkflowsRestarted", restarted)
        return {"restarted": restarted}

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


def _needs_a_workflow(record: Record) -> bool:
    return not record.state.cancelled and not record.state.all_shipped
