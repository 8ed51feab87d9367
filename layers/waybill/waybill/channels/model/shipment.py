"""What a channel is told of an order. Lines are by the ids that the channel gave, money in minor units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel that has left. `url` is where a person can follow it."""

    carrier: str
    service: str
    tracking_number: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Shipment:
    """Goods that have left a node at an instant. `last`: nothing follows. `part`: how many parcels of the same fulfilment order had left before. `fetched`:
    where its customer has fetched them at a counter, what he has fetched of the order in all by now; no parcel has a number to be known by again."""

    event_id: str
    order_id: str
    external_reference: str
    fo_id: str
    lines: dict[str, int]
    parcels: tuple[Parcel, ...]
    last: bool
    at: str = ""
    part: int = 0
    fetched: dict[str, int] | None = None

    @property
    def name(self) -> str:
        """What it is called at a channel: the fulfilment order, and which of its shipments where it leaves in several."""
        return f"{self.fo_id}-p{self.part}" if self.part else self.fo_id


@dataclass(frozen=True, slots=True)
class Ready:
    """Goods wait at a store for their customer. `in_all`: what of the order has been made ready where it was by now, what he has fetched of it too."""

    event_id: str
    order_id: str
    external_reference: str
    fo_id: str
    lines: dict[str, int]
    in_all: dict[str, int]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """We have the order, and it can be paid and filled."""

    event_id: str
    order_id: str
    external_reference: str


@dataclass(frozen=True, slots=True)
class Reduction:
    """Some units are cancelled, the rest goes on. `last`: all the rest has left already."""

    event_id: str
    order_id: str
    external_reference: str
    lines: dict[str, int]
    reason: str
    last: bool = False


@dataclass(frozen=True, slots=True)
class Declined:
    """What was to be cancelled is shipped all the same: these units, by line."""

    event_id: str
    order_id: str
    external_reference: str
    lines: dict[str, int]
    reason: str


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The whole order is cancelled."""

    event_id: str
    order_id: str
    external_reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that the channel holds and is to return. `key` is the same however often it is asked for; `payment` is what the channel calls the payment."""

    key: str
    order_id: str
    external_reference: str
    payment: str
    amount: int
    currency: str

    @property
    def mark(self) -> str:
        """By which a refund of ours is known again at the channel."""
        return f"Waybill {self.key}"


@dataclass(frozen=True, slots=True)
class GivenBack:
    """We have returned money to the customer, by a gateway of ours."""

    event_id: str
    order_id: str
    external_reference: str
    amount: int
    currency: str
