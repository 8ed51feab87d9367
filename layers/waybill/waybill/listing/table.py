"""In the Inventory table: a channel `pk = LISTING#<channel>, sk = STANDING`, what it was told of a SKU `sk = TOLD#<sku>`; how fast a SKU sells
`pk = SALES#<sku>, sk = SALES`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from waybill.aws.tables import commit, overwrite, replace
from waybill.channels.exploding import BUNDLE
from waybill.inventory.stock_table import INVENTORY
from waybill.kernel.plain import compact, plain
from waybill.listing.model.records import Level, Refusal, Sales, Standing, Told
from waybill.listing.ports import Sale
from waybill.orders.codec import DOC, order_from, partition
from waybill.orders.store import ORDERS

_LISTING, _STANDING, _TOLD, _SALES = "LISTING#", "STANDING", "TOLD#", "SALES"


class ListingTable:
    """`ports.Records` on DynamoDB."""

    def standing(self, channel: str) -> Standing:
        item = INVENTORY.get(_LISTING + channel, _STANDING)
        return _standing(channel, item) if item else Standing(channel)

    def save(self, standing: Standing) -> Standing:
        raw = plain(standing)
        due, refused = (compact(raw.pop(name)) for name in ("due", "refused"))
        sending = [[level.sku, level.number, level.since] for level in standing.sending]
        times = {name: str(raw.pop(name)) for name in ("shows_after", "tells_after")}
        key = {"pk": _LISTING + raw.pop("channel"), "sk": _STANDING}
        item = {**raw, **key, **times, "due": due, "refused": refused, "unknown": list(standing.unknown), "sending": sending, "version": standing.version + 1}
        commit(replace(INVENTORY, item, standing.version))
        return _standing(standing.channel, item)

    def told(self, channel: str, skus: Iterable[str]) -> dict[str, Told]:
        items = INVENTORY.get_many([(_LISTING + channel, _TOLD + sku) for sku in skus])
        return {told.sku: told for told in map(_told, items)}

    def tell(self, channel: str, told: Told) -> None:
        body = {"number": told.number, "sequence": told.sequence, "at": told.at, "sold": dict(told.sold), "version": told.version + 1}
        known = {name: value for name, value in (("called", told.called), ("unknown", told.unknown)) if value}
        commit(replace(INVENTORY, {"pk": _LISTING + channel, "sk": _TOLD + told.sku, **body, **known}, told.version))

    def page(self, channel: str, limit: int, start: dict[str, Any] | None) -> tuple[list[Told], dict[str, Any] | None]:
        """What it was told, by SKU."""
        page = INVENTORY.page(_LISTING + channel, prefix=_TOLD, limit=limit, start=start)
        return [_told(item) for item in page.items], page.next

    def sales(self, skus: Iterable[str]) -> dict[str, Sales]:
        items = INVENTORY.get_many([(f"{_SALES}#{sku}", _SALES) for sku in skus])
        return {item["pk"].partition("#")[2]: Sales(float(item["fast"]), float(item["slow"]), item["seen"]) for item in items}

    def keep_sales(self, sku: str, sales: Sales) -> None:
        item = {"pk": f"{_SALES}#{sku}", "sk": _SALES, "fast": str(sales.fast), "slow": str(sales.slow), "seen": sales.seen}
        commit(overwrite(INVENTORY, item))

    def orders(self, ids: Iterable[str]) -> list[Sale]:
        found = map(order_from, ORDERS.get_many([(partition(id), DOC) for id in ids]))
        return [
            Sale(order.id, order.channel, order.placed_at, _units((line.sku, line.quantity) for line in order.lines if BUNDLE not in line.attributes))
            for order in found
        ]


def _units(lines: Iterable[tuple[str, int]]) -> dict[str, int]:
    units: dict[str, int] = {}
    for sku, quantity in lines:
        units[sku] = units.get(sku, 0) + quantity
    return units


def _standing(channel: str, item: dict[str, Any]) -> Standing:
    known = {name: item[name] for name in ("after", "sequence", "minute", "sent", "failures", "until", "version")}
    known |= {name: item.get(name, "") for name in ("sent_at", "lease")}
    sending = tuple(Level(*level) for level in item["sending"])
    times = {name: float(item[name]) for name in ("shows_after", "tells_after")}
    refused = {sku: Refusal(**said) for sku, said in json.loads(item.get("refused", "{}")).items()}
    unknown = tuple(item.get("unknown", ()))
    return Standing(channel, due=json.loads(item["due"]), sending=sending, refused=refused, unknown=unknown, **times, **known)


def _told(item: dict[str, Any]) -> Told:
    sku, known = item["sk"].removeprefix(_TOLD), (item.get("called", ""), item.get("unknown", ""))
    return Told(sku, item["number"], item["sequence"], item["at"], item["sold"], item["version"], *known)
