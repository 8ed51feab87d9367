"""The composition root: the only place that knows which real thing stands behind a port. One function a service; what a
function does not ask for is not imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from waybill.kernel.clock import utc_now

if TYPE_CHECKING:
    from waybill.aws.http import Router
    from waybill.orders.reconciler import Reconciler
    from waybill.orders.service import Orders
    from waybill.orders.waits import Waits


def orders() -> Orders:
    """What people and channels do to an order."""
    from waybill.orders.service import Orders

    return Orders(utc_now)


def orders_api() -> Router:
    """Routes of `functions/orders`."""
    from waybill.orders import api
    from waybill.payments import view
    from waybill.routing import present

    return api.router(orders(), api.Views(view.of_order, present.decisions), utc_now)


def waits() -> Waits:
    """What the state machine's waiting states do."""
    from waybill.inventory import waiting
    from waybill.orders.waits import Waits

    return Waits(utc_now, waiting.shortage, waiting.queue_up)


def reconciler() -> Reconciler:
    """Finds what fell through."""
    from waybill.orders.reconciler import Reconciler

    return Reconciler(utc_now)


def payment() -> Callable[[dict[str, Any]], None]:
    """What the payment queue's messages go to."""
    import os
    from functools import partial

    from waybill.aws.secrets import secret
    from waybill.payments import messages
    from waybill.payments.dynamodb import OrdersTable
    from waybill.payments.gateways import Gateways
    from waybill.payments.service import Payments
    from waybill.payments.stripe import Stripe

    def stripe() -> Stripe:
        return Stripe(secret("stripe")["api_key"], os.environ.get("STRIPE_API_BASE", ""))

    return partial(messages.handle, Payments(OrdersTable(), Gateways({"stripe": stripe}), utc_now))
