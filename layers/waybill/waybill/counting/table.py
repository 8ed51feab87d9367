"""Count sheets in the Inventory table: `pk = COUNTS, sk = <id>`; what stock says of what is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple
from typing import Any

from waybill.aws.tables import commit, replace
from waybill.counting.model.sheet import Line, Sheet
from waybill.inventory.movements import Movements
from waybill.inventory.stock_table import INVENTORY, StockTable
from waybill.kernel.events import Entry

_COUNTS = "COUNTS"


class SheetsTable:
    """`service.Sheets` on DynamoDB."""

    def load(self, id: str) -> Sheet | None:
        item = INVENTORY.get(_COUNTS, id)
        return _sheet(item) if item else None

    def save(self, sheet: Sheet) -> Sheet:
        item = {
            "pk": _COUNTS,
            "sk": sheet.id,
            "version": sheet.version + 1,
            "node": sheet.node,
            "blind": sheet.blind,
            "status": sheet.status,
            "lines": {sku: list(astuple(line)) for sku, line in sheet.lines.items()},
            "history": [entry.to_dict() for entry in sheet.history],
        }
        commit(replace(INVENTORY, item, sheet.version))
        return _sheet(item)

    def unfinished(self) -> list[Sheet]:
        return [sheet for sheet in map(_sheet, INVENTORY.partition(_COUNTS)) if sheet.posting]

    def page(self, limit: int, start: dict[str, Any] | None) -> tuple[list[Sheet], dict[str, Any] | None]:
        page = INVENTORY.page(_COUNTS, limit=limit, start=start)
        return [_sheet(item) for item in page.items], page.next


class StockBooks:
    """`service.Books` on the stock rows."""

    def __init__(self, stock: StockTable, movements: Movements) -> None:
        self._stock, self._movements = stock, movements

    def on_hand(self, node: str, skus: Iterable[str]) -> dict[str, int]:
        return {row.sku: row.on_hand for row in self._stock.rows_at([(sku, node) for sku in skus])}

    def kept_at(self, node: str, skus: Iterable[str]) -> list[str]:
        return sorted(row.sku for row in self._stock.rows_at([(sku, node) for sku in skus]))

    def adjust(self, sku: str, node: str, quantity: int, key: str, reason: str, reference: str = "") -> object:
        return self._movements.adjust(sku, node, quantity, key, reason, reference)


def _sheet(item: Mapping[str, Any]) -> Sheet:
    return Sheet(
        id=item["sk"],
        node=item["node"],
        lines={sku: Line(*each) for sku, each in item["lines"].items()},
        blind=item["blind"],
        status=item["status"],
        history=tuple(Entry.from_dict(entry) for entry in item["history"]),
        version=item["version"],
    )
