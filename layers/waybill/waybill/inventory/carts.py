"""Stock kept for carts: reserved while the customer decides, handed over to the order that comes of it, given back when none does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from waybill.aws.logs import count
from waybill.inventory.model.cart import Cart
from waybill.inventory.model.reservation import Reservation
from waybill.inventory.service import MOST_ROUNDS, Inventory
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, OrderCancelled, Unavailable


class Store(Protocol):
    """The carts' records (`carts_table`)."""

    def load(self, id: str) -> Cart | None: ...

    def keep(self, cart: Cart, *, over: bool = False) -> Cart:
        """Over the version that was read; `over`: it is ended, and looked for no more. Raises Conflict."""

    def expired(self, now: str) -> Iterable[str]:
        """Ids of carts whose time is over, the first first. May lag."""


@dataclass(frozen=True, slots=True)
class Carts:
    """`inventory` reserves for carts as it does for orders. `minutes`: how long, as the shop has decided."""

    inventory: Inventory
    store: Store
    minutes: Callable[[], int]
    clock: Clock

    def keep(self, id: str, channel: str, wanted: Mapping[str, int]) -> tuple[Cart, Reservation]:
        """Keeps exactly this for the cart, from now on anew. What it had and still wants is free at no moment.

        Raises StockUnavailable, the cart keeping what it had of it; Conflict for one that has become an order.
        """
        cart = self._said(id, channel, wanted)
        self._less(cart)
        try:
            return cart, self.inventory.reserve(id)
        except OrderCancelled:
            raise Conflict("the cart has become an order", fields={"cart": "is an order"}) from None

    def end(self, id: str, channel: str) -> None:
        """Gives all of it back."""
        if self.store.load(id):
            self._end(self._said(id, channel, {}))

    def sweep(self) -> dict[str, int]:
        """Ends the carts whose time is over. Answers how many."""
        ended = sum(self._expired(id) for id in self.store.expired(instant(self.clock())))
        count("CartsExpired", ended)
        return {"expired": ended}

    def _expired(self, id: str) -> bool:
        """False where somebody has just spoken of it again."""
        cart = self.store.load(id)
        if cart is None or cart.expires_at > instant(self.clock()):
            return False
        try:
            self._end(self.store.keep(replace(cart, wanted={})))
        except Conflict:
            return False
        return True

    def _end(self, cart: Cart) -> None:
        """Still found by the next sweep until its stock is back."""
        self.inventory.release(cart.id, f"ended/{cart.version}")
        self.store.keep(cart, over=True)

    def _said(self, id: str, channel: str, wanted: Mapping[str, int]) -> Cart:
        """What is wanted is written down first: whoever reserves or gives back for the cart reads it there."""
        for _ in range(MOST_ROUNDS):
            known = self.store.load(id) or Cart(id, channel, "")
            expires = instant(self.clock() + timedelta(minutes=self.minutes()))
            try:
                return self.store.keep(replace(known, wanted=wanted, expires_at=expires))
            except Conflict:
                continue
        raise Unavailable("the cart is being changed by many at once; try again")

    def _less(self, cart: Cart) -> None:
        """Gives back what the cart wants no more."""
        held = self.inventory.held(cart.id)
        for sku, nodes in held.held.items():
            surplus = sum(nodes.values()) - cart.wanted.get(sku, 0)
            for node, units in sorted(nodes.items()):
                back = min(units, max(0, surplus))
                surplus -= back
                if back:
                    self.inventory.move(cart.id, node, {sku: back}, {}, f"less/{cart.version}/{sku}/{node}")
