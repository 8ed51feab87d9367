"""The composition root: the only place that knows which real thing stands behind a port. One function a service; what a
function does not ask for is not imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from waybill.kernel.clock import instant, utc_now

if TYPE_CHECKING:
    from waybill.accounting.service import Books
    from waybill.aws.http import Router
    from waybill.channels.acks import ChannelAcks
    from waybill.channels.condition import Conditions
    from waybill.channels.watching import Watching
    from waybill.channels.worker import IntakeWorker
    from waybill.counting.service import Counting
    from waybill.drafts.service import Drafts
    from waybill.edi.notices import Notices
    from waybill.edi.orders import Orders as EdiOrders
    from waybill.edi.taking import Taking as EdiTaking
    from waybill.edi.watching import Watching as EdiWatching
    from waybill.editing.service import Editing
    from waybill.fulfilment.asking import Asking
    from waybill.fulfilment.carriers.karrio.direct import Direct
    from waybill.fulfilment.exceptions import Exceptions
    from waybill.fulfilment.labels import Labels
    from waybill.fulfilment.model.tracking import Scan
    from waybill.fulfilment.packing import Packing
    from waybill.fulfilment.parcels import Parcels
    from waybill.fulfilment.ports import Carrier
    from waybill.imports.worker import Worker as ImportWorker
    from waybill.inventory.carts import Carts
    from waybill.inventory.checking import Checking
    from waybill.inventory.movements import Movements
    from waybill.inventory.service import Inventory
    from waybill.kernel.events import Event
    from waybill.listing.service import Listing
    from waybill.mcf.fulfilling import Fulfilling
    from waybill.notifications.service import Notifier
    from waybill.orders.reconciler import Reconciler
    from waybill.orders.service import Orders
    from waybill.orders.store import Record
    from waybill.orders.waits import Waits
    from waybill.payments.as_credit import AsCredit
    from waybill.payments.by_hand import ByHand
    from waybill.payments.expiring import Expiring
    from waybill.payments.gateways import Gateways
    from waybill.payments.ledger.credits import Credits
    from waybill.payments.model.allocation import Policy
    from waybill.payments.notices import Webhooks
    from waybill.payments.paypal.gateway import PayPal
    from waybill.payments.ports import Gateway
    from waybill.payments.reconciliation.settling import Settling, Statement
    from waybill.payments.refunding import Refunds
    from waybill.picking.service import Picking
    from waybill.proof.facts import Broken
    from waybill.proof.rounds import Rounds
    from waybill.routing.brokering import Brokering
    from waybill.routing.moving import Moving
    from waybill.routing.scarcity import Scarcity
    from waybill.routing.service import Routing
    from waybill.supply.service import Supply


def intake_api() -> Router:
    """Routes of `functions/intake`. Clients are made here, at init, and not by the first caller's order."""
    from waybill.aws.clients import client
    from waybill.channels import door
    from waybill.channels.service import Intake

    for service in ("dynamodb", "sqs"):
        client(service)
    return door.router(Intake(utc_now))


def imports_api() -> Router:
    """Routes of `functions/imports`."""
    from functools import partial

    from waybill.aws import queues
    from waybill.imports import api
    from waybill.imports.service import Imports

    return api.router(Imports(utc_now, partial(queues.send, "IMPORTS_QUEUE_URL")))


def import_worker() -> ImportWorker:
    """What the imports queue's messages go to."""
    import os
    from functools import partial
    from time import monotonic

    from waybill.aws import queues
    from waybill.imports.many import some_at_a_time
    from waybill.imports.worker import Worker

    at_once = int(os.environ.get("IMPORT_THREADS", "1"))
    return Worker(utc_now, partial(queues.send, "IMPORTS_QUEUE_URL"), partial(some_at_a_time, at_once), monotonic)


