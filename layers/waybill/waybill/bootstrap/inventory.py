"""Stock: what there is, what is on its way, what is counted, and what channels are told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from waybill.bootstrap.clock import utc_now
from waybill.kernel.clock import instant

if TYPE_CHECKING:
    from waybill.aws.http import Router
    from waybill.counting.service import Counting
    from waybill.inventory.carts import Carts
    from waybill.inventory.checking import Checking
    from waybill.inventory.movements import Movements
    from waybill.inventory.service import Inventory
    from waybill.listing.service import Listing
    from waybill.supply.service import Supply


def inventory() -> Inventory:
    """Reserving, releasing, shipping and moving stock for an order."""
    from waybill.inventory import waiting
    from waybill.inventory.model.backorders import POLICY
    from waybill.inventory.orders_table import OrdersTable
    from waybill.inventory.service import Inventory
    from waybill.inventory.shop_endless import endless
    from waybill.inventory.shop_sharing import sharing
    from waybill.inventory.stock_table import StockTable
    from waybill.routing.planner import Planner, fill, rest
    from waybill.routing.rules_table import RulesTable
    from waybill.routing.sites import ShopSites
    from waybill.shop import store as shop

    def open_nodes() -> list[str]:
        now = instant(utc_now())
        return [node.id for node in shop.nodes() if node.is_open(now)]

    sites, rules = ShopSites(), RulesTable()
    may_wait = waiting.admits(lambda: shop.policy(POLICY))
    return Inventory(
        StockTable(),
        OrdersTable(),
        Planner(sites, rules),
        open_nodes,
        sharing=sharing,
        rest=rest(fill(sites, rules)),
        admits=may_wait,
        endless=endless,
    )


def carts() -> Carts:
    """Stock kept for carts. Where they will ship from nobody knows yet: the fewest nodes keep it."""
    from waybill.inventory.carts import Carts
    from waybill.inventory.carts_table import CartsTable
    from waybill.inventory.model.cart import MINUTES, POLICY
    from waybill.inventory.service import Inventory
    from waybill.inventory.shop_endless import endless
    from waybill.inventory.shop_sharing import sharing
    from waybill.inventory.stock_table import StockTable
    from waybill.shop import store as shop

    def open_nodes() -> list[str]:
        now = instant(utc_now())
        return [node.id for node in shop.nodes() if node.is_open(now)]

    table = CartsTable()
    stock = Inventory(StockTable(), table, open_nodes=open_nodes, sharing=sharing, endless=endless)
    return Carts(stock, table, lambda: shop.policy(POLICY).get("minutes", MINUTES), utc_now)


def carts_api() -> Router:
    """Routes of `functions/carts`."""
    from waybill.inventory import carts_api as api

    return api.router(carts())


def movements() -> Movements:
    """Stock that comes in or is counted anew: also what set-up fills the shelves with."""
    from waybill.inventory.movements import Movements
    from waybill.inventory.orders_table import OrdersTable
    from waybill.inventory.stock_table import StockTable

    return Movements(StockTable(), OrdersTable())


def inventory_api() -> Router:
    """Routes of `functions/inventory`."""
    from waybill.counting import api as counting_api
    from waybill.counting.table import SheetsTable
    from waybill.inventory import api
    from waybill.inventory.orders_table import OrdersTable
    from waybill.inventory.stock_table import StockTable
    from waybill.supply import api as supply_api
    from waybill.supply.table import InboundTable

    inbounds = InboundTable()
    routes = api.router(StockTable(), movements(), supply_api.coming(inbounds, OrdersTable().waiting, utc_now))
    supply_api.add_routes(routes, supply(), inbounds)
    counting_api.add_routes(routes, counting(), SheetsTable())
    return routes


def counting() -> Counting:
    """Count sheets."""
    from waybill.counting.model.sheet import POLICY, Tolerance
    from waybill.counting.service import Counting
    from waybill.counting.table import SheetsTable, StockBooks
    from waybill.inventory.stock_table import StockTable
    from waybill.shop import store as shop

    def tolerance() -> Tolerance:
        policy = shop.policy(POLICY)
        return Tolerance(policy.get("units", 0), policy.get("percent", 0))

    return Counting(SheetsTable(), StockBooks(StockTable(), movements()), tolerance, utc_now)


def listing() -> Listing:
    """Channels are told of stock."""
    from waybill.inventory.stock_table import StockTable
    from waybill.listing.at_channel import teller
    from waybill.listing.model.policy import POLICY, read
    from waybill.listing.service import Listing
    from waybill.listing.shelves import ShopShelves
    from waybill.listing.table import ListingTable
    from waybill.shop import store as shop

    return Listing(lambda: read(shop.policy(POLICY)), ListingTable(), ShopShelves(StockTable(), utc_now), lambda listed: teller(listed, utc_now), utc_now)


def listing_api() -> Router:
    """Routes of `functions/listing`."""
    from waybill.listing import api
    from waybill.listing.table import ListingTable

    return api.router(listing(), ListingTable())


def supply() -> Supply:
    """Purchase orders and transfers."""
    from waybill.supply.service import Supply
    from waybill.supply.table import InboundTable

    return Supply(InboundTable(), movements(), utc_now)


def stock_worker() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Batches of the stock queue and of the Inventory table's stream."""
    from functools import partial

    from waybill.aws import queues, workflow
    from waybill.inventory.messages import Worker

    return Worker(inventory(), workflow, partial(queues.send, "PAYMENT_QUEUE_URL")).batch


def stock_proof() -> Checking:
    """What `functions/stock_proof` runs."""
    from waybill.inventory.checking import Checking
    from waybill.inventory.stock_table import StockTable
    from waybill.shop import store as shop

    return Checking(movements(), StockTable(), lambda: [item.sku for item in shop.all_items()])
