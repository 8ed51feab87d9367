"""What a carrier takes from a node at the end of a day: packages on one list, each on one list at most. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, told
from waybill.fulfilment.model.parcel import Package
from waybill.kernel.errors import IllegalTransition
from waybill.kernel.ids import digest

CLOSING, CLOSED, HANDED_OVER = "closing", "closed", "handed_over"
MOST = 200
"""Packages on one list: what is over goes on the next."""
_TAKES_FROM = ("packed", "partially_shipped")


@dataclass(frozen=True, slots=True)
class Listed:
    """A package on the list. `left`: it has left with it; `problem`: why it could not."""

    fulfilment_order: str
    package: int
    tracking_number: str
    service: str
    weight_g: int
    sscc: str = ""
    shipment: str = ""
    left: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The list. `closing`: its packages are being told; `closed`: these and no others; `handed_over`: the carrier has taken them. `number`: which of the day's. `form`: the
    carrier's own id of the form that it wants, `form_problem` why it has none. `version` is the one that was read."""

    node: str
    carrier: str
    date: str
    number: int
    status: str
    at: str
    by: str
    packages: tuple[Listed, ...]
    handed_over_at: str = ""
    form: str = ""
    form_problem: str = ""
    version: int = 0

    @property
    def id(self) -> str:
        return manifest_id(self.node, self.carrier, self.date, self.number)

    @property
    def weight_g(self) -> int:
        return sum(each.weight_g for each in self.packages)

    def services(self) -> dict[str, int]:
        """How many packages of each, by name."""
        found: dict[str, int] = {}
        for each in self.packages:
            found[each.service] = found.get(each.service, 0) + 1
        return found

    def by_work(self) -> dict[str, list[int]]:
        """The numbers of the packages of each fulfilment order."""
        found: dict[str, list[int]] = {}
        for each in self.packages:
            found.setdefault(each.fulfilment_order, []).append(each.package)
        return found

    def only(self, kept: Collection[tuple[str, int]]) -> Manifest:
        """Closed, with those that it has got."""
        return replace(self, status=CLOSED, packages=tuple(each for each in self.packages if (each.fulfilment_order, each.package) in kept))

    def taken(self, outcome: Mapping[str, str], at: str) -> Manifest:
        """What became of each fulfilment order's packages: "" where they have left, else why not. Handed over once each was tried."""
        after = tuple(_with(each, outcome) for each in self.packages)
        tried = all(each.left or each.problem for each in after)
        return replace(self, packages=after, status=HANDED_OVER if tried else self.status, handed_over_at=self.handed_over_at or (at if tried else ""))


def manifest_id(node: str, carrier: str, date: str, number: int) -> str:
    """The same list has the same id, whoever makes it."""
    return "mf_" + digest("manifest", node, carrier, date, str(number))


def waiting(work: FulfilmentOrder, carrier: str) -> list[Package]:
    """Its packages that a carrier could take and that are on no list: labelled, their label not given back, still here."""
    return [package for package in stands(work, carrier) if not package.manifest]


def stands(work: FulfilmentOrder, carrier: str) -> list[Package]:
    """The same, whether they are on a list or not: what its van would find."""
    if work.status not in _TAKES_FROM:
        return []
    return [package for package in work.staying() if package.carrier == carrier and package.tracking_number and not package.label and not package.labelled_by_node]


def put_on(work: FulfilmentOrder, numbers: Sequence[int], id: str, carrier: str, at: str, actor: str) -> FulfilmentOrder:
    """These are on this list, but those that may not be any more. A repeat changes nothing."""
    new = [package.n for package in waiting(work, carrier) if package.n in numbers]
    if not new:
        return work
    packages = tuple(replace(each, manifest=id) if each.n in new else each for each in work.packages)
    return told(replace(work, packages=packages), "manifested", at, actor, {"manifest": id, "packages": new})


def refuse_listed(work: FulfilmentOrder, numbers: Sequence[int]) -> None:
    """Raises IllegalTransition where one of these is on a list that the carrier has, or is about to have."""
    for package in (work.package(n) for n in numbers):
        if package.manifest and not package.label and work.status != "cancelled":
            raise IllegalTransition(f"{work.id}: package {package.n} is on manifest {package.manifest}: its label cannot be given back")


def _with(each: Listed, outcome: Mapping[str, str]) -> Listed:
    problem = outcome.get(each.fulfilment_order)
    return each if problem is None or each.left else replace(each, left=not problem, problem=problem)
