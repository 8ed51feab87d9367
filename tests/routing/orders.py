"""Orders to route, in a cloud of this process: what stands before the machine's command, and what the nodes do after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.cloud import cloud
from tests.support.shop import open_shop
from waybill.aws.tables import commit
from waybill.bootstrap import clock as bootstrap_clock
from waybill.bootstrap import inventory as inventory_root
from waybill.fulfilment import service as fulfilment
from waybill.fulfilment.model import fulfilment_order as fo
from waybill.fulfilment.model import packing
from waybill.fulfilment.service import Fulfilment
from waybill.inventory.stock_table import StockTable
from waybill.kernel.clock import parse_instant
from waybill.kernel.ids import fulfilment_order_id
from waybill.orders import store
from waybill.orders.model import state as verbs
from waybill.orders.model.order import Address, Customer, Line, Order, Shipping
from waybill.orders.store import Record
from waybill.routing.orders_table import OrdersTable
from waybill.routing.rules_table import RulesTable
from waybill.routing.service import Routing
from waybill.routing.sites import ShopSites
from waybill.routing.stock import InventoryStock

ORDER = "ord_aaaaaaaaaaaaaaaaaaaa"
AT = "2026-11-23T03:20:00.000Z"
SAN_FRANCISCO = Address(name="Ada", postal_code="94105", region="CA", country="US")
NEW_YORK = Address(name="Ada", postal_code="10001", region="NY", country="US")


@dataclass
class Tokens:
    """Answers given to the machine: (token, `succeeded` or the error's name)."""

    answers: list[tuple[str, str]] = field(default_factory=list)

    def succeed(self, token: str, output: dict[str, Any]) -> bool:
        self.answers.append((token, "succeeded"))
        return True

    def fail(self, token: str, error: str, cause: str = "") -> bool:
        self.answers.append((token, error))
        return True

    def __contains__(self, answer: tuple[str, str]) -> bool:
        return answer in self.answers

    def __len__(self) -> int:
        return len(self.answers)


@dataclass
class Desk:
    """One order's world: `route` and `go_on` as the worker runs them, and the deeds of others."""

    tokens: Tokens = field(default_factory=Tokens)

    @property
    def service(self) -> Routing:
        stock = InventoryStock(inventory_root.inventory())
        return Routing(OrdersTable(), stock, ShopSites(lambda: parse_instant(AT)), RulesTable(), self.tokens, bootstrap_clock.utc_now)

    def route(self, token: str = "token-1") -> None:
        self.service.route(ORDER, token)

    def go_on(self) -> None:
        self.service.go_on(ORDER)

    @property
    def record(self) -> Record:
        return store.load(ORDER)

    def work(self) -> dict[str, dict[str, int]]:
        """{node: {line: units}} of the fulfilment orders that nobody has refused."""
        units: dict[str, dict[str, int]] = {}
        for item in self.record.fulfilment_orders:
            for line, at in item["lines"].items() if item["status"] != "rejected" else ():
                lines = units.setdefault(item["node"], {})
                lines[line] = lines.get(line, 0) + at["quantity"]
        return units

    def reject(self, number: int, reason: str, lines: tuple[str, ...] = ()) -> None:
        """A node refuses; `lines`: those at fault."""
        Fulfilment(bootstrap_clock.utc_now).reject(fulfilment_order_id(ORDER, number), reason, list(lines), "node")

    def ship(self, number: int) -> None:
        """A node packs everything into one parcel, and it leaves."""
        id = fulfilment_order_id(ORDER, number)
        _, work = fulfilment.load(id)
        picked = fo.pick(fo.accept(work, AT, "node"), {}, AT, "node")
        packed = packing.pack(picked, (fo.Package(1, work.units(), 500),), AT, "node")
        commit(fulfilment.save(packed))
        Fulfilment(bootstrap_clock.utc_now).ship(id, "node")

    def change(self, verb: Any) -> None:
        """STATE after a verb of the orders' model."""
        store.change_state(ORDER, lambda record: verb(record.state))

    def stock(self, sku: str) -> dict[str, tuple[int, int]]:
        """{node: (on hand, reserved)}."""
        return {row.node: (row.on_hand, row.reserved) for row in StockTable().rows([sku])}


@contextmanager
def order_of(
    *lines: Line,
    to: Address = SAN_FRANCISCO,
    stock: dict[tuple[str, str], int] | None = None,
    reserved: bool = True,
    promise_days: int = 0,
) -> Iterator[Desk]:
    """An order with its stock reserved, about to be routed, in the small shop of `tests.support.shop`."""
    with cloud():
        open_shop(stock)
        _placed(lines, to, promise_days)
        if reserved:
            inventory_root.inventory().reserve(ORDER)
        yield Desk()


def _placed(lines: tuple[Line, ...], to: Address, promise_days: int) -> None:
    total = sum(line.net for line in lines)
    order = Order(ORDER, "api", "1001", AT, "USD", lines, Shipping(promise_days=promise_days), (), total)
    state = verbs.received(ORDER, {line.id: line.quantity for line in lines}, AT, "channel:api", {"total": total, "held": False})
    store.add(order, Customer("ada@example.org", "Ada", ship_to=to), state)


def tea(quantity: int = 1, line: str = "1") -> Line:
    """250 g; ten at each node."""
    return Line(line, "TEA", "Tea", quantity, 400)


def cup(quantity: int = 1, line: str = "2") -> Line:
    """400 g; five at Columbus."""
    return Line(line, "CUP", "Cup", quantity, 300)


def pot(quantity: int = 1, line: str = "3") -> Line:
    """1500 g; three at Reno."""
    return Line(line, "POT", "Pot", quantity, 2000)


def gift_card(line: str = "9") -> Line:
    return Line(line, "CARD", "Gift card", 1, 2500, ships=False)