def drafts() -> Drafts:
    """Orders being made by people."""
    from waybill.channels.service import Intake
    from waybill.drafts.looking import Looks
    from waybill.drafts.service import Drafts
    from waybill.drafts.shelves import Shelves
    from waybill.drafts.table import DraftsTable
    from waybill.inventory.stock_table import StockTable

    return Drafts(DraftsTable(), Looks(Shelves(StockTable(), utc_now), carts(), utc_now), Intake(utc_now), utc_now)


def drafts_api() -> Router:
    """Routes of `functions/drafts`."""
    from waybill.drafts import api

    return api.router(drafts())


def intake_worker() -> IntakeWorker:
    """What the intake queue's messages go to."""
    from waybill.channels.worker import IntakeWorker
    from waybill.orders import documents

    return IntakeWorker(utc_now, lambda document, record, said: documents.enqueue_change(document.id))


def channel_changes() -> Callable[[dict[str, Any]], None]:
    """What the channel-changes queue's messages go to."""
    from waybill.channels.changes import Changes
    from waybill.channels.following import Following
    from waybill.channels.worker import IntakeWorker

    def settle(order_id: str, paid: int | None, refunded: int | None, actor: str) -> None:
        from waybill.payments.at_channel import AtChannel
        from waybill.payments.dynamodb import OrdersTable

        AtChannel(OrdersTable(), utc_now).settle(order_id, paid, refunded, actor)

    following = Following(orders(), settle, utc_now)
    changes = Changes(IntakeWorker(utc_now, lambda document, record, said: following.follow(record, said)), utc_now)

    def take(message: dict[str, Any]) -> None:
        if message.get("NotificationType") != "FULFILLMENT_ORDER_STATUS" or not mcf().heard(message):
            changes.take(message)

    return take


def channel_watch() -> Watching:
    """What the schedule of the same function starts."""
    from waybill.channels.watching import Watching

    return Watching(utc_now)


def channel_conditions(secrets: bool = True) -> Conditions:
    """How channels stand: for their own door, and for the desk, which is given no channel's secrets."""
    from waybill.channels.condition import Conditions, secrets_of
    from waybill.listing.table import ListingTable

    def stock(channel: str) -> dict[str, Any]:
        known = ListingTable().standing(channel)
        waiting = {*known.due, *(level.sku for level in known.sending)}
        said = {"due": len(waiting), "since": min(filter(None, known.due.values()), default=None)}
        return {**said, "failures": known.failures, "left_alone_until": known.until or None} if known.version else {}

    return Conditions(stock, utc_now, secrets_of if secrets else lambda channel: {})


def channels_api() -> Router:
    """Routes of `functions/channels`."""
    from waybill.channels import channels_api

    def check_edi(says: Any) -> None:
        from waybill.edi.partner import check

        check(says)

    return channels_api.router(channel_conditions(), utc_now, check_edi)


def keys_api() -> Router:
    """Routes of `functions/keys`."""
    import secrets

    from waybill.channels import secrets_api
    from waybill.channels.rotating import Rotating
    from waybill.shop import keys_api as api
    from waybill.shop.keys import Keys

    def make() -> str:
        return f"wb_{secrets.token_urlsafe(32)}"

    routes = api.router(Keys(make, utc_now))
    secrets_api.add_routes(routes, Rotating(lambda: secrets.token_urlsafe(32), utc_now))
    return routes


def channel_acks() -> ChannelAcks:
    """What the channel-acks queue's events go to."""
    from waybill.channels.acks import ChannelAcks

    def steps(record: Record, event: Event) -> tuple[int, int] | None:
        from waybill.payments.at_channel import steps_of
        from waybill.payments.records import account

        tenders = account(record.order, record.state, record.tenders).tenders
        return steps_of(tenders, int(event.data["tender"]), event.time, int(event.data["amount"]))

    def noticed(record: Record, event: Event) -> None:
        edi_notices().shipped(record, event)

    return ChannelAcks(utc_now, steps, noticed)


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
    return Editing(stock, Foretelling(InventoryStock(stock), ShopSites(), RulesTable()), shop.policy, _payment_policy, utc_now)


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


