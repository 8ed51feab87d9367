"""An inventory on fakes, with stock on its shelves."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.inventory.fakes import Clock, FakeOrders, FakeStock, differences
from waybill.inventory.model.plan import Wanted, fewest_nodes
from waybill.inventory.model.row import Row
from waybill.inventory.model.sharing import read
from waybill.inventory.movements import Movements
from waybill.inventory.ports import Planner
from waybill.inventory.service import Inventory


class House:
    """`House(A={"N1": 5})`: five of A at N1."""

    def __init__(self, **stock: dict[str, int]) -> None:
        self.clock = Clock()
        self.stock, self.orders = FakeStock(self.clock), FakeOrders()
        self.inventory = self.planned_by(fewest_nodes)
        self.movements = Movements(self.stock, self.orders, self.clock)
        for sku, nodes in stock.items():
            for node, units in nodes.items():
                self.movements.receive(sku, node, units, f"seed-{sku}-{node}")

    def planned_by(self, planner: Planner, open_nodes: Callable[[], Iterable[str] | None] = lambda: None) -> Inventory:
        return Inventory(self.stock, self.orders, planner, open_nodes, self.clock)

    def shared_by(self, policy: dict[str, object]) -> Inventory:
        return Inventory(self.stock, self.orders, clock=self.clock, sharing=lambda: read(policy))

    def reserve_so(self, order_id: str, allocations: dict[str, dict[str, int]], sku: str = "A") -> None:
        """An order whose lines hold exactly these units {line: {node: units}}."""
        wanted = tuple(Wanted(line, sku, sum(nodes.values())) for line, nodes in allocations.items())
        self.orders.place(order_id)
        self.orders.known[order_id].wanted = wanted
        self.planned_by(lambda order, missing, available: allocations).reserve(order_id)

    def row(self, sku: str, node: str) -> Row:
        return self.stock.by_place[sku, node]

    def numbers(self, sku: str, node: str) -> tuple[int, int, int]:
        """(on hand, reserved, available)."""
        row = self.row(sku, node)
        return row.on_hand, row.reserved, row.available

    def sound(self) -> None:
        assert differences(self.stock, self.orders) == []
