"""Acknowledgements that should have come and did not: counted on a schedule, so that somebody is told."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.aws.logs import count, logger
from waybill.edi import store
from waybill.edi.model.record import PARKED, REFUSED, REJECTED, SENT
from waybill.edi.sending import Sending

_AT_MOST = 1000
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Watching:
    sending: Sending

    def round(self) -> dict[str, int]:
        """{"unanswered": …, "stopped": …}: interchanges whose acknowledgement is overdue, and those that wait for a person; as metrics too."""
        unanswered, stopped = self._overdue(), sum(self._count(status) for status in (PARKED, REFUSED, REJECTED))
        count("EdiUnanswered", unanswered)
        count("EdiStopped", stopped)
        return {"unanswered": unanswered, "stopped": stopped}

    def _overdue(self) -> int:
        found, start = 0, None
        for _ in range(_AT_MOST // _PAGE):
            some, start = store.page(SENT, _PAGE, start)
            late = [kept for kept in some if self.sending.overdue(kept)]
            for kept in late[:5]:
                logger.warning("no acknowledgement", node=kept.node, control=kept.control, interchange=kept.id)
            found += len(late)
            if not start:
                break
        return found

    @staticmethod
    def _count(status: str) -> int:
        return len(store.page(status, _PAGE, None)[0])