def reconciler() -> Reconciler:
    """Finds what fell through."""
    from waybill.fulfilment.answering import Answering
    from waybill.fulfilment.service import Fulfilment
    from waybill.inventory import waiting
    from waybill.orders.model.patience import PATIENCE
    from waybill.orders.reconciler import Reconciler
    from waybill.shop import store as shop

    return Reconciler(utc_now, waiting.shortage(inventory()), lambda: shop.policy(PATIENCE), Answering(Fulfilment(utc_now), utc_now).overdue)


def payment() -> Callable[[dict[str, Any]], None]:
    """What the payment queue's messages go to."""
    from functools import partial
    from random import random

    from waybill.aws import queues, workflow
    from waybill.payments import messages
    from waybill.payments.breaker import Breakers, CircuitTable
    from waybill.payments.care import Care
    from waybill.payments.dynamodb import OrdersTable
    from waybill.payments.look import Looks
    from waybill.payments.patience import Patience
    from waybill.payments.paying_back import Payer
    from waybill.payments.refunding import Refunds
    from waybill.payments.service import Payments

    guarded = Breakers(gateways(), CircuitTable(), utc_now)
    payments = Payments(OrdersTable(), guarded, utc_now, _payment_policy)
    payer, looks = Payer(Refunds(utc_now), payments), Looks(OrdersTable(), guarded, utc_now, payments)

    def look(message: dict[str, Any]) -> None:
        told = {name: str(message.get(name, "")) for name in ("gateway", "reference", "order_id", "about")}
        order_id = looks.look(**told)
        if order_id and told["about"] == "refund":
            payer.settle(order_id)

    care = Care(OrdersTable(), guarded, utc_now, payments, looks)
    handle = partial(messages.handle, payments, workflow, others=messages.Others(payer.pay, look, care.look_after))
    return Patience(handle, partial(queues.send, "PAYMENT_QUEUE_URL"), payments, utc_now, random).take


def expiring() -> Expiring:
    """Finds the authorisations that are about to lapse."""
    from functools import partial

    from waybill.aws import queues
    from waybill.payments.expiring import Expiring

    return Expiring(partial(queues.send, "PAYMENT_QUEUE_URL"), utc_now)


def gateway_hooks_api() -> Router:
    """Routes of `functions/gateway_hooks`."""
    from functools import partial

    from waybill.aws import queues
    from waybill.payments import hooks

    return hooks.router(hooks.Hooks(gateway_webhooks(), partial(queues.send, "PAYMENT_QUEUE_URL"), utc_now))


def finance_api() -> Router:
    """Routes of `functions/finance`."""
    from waybill.payments import refunds_api, tenders_api
    from waybill.payments.ledger import credits_api

    routes = refunds_api.router(_refunds())
    tenders_api.add(routes, _by_hand())
    credits_api.add(routes, credits(), _as_credit())
    return routes


def _refunds() -> Refunds:
    from waybill.payments.refunding import Refunds

    return Refunds(utc_now, _payment_policy)


def _as_credit() -> AsCredit:
    from waybill.payments.as_credit import AsCredit

    return AsCredit(credits(), utc_now)


def _by_hand() -> ByHand:
    """Notes and asks; it is given no gateway, and calls none."""
    from functools import partial

    from waybill.aws import queues
    from waybill.payments.by_hand import ByHand
    from waybill.payments.dynamodb import OrdersTable
    from waybill.payments.service import Payments

    book = OrdersTable()
    return ByHand(book, Payments(book, {}, utc_now), partial(queues.send, "PAYMENT_QUEUE_URL"), utc_now)


def _payment_policy() -> Policy:
    from waybill.payments.model.allocation import Policy
    from waybill.shop import store as shop

    return Policy.of(shop.policy("payments"))


