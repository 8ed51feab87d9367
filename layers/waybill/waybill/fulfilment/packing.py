"""Packing: cartons, carriers and services chosen together, a number, a label and a slip for each parcel; then the record says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from waybill.aws.tables import commit
from waybill.fulfilment import buying, cases, contents, numbering, papers, sending
from waybill.fulfilment.choice import Chosen, choose
from waybill.fulfilment.contents import Goods
from waybill.fulfilment.labels import Labels, Papers
from waybill.fulfilment.model import packing as verbs
from waybill.fulfilment.model.buying import bought, done, give_up, labels_so_far
from waybill.fulfilment.model.case import NO_LABEL, Case
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package, held
from waybill.fulfilment.model.machine import CLOSED, MACHINE
from waybill.fulfilment.model.packing import numbered_on
from waybill.fulfilment.ports import Carrier
from waybill.fulfilment.service import load, save
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, IllegalTransition, Unavailable
from waybill.orders.model.state import refuse_held
from waybill.orders.store import Record

_MOST_TRIES = 4
Printer = Callable[[Record, FulfilmentOrder, Package], dict[str, bytes]]
"""Prints the documents of a package: {"label.pdf": …, "label.zpl": …, "packing-slip.pdf": …}."""


@dataclass(frozen=True, slots=True)
class Packing:
    """The use cases of `functions/labels`."""

    clock: Clock
    print: Printer
    carriers: Callable[[], Sequence[Carrier]]
    labels: Labels

    def pack(self, fo_id: str, wanted: Sequence[Mapping[str, Any]], actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """Packs what was picked. `wanted`: packages as `contents.described` takes them; none: as is cheapest, in the shop's cartons.

        First the numbers, then the papers, and with one write the record says packed; all numbers and bytes are deterministic, so that a retry makes the same. Where
        somebody sells the labels it is written down first what is bought. Raises InvalidInput, IllegalTransition; Unavailable where no label is to be had just now: the
        work stands as before, in front of a person, and is tried again.
        """
        at = self.clock()
        attempt = 0
        for _ in range(_MOST_TRIES):
            record, work = load(fo_id, node)
            if work.packages and work.status not in ("cancelled", "rejected") and not work.to_pack():
                return record, work
            if record.state.cancelled:
                raise IllegalTransition(f"{fo_id}: the order is cancelled")
            refuse_held(record.state, "ship")
            MACHINE.after(work.status, "pack")
            verbs.refuse_fetched(work)
            try:
                got = self._bought(record, work, at) if work.buying else self._labelled(record, work, wanted, at, attempt)
            except Unavailable as problem:
                cases.open_one(Case(fo_id, NO_LABEL, work.node, problem.message[:500], instant(at), data=json.dumps([dict(each) for each in wanted])))
                raise
            if got is None:
                continue
            new = {package.n for package in got[0]}
            packed = buying.numbered(verbs.pack(bought(done(work), got[0], instant(at), actor), got[0], instant(at), actor), new)
            if packed is None:
                attempt += 1
                continue
            self._print(record, packed, new, got[1])
            try:
                commit(save(packed))
            except Conflict:
                continue
            return record, packed
        raise Conflict(f"{fo_id} is being changed by many at once; try again")

    def relabel(self, fo_id: str, actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """All labels are given back, and the same packages labelled anew. Raises as `pack`, and `Labels.void`."""
        _, work = load(fo_id, node)
        self.labels.void(fo_id, (), actor, node)
        return self.pack(fo_id, [_again(package) for package in work.packages], actor, node)

    def _labelled(
        self, record: Record, work: FulfilmentOrder, wanted: Sequence[Mapping[str, Any]], at: datetime, attempt: int
    ) -> tuple[tuple[Package, ...], Papers] | None:
        """With labels of our own; None where one has to be bought: that is written down now."""
        chosen = self._chosen(record, work, wanted, at)
        packages = numbering.numbered(buying.labelled(work, numbered_on(work, chosen.plan.packages), chosen.bought, attempt + labels_so_far(work)))
        intended = self.labels.intended(work, packages, chosen.bought)
        if intended is None:
            return packages, {}
        with suppress(Conflict):  # whoever was first is seen by the next try
            commit(save(intended))
        return None

    def _bought(self, record: Record, work: FulfilmentOrder, at: datetime) -> tuple[tuple[Package, ...], Papers] | None:
        asked = sending.Asked.of(record, work, Goods.of(record, verbs.unpacked(work)), at)
        packages = work.buying.packages if work.buying else ()
        if held(packages) != work.to_pack() and work.buying and not work.buying.giving_up:
            commit(save(give_up(work, "what is to be packed has changed")))
            return None
        return self.labels.bought(work, replace(asked.sending, parcels=tuple(asked.parcel(package) for package in packages)))

    def propose(self, fo_id: str, node: str = "") -> tuple[FulfilmentOrder, Goods, Chosen]:
        """How it would be packed now; nothing changes, and nothing is bought. Raises IllegalTransition for what is packed already or will never be, InvalidInput as `pack`."""
        record, work = load(fo_id, node)
        if (work.packages and not work.to_pack()) or work.status in CLOSED:
            raise IllegalTransition(f"{fo_id} is {work.status}: there is nothing to pack")
        verbs.refuse_fetched(work)
        return work, Goods.of(record, verbs.unpacked(work)), self._chosen(record, work, (), self.clock())

    def _chosen(self, record: Record, work: FulfilmentOrder, wanted: Sequence[Mapping[str, Any]], at: datetime) -> Chosen:
        """Cartons, carriers and services. What would be refused is so before anybody is asked."""
        rest = verbs.unpacked(work)
        goods = Goods.of(record, rest)
        plans = [contents.described(wanted, goods)] if wanted else contents.plans(rest, goods)
        verbs.refuse_misfit(rest, plans[0].packages)
        contents.refuse_apart(plans[0].packages, goods)
        asked = sending.Asked.of(record, work, goods, at)
        asked.refuse_unknown()
        return choose(plans, self.carriers(), asked.sending, asked.parcel, asked.within, asked.takes)

    def _print(self, record: Record, packed: FulfilmentOrder, new: Collection[int], sold: Papers) -> None:
        """A label that was bought is the carrier's, as it is, and not drawn by us."""
        for package in (each for each in packed.packages if each.n in new):
            drawn = self.print(record, packed, package)
            if label := sold.get(package.n):
                drawn = {name: content for name, content in drawn.items() if not name.startswith("label")} | dict(label)
            papers.keep(packed, package.n, drawn)


def _again(package: Package) -> dict[str, Any]:
    """A package as `wanted` names it."""
    told = {name: getattr(package, name) for name in ("box", "length_mm", "width_mm", "height_mm") if getattr(package, name)}
    return {"lines": dict(package.lines), "weight_g": package.weight_g, **({"box": told["box"]} if "box" in told else told)}
