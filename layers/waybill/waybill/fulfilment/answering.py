"""Nodes that were asked to give work up and have not answered in time: what the policy `cancellations` says is done, or a person looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.fulfilment.service import Fulfilment
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import IllegalTransition
from waybill.orders import store
from waybill.orders.model import answers, giving_up, work
from waybill.shop import store as shop

ACTOR = "policy:cancellations"


def policy() -> Mapping[str, Any]:
    return shop.policy(answers.POLICY)


@dataclass(frozen=True, slots=True)
class Answering:
    """Runs on a schedule."""

    fulfilment: Fulfilment
    clock: Clock
    policy: Callable[[], Mapping[str, Any]] = policy

    def overdue(self, order_id: str) -> bool:
        """Does what is due of one order; False where nothing is. Safe to repeat."""
        now, then = instant(self.clock()), answers.unanswered(self.policy())
        late = [item["id"] for item in store.load(order_id).fulfilment_orders if item["status"] == work.ASKED and item["pause"].get("until", "") <= now]
        for fo_id in late if then != answers.ASK else ():
            self._answered(fo_id, then)
        if late and then == answers.ASK:
            store.change_state(order_id, lambda record: giving_up.overdue(record.state, now, ACTOR))
        return bool(late)

    def _answered(self, fo_id: str, then: str) -> None:
        try:
            if then == answers.ACCEPT:
                self.fulfilment.cancellation_accepted(fo_id, ACTOR)
            else:
                self.fulfilment.cancellation_declined(fo_id, "it has not answered in time", ACTOR)
        except IllegalTransition:
            return  # the node has just answered
