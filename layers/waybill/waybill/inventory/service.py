"""Reserving, releasing, shipping and moving stock for an order.

Every use case may be called again at any time, by a retry or beside itself: it finishes what is under way for the order first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from waybill.inventory.carrying_out import carried_out, millis
from waybill.inventory.model.endless import NOTHING_IS, Endless
from waybill.inventory.model.plan import Available, Plan, Wanted, fewest_nodes, shortage
from waybill.inventory.model.reservation import Keep, Reservation
from waybill.inventory.model.row import Row
from waybill.inventory.model.sharing import EVERYTHING, Sharing
from waybill.inventory.ports import NOTHING_WITHOUT_IT, REST_IS_CANCELLED, Demand, Orders, Planner, Stock
from waybill.kernel.clock import Clock, instant, utc_now
from waybill.kernel.errors import Conflict, OrderCancelled, OrderHeld, StockUnavailable, Unavailable

T = TypeVar("T")
MOST_ROUNDS = 12
"""Each lost round means that somebody else has won one."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The face of stock. `open_nodes` answers the ids of the nodes that may be reserved from, None for all of them; `sharing` who may take how
    much of what is there; `rest` what an order does without the units that it lacks (`ports`); `admits` whether it may wait for them;
    `endless` what never runs out where."""

    stock: Stock
    orders: Orders
    planner: Planner = fewest_nodes
    open_nodes: Callable[[], Iterable[str] | None] = lambda: None
    clock: Clock = utc_now
    sharing: Callable[[], Sharing] = lambda: EVERYTHING
    rest: Callable[[Any], str] = lambda order: NOTHING_WITHOUT_IT
    admits: Callable[[Demand], bool] = lambda demand: True
    endless: Callable[[], Endless] = lambda: NOTHING_IS

    def reserve(self, order_id: str) -> Reservation:
        """Reserves all that the order still wants, or nothing more than it had; what there is, where the order ships in parts: the rest of it waits
        visibly, or is cancelled.

        Raises OrderHeld, OrderCancelled, StockUnavailable, NotFound; Unavailable when others kept winning.
        """
        for _ in range(MOST_ROUNDS):
            demand = self._settled(order_id)
            _refuse_blocked(demand)
            if not demand.missing:
                return self._reserved(demand)
            try:
                intent = self._intent(demand)
            except Conflict:  # somebody else is at work on its cart
                continue
            if intent is None:
                if self._rest_seen_to(demand):
                    return demand.reservation
                continue
            reservation = self._begin(*intent)
            if reservation and not reservation.missing(demand.wanted):
                return self._reserved(replace(demand, reservation=reservation))
        raise Unavailable(f"others keep reserving what {order_id} wants; try again")

    def release(self, order_id: str, cause: str, *, cancelled: bool = False) -> Reservation:
        """Gives back all that the order holds. `cancelled`: and keeps it from reserving ever again."""
        for _ in range(MOST_ROUNDS):
            demand = self._settled(order_id)
            reservation, close = demand.reservation, cancelled or demand.cancelled
            if not reservation.held and reservation.closed >= close:
                return self._quiet(demand)
            self._begin(reservation.to_release(cause, self._now_ms(), close=close))
        raise Unavailable(f"the stock of {order_id} is being changed by many at once; try again")

    def ship(self, order_id: str, node: str, lines: Mapping[str, int], cause: str) -> Reservation:
        """Units have left a node: they are no longer on hand, nor reserved. `cause`: the event's id; a repeat changes nothing.

        Raises IllegalTransition where the node held less for this order.
        """

        def intent(demand: Demand) -> Reservation:
            return demand.reservation.to_ship(node, _stocked(demand, lines), cause, self._now_ms())

        return self._once(order_id, cause, intent)

    def move(self, order_id: str, node: str, lines: Mapping[str, int], plan: Plan, cause: str, *, loss: str = "") -> tuple[Wanted, ...]:
        """A node gives units up, other nodes reserve them by `plan` {line: {node: units}}, all of the plan or none of it.

        `loss`: the node found that they are not there (`row.WRITTEN_OFF`) or not fit to be sold (`row.DAMAGED`: they stay there, blocked). Answers what the order lacks now: empty when
        all is reserved. `cause`: the event's id; a repeat changes nothing and answers what is lacking then.

        Raises OrderCancelled where something is to be reserved for a cancelled order; IllegalTransition where the node held less.
        """

        def intent(demand: Demand) -> Reservation:
            units, to = _stocked(demand, lines), _stocked(demand, plan)
            known = demand.reservation
            if known.skus:  # lines that an edit has put in since
                known = replace(known, skus={**{want.line: want.sku for want in demand.wanted}, **known.skus})
            return known.to_move(node, units, to, cause, self._now_ms(), loss=loss, keep=self._keep(demand))

        self._once(order_id, cause, intent)
        return self.orders.demand(order_id).missing

    def held(self, order_id: str) -> Reservation:
        """What the order holds at which node. Raises NotFound."""
        return self._settled(order_id).reservation

    def available(self, skus: Iterable[str], channel: str) -> Available:
        """Units that an order of this channel may still reserve, at open nodes that sell to it: {sku: {node: units}}."""
        return self._shared(self.rows(set(skus)), channel)

    def can_reserve(self, order_id: str) -> bool:
        """Whether all that the order lacks could be reserved now."""
        return not self.shortage(self.orders.demand(order_id))

    def shortage(self, demand: Demand) -> dict[str, int]:
        """Units by line that could not be reserved now. Empty also for a cancelled order: it waits for nothing.

        Asks the planner as `reserve` does, so that who is told to go on does not come back at once. Where there are units enough
        and still no plan (no open node can ship them), all that is missing is short.
        """
        if demand.cancelled or not demand.missing:
            return {}
        cart = self.orders.cart(demand.cart) if demand.cart else None
        available = self.available((want.sku for want in demand.missing), demand.channel)
        available = cart.added_to(available) if cart else available
        plan = self.planner(demand.order, demand.missing, available)
        if plan or (plan is not None and demand.has_some):
            return {}
        return shortage(demand.missing, available) or {want.line: want.quantity for want in demand.missing}

    def queue_up(self, demand: Demand) -> None:
        """Queues the order for each SKU that it lacks. Whoever calls must have kept the task token before, and must ask for
        the shortage once more afterwards: stock that came in between wakes nobody else.
        """
        self.orders.want(demand.order_id, demand.placed_at, demand.missing)

    def wait_no_more(self, order_id: str) -> None:
        """Out of the queues of what the order lacks no more; woken where that was all."""
        demand = self.orders.demand(order_id)
        over = set(demand.waiting) - {want.sku for want in demand.missing}
        if over:
            self.orders.no_longer_want(order_id, sorted(over))
        if demand.token and not demand.cancelled and not self.shortage(demand):
            self.orders.wake(demand)

    def edited(self, order_id: str) -> None:
        """It wants other units now: what is more is reserved, where it is the order's turn; who waits for stock waits for the right SKUs. What
        cannot be had is left to the order's next step, which sees the same."""
        demand = self.orders.demand(order_id)
        if demand.token:
            self.queue_up(demand)
            self.wait_no_more(order_id)
            return
        try:
            self.reserve(order_id)
        except (StockUnavailable, OrderHeld, OrderCancelled):
            return

    def in_parts(self, demand: Demand) -> bool:
        """Whether the order takes what there is of what it wants."""
        return self.rest(demand.order) != NOTHING_WITHOUT_IT

    def _rest_seen_to(self, demand: Demand) -> bool:
        """Nothing more can be had for an order that ships in parts: the rest of it waits visibly, in the queues, or is cancelled. False where one must
        look again, stock having perhaps come before it stood in the queue. Raises StockUnavailable where it has nothing at all."""
        if not demand.has_some:
            raise _not_enough(demand)
        at, lacking = instant(self.clock()), {want.line: want.quantity for want in demand.missing}
        unqueued = {want.sku for want in demand.missing} - set(demand.waiting)
        if self.rest(demand.order) == REST_IS_CANCELLED:
            self.orders.go_without(demand.order_id, lacking, at)
            return False
        if unqueued:
            self.queue_up(demand)
            if not self.admits(demand):
                self.orders.no_longer_want(demand.order_id, sorted(unqueued))
                self.orders.go_without(demand.order_id, lacking, at)
            return False
        self.orders.lacks(demand.order_id, lacking, at)
        come = set(demand.waiting) - {want.sku for want in demand.missing}
        if come:
            self.orders.no_longer_want(demand.order_id, sorted(come))
        return True

    def _intent(self, demand: Demand) -> tuple[Reservation, Reservation | None] | None:
        """The reservation with its plan written in, not yet carried out; and the cart that gives for it. None where there is nothing for an order that
        takes what there is. Raises StockUnavailable."""
        cart = self._cart(demand)  # before the rows: what it gives back in between is not missed
        rows = self.rows({want.sku for want in demand.missing})
        available = self._shared(rows, demand.channel)
        plan = self.planner(demand.order, demand.missing, cart.added_to(available) if cart else available)
        if plan is None:
            raise _not_enough(demand)
        if not plan:
            return None
        skus = {want.line: want.sku for want in demand.missing}
        at = max([self._now_ms(), *(row.floor + 1 for row in rows)])
        if cart:
            return demand.reservation.to_take(cart, plan, skus, at, self._keep(demand))
        return demand.reservation.to_reserve(plan, skus, "reserve", at, self._keep(demand)), None

    def _cart(self, demand: Demand) -> Reservation | None:
        """The cart of this order, if it has anything to give. What is under way for it is finished first."""
        cart = self.orders.cart(demand.cart) if demand.cart else None
        if cart is None or not (cart.held or cart.batch):
            return None
        cart = self._settle(cart)
        return cart if cart.held else None

    def _once(self, order_id: str, cause: str, intent: Callable[[Demand], Reservation]) -> Reservation:
        for _ in range(MOST_ROUNDS):
            demand = self._settled(order_id)
            if cause in demand.reservation.done:
                return demand.reservation
            self._begin(intent(demand))
        raise Unavailable(f"the stock of {order_id} is being changed by many at once; try again")

    def _begin(self, intent: Reservation, cart: Reservation | None = None) -> Reservation | None:
        """Writes the intent down and carries it out. None where somebody else was first: for the next round to see."""
        try:
            return self._settle(self.orders.take(intent, cart) if cart else self.orders.save(intent))
        except Conflict:
            return None

    def _settled(self, order_id: str) -> Demand:
        """The order's demand with nothing under way."""
        for _ in range(MOST_ROUNDS):
            demand = self.orders.demand(order_id)
            if demand.reservation.batch is None:
                return demand
            try:
                self._settle(demand.reservation)
            except Conflict:
                continue
        raise Unavailable(f"the stock of {order_id} is being changed by many at once; try again")

    def _settle(self, reservation: Reservation) -> Reservation:
        return carried_out(self.stock, self.orders, reservation, self.clock)

    def _reserved(self, demand: Demand) -> Reservation:
        if demand.backordered:
            self.orders.lacks(demand.order_id, {}, instant(self.clock()))
        return self._quiet(demand)

    def _quiet(self, demand: Demand) -> Reservation:
        """Nothing is wanted any more: out of the queues."""
        if demand.waiting:
            self.orders.no_longer_want(demand.order_id, demand.waiting)
        return demand.reservation

    def rows(self, skus: Iterable[str]) -> list[Row]:
        """The open nodes' rows of these SKUs; where one never runs out, as having plenty."""
        open_nodes = self.open_nodes()
        wanted = sorted(skus)
        rows = self.endless().added_to(self.stock.rows(wanted), wanted)
        return rows if open_nodes is None else [row for row in rows if row.node in set(open_nodes)]

    def _shared(self, rows: Iterable[Row], channel: str) -> Available:
        sharing, endless, available = self.sharing(), self.endless(), dict[str, dict[str, int]]()
        for row in rows:
            if sharing.sells(channel, row.node):
                kept = 0 if endless.has(row.sku, row.node) else sharing.left_behind(channel, row.sku, row.node)
                units = row.available - kept
                available.setdefault(row.sku, {})[row.node] = max(0, units)
        return available

    def _keep(self, demand: Demand) -> Keep:
        sharing, endless = self.sharing(), self.endless()
        return lambda sku, node: None if endless.has(sku, node) else sharing.left_behind(demand.channel, sku, node)

    def _now_ms(self) -> int:
        return millis(self.clock())


def _not_enough(demand: Demand) -> StockUnavailable:
    lacking = ", ".join(sorted({want.sku for want in demand.missing}))
    return StockUnavailable(f"{demand.order_id}: not enough stock of {lacking}")


def _refuse_blocked(demand: Demand) -> None:
    if demand.cancelled or demand.reservation.closed:
        raise OrderCancelled(f"{demand.order_id} is cancelled")
    if demand.held_by:
        raise OrderHeld(f"{demand.order_id} is held: {demand.held_by}")


def _stocked(demand: Demand, lines: Mapping[str, T]) -> dict[str, T]:
    """Without lines that need no stock (a download, a gift card)."""
    stocked = {want.line for want in demand.wanted}
    return {line: what for line, what in lines.items() if line in stocked}
