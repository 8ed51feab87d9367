"""Waves in the Orders table (`pk = WAVE#<id>, sk = WAVE`; a log and no `history`: nothing of them goes on the bus) and bins in the Shop table
(`pk = BIN#<node>, sk = <sku>`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.aws.tables import Table, Write, commit, overwrite, replace
from waybill.kernel.errors import NotFound
from waybill.kernel.events import Entry
from waybill.orders.keys import ORDERS
from waybill.picking.model.wave import Wave

_WAVE, _SK, _OPEN = "WAVE#", "WAVE", "WAVES#"
_MOST_OPEN = 100
_SHOP = Table("SHOP_TABLE")


class WavesTable:
    """`ports.Waves` on DynamoDB."""

    def load(self, id: str) -> Wave:
        if wave := self.find(id):
            return wave
        raise NotFound(f"there is no wave {id[:64]!r}")

    def find(self, id: str) -> Wave | None:
        item = ORDERS.get(_WAVE + id, _SK)
        return _wave(item) if item else None

    def save(self, wave: Wave, *others: Write) -> None:
        commit(replace(ORDERS, _item(wave), wave.version), *others)

    def open_at(self, node: str) -> list[Wave]:
        page = ORDERS.page(_OPEN + node, index="lookup", keys=("lookup_pk", "lookup_sk"), limit=_MOST_OPEN)
        items = ORDERS.get_many([(found["pk"], _SK) for found in page.items])
        return sorted((wave for wave in map(_wave, items) if not wave.ended), key=lambda wave: (wave.since, wave.id))


class BinsTable:
    """`ports.Bins` on DynamoDB."""

    def of(self, node: str, skus: list[str]) -> dict[str, str]:
        items = _SHOP.get_many([(f"BIN#{node}", sku) for sku in dict.fromkeys(skus)])
        return {item["sk"]: item["bin"] for item in items if item["bin"]}

    def every(self, node: str) -> dict[str, str]:
        """All of a node, by SKU."""
        return {item["sk"]: item["bin"] for item in _SHOP.partition(f"BIN#{node}") if item["bin"]}

    def write(self, node: str, bins: Mapping[str, str]) -> None:
        for sku, bin in bins.items():
            commit(overwrite(_SHOP, {"pk": f"BIN#{node}", "sk": sku, "bin": bin}))


def _item(wave: Wave) -> dict[str, Any]:
    """As it stands after this write."""
    item = {
        "pk": _WAVE + wave.id,
        "sk": _SK,
        "version": wave.version + 1,
        "node": wave.node,
        "status": wave.status,
        "works": list(wave.works),
        "since": wave.since,
        "picker": wave.picker,
        "device": wave.device,
        "taken_at": wave.taken_at,
        "units": wave.units,
        "picked": wave.picked,
        "asked": wave.asked,
        "log": [entry.to_dict() for entry in wave.log],
    }
    return item if wave.ended else item | {"lookup_pk": _OPEN + wave.node, "lookup_sk": f"{wave.since}#{wave.id}"}


def _wave(item: Mapping[str, Any]) -> Wave:
    return Wave(
        id=item["pk"].removeprefix(_WAVE),
        node=item["node"],
        status=item["status"],
        works=tuple(item["works"]),
        since=item["since"],
        picker=item["picker"],
        device=item["device"],
        taken_at=item["taken_at"],
        units=item["units"],
        picked=item["picked"],
        asked=item["asked"],
        version=item["version"],
        log=tuple(Entry.from_dict(entry) for entry in item["log"]),
    )
