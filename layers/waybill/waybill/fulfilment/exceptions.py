"""A parcel that does not go as it should: a case for a person and a line in the history, from which the customer hears of it. Once each, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from waybill.aws.logs import count
from waybill.aws.tables import WriteConflict, commit
from waybill.fulfilment import cases
from waybill.fulfilment.model import trouble
from waybill.fulfilment.model.case import Case, case_id
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.service import load, save
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict

_MOST_TRIES = 6
_ABOUT = {
    "delayed": "it is past the day that its service promises, and not delivered",
    "undeliverable": "the carrier says that it cannot deliver it",
    "lost": "nothing was heard of it for too long, or the carrier says that it is lost",
    "returning": "the carrier brings it back",
}


@dataclass(frozen=True, slots=True)
class Exceptions:
    """`silent_days` of a carrier: after how many without a word a parcel counts as lost."""

    clock: Clock
    silent_days: Callable[[str], int]

    def look(self, work: FulfilmentOrder, n: int) -> FulfilmentOrder:
        """What is wrong with a parcel now is told, unless it was; what was wrong with one that has arrived is over."""
        for _ in range(_MOST_TRIES):
            package = work.package(n)
            said = trouble.said_of(work, n)
            if package.delivered and said:
                self._over(work, package, said)
                return work
            wrong = trouble.of(work, package, self.clock(), self.silent_days(package.carrier))
            if not wrong or wrong in said:
                return work
            try:
                return self._tell(work, package, wrong)
            except Conflict:
                work = load(work.id)[1]
        raise Conflict(f"{work.id} is being changed by many at once; try again")

    def _tell(self, work: FulfilmentOrder, package: Package, wrong: str) -> FulfilmentOrder:
        at = instant(self.clock())
        after = trouble.told(work, package.n, wrong, at)
        case = Case(work.id, wrong, work.node, _ABOUT[wrong], at, package.n, package.carrier, package.tracking_number)
        try:
            commit(save(after), cases.write(case))
        except WriteConflict as conflict:
            if conflict.index == 0:
                raise
            commit(save(after))  # the case stands already
        count("ParcelCases", kind=wrong)
        return load(work.id)[1]

    def _over(self, work: FulfilmentOrder, package: Package, said: set[str]) -> None:
        for each in sorted(said):
            cases.close_by_itself(case_id(work.id, each, package.tracking_number), "it was delivered", instant(self.clock()))
