"""What past decisions tell of demand and of what shipping costs: receipts hold it all, and nothing of who bought. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.routing.model.decision import NO_CARRIER, Asked
from waybill.routing.model.problem import MOST_PARCELS
from waybill.routing.model.receipt import question
from waybill.routing.model.scarcity import Outlook, Sale, expected, share_of_a_parcel


@dataclass(frozen=True, slots=True)
class Season:
    """`parcels` and `handling` by (node, region) and by node: what a parcel cost on average, and a unit in it, minor units."""

    sales: tuple[Sale, ...]
    parcels: Mapping[tuple[str, str], float]
    handling: Mapping[str, int]

    @property
    def skus(self) -> list[str]:
        return sorted({sale.sku for sale in self.sales})

    def outlooks(self, stock: Mapping[str, Mapping[str, int]], share: float) -> list[Outlook]:
        """One a SKU that was sold and lies anywhere. `share`: the time to look ahead over the time that was looked back on."""
        demand, of_a_parcel = expected(self.sales, share), share_of_a_parcel(self.sales)
        return [Outlook(sku, stock[sku], demand[sku], self._costs(of_a_parcel[sku])) for sku in self.skus if stock.get(sku)]

    def _costs(self, share: float) -> dict[tuple[str, str], float]:
        return {(node, region): self.handling[node] + share * parcel for (node, region), parcel in self.parcels.items()}


def learned(receipts: Iterable[Mapping[str, Any]]) -> Season:
    """From the first decisions of orders. A load that no parcels carry says nothing of what will be bought in parcels."""
    sales: list[Sale] = []
    paid: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    handling: dict[str, int] = {}
    for kept in receipts:
        asked = question(kept)
        if _a_lorry(asked):
            continue
        region, units = region_of(asked.order), sum(line.quantity for line in asked.lines)
        sales += [Sale(region, line.sku, line.quantity, units) for line in asked.lines]
        for node, parcel, each in _offers(asked):
            paid[node, region].append(parcel)
            handling[node] = each
    return Season(tuple(sales), {pair: sum(costs) / len(costs) for pair, costs in paid.items()}, handling)


def region_of(order: Mapping[str, Any]) -> str:
    """Where demand comes from: a state, or a country that has none."""
    return f"{order.get('country', '')}-{order.get('region', '')}"


def _a_lorry(asked: Asked) -> bool:
    return any(_weight(asked) > site.rate.breaks_g[-1] * MOST_PARCELS for site in asked.sites if site.barred != NO_CARRIER)


def _weight(asked: Asked) -> int:
    return sum(line.quantity * line.weight_g for line in asked.lines)


def _offers(asked: Asked) -> Iterable[tuple[str, int, int]]:
    weight = _weight(asked)
    for site in asked.sites:
        if site.barred != NO_CARRIER and weight:
            yield site.node, site.rate.price(weight, site.per_parcel), site.per_unit
