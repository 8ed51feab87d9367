"""`shop.json` as the shop's own things, with this laptop's addresses in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waybill.shop import calendar, goods, store
from waybill.shop.model import Account, Carrier, Channel, Node, Place, Service

FILE = Path(__file__).with_name("shop.json")
_ADDRESSES = ("receiver_url", "threepl_url")

Thing = tuple[str, str, Any]
"""Kind, id and the thing itself, as `shop.store.save` takes them."""


@dataclass(frozen=True, slots=True)
class DemoShop:
    """What is to be there. `stock` is (SKU, node, units)."""

    text: str
    raw: dict[str, Any]

    @classmethod
    def read(cls, addresses: Mapping[str, str], file: Path = FILE) -> DemoShop:
        """`addresses`: where the channels' side and the 3PL are to be told things (`receiver_url`, `threepl_url`)."""
        text = file.read_text("utf-8")
        for name in _ADDRESSES:
            text = text.replace(f"{{{name}}}", addresses[name])
        return cls(text, json.loads(text))

    def things(self) -> Iterator[Thing]:
        """Everything of the Shop table but the keys."""
        for raw in self.raw["nodes"]:
            node = Node(**{**raw, "place": Place(**raw["place"])})
            calendar.check(node)
            yield store.NODE, raw["id"], node
        for raw in self.raw["items"]:
            yield store.ITEM, raw["sku"], goods.item(raw["sku"], {name: value for name, value in raw.items() if name != "sku"})
        for raw in self.raw["boxes"]:
            yield store.BOX, raw["id"], goods.box(raw["id"], {name: value for name, value in raw.items() if name != "id"})
        for raw in self.raw["channels"]:
            yield store.CHANNEL, raw["id"], Channel(**raw)
        for raw in self.raw["carriers"]:
            yield store.CARRIER, raw["id"], _carrier(raw)
        for raw in self.raw["accounts"]:
            yield store.ACCOUNT, raw["id"], Account(**raw)
        for name, says in self.raw["policies"].items():
            yield store.POLICY, name, says

    @property
    def stock(self) -> list[tuple[str, str, int]]:
        return [(sku, node, units) for sku, at in self.raw["stock"].items() for node, units in at.items()]

    def ids(self, kind: str) -> list[str]:
        """Ids of the `nodes`, `channels` or `carriers`."""
        return [raw["id"] for raw in self.raw[kind]]


def _carrier(raw: dict[str, Any]) -> Carrier:
    services = tuple(_service(service) for service in raw["services"])
    return Carrier(**{**raw, "zones_km": tuple(raw["zones_km"]), "services": services})


def _service(raw: dict[str, Any]) -> Service:
    days = {int(zone): number for zone, number in raw["delivery_days"].items()}
    prices = {int(zone): tuple(row) for zone, row in raw["prices"].items()}
    return Service(raw["id"], raw["name"], days, tuple(raw["weight_breaks_g"]), prices)
