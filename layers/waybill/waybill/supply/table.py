"""Purchase orders and transfers in the Inventory table: `pk = INBOUND#<kind>, sk = <id>`; and `pk = DUE#<sku>, sk = DUE`, all that is on its way of a SKU,
written with whatever changes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from waybill.aws.tables import Write, commit, replace
from waybill.inventory.stock_table import INVENTORY
from waybill.kernel.events import Entry
from waybill.supply.model.inbound import ON_ITS_WAY, PURCHASE_ORDER, TRANSFER, Deed, Inbound, Line
from waybill.supply.model.promise import Due

_INBOUND, _DUE = "INBOUND#", "DUE#"
_DUE_SK = "DUE"


class InboundTable:
    """`ports.Inbounds` on DynamoDB."""

    def load(self, kind: str, id: str) -> Inbound | None:
        item = INVENTORY.get(_INBOUND + kind, id)
        return _inbound(item) if item else None

    def save(self, inbound: Inbound) -> Inbound:
        commit(replace(INVENTORY, _item(inbound), inbound.version), *self._due_from_now(inbound))
        return _inbound(_item(inbound))

    def due(self, skus: Iterable[str]) -> dict[str, list[Due]]:
        items = INVENTORY.get_many([(_DUE + sku, _DUE_SK) for sku in skus])
        return {item["pk"].removeprefix(_DUE): [Due(name.partition("/")[2], *each) for name, each in item["due"].items()] for item in items}

    def unfinished(self) -> Iterator[Inbound]:
        for kind in (PURCHASE_ORDER, TRANSFER):
            yield from (_inbound(item) for item in INVENTORY.partition(_INBOUND + kind) if item["under_way"])

    def on_their_way(self, nodes: Collection[str]) -> Iterator[tuple[str, Inbound]]:
        """(kind, what is on its way to one of these nodes) where nothing of it has come yet."""
        for kind in (PURCHASE_ORDER, TRANSFER):
            found = (_inbound(item) for item in INVENTORY.partition(_INBOUND + kind) if item["status"] in ON_ITS_WAY and item["node"] in nodes)
            yield from ((kind, inbound) for inbound in found if inbound.shown in ON_ITS_WAY)

    def page(self, kind: str, limit: int, start: dict[str, Any] | None) -> tuple[list[Inbound], dict[str, Any] | None]:
        """By id."""
        page = INVENTORY.page(_INBOUND + kind, limit=limit, start=start)
        return [_inbound(item) for item in page.items], page.next

    def _due_from_now(self, inbound: Inbound) -> Iterator[Write]:
        name, outstanding = f"{inbound.kind}/{inbound.id}", inbound.outstanding
        known = {item["pk"]: item for item in INVENTORY.get_many([(_DUE + sku, _DUE_SK) for sku in inbound.lines])}
        for sku in inbound.lines:
            item = known.get(_DUE + sku, {"pk": _DUE + sku, "sk": _DUE_SK, "version": 0, "due": {}})
            others = {id: each for id, each in item["due"].items() if id != name}
            ours = {name: [inbound.node, inbound.expected, outstanding[sku]]} if sku in outstanding else {}
            if item["due"] != others | ours:
                yield replace(INVENTORY, {**item, "due": others | ours, "version": item["version"] + 1}, item["version"])


def _item(inbound: Inbound) -> dict[str, Any]:
    """As it stands after this write."""
    deed = inbound.under_way
    return {
        "pk": _INBOUND + inbound.kind,
        "sk": inbound.id,
        "version": inbound.version + 1,
        "node": inbound.node,
        "source": inbound.source,
        "expected": inbound.expected,
        "status": inbound.status,
        "lines": {sku: [line.units, line.received, line.blocked] for sku, line in inbound.lines.items()},
        "under_way": [deed.verb, deed.key, dict(deed.good), dict(deed.blocked)] if deed else None,
        "keys": list(inbound.keys),
        "history": [entry.to_dict() for entry in inbound.history],
    }


def _inbound(item: Mapping[str, Any]) -> Inbound:
    return Inbound(
        id=item["sk"],
        kind=item["pk"].removeprefix(_INBOUND),
        node=item["node"],
        source=item["source"],
        lines={sku: Line(*each) for sku, each in item["lines"].items()},
        expected=item["expected"],
        status=item["status"],
        under_way=Deed(*item["under_way"]) if item["under_way"] else None,
        keys=tuple(item["keys"]),
        history=tuple(Entry.from_dict(entry) for entry in item["history"]),
        version=item["version"],
    )
