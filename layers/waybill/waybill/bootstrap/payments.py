"""Money: gateways, refunds, credits, and what is held against the gateways' own books."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from waybill.bootstrap.clock import utc_now

if TYPE_CHECKING:
    from waybill.aws.http import Router
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
    payments = Payments(OrdersTable(), guarded, utc_now, payment_policy)
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

    routes = refunds_api.router(refunds())
    tenders_api.add(routes, by_hand())
    credits_api.add(routes, credits(), as_credit())
    return routes


def refunds() -> Refunds:
    from waybill.payments.refunding import Refunds

    return Refunds(utc_now, payment_policy)


def as_credit() -> AsCredit:
    from waybill.payments.as_credit import AsCredit

    return AsCredit(credits(), utc_now)


def by_hand() -> ByHand:
    """Notes and asks; it is given no gateway, and calls none."""
    from functools import partial

    from waybill.aws import queues
    from waybill.payments.by_hand import ByHand
    from waybill.payments.dynamodb import OrdersTable
    from waybill.payments.service import Payments

    book = OrdersTable()
    return ByHand(book, Payments(book, {}, utc_now), partial(queues.send, "PAYMENT_QUEUE_URL"), utc_now)


def payment_policy() -> Policy:
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
