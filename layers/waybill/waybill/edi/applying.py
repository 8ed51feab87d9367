"""What a partner's document does here: the same use cases as a node's own calls, under keys that make a repeat change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from waybill.edi.model import shipping_order
from waybill.edi.model.acknowledgement import Acknowledgement
from waybill.edi.model.inventory_advice import InventoryAdvice
from waybill.edi.model.receipt_advice import ReceiptAdvice
from waybill.edi.model.record import ACKNOWLEDGED
from waybill.edi.model.ship_notice import ShipNotice
from waybill.edi.model.shipping_advice import ShippingAdvice
from waybill.edi.model.shipping_order import fo_id_of
from waybill.edi.partner import Partner
from waybill.edi.sending import Sending
from waybill.fulfilment.away import Away, Parcel
from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.kernel.ids import digest


class Receipts(Protocol):
    """Goods that a node was sent."""

    def receive(self, node: str, number: str, key: str, good: Mapping[str, int], blocked: Mapping[str, int], actor: str) -> None:
        """Of the purchase order or transfer of that number. Raises NotFound, IllegalTransition, InvalidInput."""

    def expect(self, node: str, number: str, day: str, actor: str) -> None:
        """It comes on that day. Raises NotFound, IllegalTransition."""


class Counts(Protocol):
    """What a node says that it has."""

    def differing(self, node: str, units: Mapping[str, int]) -> dict[str, int]:
        """Those of which our books say something else. Raises InvalidInput naming a SKU that the shop does not know."""

    def told(self, id: str, node: str, units: Mapping[str, int], actor: str) -> None:
        """A count sheet with what differs, closed: what is within tolerance is posted, the rest waits for a person."""


@dataclass(frozen=True, slots=True)
class Applying:
    """`apply` answers the number of what a document speaks of. Raises a WaybillError where it cannot be done."""

    away: Away
    receipts: Receipts
    counts: Counts
    sending: Sending

    def apply(self, of: Partner, document: Any) -> str:
        actor = f"edi:{of.node}"
        if of.is_channel and not isinstance(document, Acknowledgement):
            raise InvalidInput("a channel sends us acknowledgements and nothing else")
        if isinstance(document, ShippingAdvice):
            return self._shipped(of, document, actor)
        if isinstance(document, ReceiptAdvice):
            key = digest("944", of.node, document.receipt)
            self.receipts.receive(of.node, document.number, key, document.good, document.blocked, actor)
            return document.number
        if isinstance(document, InventoryAdvice):
            self._counted(of, document, actor)
            return document.number
        if isinstance(document, ShipNotice):
            for number in dict.fromkeys(pack.order for pack in document.packs):
                self.receipts.expect(of.node, number, document.expected, actor)
            return document.number
        if isinstance(document, Acknowledgement):
            return self._heard(of, document, actor)
        raise InvalidInput("a node does not send us this document")

    def _shipped(self, of: Partner, advice: ShippingAdvice, actor: str) -> str:
        """A warehouse that ships nothing of it cannot, or has done as it was asked and cancelled it."""
        fo_id = fo_id_of(advice.number)
        if advice.more:
            raise IllegalTransition("the rest is to follow (BP): send one advice when all of it has left, or CP where the rest will not come")
        if not any(carton.tracking_number for carton in advice.cartons) and advice.cartons:
            raise InvalidInput("no carton has a tracking number", fields={"MAN": "one with CP, or N9 with 2I"})
        parcels = [Parcel(carton.units, carton.tracking_number, advice.carrier, advice.routing, carton.sscc, carton.weight_g) for carton in advice.cartons]
        self.away.left(fo_id, parcels, actor, of.node)
        return fo_id

    def _heard(self, of: Partner, answer: Acknowledgement, actor: str) -> str:
        """A node whose translator has taken an order has the work: from now on it is asked before anything of it is cancelled."""
        kept = self.sending.heard(of.node, answer)
        for part in kept.parts:
            if part.kind == shipping_order.KIND and part.status == ACKNOWLEDGED:
                with suppress(IllegalTransition):  # it has gone on, or was cancelled meanwhile
                    self.away.fulfilment.accept(part.about, actor, of.node)
        return kept.id

    def _counted(self, of: Partner, advice: InventoryAdvice, actor: str) -> None:
        differing = self.counts.differing(of.node, advice.units)
        for number, some in enumerate(_in_hundreds(differing.items()), 1):
            self.counts.told(f"846-{digest(of.node, advice.number, advice.at)}-{number}", of.node, dict(some), actor)


def _in_hundreds(pairs: Iterable[tuple[str, int]]) -> list[list[tuple[str, int]]]:
    """As many as fit on one sheet."""
    every = sorted(pairs)
    return [every[start : start + 1000] for start in range(0, len(every), 1000)]
