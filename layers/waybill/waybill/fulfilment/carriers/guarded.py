"""A carrier that does not answer is left alone for a while: its circuit is shared by all functions, as those of the gateways are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar, cast

from waybill.aws.outbound import within
from waybill.fulfilment.model.tracking import Scan
from waybill.fulfilment.ports import Bought, Carrier, Collecting, Offer, Sending, Van, VanBooked, VanOffer
from waybill.kernel.errors import InvalidInput
from waybill.orders.model.order import Address

T = TypeVar("T")
OFFER_SECONDS, BUY_SECONDS, VOID_SECONDS = 9.0, 20.0, 9.0
"""For all calls of one verb together."""


class Circuit(Protocol):
    """As `payments.breaker.Breaker`: where it is open it raises Unavailable instead of calling."""

    def call(self, thunk: Callable[[], T]) -> T: ...


class Guarded:
    """A carrier behind its circuit, and within its time."""

    def __init__(self, carrier: Carrier, circuit: Circuit) -> None:
        self.id, self.calls, self.behind = carrier.id, carrier.calls, carrier
        self._circuit = circuit

    def offers(self, sending: Sending) -> list[Offer]:
        return self._call(lambda: self.behind.offers(sending), OFFER_SECONDS)

    def buy(self, sending: Sending, offer: Offer, key: str) -> Bought:
        return self._call(lambda: self.behind.buy(sending, offer, key), BUY_SECONDS)

    def found(self, offer: Offer, key: str) -> Bought | None:
        return self._call(lambda: self.behind.found(offer, key), VOID_SECONDS)

    def void(self, shipment: str, key: str) -> bool:
        return self._call(lambda: self.behind.void(shipment, key), VOID_SECONDS)

    def scans(self, tracking_number: str) -> list[Scan]:
        """Nothing of a carrier that cannot be asked."""
        asked = getattr(self.behind, "scans", None)
        return self._call(lambda: asked(tracking_number), VOID_SECONDS) if asked else []

    def manifest(self, shipments: list[str]) -> tuple[str, bytes]:
        """Nothing of a carrier that wants no form."""
        asked = getattr(self.behind, "manifest", None)
        return self._call(lambda: asked(shipments), BUY_SECONDS) if asked else ("", b"")

    def vans(self, van: Van) -> list[VanOffer]:
        behind = self._collecting()
        return self._call(lambda: behind.vans(van), OFFER_SECONDS)

    def book(self, van: Van, offer: VanOffer, key: str) -> VanBooked:
        behind = self._collecting()
        return self._call(lambda: behind.book(van, offer, key), BUY_SECONDS)

    def booked(self, offer: VanOffer, key: str) -> VanBooked | None:
        behind = self._collecting()
        return self._call(lambda: behind.booked(offer, key), VOID_SECONDS)

    def call_off(self, van: Van, offer: VanOffer, booked: VanBooked, key: str) -> bool:
        behind = self._collecting()
        return self._call(lambda: behind.call_off(van, offer, booked, key), VOID_SECONDS)

    def _collecting(self) -> Collecting:
        """Raises InvalidInput of a carrier that sends no vans that could be booked."""
        if not hasattr(self.behind, "vans"):
            raise InvalidInput(f"{self.id} has no pickups to book here", fields={"carrier": "book it with the carrier itself"})
        return cast("Collecting", self.behind)

    def verified(self, address: Address) -> Address:
        """Raises InvalidInput too where this carrier does not know addresses."""
        asked = getattr(self.behind, "verified", None)
        if asked is None:
            raise InvalidInput(f"{self.id} does not know addresses", fields={"carrier": "ask one of the kind easypost"})
        return self._call(lambda: asked(address), VOID_SECONDS)

    def _call(self, thunk: Callable[[], T], seconds: float) -> T:
        def timed() -> T:
            with within(seconds):
                return thunk()

        return self._circuit.call(timed)