def gateways() -> Gateways:
    """Every gateway by its name, with the secret it needs (design.md §2); each is imported when first asked for."""
    import os

    from waybill.aws.secrets import secret
    from waybill.payments.gateways import Gateways

    def stripe() -> Gateway:
        from waybill.payments.stripe.gateway import Stripe

        told = secret("stripe")
        return Stripe(told["api_key"], os.environ.get("STRIPE_API_BASE", ""), told.get("several_captures") is True)

    def adyen() -> Gateway:
        from waybill.payments.adyen.gateway import Adyen
        from waybill.payments.told import ToldTable

        told = secret("adyen")
        return Adyen(told["api_key"], told["merchant_account"], told["api_base"], ToldTable("adyen"), utc_now)

    def ledger() -> Gateway:
        from waybill.payments.ledger.gateway import Ledger
        from waybill.payments.ledger.table import CreditTable

        return Ledger(CreditTable(), utc_now)

    return Gateways({"stripe": stripe, "paypal": _paypal, "adyen": adyen, "ledger": ledger})


def _paypal() -> PayPal:
    from waybill.aws.secrets import secret
    from waybill.payments.paypal.gateway import PayPal

    told = secret("paypal")
    return PayPal(told["client_id"], told["client_secret"], told.get("api_base", ""))


def gateway_webhooks() -> Mapping[str, Callable[[], Webhooks]]:
    """The doors of the gateways that tell us things, by name: made anew for each delivery, so that a rotated secret is seen."""
    from waybill.aws.secrets import secret

    def stripe() -> Webhooks:
        from waybill.payments.stripe.webhooks import StripeWebhooks

        return StripeWebhooks(secret("stripe").get("webhook_secrets", []))

    def paypal() -> Webhooks:
        from waybill.payments.paypal.webhooks import PayPalWebhooks

        return PayPalWebhooks(secret("paypal")["webhook_id"], _paypal().verified)

    def adyen() -> Webhooks:
        from waybill.payments.adyen.webhooks import AdyenWebhooks
        from waybill.payments.told import ToldTable

        told = secret("adyen")
        return AdyenWebhooks(told["hmac_keys"], told["merchant_account"], ToldTable("adyen"))

    return {"stripe": stripe, "paypal": paypal, "adyen": adyen}


def settling() -> Settling:
    """Holds the books of the gateways that can be asked for them against ours."""
    import os

    from waybill.aws.secrets import secret
    from waybill.payments.reconciliation.settling import Settling

    def stripe() -> Statement:
        from waybill.payments.stripe.books import StripeBooks
        from waybill.payments.stripe.statement import StripeStatement

        return StripeStatement(StripeBooks(secret("stripe")["api_key"], os.environ.get("STRIPE_API_BASE", "")))

    return Settling({"stripe": stripe}, utc_now)


def cases_api() -> Router:
    """Routes of `functions/cases`."""
    from waybill.payments.reconciliation import cases_api

    return cases_api.router(utc_now)


def credits() -> Credits:
    """Gift cards and store credit: issue, adjust, look."""
    import secrets

    from waybill.payments.ledger.credits import Credits
    from waybill.payments.ledger.table import CreditTable

    return Credits(CreditTable(), utc_now, secrets.token_bytes)


def books() -> Books:
    """Posts the journal: what the accounting queue's events go to."""
    from waybill.accounting.dynamodb import LedgerTable
    from waybill.accounting.service import Books
    from waybill.orders import store
    from waybill.shop import store as shop

    return Books(LedgerTable(), store.load, shop.items, shop.accounts)


def accounting_api() -> Router:
    """Routes of `functions/accounting`."""
    from waybill.accounting import api
    from waybill.accounting.dynamodb import LedgerTable
    from waybill.orders import store
    from waybill.shop import store as shop

    return api.router(LedgerTable(), store.load, shop.accounts, utc_now)


def desk() -> Callable[[dict[str, Any], str], Any]:
    """The desk behind its two doors: an event and the function's own ARN in, a page out."""
    from waybill.aws import queues
    from waybill.desk.cashier import Cashier
    from waybill.desk.door import Doors
    from waybill.desk.editor import Editor
    from waybill.desk.foreman import Foreman
    from waybill.desk.taker import Taker

    cashier, foreman = Cashier(_refunds(), _by_hand(), _as_credit()), Foreman(utc_now, _moving, queues.send)
    return Doors(orders(), cashier, Taker(drafts), Editor(editing), foreman, lambda: channel_conditions(secrets=False), utc_now)


