"""The shop's nodes as one order sees them: how far, how dear, whether in time. `ports.Sites` on the Shop table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from waybill.fulfilment.carriers import tables
from waybill.fulfilment.model import pickup
from waybill.inventory.model.sharing import Sharing
from waybill.inventory.shop_sharing import sharing
from waybill.kernel.clock import Clock, instant, parse_instant, utc_now
from waybill.orders.model.order import Address, Line
from waybill.orders.model.state import State
from waybill.orders.store import Record
from waybill.routing.capacity import Slots, taken
from waybill.routing.model.conditions import attributes
from waybill.routing.model.decision import BY_A_PERSON, CLOSED, FETCHED_ELSEWHERE, LATE, NO_CARRIER, NOT_FOR_CHANNEL, Site, Unrouted
from waybill.routing.model.problem import Rate
from waybill.routing.scarcity import prices
from waybill.routing.tariffs import rate
from waybill.shop import store as shop
from waybill.shop.calendar import begins, days_left, leaves_on
from waybill.shop.model import Node

UNKNOWN_WEIGHT_G = 500
"""What a unit of a SKU is taken to weigh that the shop does not know: a common parcel."""
_NO_RATE = Rate((1,), (0,))
_FOR_NOTHING = Rate((10**9,), (0,))


class ShopSites:
    """Nodes, items and carriers as the shop has set them up."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock

    def sites(self, record: Record) -> list[Site]:
        said, now = record.order.shipping, self._clock()
        promise = Promise(said.promise_days, promised_at(record), now, said.ship_not_before)
        there = record.customer.ship_to
        slots = Slots(taken)
        store = record.order.shipping.pickup_node
        seen = [_fetched(_site(node, there, then := promise.at(node), slots.full_days(node, then.now)), store) for node in shop.nodes()]
        scarce, skus = prices(instant(promise.now)), {line.sku for line in record.order.lines}
        return [_scarce(_barred(site, record, sharing()), scarce.get(site.node, {}), skus) for site in seen]

    def lines(self, record: Record, units: Mapping[str, int]) -> tuple[Unrouted, ...]:
        wanted = [line for line in record.order.lines if line.ships and units.get(line.id, 0) > 0]
        items = shop.items([line.sku for line in wanted])
        weights = {sku: max(1, item.weight_g) for sku, item in items.items()}
        return tuple(
            Unrouted(
                line.id, line.sku, units[line.id], weights.get(line.sku, UNKNOWN_WEIGHT_G), line.net * units[line.id] // line.quantity, _group(line)
            )
            for line in wanted
        )

    def facts(self, record: Record) -> dict[str, Any]:
        order, ship_to = record.order, record.customer.ship_to
        going = self.lines(record, {line.id: line.quantity for line in order.lines})
        return {
            "channel": order.channel,
            "currency": order.currency,
            "country": ship_to.country,
            "region": ship_to.region,
            "shipping_method": order.shipping.method,
            "promise_days": order.shipping.promise_days,
            "total": order.total,
            "lines": len(going),
            "units": sum(line.quantity for line in going),
            "weight_g": sum(line.quantity * line.weight_g for line in going),
            "skus": tuple(sorted({line.sku for line in going})),
            **attributes(order.attributes, (line.attributes for line in order.lines if line.ships)),
        }

    def tariffs(self) -> dict[str, str]:
        today = self._clock().date().isoformat()
        return {carrier.id: carrier.table_on(today) or carrier.version for carrier in shop.carriers()}


def _group(line: Line) -> str:
    """The parts of a bundle stay together, and what the channel has given the same `group`."""
    bundle = line.attributes.get("bundle")
    return str(bundle["line"] if bundle else line.attributes.get("group") or "")


def _barred(site: Site, record: Record, shared: Sharing) -> Site:
    if _ruled_out(site.node, record.state):
        return replace(site, barred=BY_A_PERSON)
    return site if shared.sells(record.order.channel, site.node) else replace(site, barred=site.barred or NOT_FOR_CHANNEL)


def _fetched(site: Site, store: str) -> Site:
    """Of an order that its customer fetches at a store: that one is asked before all others, which only send there what it has not, where the
    policy `pickup` lets them; of what it has nobody carries anything, and no carrier is late."""
    if not store:
        return site
    if site.node != store and not pickup.may_be_sent(shop.policy(pickup.POLICY)):
        return replace(site, barred=FETCHED_ELSEWHERE)
    if site.node != store:
        return replace(site, doubts=site.doubts | {FETCHED_ELSEWHERE})
    return replace(site, barred="" if site.barred == NO_CARRIER else site.barred, doubts=frozenset(), rate=_FOR_NOTHING, distance_km=0, within=0)


def _scarce(site: Site, known: Mapping[str, int], skus: set[str]) -> Site:
    own = {sku: known[sku] for sku in sorted(skus) if sku in known} if known else {}
    return replace(site, scarcity=own) if own else site


def _ruled_out(node: str, state: State) -> bool:
    return node in state.without or bool(state.only and node not in state.only)


@dataclass(frozen=True, slots=True)
class Promise:
    """`days` from `made_at`, 0 for none; looked at `now`, but not before a day (ISO) has begun at the node."""

    days: int
    made_at: datetime
    now: datetime
    not_before: str = ""

    def at(self, node: Node) -> Promise:
        """As it runs for a node: of what is kept for a day from that day on."""
        if not self.not_before:
            return self
        start = begins(node, self.not_before)
        return Promise(self.days, max(self.made_at, start), max(self.now, start))


def promised_at(record: Record) -> datetime:
    """When the promise began to run: with the order, or when stock came for what was backordered."""
    arrivals = [entry.at for entry in record.state.history if entry.type == "order.stock_arrived"]
    return parse_instant(max([record.order.placed_at, *arrivals]))


def _site(node: Node, there: Address, promise: Promise, full: frozenset[date]) -> Site:
    leaves = leaves_on(node, promise.now, full)
    within = days_left(node, promise.made_at, promise.days, leaves)
    lane = tables.lane(node.place, there, leaves.isoformat())
    price, in_time = rate([tables.on(carrier, lane.leaves) for carrier in shop.carriers()], lane, within)
    return Site(
        node=node.id,
        rate=price or _NO_RATE,
        distance_km=lane.distance_km,
        per_parcel=node.handling_per_parcel,
        per_unit=node.handling_per_unit,
        barred=CLOSED if not node.is_open(instant(promise.now)) else NO_CARRIER if price is None else "",
        doubts=frozenset() if in_time else frozenset({LATE}),
        kind=node.kind,
        country=node.place.country,
        region=node.place.region,
        tags=node.tags,
        priority=node.priority,
        leaves=leaves.isoformat(),
        within=within,
    )
