"""What the use cases of stock need from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from waybill.inventory.model.plan import Available, Plan, Wanted
from waybill.inventory.model.reservation import Reservation
from waybill.inventory.model.row import Op, Outcome, Row

NOTHING_WITHOUT_IT, REST_WAITS, REST_IS_CANCELLED = "nothing_without_it", "rest_waits", "rest_is_cancelled"
"""What an order does where stock does not suffice for all of it: it reserves nothing and waits; it reserves what there is, and waits for the rest or
goes on without it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A movement that a caller has asked for. `at` and `attempt` make its operation the same over every retry."""

    id: str
    fingerprint: str
    at: int
    attempt: int = 1
    version: int = 1


@dataclass(frozen=True, slots=True)
class Demand:
    """What an order wants of the stock, and what it has. `order` is handed through to the planner, which may read more of it; `cart` has perhaps
    reserved for it already."""

    order_id: str
    placed_at: str
    wanted: tuple[Wanted, ...]
    reservation: Reservation
    order: Any = None
    channel: str = ""
    cancelled: bool = False
    held_by: str = ""
    backordered: bool = False
    waiting: tuple[str, ...] = ()
    token: str = ""
    cart: str = ""

    @property
    def missing(self) -> tuple[Wanted, ...]:
        return self.reservation.missing(self.wanted)

    @property
    def has_some(self) -> bool:
        """Units are held for it, or have left."""
        return bool(self.reservation.held or self.reservation.shipped)

    def lacks(self, sku: str) -> int:
        """Units of a SKU that no reservation covers yet."""
        return sum(want.quantity for want in self.missing if want.sku == sku)


class Stock(Protocol):
    """The stock rows and their movements."""

    def do(self, sku: str, node: str, op: Op) -> Outcome:
        """Lets `op` happen at most once, whoever calls how often. `SHORT` may still become `DONE` by another caller."""

    def fence(self, sku: str, node: str, op: Op) -> Outcome:
        """Makes sure that `op` never happens: `FENCED`, or `DONE` where it has happened already."""

    def done(self, sku: str, node: str, op_id: str) -> tuple[Row | None, Op | None]:
        """The row, and the operation of this id if it has happened there."""

    def rows(self, skus: Iterable[str]) -> list[Row]:
        """Every node's row of these SKUs."""

    def ledger(self, sku: str, node: str) -> tuple[Row | None, list[Op]]:
        """The row and everything that ever moved it, oldest first: movements kept, and operations not yet folded into them."""

    def ask(self, sku: str, node: str, asked: Asked) -> Asked:
        """Writes down what is asked, or answers what was written down first. Raises KeyReused for another fingerprint."""

    def ask_again(self, sku: str, node: str, asked: Asked, at: int) -> Asked:
        """The same wish at a later instant, its earlier attempt being fenced off."""


class Orders(Protocol):
    """The reservation records, in the partitions of their orders."""

    def demand(self, order_id: str) -> Demand:
        """Raises NotFound."""

    def save(self, reservation: Reservation) -> Reservation:
        """Writes over the version that was read; answers it with its new version. Raises Conflict."""

    def cart(self, cart_id: str) -> Reservation | None:
        """What a cart has reserved; None where there is no such cart."""

    def take(self, reservation: Reservation, cart: Reservation) -> Reservation:
        """Saves both, or neither; the cart reserves never again. Raises Conflict."""

    def lacks(self, order_id: str, units: Mapping[str, int], at: str) -> None:
        """Exactly these units {line: units} are backordered; what no longer is waits for a node again."""

    def go_without(self, order_id: str, units: Mapping[str, int], at: str) -> None:
        """The order wants these units no more."""

    def want(self, order_id: str, placed_at: str, lines: Iterable[Wanted]) -> None:
        """Puts the order into the queues of those that wait for these SKUs."""

    def no_longer_want(self, order_id: str, skus: Iterable[str]) -> None:
        """Takes it out of them."""

    def wanting(self, sku: str) -> Iterable[str]:
        """Ids of the orders that wait for a SKU, oldest first. May lag: look at each before acting."""

    def wake(self, demand: Demand) -> bool:
        """Lets the waiting execution go on; False where it no longer waits for stock."""

    def reservations(self, order_ids: list[str]) -> list[Reservation]:
        """Those that exist."""


class Planner(Protocol):
    """Chooses the nodes. None where the stock does not suffice for all that is wanted; a plan of what there is, perhaps nothing, for an order that takes
    what there is."""

    def __call__(self, order: Any, wanted: tuple[Wanted, ...], available: Available) -> Plan | None: ...