def stock_proof() -> Checking:
    """What `functions/stock_proof` runs."""
    from waybill.inventory.checking import Checking
    from waybill.inventory.stock_table import StockTable
    from waybill.shop import store as shop

    return Checking(movements(), StockTable(), lambda: [item.sku for item in shop.all_items()])


def proof() -> Rounds:
    """What `functions/proof` runs on its schedule."""
    from waybill.orders import store
    from waybill.proof.rounds import Rounds

    return Rounds(store.of_day, _prove_order, utc_now)


def proof_api() -> Router:
    """Routes of `functions/proof`."""
    from waybill.proof import api, numbers

    return api.router(proof(), _prove_order, numbers)


def _prove_order(order_id: str) -> list[Broken]:
    from waybill.proof import check
    from waybill.proof.reading import order_facts

    return check(order_facts(order_id, utc_now))


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
    from waybill.fulfilment.model import customs, pickup, returning, shortage, sscc
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
    from waybill.shop import bundles, goods_api, policies_api
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


def fulfilment_api() -> Router:
    """Routes of `functions/fulfilment`."""
    from functools import partial

    from waybill.aws import queues
    from waybill.fulfilment import api, deliveries_api, life_api, manifests_api
    from waybill.fulfilment.carriers.tracking_door import Carriers
    from waybill.fulfilment.collecting import Collecting
    from waybill.fulfilment.dividing import Dividing
    from waybill.fulfilment.manifesting import HandingOver
    from waybill.fulfilment.reshipping import Reshipping
    from waybill.fulfilment.service import Fulfilment
    from waybill.routing import moving

    service = Fulfilment(utc_now)
    routes = api.router(service, Carriers(utc_now, service, _exceptions()))
    life_api.add_routes(routes, service, Dividing(utc_now), Reshipping(utc_now), Collecting(service, utc_now))
    manifests_api.add_routes(routes, HandingOver(utc_now, service))
    moving.add_routes(routes, _moving())
    deliveries_api.add_routes(routes, partial(queues.send, "NODE_PUSH_QUEUE_URL"))
    return routes


def _moving() -> Moving:
    from waybill.fulfilment.service import Fulfilment
    from waybill.routing.moving import Moving
    from waybill.shop import store as shop

    def open_nodes() -> list[str]:
        return [node.id for node in shop.nodes() if node.is_open(instant(utc_now()))]

    return Moving(Fulfilment(utc_now), open_nodes, lambda skus, channel: inventory().available(skus, channel))


def _exceptions() -> Exceptions:
    from waybill.fulfilment.exceptions import Exceptions
    from waybill.fulfilment.model.trouble import SILENT_DAYS
    from waybill.kernel.errors import NotFound
    from waybill.shop import store as shop

    def silent_days(carrier: str) -> int:
        try:
            return int(shop.carrier(carrier).settings.get("silent_days", SILENT_DAYS))
        except NotFound:
            return SILENT_DAYS

    return Exceptions(utc_now, silent_days)


def _carrier(id: str) -> Carrier:
    """Who stands behind a carrier of the shop: one that is called behind its circuit."""
    from waybill.aws.secrets import secret
    from waybill.fulfilment.carriers.registry import adapter
    from waybill.shop import store as shop

    found = adapter(shop.carrier(id), secret)
    if not found.calls:
        return found
    from waybill.fulfilment.carriers.guarded import Guarded
    from waybill.payments.breaker import Breaker, CircuitTable

    return Guarded(found, Breaker(f"carrier-{id}", CircuitTable(), utc_now))


