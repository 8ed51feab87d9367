"""What fulfilment asks of a carrier, whoever it is. Grams, millimetres, minor units, days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from waybill.fulfilment.model import customs
from waybill.fulfilment.model.tracking import Scan
from waybill.orders.model.order import Address
from waybill.shop.model import Place


@dataclass(frozen=True, slots=True)
class Goods:
    """Units of one SKU in a parcel, as a border or a carrier of dangerous goods asks about them. `value` of one unit."""

    sku: str
    title: str
    quantity: int
    weight_g: int
    value: int
    origin: str = ""
    hs_code: str = ""
    hazard: str = ""
    """UN number and class, as `UN3481 9`; empty where it is not dangerous."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A packed carton: outer lengths, longest first or not; weight with its packing."""

    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    goods: tuple[Goods, ...] = ()


@dataclass(frozen=True, slots=True)
class Sending:
    """Parcels from one of our places to an address, leaving on a day (ISO date). `currency` is that of the goods' value."""

    sender: Place
    recipient: Address
    parcels: tuple[Parcel, ...]
    leaves: str
    currency: str = "USD"
    reference: str = ""
    residential: bool = True

    @property
    def crosses_a_border(self) -> bool:
        """Whether customs ask what is in it."""
        return customs.asked(self.sender.country, self.recipient.country)


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to send one parcel of a sending (`parcel` is its place in it). `handle` is what the carrier wants back to buy just this one; `made_of` says
    what the price consists of: base and surcharges by name."""

    carrier: str
    service: str
    service_name: str
    price: int
    currency: str
    delivery_days: int
    parcel: int = 0
    handle: str = ""
    made_of: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bought:
    """A label that is paid for. `shipment` is the carrier's own id; `label` its bytes by file name (`label.pdf`, `label.zpl`), empty where we draw it ourselves."""

    tracking_number: str
    shipment: str
    price: int
    currency: str
    label: Mapping[str, bytes] = field(default_factory=dict)


class Carrier(Protocol):
    """One account with one carrier, or with one who stands for many. Each method raises `kernel.errors.Unavailable` where nobody answers, `InvalidInput` with the
    carrier's own words where it refuses the address or the parcel. `calls`: somebody is called, and what is bought there is paid for; False where the price list, the
    number and the label are our own."""

    id: str
    calls: bool

    def offers(self, sending: Sending) -> list[Offer]:
        """Every service for every parcel of the sending."""

    def buy(self, sending: Sending, offer: Offer, key: str) -> Bought:
        """Buys; the same offer under the same key once more answers what was bought. Raises Conflict where only a person can find out whether it was: nothing more is bought then."""

    def found(self, offer: Offer, key: str) -> Bought | None:
        """What was bought of this offer under this key, without its label's bytes; None where nothing was, or it has been given back. Buys nothing."""

    def void(self, shipment: str, key: str) -> bool:
        """The label is given back; False where it is too late. Repeating it changes nothing."""


class Traced(Protocol):
    """What a carrier has besides who can be asked where a parcel is."""

    def scans(self, tracking_number: str) -> list[Scan]:
        """All that it has seen of a parcel, in our words."""


class Verifying(Protocol):
    """What a carrier has besides who knows addresses."""

    def verified(self, address: Address) -> Address:
        """As the carrier writes it. Raises InvalidInput with its words, by our fields."""


@dataclass(frozen=True, slots=True)
class Van:
    """What is to be collected at one of our places: on a day there, between two times of day there (`HH:MM`), which are the instants `earliest` and `latest`. `shipment` is the
    carrier's own id of one of the parcels, `where` the spot in or at the house, `note` what its driver should know, `reference` ours."""

    place: Place
    date: str
    ready: str
    closes: str
    earliest: str
    latest: str
    packages: int
    weight_g: int
    shipment: str = ""
    where: str = ""
    note: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class VanOffer:
    """One way in which a carrier comes. `handle` is what it wants back to book just this one."""

    service: str
    price: int
    currency: str
    handle: str = ""


@dataclass(frozen=True, slots=True)
class VanBooked:
    """A van that comes: the number by which the carrier knows it, and what it costs."""

    confirmation: str
    price: int
    currency: str


class Collecting(Protocol):
    """What a carrier has besides who sends a van, or wants a list of what it takes at the end of a day. Raises as `Carrier` does."""

    def vans(self, van: Van) -> list[VanOffer]:
        """How it could come, the cheapest first. Books nothing."""

    def book(self, van: Van, offer: VanOffer, key: str) -> VanBooked:
        """Books; the same offer under the same key once more answers what was booked. Raises Conflict where only a person can find out whether it was."""

    def booked(self, offer: VanOffer, key: str) -> VanBooked | None:
        """What was booked of this offer under this key; None where nothing was, or it was called off. Books nothing."""

    def call_off(self, van: Van, offer: VanOffer, booked: VanBooked, key: str) -> bool:
        """It need not come; False where it is too late. Repeating it changes nothing."""

    def manifest(self, shipments: list[str]) -> tuple[str, bytes]:
        """The carrier's id of the form for these shipments, and the form as a PDF, empty where it is not drawn yet. Asked again it makes no second one."""
