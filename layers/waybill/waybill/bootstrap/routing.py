"""Which node ships, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from waybill.bootstrap.clock import utc_now
from waybill.bootstrap.inventory import inventory
from waybill.bootstrap.third_parties import node_checks
from waybill.kernel.clock import instant

if TYPE_CHECKING:
    from waybill.aws.http import Router
    from waybill.orders.store import Record
    from waybill.routing.brokering import Brokering
    from waybill.routing.scarcity import Scarcity
    from waybill.routing.service import Routing


def scarcity() -> Scarcity:
    """What `functions/scarcity` runs."""
    from collections.abc import Iterable

    from waybill.inventory.stock_table import StockTable
    from waybill.routing.decisions_table import DecisionsTable
    from waybill.routing.model.scarcity import POLICY
    from waybill.routing.scarcity import Scarcity
    from waybill.routing.transport import prices
    from waybill.shop import store as shop

    def available(skus: Iterable[str]) -> Mapping[str, Mapping[str, int]]:
        now, there = instant(utc_now()), dict[str, dict[str, int]]()
        open_nodes = {node.id for node in shop.nodes() if node.is_open(now)}
        for row in StockTable().rows(skus):
            if row.node in open_nodes:
                there.setdefault(row.sku, {})[row.node] = row.available
        return there

    return Scarcity(DecisionsTable(utc_now), available, prices, lambda: shop.policy(POLICY), utc_now)


def rules_api() -> Router:
    """Routes of `functions/rules`."""
    from waybill.counting.model import sheet as counting_sheet
    from waybill.fulfilment.model import approval, customs, pickup, returning, shortage, sscc
    from waybill.fulfilment.service import Fulfilment
    from waybill.inventory import shop_endless
    from waybill.inventory.model import backorders, cart, endless, sharing
    from waybill.listing.model import policy as listing_policy
    from waybill.orders import addresses
    from waybill.orders.model import answers, destinations, limits, patience, remorse, risk
    from waybill.routing import brokering, rules_api, runs_api, steering_api
    from waybill.routing.decisions_table import DecisionsTable
    from waybill.routing.model import scarcity
    from waybill.routing.pool_table import PoolTable
    from waybill.routing.rulebook import Rulebook
    from waybill.routing.rules_table import RulesTable
    from waybill.routing.service import check as check_routing
    from waybill.routing.steering import Steering
    from waybill.shop import bundles, goods_api, nodes_api, policies_api
    from waybill.shop import store as shop

    def nodes() -> dict[str, int]:
        return {node.id: node.parcels_per_day for node in shop.nodes()}

    def reachable(policy: Mapping[str, Any]) -> dict[str, str]:
        from waybill.listing import at_channel  # loads adapters, for this one policy

        return at_channel.reachable(shop.channels(), policy)

    routes = rules_api.router(Rulebook(RulesTable(), DecisionsTable(utc_now), nodes, lambda: shop.policy("routing_gate"), utc_now))
    steering_api.add_routes(routes, Steering(Fulfilment(utc_now), nodes, utc_now))
    runs_api.add_routes(routes, PoolTable())
    checks: dict[str, policies_api.Check] = {
        addresses.POLICY: addresses.check,
        approval.POLICY: lambda policy: approval.check(policy, nodes()),
        backorders.POLICY: backorders.check,
        cart.POLICY: cart.check,
        bundles.POLICY: lambda policy: bundles.check(policy, shop.items),
        patience.PATIENCE: patience.check,
        brokering.POLICY: brokering.check,
        counting_sheet.POLICY: counting_sheet.check,
        customs.POLICY: customs.check,
        sscc.POLICY: sscc.check,
        returning.POLICY: lambda policy: returning.check(policy, nodes()),
        destinations.POLICY: destinations.check,
        endless.POLICY: shop_endless.checked,
        limits.POLICY: limits.check,
        remorse.POLICY: remorse.check,
        answers.POLICY: answers.check,
        shortage.POLICY: shortage.check,
        pickup.POLICY: pickup.check,
        risk.POLICY: risk.check,
        listing_policy.POLICY: lambda policy: listing_policy.check(policy, reachable(policy)),
        "routing": check_routing,
        scarcity.POLICY: scarcity.check,
        sharing.POLICY: lambda policy: sharing.check(policy, nodes()),
    }
    policies_api.add_routes(routes, checks, utc_now)
    goods_api.add_routes(routes, utc_now)
    nodes_api.add_routes(routes, node_checks(), utc_now)
    return routes


def routing() -> Callable[[dict[str, Any]], None]:
    """What the routing queue's messages go to."""
    from functools import partial

    from waybill.routing import messages

    return partial(messages.handle, _routing())


def brokering() -> Brokering:
    """What `functions/brokering` runs."""
    from waybill.routing import capacity
    from waybill.routing.assignment import assign
    from waybill.routing.brokering import POLICY, Brokering
    from waybill.routing.pool_table import PoolTable
    from waybill.shop import store as shop

    def parcels(node: str, day: str) -> int | None:
        most = shop.node(node).parcels_per_day
        return max(0, most - capacity.taken(day).get(node, 0)) if most else None

    return Brokering(_routing(), PoolTable(), assign, parcels, lambda: shop.policy(POLICY), utc_now)


def _routing() -> Routing:
    from waybill.aws import workflow
    from waybill.routing.orders_table import OrdersTable
    from waybill.routing.rules_table import RulesTable
    from waybill.routing.service import MOST_REJECTIONS, Routing
    from waybill.routing.sites import ShopSites
    from waybill.routing.stock import InventoryStock
    from waybill.shop import store as shop

    def most() -> int:
        return shop.policy("routing").get("most_rejections", MOST_REJECTIONS)

    def waits(record: Record) -> bool:
        return record.order.shipping.method in shop.policy("brokering").get("methods", ())

    return Routing(OrdersTable(), InventoryStock(inventory()), ShopSites(), RulesTable(), workflow, utc_now, most, waits)
