"""The Orders table: one Query brings everything of an order, one commit changes it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.aws.tables import Write, WriteConflict, commit, create, overwrite, replace
from waybill.kernel.errors import Conflict, NotFound
from waybill.kernel.ids import customer_key
from waybill.orders import codec
from waybill.orders.keys import ORDERS
from waybill.orders.model.order import Customer, Order
from waybill.orders.model.state import State
from waybill.orders.model.work import is_kept

MOST_TRIES = 8


@dataclass(frozen=True, slots=True)
class Record:
    """Everything of one order as it stands. `fulfilment_orders`, `tenders`, `decisions` are the stored items of their contexts,
    `others` whatever else lies in the partition, by sort key."""

    order: Order
    customer: Customer
    state: State
    fulfilment_orders: tuple[dict[str, Any], ...] = ()
    tenders: tuple[dict[str, Any], ...] = ()
    decisions: tuple[dict[str, Any], ...] = ()
    others: dict[str, dict[str, Any]] | None = None

    @property
    def wait(self) -> dict[str, Any] | None:
        """The task token on which the execution waits: {"state", "token", "at"}."""
        return (self.others or {}).get(codec.WAIT)

    def seen_by(self, group: str) -> Record:
        """The order as those see it who ship one of its groups: its address, its method and its promise stand where the order's own do. Not to be saved."""
        if group not in self.customer.groups:
            return self
        way = self.order.ships_by(group)
        shipping = dataclasses.replace(self.order.shipping, method=way.method, promise_days=way.promise_days, pickup_node="", ship_not_before=way.ship_not_before)
        customer = dataclasses.replace(self.customer, ship_to=self.customer.groups[group])
        return dataclasses.replace(self, order=dataclasses.replace(self.order, shipping=shipping), customer=customer)

    def save(self, state: State) -> Write:
        """The write that replaces STATE, if it is still the version that was read."""
        return replace(ORDERS, codec.state_item(state, self.order), state.version)


def is_at_nodes(record: Record) -> bool:
    """Whether a node knows of any of it."""
    return any(item["status"] not in ("rejected", "cancelled") and not is_kept(item) for item in record.fulfilment_orders)


def still_kept(record: Record) -> list[Write]:
    """The writes that make sure that nobody asks a node for work that is kept from it, between when this was read and when it is written."""
    kept = [item for item in record.fulfilment_orders if item["status"] not in ("rejected", "cancelled") and is_kept(item)]
    return [replace(ORDERS, {name: value for name, value in item.items() if name != "write_id"} | {"version": item["version"] + 1}, item["version"]) for item in kept]


def load(order_id: str) -> Record:
    """Raises NotFound."""
    items = {item["sk"]: item for item in ORDERS.partition(codec.partition(order_id))}
    if codec.STATE not in items:
        raise NotFound(f"there is no order {order_id[:64]!r}")

    def of(prefix: str) -> tuple[dict[str, Any], ...]:
        return tuple([item for key, item in items.items() if key.startswith(prefix)])

    return Record(
        order=codec.order_from(items[codec.DOC]),
        customer=codec.customer_from(items.get(codec.PII, {})),
        state=codec.state_from(items[codec.STATE]),
        fulfilment_orders=of(codec.FULFILMENT_ORDER),
        tenders=of(codec.TENDER),
        decisions=of(codec.DECISION),
        others=items,
    )


def stands(order_id: str) -> bool:
    """Whether there is such an order."""
    return ORDERS.get(codec.partition(order_id), codec.STATE) is not None


def add(order: Order, customer: Customer, state: State, as_of: str = "") -> bool:
    """A new order, whole, as it was said at `as_of`, in one transaction. False where an order of this id stands already."""
    try:
        commit(*adding(order, customer, state, as_of))
    except WriteConflict:
        return False
    return True


def adding(order: Order, customer: Customer, state: State, as_of: str = "") -> list[Write]:
    """The writes of a new order."""
    placed_at = state.history[0].at
    return [
        create(ORDERS, codec.state_item(state, order)),
        create(ORDERS, codec.order_item(order)),
        create(ORDERS, {**codec.customer_item(order.id, placed_at, customer), **({"as_of": as_of} if as_of else {})}),
    ]


