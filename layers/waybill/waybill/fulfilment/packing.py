"""Packing: cartons, carriers and services chosen together, a number, a label and a slip for each parcel; then the record says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waybill.aws.tables import commit
from waybill.fulfilment import buying, contents, papers, sending
from waybill.fulfilment.choice import Chosen, choose
from waybill.fulfilment.contents import Goods
from waybill.fulfilment.model import fulfilment_order as verbs
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.model.machine import CLOSED, MACHINE
from waybill.fulfilment.ports import Carrier
from waybill.fulfilment.service import load, save
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, IllegalTransition
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

    def pack(self, fo_id: str, wanted: Sequence[Mapping[str, Any]], actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """Packs what was picked. `wanted`: packages as `contents.described` takes them; none: as is cheapest, in the shop's cartons.

        First the numbers, then the papers, and with one write the record says packed; all numbers and bytes are deterministic, so
        that a retry makes the same. Raises InvalidInput, IllegalTransition.
        """
        at = self.clock()
        attempt = 0
        for _ in range(_MOST_TRIES):
            record, work = load(fo_id, node)
            if work.packages and work.status not in ("cancelled", "rejected"):
                return record, work
            if record.state.cancelled:
                raise IllegalTransition(f"{fo_id}: the order is cancelled")
            refuse_held(record.state, "ship")
            MACHINE.after(work.status, "pack")
            chosen = self._chosen(record, work, wanted, at)
            packages = buying.labelled(work, chosen.plan.packages, chosen.bought, attempt)
            packed = verbs.pack(work, packages, instant(at), actor)
            if not buying.numbers_are_ours(packed):
                attempt += 1
                continue
            self._print(record, packed)
            try:
                commit(save(packed))
            except Conflict:
                continue
            return record, packed
        raise Conflict(f"{fo_id} is being changed by many at once; try again")

    def propose(self, fo_id: str, node: str = "") -> tuple[FulfilmentOrder, Goods, Chosen]:
        """How it would be packed now; nothing changes, and nothing is bought. Raises IllegalTransition for what is packed already or will never be, InvalidInput as `pack`."""
        record, work = load(fo_id, node)
        if work.packages or work.status in CLOSED:
            raise IllegalTransition(f"{fo_id} is {work.status}: there is nothing to pack")
        return work, Goods.of(record, work), self._chosen(record, work, (), self.clock())

    def _chosen(self, record: Record, work: FulfilmentOrder, wanted: Sequence[Mapping[str, Any]], at: datetime) -> Chosen:
        """Cartons, carriers and services. What would be refused is so before anybody is asked."""
        goods = Goods.of(record, work)
        plans = [contents.described(wanted, goods)] if wanted else contents.plans(work, goods)
        verbs.refuse_misfit(work, plans[0].packages)
        contents.refuse_apart(plans[0].packages, goods)
        asked = sending.Asked.of(record, work, goods, at)
        asked.refuse_unknown()
        return choose(plans, self.carriers(), asked.sending, asked.parcel, asked.within, asked.takes)

    def _print(self, record: Record, packed: FulfilmentOrder) -> None:
        for package in packed.packages:
            papers.keep(packed, package.n, self.print(record, packed, package))
