"""What a shop consists of. Money in minor units, weights in grams, lengths in millimetres."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """An address of ours; also the sender on a label."""

    name: str
    line1: str
    city: str
    region: str
    postal_code: str
    country: str
    line2: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A place that ships. `kind`: warehouse, 3pl, store, vendor. Costs in minor units of the shop's currency. Routing rules may ask for its `tags` and
    sort by its `priority`, the lower the sooner. `parcels_per_day` is what it can send; 0: any number. `closed`: (from, until)
    instants of planned outages, the second no longer in them. What is ordered there by `cut_off` ("HH:MM" of its `timezone`; empty: midnight) leaves
    the same day, if it is one of its `workdays` (1, Monday, to 7; none: all) and none of its `holidays` (dates). `cancels`: whether work that it has
    accepted is cancelled `at_once` or only when it agrees, `asked`; empty: a 3PL is asked, our own houses are not. `settings` say how it
    is told of its work where it does not ask: `edi` (a folder), `mcf` (Amazon), `events` (which types go to `webhook_url`); addresses, never secrets. `opening_hours`: when a
    store is open, in the words that its customers read."""

    id: str
    name: str
    kind: str
    place: Place
    handling_per_parcel: int = 0
    handling_per_unit: int = 0
    active: bool = True
    webhook_url: str = ""
    tags: tuple[str, ...] = ()
    priority: int = 0
    parcels_per_day: int = 0
    closed: tuple[tuple[str, str], ...] = ()
    timezone: str = "UTC"
    cut_off: str = ""
    workdays: tuple[int, ...] = ()
    holidays: tuple[str, ...] = ()
    cancels: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def asked_before_cancelling(self) -> bool:
        return (self.cancels or ("asked" if self.kind in ("3pl", "mcf") else "at_once")) == "asked"

    @property
    def is_told(self) -> bool:
        """Whether it hears of its work from us; another asks for its list."""
        return bool(self.webhook_url or self.settings.get("edi") or self.settings.get("mcf"))

    def is_open(self, at: str) -> bool:
        """Whether it ships at an instant, as far as is planned."""
        return self.active and not any(start <= at < end for start, end in self.closed)


@dataclass(frozen=True, slots=True)
class Hazard:
    """What is dangerous about an item, as the UN's model regulations name it. `packing_group`: I, II, III or none. `watt_hours`: of one lithium battery, rounded up;
    `limited_quantity`: packed so that the rules for limited quantities (chapter 3.4) apply."""

    un: str
    hazard_class: str
    name: str
    packing_group: str = ""
    watt_hours: int = 0
    limited_quantity: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A SKU. `unit_cost` is what we paid, for the books. A weight or a length of 0 is not known. It may have to be kept upright (on its length and width), bear nothing on
    top (`fragile`), or ship in a parcel of its own just as it is (`ships_alone`). `origin` (ISO 3166) and `hs_code` (6 to 10 digits) are what a border asks for;
    `gtin` is the number in the barcode on it (EAN, UPC)."""

    sku: str
    title: str
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    unit_cost: int
    price: int
    currency: str = "USD"
    ships: bool = True
    keep_upright: bool = False
    fragile: bool = False
    ships_alone: bool = False
    hazard: Hazard | None = None
    origin: str = ""
    hs_code: str = ""
    gtin: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A carton to pack into: `inner_mm` and `outer_mm` are length, width, height. `most_g` is what it may weigh when it is closed, itself (`weight_g`) included; `cost` of
    one in minor units of the shop's currency. `nodes` that have it; none named: every one."""

    id: str
    name: str
    inner_mm: tuple[int, int, int]
    outer_mm: tuple[int, int, int]
    weight_g: int
    most_g: int
    cost: int = 0
    active: bool = True
    nodes: tuple[str, ...] = ()

    def at(self, node: str) -> bool:
        """Whether a node packs into it."""
        return self.active and (not self.nodes or node in self.nodes)


@dataclass(frozen=True, slots=True)
class Channel:
    """A sales channel. `kind`: shopify, woocommerce, api. `settings` holds addresses and names, never secrets."""

    id: str
    kind: str
    name: str
    currency: str = "USD"
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Service:
    """A service level of a carrier: `prices[zone][i]` is the price up to `weight_breaks_g[i]` grams. `hazards`: the dangerous goods that it takes, as UN numbers or
    classes; `excepted` are those that ride as usual under a mark (small lithium batteries, limited quantities)."""

    id: str
    name: str
    delivery_days: dict[int, int]
    weight_breaks_g: tuple[int, ...]
    prices: dict[int, tuple[int, ...]]
    hazards: tuple[str, ...] = ("excepted",)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier. `kind` says what stands behind it (`fulfilment/carriers/registry.py`): `tariff`, our own table, or one who is asked. The table is `services` by distance,
    where `zones_km[i]` is the farthest distance of zone i + 1; or, where one was imported, what `tables` names: (day from which it holds, version).
    `settings` are addresses, accounts and names, never secrets."""

    id: str
    name: str
    tracking_url: str
    zones_km: tuple[int, ...] = ()
    services: tuple[Service, ...] = ()
    currency: str = "USD"
    version: str = "1"
    kind: str = "tariff"
    tables: tuple[tuple[str, str], ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    def table_on(self, day: str) -> str:
        """The version of the imported table that holds on a day, "" where none does. Of those from the same day the last one."""
        return next((version for since, version in sorted(reversed(self.tables), key=lambda each: each[0], reverse=True) if since <= day), "")


@dataclass(frozen=True, slots=True)
class Account:
    """A ledger account. `kind`: asset, liability, income, expense, equity."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Key:
    """What an API key may do. `roles`: channel, node, carrier, viewer, support, finance, admin; `scope` is the channel's or node's id."""

    roles: tuple[str, ...]
    scope: str = ""
    name: str = ""

    def may(self, *roles: str) -> bool:
        return "admin" in self.roles or any(role in self.roles for role in roles)

    @property
    def actor(self) -> str:
        """Who did it, for a history."""
        return f"{self.roles[0]}:{self.scope or self.name or 'key'}"

    @property
    def is_staff(self) -> bool:
        return self.may("viewer", "support", "finance")
