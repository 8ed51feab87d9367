"""What the desk knows about an order before it makes a page of it. Money in minor units; instants as ISO text with `Z`."""

from __future__ import annotations

from dataclasses import dataclass, field

from waybill.desk.model.money import Money
from waybill.kernel.events import Entry


@dataclass(frozen=True, slots=True)
class Row:
    """One order in a list. `attention` names what a person should look at: hold kinds, `backordered`, `unfillable`."""

    order_id: str
    reference: str
    channel: str
    status: str
    placed: str
    total: int
    currency: str
    attention: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """`buckets` says where each ordered unit is; its values sum to `quantity`."""

    id: str
    sku: str
    title: str
    quantity: int
    unit_price: int
    total: int
    buckets: dict[str, int]


@dataclass(frozen=True, slots=True)
class Hold:
    """`stops`: the flow waits for it; one that stops nothing is there to be seen, and let go."""

    id: str
    kind: str
    reason: str
    since: str
    released: str = ""
    stops: bool = True

    @property
    def retries(self) -> bool:
        """Letting go of it sends the order to the gateway once more."""
        return self.kind == "payment" and self.stops


@dataclass(frozen=True, slots=True)
class Parcel:
    """`said`: the carrier's own code, when it was `seen` last; `allowed`: void, reship. `by_node`: its node has labelled it itself."""

    number: int
    carrier: str
    service: str
    tracking_number: str
    tracking_url: str
    status: str
    lines: dict[str, int]
    weight_g: int = 0
    cost: int | None = None
    has_label: bool = True
    box: str = ""
    said: str = ""
    seen: str = ""
    left: bool = False
    allowed: frozenset[str] = frozenset()
    by_node: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Why work stands still: who has said so and when; `until` somebody must have answered."""

    reason: str
    by: str
    since: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class FulfilmentOrder:
    """`label`: why none is bought yet; `day`: before which its node is not asked; `version`: what a form rests on; `allowed`: the verbs that its state admits. `fetched_at`: the store at which its
    customer fetches it, `kept_until` the instant until which it waits there, `lying` the units that do."""

    id: str
    node: str
    node_name: str
    status: str
    lines: dict[str, int]
    parcels: tuple[Parcel, ...] = ()
    pause: Pause | None = None
    label: str = ""
    wave: str = ""
    day: str = ""
    version: int = 0
    allowed: frozenset[str] = frozenset()
    fetched_at: str = ""
    kept_until: str = ""
    lying: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """A routing decision, read aloud: one headline and the sentences below it."""

    number: int
    at: str
    headline: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a journal entry: a debit is positive, a credit negative."""

    account: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class JournalEntry:
    id: str
    at: str
    what: str
    postings: tuple[Posting, ...]
    currency: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A version of the order: who has made it, why, what it says was changed, and by how much the total has moved (minor units)."""

    number: int
    at: str
    actor: str
    reason: str
    changes: tuple[str, ...]
    difference: int
    undoes: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """Everything of one order. `history` pairs the record that an entry belongs to with the entry; `waiting` names what the
    execution waits for; `allowed` holds the verbs that its state admits: release_hold, cancel, cancel-rest, retry_payment, edit. `version` is what an edit rests on.
    `nodes`: id and name of all there are."""

    row: Row
    lines: tuple[Line, ...]
    totals: tuple[tuple[str, int], ...]
    customer: tuple[str, ...] = ()
    ship_to: tuple[str, ...] = ()
    holds: tuple[Hold, ...] = ()
    money: Money = Money()
    fulfilment_orders: tuple[FulfilmentOrder, ...] = ()
    decisions: tuple[Decision, ...] = ()
    journal: tuple[JournalEntry, ...] = ()
    history: tuple[tuple[str, Entry], ...] = ()
    waiting: str = ""
    allowed: frozenset[str] = frozenset()
    edits: tuple[Edit, ...] = ()
    version: int = 0
    nodes: tuple[tuple[str, str], ...] = ()

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class Stock:
    """One SKU at one node."""

    sku: str
    title: str
    node: str
    on_hand: int
    reserved: int
    available: int
    blocked: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A channel document that could not become an order."""

    id: str
    channel: str
    kept: str
    problem: str
    size: int = 0
    topic: str = ""
    door: str = ""
    order_id: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A search: free text, and what narrows it."""

    text: str = ""
    status: str = ""
    channel: str = ""
    attention: str = ""
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Found orders. `counts` by status over the latest `seen` orders, `next` the cursor of what is older."""

    rows: tuple[Row, ...]
    counts: dict[str, int] = field(default_factory=dict)
    next: str | None = None
    seen: int = 0
