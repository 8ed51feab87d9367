"""On a schedule: the authorisations that end soon, or have ended while the money is still wanted, are handed to the payment worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from waybill.aws.logs import count
from waybill.kernel.clock import Clock, instant
from waybill.orders.codec import TENDER
from waybill.orders.store import ORDERS
from waybill.payments.records import expiring_on

IN_TIME = timedelta(hours=36)
"""How long before its end somebody looks after an authorisation: a working day lies in it."""
_DAYS_BACK = 7
"""A lapsed one is looked at again for so long."""
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Expiring:
    """`send` puts a message on the payment queue: {"command": "care", "order_id", "tender"}."""

    send: Callable[[dict[str, Any]], object]
    clock: Clock

    def run(self, enough: Callable[[], bool] = lambda: False) -> dict[str, int]:
        """Answers how many were found. Stops early when there is `enough`; one that stays as it is is found again by the next round."""
        found = 0
        for order_id, number in self._ending():
            if enough():
                break
            self.send({"command": "care", "order_id": order_id, "tender": number})
            found += 1
        count("AuthorisationsEnding", found)
        return {"found": found}

    def _ending(self) -> Iterator[tuple[str, int]]:
        now = self.clock()
        latest = instant(now + IN_TIME)
        first, last = (now - timedelta(days=_DAYS_BACK)).date(), (now + IN_TIME).date()
        for offset in range((last - first).days + 1):
            yield from _of_day((first + timedelta(days=offset)).isoformat(), latest)


def _of_day(day: str, latest: str) -> Iterator[tuple[str, int]]:
    start: dict[str, Any] | None = None
    while True:
        page = ORDERS.page(expiring_on(day), index="lookup", keys=("lookup_pk", "lookup_sk"), between=("0", latest), limit=_PAGE, start=start)
        for item in page.items:
            yield item["pk"].removeprefix("ORDER#"), int(item["sk"].removeprefix(TENDER))
        start = page.next
        if start is None:
            return
