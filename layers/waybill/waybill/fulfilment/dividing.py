"""One piece of work made two, or two made one: both records in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from waybill.aws.tables import Write, create
from waybill.fulfilment.codec import item_of
from waybill.fulfilment.model import dividing, once
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.once import Asked
from waybill.fulfilment.service import find, order_of, save
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import NotFound
from waybill.kernel.ids import fulfilment_order_id, order_of_fulfilment_order
from waybill.orders import store
from waybill.orders.store import ORDERS, Record


@dataclass(frozen=True, slots=True)
class Dividing:
    """Use cases on two fulfilment orders of one node; each answers the order as it was read, and the one that was asked for as it stands then."""

    clock: Clock

    def split(self, fo_id: str, units: Mapping[str, int], actor: str, node: str = "", asked: Asked | None = None) -> tuple[Record, FulfilmentOrder]:
        """These units become a fulfilment order of their own; answers that one, once under a key. Raises KeyReused for a key that split other units off."""
        made: list[FulfilmentOrder] = []

        def writes(record: Record) -> list[Write]:
            work = find(record, fo_id, node)
            if known := once.before(work.asked, asked):
                made[:] = [find(record, known.made, node)]
                return []
            number = 1 + max((order_of_fulfilment_order(item["id"]) or ("", 0))[1] for item in record.fulfilment_orders)
            left, new = dividing.split(work, units, fulfilment_order_id(record.order.id, number), instant(self.clock()), actor)
            made[:] = [new]
            left = replace(left, asked=once.remembered(left.asked, asked, new.id))
            return [save(left), create(ORDERS, item_of(new))]

        return store.change(order_of(fo_id), writes), made[0]

    def merge(self, fo_id: str, other_id: str, actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """It takes the other's units, which is then cancelled."""
        outcome: list[FulfilmentOrder] = []

        def writes(record: Record) -> list[Write]:
            work, other = find(record, fo_id, node), find(record, other_id, node)
            first, gone = dividing.merge(work, other, instant(self.clock()), actor)
            outcome[:] = [first]
            return [save(first), save(gone)] if first is not work else []

        if order_of(other_id) != order_of(fo_id):
            raise NotFound(f"the order has no fulfilment order {other_id[:64]!r}")
        return store.change(order_of(fo_id), writes), outcome[0]