def _carriers() -> list[Carrier]:
    """All of the shop, but those whose account is missing."""
    from waybill.aws.logs import logger
    from waybill.kernel.errors import Unavailable
    from waybill.shop import store as shop

    found: list[Carrier] = []
    for carrier in shop.carriers():
        try:
            found.append(_carrier(carrier.id))
        except Unavailable as problem:
            logger.warning("carrier passed over", carrier=carrier.id, problem=problem.message)
    return found


def _labels() -> Labels:
    from waybill.fulfilment.labels import Labels

    return Labels(utc_now, _carrier)


def direct_carriers() -> Direct:
    """What `functions/direct_carriers` does. A connection to a carrier, and its token, lives as long as its settings stay as they are."""
    from waybill.aws.secrets import secret
    from waybill.fulfilment.carriers import registry
    from waybill.fulfilment.carriers.karrio.connection import Connection
    from waybill.fulfilment.carriers.karrio.direct import Direct
    from waybill.shop import store as shop

    kept: dict[str, tuple[object, Connection]] = {}

    def connected(id: str) -> tuple[Connection, dict[str, Any]]:
        carrier = shop.carrier(id)
        told = (registry.account(carrier, secret), carrier.settings)
        if id not in kept or kept[id][0] != told:
            kept[id] = (told, Connection(carrier.settings.get("connector", ""), told[0], bool(carrier.settings.get("sandbox"))))
        return kept[id][1], carrier.settings

    return Direct(utc_now, connected)


def carriers_api() -> Router:
    """Routes of `functions/carriers`."""
    from waybill.fulfilment.carriers import api, verifying_api

    routes = api.router(utc_now)
    verifying_api.add_routes(routes, _carrier)
    return routes


def parcels() -> Parcels:
    """What `functions/parcels` does: it gives labels back, `watching` goes its rounds."""
    from waybill.fulfilment.collecting import Collecting
    from waybill.fulfilment.parcels import Parcels
    from waybill.fulfilment.service import Fulfilment
    from waybill.fulfilment.watching import Watching
    from waybill.shop import store as shop

    def scans(carrier: str, number: str) -> Sequence[Scan]:
        asked = getattr(_carrier(carrier), "scans", None)
        return asked(number) if asked else ()

    def pack(fo_id: str, wanted: str) -> object:
        import json

        return _packing().pack(fo_id, json.loads(wanted or "[]"), "fulfilment")

    watching = Watching(utc_now, Fulfilment(utc_now), _exceptions(), scans, pack, lambda: [node.id for node in shop.nodes()])
    return Parcels(_labels(), watching, lambda fo_id, actor: _packing().relabel(fo_id, actor), Collecting(Fulfilment(utc_now), utc_now))



def labels_api() -> Router:
    """Routes of `functions/labels`."""
    from waybill.fulfilment import batches_api, manifests_api, returns_api
    from waybill.fulfilment import labels_api as api
    from waybill.fulfilment.batching import Batching
    from waybill.fulfilment.manifesting import Closing
    from waybill.fulfilment.printer import return_printer
    from waybill.fulfilment.returning import Returning
    from waybill.fulfilment.service import Fulfilment
    from waybill.picking import paper_api

    def form(carrier: str, shipments: list[str]) -> tuple[str, bytes]:
        asked = getattr(_carrier(carrier), "manifest", None)
        return asked(shipments) if asked else ("", b"")

    routes = api.router(_packing())
    paper_api.add_routes(routes, _picking())
    manifests_api.add_paper_routes(routes, Closing(utc_now, Fulfilment(utc_now), form))
    returns_api.add_routes(routes, Returning(utc_now, return_printer, _carriers, _carrier))
    batches_api.add_routes(routes, Batching(Fulfilment(utc_now), lambda id, node: _picking().read(id, node).works))
    return routes


def _packing() -> Packing:
    from waybill.fulfilment.packing import Packing
    from waybill.fulfilment.printer import printer

    return Packing(utc_now, printer, _carriers, _labels())


def picking_api() -> Router:
    """Routes of `functions/picking`."""
    from waybill.picking import api
    from waybill.picking.table import BinsTable

    return api.router(_picking(), BinsTable())


