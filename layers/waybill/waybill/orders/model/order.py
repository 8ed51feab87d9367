"""The canonical order: what a channel told us, in our terms, as it was edited since. Money in minor units of `currency`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives. `region` is the state or province code, `country` ISO 3166 alpha-2. `instructions` are for who brings the parcel."""

    name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """Personal data of an order; kept in an item of its own, so that it can be erased. `reference`: who that is at the channel. `tax_id`: a VAT
    number or the like. `groups`: where the order's further ship groups go, by their id."""

    email: str = ""
    name: str = ""
    phone: str = ""
    locale: str = "en_US"
    ship_to: Address = field(default_factory=Address)
    bill_to: Address | None = None
    reference: str = ""
    tax_id: str = ""
    groups: dict[str, Address] = field(default_factory=dict)

    def address_of(self, group: str) -> Address:
        """Where a ship group goes; the order's own for "", and for one that nobody has named."""
        return self.groups.get(group, self.ship_to)


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `unit_price` is before discount; `discount` and `tax` are for the whole line.

    With `tax_included` on the order the prices contain the tax, and `tax` says how much. `group`: the ship group in which it goes, "" for the order's own.
    """

    id: str
    sku: str
    title: str
    quantity: int
    unit_price: int
    discount: int = 0
    tax: int = 0
    ships: bool = True
    attributes: dict[str, Any] = field(default_factory=dict)
    group: str = ""

    @property
    def net(self) -> int:
        """Price × quantity − discount: what the line adds to the total, tax apart."""
        return self.unit_price * self.quantity - self.discount


@dataclass(frozen=True, slots=True)
class Shipping:
    """What the customer pays for shipping. `amount` is before discount. `promise_days` is what the method promises, 0 for nothing. `pickup_node`: the store in
    which the customer fetches the order's own group, "" where it is sent. `ship_not_before`: the day (ISO) before which no node is asked, "" for at once."""

    method: str = "standard"
    amount: int = 0
    discount: int = 0
    tax: int = 0
    promise_days: int = 0
    pickup_node: str = ""
    ship_not_before: str = ""


MOST_GROUPS = 20
MOST_DAYS_AHEAD = 180
"""So far ahead may a day lie before which nothing is shipped: the execution waits for its last parcel longer than that."""


@dataclass(frozen=True, slots=True)
class Group:
    """A ship group beside the order's own: lines that go to another address, by a method and under a promise of their own. What shipping costs is the order's.
    `ship_not_before`: "" for the order's."""

    id: str
    method: str = "standard"
    promise_days: int = 0
    ship_not_before: str = ""


@dataclass(frozen=True, slots=True)
class Surcharge:
    """What an edit has put on the order as a whole, or taken off it where it is negative: `net` without its `tax`."""

    title: str
    net: int
    tax: int = 0

    @property
    def gross(self) -> int:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Tax:
    """What a jurisdiction takes of the whole order, as the channel names it: a part of the lines' and the shipping's tax, never on top of it. `rate`
    is a percentage as a decimal string, "" where it is not said."""

    title: str
    rate: str = ""
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Charge:
    """A part of the order's `fees`, as the channel names it: a tip, duties, a gift wrap."""

    title: str
    amount: int


AT_A_GATEWAY = ("card", "gift_card", "store_credit")
"""Kinds of tender whose `token` a gateway authorises; gift cards and store credit are our own ledger's."""
PAID_LATER = ("terms", "cod")
"""Kinds that are paid by agreement after the order: on invoice or by transfer, or to the carrier."""
TENDER_KINDS = (*AT_A_GATEWAY, "channel", *PAID_LATER)
"""`channel`: the channel has taken the money."""


@dataclass(frozen=True, slots=True)
class Tender:
    """One means of payment, of one of TENDER_KINDS."""

    kind: str
    amount: int
    gateway: str = ""
    token: str = ""
    reference: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)


FULFILLED_ELSEWHERE = "fulfilled_elsewhere"
"""Our own attribute of an order that came to us when it was over: no parcel of ours has it, and no payment."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its channel placed it, and as it stands after so many `edits`. `total` is what the channel says, and what edits have
    added; `discrepancy` is how far our sum is from it."""

    id: str
    channel: str
    external_reference: str
    placed_at: str
    currency: str
    lines: tuple[Line, ...]
    shipping: Shipping
    tenders: tuple[Tender, ...]
    total: int
    tax_included: bool = False
    fees: int = 0
    number: str = ""
    note: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    surcharges: tuple[Surcharge, ...] = ()
    edits: int = 0
    taxes: tuple[Tax, ...] = ()
    charges: tuple[Charge, ...] = ()
    groups: tuple[Group, ...] = ()

    @property
    def computed_total(self) -> int:
        """Σ lines + shipping + fees + surcharges − discounts, plus the taxes unless the prices contain them (I12)."""
        goods = sum(line.net for line in self.lines)
        shipping = self.shipping.amount - self.shipping.discount
        return goods + shipping + self.fees + self.on_top - self.taken_off + (0 if self.tax_included else self.tax)

    @property
    def on_top(self) -> int:
        """Surcharges, as prices are: with tax only where prices contain it."""
        return sum(each.gross if self.tax_included else each.net for each in self.surcharges if each.gross >= 0)

    @property
    def taken_off(self) -> int:
        """Discounts on the order as a whole, the same way."""
        return -sum(each.gross if self.tax_included else each.net for each in self.surcharges if each.gross < 0)

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.lines) + self.shipping.tax + sum(each.tax for each in self.surcharges)

    @property
    def discrepancy(self) -> int:
        """What the channel says minus what the parts sum to; 0 for an order whose sums reconcile."""
        return self.total - self.computed_total

    def line(self, id: str) -> Line:
        return next(line for line in self.lines if line.id == id)

    def group_of(self, lines: Iterable[str]) -> str:
        """The ship group of lines that go together, by their ids."""
        wanted = set(lines)
        return next((line.group for line in self.lines if line.id in wanted), "")

    def ships_by(self, group: str) -> Group:
        """Method, promise and day of a ship group; the order's own for ""."""
        day = self.shipping.ship_not_before
        own = Group("", self.shipping.method, self.shipping.promise_days, day)
        found = next((each for each in self.groups if each.id == group), own)
        return replace(found, ship_not_before=day) if day and not found.ship_not_before else found