def change(order_id: str, decide: Callable[[Record], list[Write]]) -> Record:
    """Loads, decides, commits; once more from the start whenever somebody else was first. Raises Conflict after 8 tries.

    `decide` answers the writes, an empty list for nothing to do. It must be pure: it may run several times.
    """
    for _ in range(MOST_TRIES):
        record = load(order_id)
        writes = decide(record)
        if not writes:
            return record
        try:
            commit(*writes)
        except Conflict:
            continue
        return record
    raise Conflict(f"{order_id} is being changed by many at once; try again")


def change_state(order_id: str, verb: Callable[[Record], State]) -> State:
    """`change` for STATE alone. `verb` answers the state that follows; the same state means nothing to do."""
    after: list[State] = []

    def decide(record: Record) -> list[Write]:
        after[:] = [verb(record)]
        return [] if after[0] is record.state else [record.save(after[0])]

    change(order_id, decide)
    return after[0]


def as_placed(record: Record) -> Order:
    """The order as its channel placed it, whatever has been edited since."""
    first = (record.others or {}).get(f"{codec.EDIT}1")
    return codec.order_from(first["before"]) if first else record.order


def addressed_as_of(record: Record) -> str:
    """The instant of the newest word on where the order goes; "" where nobody has spoken since it was placed."""
    return str((record.others or {}).get(codec.PII, {}).get("as_of", ""))


def addressed(record: Record, customer: Customer, as_of: str, earlier: Mapping[str, Any] | None = None) -> Write:
    """The write of what was said at `as_of` of whose order it is. It goes with one of STATE, whose version guards both. `earlier`: the
    addresses that edits have replaced, by edit; unless told, those that are kept."""
    kept = earlier_addresses(record) if earlier is None else earlier
    item = {**codec.customer_item(record.order.id, record.state.history[0].at, customer), "as_of": as_of}
    return overwrite(ORDERS, {**item, **({"earlier": dict(kept)} if kept else {})})


def earlier_addresses(record: Record) -> dict[str, Any]:
    """{edit: {"ship_to", "bill_to"}} as they were before it."""
    return dict((record.others or {}).get(codec.PII, {}).get("earlier", {}))


def remember_wait(order_id: str, state_name: str, token: str, at: str, entered: str = "") -> bool:
    """Keeps the token on which the execution waits now, of the state that it entered last. False for a message that comes late, when the execution
    has gone on: whatever it was sent for has been done, and nobody waits on its token."""
    item = {"pk": codec.partition(order_id), "sk": codec.WAIT, "state": state_name, "token": token, "at": at, "entered": entered}
    no_newer_state = "attribute_not_exists(entered) OR entered <= :entered"
    try:
        commit(Write(ORDERS.name, item, no_newer_state, {}, {":entered": entered}))
    except WriteConflict:
        return False
    return True


def of_customer(email: str, limit: int, start: dict[str, Any] | None) -> tuple[list[str], dict[str, Any] | None]:
    """Order ids of a customer, newest first, and the cursor of the next page."""
    return _looked_up(f"CUSTOMER#{customer_key(email)}", limit, start, newest_first=True)


def in_attention(queue: str, limit: int, start: dict[str, Any] | None) -> tuple[list[str], dict[str, Any] | None]:
    """Order ids in front of a person, oldest first: a hold kind, or `backordered`."""
    return _looked_up(f"ATTENTION#{queue}", limit, start, newest_first=False)


def waiting_since(queue: str, latest: str, limit: int) -> list[str]:
    """Order ids in a queue of people that were placed before an instant, oldest first."""
    page = ORDERS.page(
        f"ATTENTION#{queue}", index="lookup", keys=("lookup_pk", "lookup_sk"), between=("0", latest), limit=limit
    )
    return [item["pk"].removeprefix("ORDER#") for item in page.items]


def _looked_up(
    lookup: str, limit: int, start: dict[str, Any] | None, newest_first: bool
) -> tuple[list[str], dict[str, Any] | None]:
    page = ORDERS.page(
        lookup, index="lookup", keys=("lookup_pk", "lookup_sk"), limit=limit, start=start, newest_first=newest_first
    )
    return [item["pk"].removeprefix("ORDER#") for item in page.items], page.next


def of_day(day: str, limit: int, start: dict[str, Any] | None) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """List rows of the orders of one day (`2026-11-23`), newest first."""
    page = ORDERS.page(day, index="by_day", keys=("day", "placed"), limit=limit, start=start, newest_first=True)
    return page.items, page.next
