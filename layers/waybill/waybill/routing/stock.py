"""The inventory context as routing uses it: `ports.Stock`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from waybill.inventory.model.row import LOSSES
from waybill.inventory.service import Inventory
from waybill.routing.model.claim import Claim
from waybill.routing.model.decision import Available, Split


@dataclass(frozen=True, slots=True)
class InventoryStock:
    """Reads the same rows from which reservations are made."""

    inventory: Inventory

    def claim(self, order_id: str) -> Claim:
        reservation = self.inventory.held(order_id)
        return Claim(reservation.held, reservation.done, reservation.epoch)

    def free(self, skus: Iterable[str], channel: str) -> Available:
        return self.inventory.available(skus, channel)

    def move(self, order_id: str, node: str, lines: Mapping[str, int], plan: Split, cause: str, reason: str = "") -> None:
        self.inventory.move(order_id, node, lines, plan, cause, loss=LOSSES.get(reason, ""))
