"""What is said to whom about which event. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

KINDS = {
    "order.confirmed": "confirmed",
    "order.backordered": "backordered",
    "order.cancelled": "cancelled",
    "order.lines_cancelled": "reduced",
    "order.cancellation_declined": "not_cancelled",
    "order.edited": "edited",
    "fulfilment_order.shipped": "shipped",
    "fulfilment_order.delivered": "delivered",
    "fulfilment_order.delayed": "delayed",
    "fulfilment_order.undeliverable": "undeliverable",
    "fulfilment_order.returning": "returning",
    "fulfilment_order.return_mailed": "return_label",
    "fulfilment_order.ready_for_pickup": "ready_for_pickup",
    "fulfilment_order.pickup_reminder": "pickup_reminder",
}
"""Events that the customer is told of, and the template that tells it."""

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_WEB = re.compile(r"https?://[^\s\"'<>]+\Z")


@dataclass(frozen=True, slots=True)
class Brand:
    """How a shop presents itself. What it set badly (a colour, an address) counts as not set."""

    name: str
    sender: str
    color: str = "#1f3a4d"
    site: str = ""
    support: str = ""
    address: str = ""

    @classmethod
    def of(cls, settings: dict[str, str], name: str, sender: str) -> Brand:
        """From a channel's settings; `name` and `sender` are what it is called and who sends where they say nothing."""
        known = {key: one_line(str(value)) for key, value in settings.items()}
        return cls(
            name=known.get("name") or one_line(name),
            sender=_valid(known.get("sender", ""), _ADDRESS) or sender,
            color=_valid(known.get("color", ""), _COLOUR) or "#1f3a4d",
            site=_valid(known.get("site", ""), _WEB),
            support=_valid(known.get("support", ""), _ADDRESS),
            address=known.get("address", ""),
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the order as the mail shows it; `amount` is written out, empty where the mail is not about money. `fetched`: at the store, where others
    are sent."""

    title: str
    sku: str
    quantity: int
    amount: str = ""
    fetched: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    carrier: str
    tracking_number: str
    tracking_url: str = ""


@dataclass(frozen=True, slots=True)
class Store:
    """Where something is fetched: its name, its address line by line, when it is open in its own words."""

    name: str
    address: tuple[str, ...] = ()
    opening: str = ""


PARCEL, PICKUP, BOTH, DONE = "", "pickup", "both", "done"
"""How what a mail is about comes to its customer: it is sent, it is fetched, or some of it is; he has it already."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that a template may say. `totals` are (text key, amount); `more` are text keys of further sentences. `way`: one of the four, whose own
    sentences (`confirmed.pickup.intro`) take the place of the others. `store`: where it is fetched, `code` with what, `until` which day; `address`: where
    it is sent."""

    kind: str
    locale: str
    brand: Brand
    number: str
    name: str = ""
    rows: tuple[Row, ...] = ()
    totals: tuple[tuple[str, str], ...] = ()
    total: str = ""
    tax_included: str = ""
    address: tuple[str, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    more: tuple[str, ...] = ()
    code: str = ""
    until: str = ""
    way: str = PARCEL
    store: Store | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to be written down as MIME. `key` makes its Message-ID: the same event, the same id."""

    key: str
    to: str
    to_name: str
    sender: str
    sender_name: str
    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)
    enclosed: tuple[tuple[str, bytes], ...] = ()
    """PDFs by file name."""


def one_line(text: str) -> str:
    """Without line breaks, control characters, invisible direction marks or broken surrogates: fit for a header."""
    shown = text if text.isprintable() else "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(shown.split())


def is_address(text: str) -> bool:
    """Whether a mail can be sent there at all. ASCII only: the other end must take the rest in its own way."""
    return len(text) <= 254 and text.isascii() and bool(_ADDRESS.match(text)) and text.isprintable()


def _valid(text: str, shape: re.Pattern[str]) -> str:
    return text if shape.match(text) else ""
