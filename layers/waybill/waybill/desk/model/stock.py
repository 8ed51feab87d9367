"""Stock as a grid: SKUs down, nodes across."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from waybill.desk.model.facts import Stock


@dataclass(frozen=True, slots=True)
class Sku:
    """One row: a cell for each node, None where the node has never had it."""

    sku: str
    title: str
    cells: tuple[Stock | None, ...]

    @property
    def available(self) -> int:
        return sum(cell.available for cell in self.cells if cell)


def by_sku(stock: Iterable[Stock]) -> tuple[list[str], list[Sku]]:
    """The nodes by name, and a row for each SKU."""
    at = {(row.sku, row.node): row for row in stock}
    titles = {row.sku: row.title for row in at.values()}
    nodes = sorted({node for _, node in at})
    return nodes, [Sku(sku, titles[sku], tuple(at.get((sku, node)) for node in nodes)) for sku in sorted(titles)]
