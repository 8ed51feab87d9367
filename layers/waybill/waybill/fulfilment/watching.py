"""The rounds over what is on its way: carriers that have said nothing for a while are asked, what is late or lost is found, labels that could not be bought are tried again.

Nothing is written of a parcel of which nothing is new. A round is bounded; where it does not come to the end the next one goes on from there.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from waybill.aws.logs import count, logger
from waybill.aws.tables import commit, overwrite
from waybill.fulfilment import cases
from waybill.fulfilment.codec import ON_THE_WAY, work_from
from waybill.fulfilment.exceptions import Exceptions
from waybill.fulfilment.model import trouble
from waybill.fulfilment.model.case import NO_LABEL
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.model.tracking import Scan, newest
from waybill.fulfilment.service import Fulfilment
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import IllegalTransition, Unavailable, WaybillError
from waybill.orders.store import ORDERS

_PAGE, _MOST_WORKS, _MOST_ASKED, _MOST_RETRIED = 50, 500, 60, 20
_QUIET = timedelta(hours=20)
"""A parcel of which we have heard within it is asked about by nobody."""
_TURNS, _TURN_SECONDS = 16, 900
"""Each quiet parcel is asked about in one of so many turns: every four hours."""
_CURSOR = ("WATCH#parcels", "CURSOR")
Scans = Callable[[str, str], Sequence[Scan]]
"""(carrier, tracking number) → all that the carrier has seen; nothing of a carrier that cannot be asked."""
Pack = Callable[[str, str], object]
"""Packs work once more: (fulfilment order, what was wanted as it was kept)."""


@dataclass(frozen=True, slots=True)
class Watching:
    """What the schedule of `functions/parcels` runs."""

    clock: Clock
    fulfilment: Fulfilment
    exceptions: Exceptions
    scans: Scans
    pack: Pack
    nodes: Callable[[], Sequence[str]]

    def round(self) -> dict[str, int]:
        """How many fulfilment orders were looked at, parcels asked about, labels tried again."""
        retried = self._retry()
        looked = asked = 0
        node, after = self._begin()
        for each in [name for name in sorted(self.nodes()) if name >= node]:
            start = after if each == node else None
            while True:
                works, start = self._page(each, start)
                for work in works:
                    asked += self._look(work, may_ask=asked < _MOST_ASKED)
                looked += len(works)
                if start is None:
                    break
                if looked >= _MOST_WORKS:
                    self._keep(each, start)
                    return {"looked": looked, "asked": asked, "retried": retried}
        self._keep("", None)
        return {"looked": looked, "asked": asked, "retried": retried}

    def _look(self, work: FulfilmentOrder, may_ask: bool) -> int:
        asked = 0
        for package in work.packages:
            if not trouble.is_on_its_way(package):
                continue
            try:
                if may_ask and self._is_due(work, package, self.clock()):
                    asked += 1
                    work = self._heard(work, package)
                work = self.exceptions.look(work, package.n)
            except WaybillError as problem:
                logger.warning("parcel not looked at", fo_id=work.id, package=package.n, problem=problem.message)
                count("ParcelsUnread", carrier=package.carrier)
        return asked

    def _heard(self, work: FulfilmentOrder, package: Package) -> FulfilmentOrder:
        """The newest word of its carrier, if it is newer than ours."""
        known = package.scan
        for scan in self.scans(package.carrier, package.tracking_number):
            known = newest(known, scan)
        if known is None or known == package.scan:
            return work
        return self.fulfilment.track(work.id, package.tracking_number, known, f"carrier:{package.carrier}")[1]

    def _is_due(self, work: FulfilmentOrder, package: Package, now: datetime) -> bool:
        left = trouble.left_at(work, package)
        heard = max(filter(None, (left, parse_instant(package.scan.at) if package.scan else None)), default=None)
        turn = int(now.timestamp()) // _TURN_SECONDS % _TURNS
        return heard is not None and now - heard >= _QUIET and zlib.crc32(package.tracking_number.encode()) % _TURNS == turn

    def _retry(self) -> int:
        """Work that has no label because nobody answered: packed as it was wanted."""
        stuck = cases.all_open(NO_LABEL, _MOST_RETRIED)
        for case in stuck:
            try:
                self.pack(case.fo_id, case.data)
            except Unavailable:
                continue
            except IllegalTransition as problem:
                cases.close_by_itself(case.id, f"there is nothing to label any more: {problem.message}"[:200], instant(self.clock()))
                continue
            except WaybillError as problem:
                logger.info("label not bought", fo_id=case.fo_id, problem=problem.message)
                cases.open_one(replace(case, about=problem.message, version=0))
                continue
            cases.close_by_itself(case.id, "the label was bought", instant(self.clock()))
        return len(stuck)

    @staticmethod
    def _page(node: str, start: dict[str, Any] | None) -> tuple[list[FulfilmentOrder], dict[str, Any] | None]:
        page = ORDERS.page(f"NODE#{node}", prefix=f"{ON_THE_WAY}#", index="lookup", keys=("lookup_pk", "lookup_sk"), limit=_PAGE, start=start)
        return [work_from(item) for item in ORDERS.get_many([(item["pk"], item["sk"]) for item in page.items])], page.next

    @staticmethod
    def _begin() -> tuple[str, dict[str, Any] | None]:
        item = ORDERS.get(*_CURSOR)
        return (item["node"], item["after"]) if item and item["node"] else ("", None)

    @staticmethod
    def _keep(node: str, after: dict[str, Any] | None) -> None:
        """Where the next round begins. Nothing is lost where two rounds keep theirs at once: what one has passed over the next one sees."""
        if (node, after) != Watching._begin():
            commit(overwrite(ORDERS, {"pk": _CURSOR[0], "sk": _CURSOR[1], "node": node, "after": after}))