def _picking() -> Picking:
    from waybill.fulfilment.service import Fulfilment
    from waybill.picking.service import Picking
    from waybill.picking.table import BinsTable, WavesTable

    return Picking(utc_now, WavesTable(), BinsTable(), Fulfilment(utc_now))


def notifier() -> Notifier:
    """Mails the customer: what the notifications queue's messages go to."""
    from waybill.aws import files
    from waybill.aws.config import setting
    from waybill.kernel.errors import NotFound
    from waybill.notifications.dynamodb import MessagesTable
    from waybill.notifications.model import Brand
    from waybill.notifications.service import Notifier
    from waybill.notifications.ses import Ses
    from waybill.orders import store
    from waybill.shop import store as shop

    def brand(channel: str) -> Brand:
        known = shop.channel(channel)
        return Brand.of(known.settings.get("brand") or {}, known.name, setting("MAIL_FROM"))

    def tracking(id: str) -> tuple[str, str]:
        try:
            carrier = shop.carrier(id)
        except NotFound:
            return id, ""
        return carrier.name, carrier.tracking_url

    return Notifier(MessagesTable(), Ses(), store.load, brand, tracking, utc_now, files.get)


def node_push() -> Asking:
    """Tells nodes of their work, each in its own way."""
    from waybill.fulfilment.asking import Asking
    from waybill.fulfilment.push import NodePush

    return Asking(NodePush(utc_now).told, {"edi": lambda: edi_orders().told, "mcf": lambda: mcf().told})


def mcf() -> Fulfilling:
    """Nodes that are Amazon."""
    from waybill.channels.connecting import remote
    from waybill.fulfilment import listing
    from waybill.fulfilment.away import Away
    from waybill.fulfilment.service import Fulfilment
    from waybill.mcf.fulfilling import Fulfilling, account_of
    from waybill.shop import store as shop

    def account(channel: str) -> Any:
        return remote(shop.channel(channel), utc_now)

    return Fulfilling(Away(Fulfilment(utc_now)), account_of(account), listing.open_ids)


def edi_orders() -> EdiOrders:
    """Warehouse shipping orders and stock transfer advices, into partners' folders."""
    from waybill.edi.orders import Orders
    from waybill.edi.sending import Sending

    return Orders(utc_now, Sending(utc_now), lambda kind, id: supply().load(kind, id))


def edi_notices() -> Notices:
    """Ship notices into the folders of channels."""
    from waybill.edi.notices import Notices
    from waybill.edi.sending import Sending

    return Notices(Sending(utc_now))


def edi_taking() -> EdiTaking:
    """What partners put into their folders."""
    from dataclasses import replace

    from waybill.edi.applying import Applying
    from waybill.edi.sending import Sending
    from waybill.edi.shelves import NodeCounts, NodeReceipts
    from waybill.edi.taking import Taking
    from waybill.fulfilment.away import Away
    from waybill.fulfilment.service import Fulfilment
    from waybill.supply.model.inbound import PURCHASE_ORDER, TRANSFER

    sending = Sending(utc_now)
    receipts = NodeReceipts(supply(), (PURCHASE_ORDER, TRANSFER), lambda inbound, day: replace(inbound, expected=day))
    return Taking(utc_now, sending, Applying(Away(Fulfilment(utc_now)), receipts, NodeCounts(counting()), sending).apply)


def edi_watching() -> EdiWatching:
    """Tells nodes what is on its way to them; counts what waits for an acknowledgement, or for a person."""
    from waybill.edi.sending import Sending
    from waybill.edi.watching import Watching
    from waybill.supply.table import InboundTable

    return Watching(Sending(utc_now), edi_orders(), InboundTable().on_their_way)


def edi_api() -> Router:
    """Routes of `functions/edi`."""
    from waybill.edi import api
    from waybill.edi.sending import Sending

    return api.router(edi_taking(), Sending(utc_now), edi_orders(), edi_notices())
