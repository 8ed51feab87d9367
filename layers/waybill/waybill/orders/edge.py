"""The shapes of the orders' doors: the canonical order as a caller sends it. Unknown fields are refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
Quantity = Annotated[int, Field(ge=1, le=100_000, strict=True)]


def _amount(value: Any) -> Any:
    """Amounts are decimal strings; a JSON integer is taken as whole units, a JSON fraction never was exact and is refused."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError('an amount is a decimal string such as "19.90"')
    return str(value)


Amount = Annotated[str, BeforeValidator(_amount), StringConstraints(pattern=r"^-?\d{1,15}(\.\d{1,4})?$")]
NotNegative = Annotated[str, BeforeValidator(_amount), StringConstraints(pattern=r"^\d{1,15}(\.\d{1,4})?$")]


def _day(value: str) -> str:
    if value:
        date.fromisoformat(value)
    return value


Day = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"), AfterValidator(_day)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AddressIn(Strict):
    """Where somebody lives."""

    name: Text = ""
    company: Text = ""
    line1: Name
    line2: Text = ""
    city: Name
    region: Text = ""
    postal_code: Text = ""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "US"
    phone: Text = ""
    instructions: Annotated[Text, Field(description="for who brings the parcel")] = ""


class CustomerIn(Strict):
    """Who buys."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    name: Text = ""
    phone: Text = ""
    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(_[A-Z]{2})?$")] = "en_US"
    reference: Annotated[str, StringConstraints(strip_whitespace=True, max_length=128), Field(description="who that is at the channel")] = ""
    tax_id: Annotated[str, StringConstraints(strip_whitespace=True, max_length=128), Field(description="a VAT number or the like")] = ""


class LineIn(Strict):
    """One line; `discount` and `tax` are for the whole line, `unit_price` is before discount. `total` may say what it comes to, and is held to it:
    unit price × quantity − discount."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")] | None = None
    sku: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    title: Text = ""
    quantity: Quantity
    unit_price: NotNegative
    discount: NotNegative = "0"
    tax: NotNegative = "0"
    total: NotNegative | None = None
    ships: bool = True
    attributes: dict[str, Text | int | bool] = Field(default_factory=dict, max_length=50)
    group: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{0,64}$"), Field(description="the ship group in which it goes; empty for the order's own")] = ""


class GroupIn(Strict):
    """A ship group beside the order's own: lines that go to another address, by a method and under a promise of their own."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    ship_to: AddressIn
    method: Name = "standard"
    promise_days: Annotated[int, Field(ge=0, le=90, strict=True)] = 0
    ship_not_before: Annotated[Day, Field(description="the day before which it is not to be shipped; empty for the order's")] = ""


class ShippingIn(Strict):
    """What the customer pays for shipping."""

    method: Name = "standard"
    amount: NotNegative = "0"
    discount: NotNegative = "0"
    tax: NotNegative = "0"
    promise_days: Annotated[int, Field(ge=0, le=90, strict=True)] = 0
    pickup_node: Annotated[Text, Field(description="the store in which the customer fetches it; its `ship_to` is then the customer's own address")] = ""
    ship_not_before: Annotated[Day, Field(description="the day, as 2026-12-24, before which it is not to be shipped; at most 180 days ahead")] = ""


class TenderIn(Strict):
    """One means of payment: `card` with a gateway's token, `gift_card` or `store_credit` with its code as token, `channel` (already paid
    there), `terms` (paid later by agreement) or `cod` (to the carrier). Its `currency`, if it says one, is the order's."""

    kind: Literal["card", "gift_card", "store_credit", "channel", "terms", "cod"]
    amount: NotNegative
    gateway: Text = "stripe"
    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{0,120}$")] = ""
    reference: Text = ""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    attributes: dict[str, Text | int | bool] = Field(default_factory=dict, max_length=50)


class TaxIn(Strict):
    """What a jurisdiction takes of the whole order: a part of the lines' and the shipping's `tax`, never on top of it."""

    title: Name
    amount: NotNegative
    rate: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^([0-9]{1,3}(\.[0-9]{1,6})?)?$")] = ""


class ChargeIn(Strict):
    """A part of the order's `fees`: a tip, duties, a gift wrap."""

    title: Name
    amount: NotNegative


class OrderIn(Strict):
    """The canonical order. The sums are checked: an order whose parts do not add up to `total` is taken, and held."""

    external_reference: Reference
    channel: Reference | None = Field(None, description="only for keys that may place orders for several channels")
    number: Text = ""
    placed_at: AwareDatetime | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    customer: CustomerIn
    ship_to: AddressIn
    bill_to: AddressIn | None = None
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=1000)]
    shipping: ShippingIn | None = Field(ShippingIn(), description="null only where no line ships")
    tenders: Annotated[list[TenderIn], Field(max_length=10)] = []
    total: NotNegative
    fees: NotNegative = "0"
    taxes: Annotated[list[TaxIn], Field(max_length=50)] = []
    charges: Annotated[list[ChargeIn], Field(max_length=20)] = []
    groups: Annotated[list[GroupIn], Field(max_length=20)] = []
    tax_included: bool = False
    note: Annotated[str, StringConstraints(max_length=2000)] = ""
    attributes: dict[str, Text | int | bool] = Field(default_factory=dict, max_length=50)

    @property
    def placed(self) -> datetime | None:
        return self.placed_at
