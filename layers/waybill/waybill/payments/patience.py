"""Messages that nobody can carry out just now: they are sent again, later, and never become dead letters for the waiting alone.

A message of its own leaves the queue only after its successor lies there: a crash in between makes two of it, and every message may
be handled twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from waybill.aws.logs import count, logger
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.payments.ports import NotNow

LONGEST_DELAY_S = 900
"""What SQS allows."""
_FIRST_DELAY_S = 30
_PATIENCE = timedelta(days=6)
"""The order's execution waits for seven: a person must look before."""


class Notes(Protocol):
    """Makes it visible that an order waits, and that it does no longer (`waybill.payments.service.Payments`)."""

    def note_waiting(self, order_id: str, gateway: str, reason: str) -> None: ...
    def note_going_on(self, order_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """`handle` one message, or `send` it again after some seconds. `chance` answers numbers from 0 to 1."""

    handle: Callable[[dict[str, Any]], object]
    send: Callable[[dict[str, Any], int], object]
    notes: Notes
    clock: Clock
    chance: Callable[[], float]

    def take(self, message: dict[str, Any]) -> None:
        """What it raises goes back to the queue as ever."""
        try:
            self.handle(message)
        except NotNow as problem:
            self._later(message, problem)
        else:
            if "waited" in message and (order_id := _order_of(message)):
                self.notes.note_going_on(order_id)

    def _later(self, message: dict[str, Any], problem: NotNow) -> None:
        waited = message.get("waited") or {"since": instant(self.clock()), "times": 0}
        if self.clock() - parse_instant(waited["since"]) > _PATIENCE:
            raise problem
        order_id, delay = _order_of(message), self._delay(problem.seconds, waited["times"])
        self.send({**message, "waited": {**waited, "times": waited["times"] + 1}}, delay)
        if order_id:
            self.notes.note_waiting(order_id, problem.gateway, problem.reason)
        count("PaymentsWaiting", gateway=problem.gateway, reason=problem.reason)
        logger.info("payment waits", order_id=order_id, gateway=problem.gateway, reason=problem.reason, seconds=delay)

    def _delay(self, asked: int, times: int) -> int:
        """As long as is asked, or twice as long each time; and up to as long again, so that a backlog does not come back all at once."""
        base = asked or _FIRST_DELAY_S * 2 ** min(times, 5)
        return min(LONGEST_DELAY_S, int(base * (1 + self.chance())) + 1)


def _order_of(message: dict[str, Any]) -> str:
    return str(message.get("order_id") or message.get("detail", {}).get("subject") or "")
