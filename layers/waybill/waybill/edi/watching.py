"""On a schedule: nodes are told what is on its way to them, and acknowledgements that should have come and did not are counted, so that somebody is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from waybill.aws.logs import count, logger
from waybill.edi import partner, store
from waybill.edi.model.record import PARKED, REFUSED, REJECTED, SENT
from waybill.edi.orders import Orders
from waybill.edi.sending import Sending
from waybill.kernel.errors import WaybillError

_AT_MOST = 1000
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Watching:
    """`on_their_way`: what is on its way to these nodes and of which nothing has come: (kind, purchase order or transfer)."""

    sending: Sending
    orders: Orders
    on_their_way: Callable[[set[str]], Iterable[tuple[str, Any]]]

    def round(self) -> dict[str, int]:
        """{"unanswered": …, "stopped": …}: interchanges whose acknowledgement is overdue, and those that wait for a person; as metrics too."""
        self._announce()
        unanswered, stopped = self._overdue(), sum(self._count(status) for status in (PARKED, REFUSED, REJECTED))
        count("EdiUnanswered", unanswered)
        count("EdiStopped", stopped)
        return {"unanswered": unanswered, "stopped": stopped}

    def _announce(self) -> None:
        """Each once as it stands: what was told before is not told again."""
        nodes = {each.node for each in partner.nodes()}
        for kind, coming in self.on_their_way(nodes) if nodes else ():
            try:
                self.orders.announce_or_park(kind, coming)
            except WaybillError:  # one that cannot be told keeps no other from it
                logger.exception("no word of what is on its way", node=coming.node, inbound=coming.id)

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
