"""What was read of the world, for the rules to judge. What could not be read is None, and the rules that need it are silent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from waybill.fulfilment.codec import work_from
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.inventory.model.reservation import Reservation
from waybill.inventory.model.row import Op, Row
from waybill.inventory.orders_table import RSV, reservation_from
from waybill.orders import codec, outbox
from waybill.orders.model.order import Customer, Order
from waybill.orders.model.state import State
from waybill.payments.model.tender import Tender
from waybill.payments.records import account

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that does not hold, of what, and how."""

    rule: str
    of: str
    how: str

    def __str__(self) -> str:
        return f"{self.rule} {self.of}: {self.how}"


@dataclass(frozen=True, slots=True)
class AtGateway:
    """One payment as its gateway has it, in minor units. `captures` and `refunds` are each effect by itself."""

    tender: int
    gateway: str
    authorised: int
    authorisations: int
    captures: tuple[int, ...]
    refunds: tuple[int, ...]
    held: int
    """What of the authorisation could still be captured."""


@dataclass(frozen=True, slots=True)
class AtCarrier:
    """One label as the carrier that sold it has it: its own id of the shipment, whether it was paid for and not given back, and its price in minor units."""

    shipment: str
    tracking_number: str
    live: bool
    price: int = 0
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of the order's machine. `token` is what it waits on."""

    status: str
    token: str | None
    input: str = ""


@dataclass(frozen=True)
class OrderFacts:
    """Everything of one order. `items` is its partition by sort key; `journal` its entries as stored; `told` the status of each event that the
    customer hears of, `mails` how often that left; `books` the gateways that `at_gateway` is of; `cases` the tracking numbers of labels that lie in front of a person. `faults` were put into the call that sends mail. `at_rest`: nothing is under way any more. `now`: when it was read."""

    order_id: str
    items: Mapping[str, Item]
    journal: tuple[Item, ...] = ()
    documents: tuple[Item, ...] = ()
    at_gateway: tuple[AtGateway, ...] | None = None
    books: frozenset[str] = frozenset()
    at_carrier: tuple[AtCarrier, ...] | None = None
    cases: frozenset[str] = frozenset()
    runs: tuple[Run, ...] | None = None
    told: Mapping[str, str] | None = None
    mails: Mapping[str, int] | None = None
    papers: frozenset[str] | None = None
    faults: int = 0
    at_rest: bool = False
    now: str = ""

    @cached_property
    def order(self) -> Order:
        return codec.order_from(dict(self.items[codec.DOC]))

    @cached_property
    def state(self) -> State:
        return codec.state_from(dict(self.items[codec.STATE]))

    @cached_property
    def customer(self) -> Customer:
        return codec.customer_from(dict(self.items.get(codec.PII, {})))

    @cached_property
    def work(self) -> tuple[FulfilmentOrder, ...]:
        return tuple(work_from(dict(item)) for key, item in self.items.items() if key.startswith(codec.FULFILMENT_ORDER))

    def stored(self, work: FulfilmentOrder) -> Item:
        """The item of a fulfilment order."""
        return next(item for item in self.items.values() if item.get("id") == work.id)

    @cached_property
    def tenders(self) -> tuple[Tender, ...]:
        stored = [dict(item) for key, item in self.items.items() if key.startswith(codec.TENDER)]
        return account(self.order, self.state, stored).tenders

    @cached_property
    def reservation(self) -> Reservation:
        return reservation_from(dict(self.items[RSV])) if RSV in self.items else Reservation(self.order_id)

    @cached_property
    def events(self) -> dict[str, Item]:
        """Every history entry of every record, by its event id."""
        histories = {outbox.record_id(self.order_id, key): item.get("history", ()) for key, item in self.items.items()}
        return {f"{source}:{entry['seq']}": entry for source, history in histories.items() for entry in history}

    @property
    def closed(self) -> bool:
        """Something has left, and nothing is left that could."""
        return self.state.all_shipped and bool(self.state.gone())

    @property
    def wait(self) -> Item | None:
        return self.items.get(codec.WAIT)


@dataclass(frozen=True, slots=True)
class RowFacts:
    """One stock row, everything that ever moved it, and the reservations of all orders and carts that claim of it."""

    row: Row
    ledger: tuple[Op, ...]
    reservations: tuple[Reservation, ...]


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """Messages of one queue since it was made: `sent` to it, `processed`, `expired`, lying in its dead letters, and still in it."""

    name: str
    sent: int
    processed: int
    expired: int
    dead: int
    waiting: int


@dataclass(frozen=True, slots=True)
class WriteFacts:
    """One write to a table: what stood and what stands; either may be None."""

    table: str
    old: Item | None
    new: Item | None


@dataclass(frozen=True, slots=True)
class CarrierFacts:
    """One carrier that sells labels, when everything is at rest: all that it has `sold`, what our books owe it (`booked`, minor units by currency). `under_way`: shipments whose
    label is being bought or given back, and whether we know it as owed."""

    carrier: str
    sold: tuple[AtCarrier, ...]
    booked: Mapping[str, int]
    under_way: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One call at the HTTPS door. `keyed`: it came with an Idempotency-Key; `before` is what the same caller was answered 2xx under this key at this address,
    None where he was not, and `same_body` whether he says the same again. `role` and `scope` are those of his key, both empty for one who has none or who
    is bound to no channel and no node. `wrote`: what was written meanwhile, None where others were at work too. `whose` tells the channel of an order."""

    what: str
    status: int
    body: Any
    before: tuple[int, Any] | None = None
    same_body: bool = False
    role: str = ""
    scope: str = ""
    wrote: tuple[WriteFacts, ...] | None = None
    whose: Callable[[str], str | None] = lambda order_id: None


@dataclass(frozen=True, slots=True)
class KeptFacts:
    """What is kept in one place, as text. `secrets`: those that may be said in none, by what they are called."""

    where: str
    text: str
    secrets: Mapping[str, str] = field(default_factory=dict)


def among(statuses: Iterable[str], facts: OrderFacts) -> list[FulfilmentOrder]:
    """The fulfilment orders in one of these statuses."""
    wanted = set(statuses)
    return [work for work in facts.work if work.status in wanted]
