"""Orders: read, changed, waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from waybill.bootstrap.clock import utc_now
from waybill.bootstrap.inventory import inventory
from waybill.bootstrap.payments import gateways, payment_policy

if TYPE_CHECKING:
    from waybill.aws.http import Router
    from waybill.editing.service import Editing
    from waybill.orders.reconciler import Reconciler
    from waybill.orders.service import Orders
    from waybill.orders.store import Record
    from waybill.orders.waits import Waits


def orders() -> Orders:
    """What people and channels do to an order."""
    from waybill.orders.service import Orders

    return Orders(utc_now)


def orders_api() -> Router:
    """Routes of `functions/orders`."""
    from waybill.orders import api, customers_api
    from waybill.orders.customers import Customers
    from waybill.payments import gateways_api, view
    from waybill.payments.breaker import CircuitTable
    from waybill.payments.refunding import granted
    from waybill.routing import present

    def payments(record: Record) -> dict[str, Any]:
        return view.whole(record.order, record.state, record.tenders, granted(record))

    routes = api.router(orders(), api.Views(payments, present.decisions), utc_now)
    gateways_api.add(routes, gateways(), CircuitTable())
    customers_api.add(routes, Customers(utc_now))
    return routes


def edits_api() -> Router:
    """Routes of `functions/edits`."""
    from waybill.editing import api

    return api.router(editing())


def editing() -> Editing:
    """Orders edited after they were placed."""
    from waybill.editing.service import Editing
    from waybill.routing.foretelling import Foretelling
    from waybill.routing.rules_table import RulesTable
    from waybill.routing.sites import ShopSites
    from waybill.routing.stock import InventoryStock
    from waybill.shop import store as shop

    stock = inventory()
    return Editing(stock, Foretelling(InventoryStock(stock), ShopSites(), RulesTable()), shop.policy, payment_policy, utc_now)


def waits() -> Waits:
    """What the state machine's waiting states do."""
    from functools import partial

    from waybill.aws import queues
    from waybill.inventory import waiting
    from waybill.inventory.model.backorders import POLICY
    from waybill.orders.waits import Waits
    from waybill.routing.planner import fill, killed
    from waybill.routing.rules_table import RulesTable
    from waybill.routing.sites import ShopSites
    from waybill.shop import store as shop

    stock = inventory()
    return Waits(
        utc_now,
        waiting.shortage(stock),
        waiting.queue_up(stock, lambda: shop.policy(POLICY)),
        killed(fill(ShopSites(), RulesTable())),
        partial(queues.send, "WAITS_QUEUE_URL"),
    )


def reconciler() -> Reconciler:
    """Finds what fell through."""
    from waybill.fulfilment.answering import Answering
    from waybill.fulfilment.releasing import Releasing
    from waybill.fulfilment.service import Fulfilment
    from waybill.inventory import waiting
    from waybill.orders.model.patience import PATIENCE
    from waybill.orders.reconciler import Reconciler
    from waybill.shop import store as shop

    service = Fulfilment(utc_now)
    return Reconciler(
        utc_now, waiting.shortage(inventory()), lambda: shop.policy(PATIENCE), Answering(service, utc_now).overdue, Releasing(service, utc_now).overdue
    )
