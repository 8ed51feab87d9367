"""What the API and the desk show of an order's money. Pure: it is given the stored items."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from waybill.kernel.money import decimal_string
from waybill.kernel.plain import plain
from waybill.orders.model.order import Order
from waybill.orders.model.state import State
from waybill.payments.model.balances import Balances
from waybill.payments.model.events import PaymentEvent
from waybill.payments.model.status import auth_status, charge_status
from waybill.payments.model.status import due as owed_after
from waybill.payments.model.tender import Tender
from waybill.payments.owed import due
from waybill.payments.records import tender_from


def whole(order: Order, state: State, items: Iterable[dict[str, Any]], granted: int = 0) -> dict[str, Any]:
    """`GET /v1/orders/{id}/payments`: the tenders, and what they come to against what is owed for all that was neither cancelled nor
    `granted` back (minor units)."""
    stored = list(items)
    return {"tenders": tenders(stored), **summary(stored, owed_after(due(order, state.lines), granted), order.currency)}


def tenders(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """PAY items → one object a tender: amounts as decimal strings with the currency beside; its balances and its events."""
    return [one(tender) for tender in sorted(map(tender_from, items), key=lambda tender: tender.number)]


def summary(items: Iterable[dict[str, Any]], owed: int, currency: str) -> dict[str, Any]:
    """The whole order: `charge_status` none/partial/full/over and `auth_status` none/partial/full against `owed` minor units."""
    total = sum((tender_from(item).balances for item in items), Balances())
    return {
        "charge_status": charge_status(total, owed),
        "auth_status": auth_status(total, owed),
        "currency": currency,
        "balances": _amounts(total, currency),
    }


def one(tender: Tender) -> dict[str, Any]:
    """One tender as the API shows it."""
    return {
        "number": tender.number,
        "kind": tender.kind,
        "gateway": tender.gateway,
        "currency": tender.currency,
        "amount": decimal_string(tender.amount, tender.currency),
        "balances": _amounts(tender.balances, tender.currency),
        **({"expires_at": tender.expires_at} if tender.expires_at else {}),
        "events": [_event(event, tender.currency) for event in tender.events],
    }


def _amounts(balances: Balances, currency: str) -> dict[str, str]:
    return {name: decimal_string(amount, currency) for name, amount in plain(balances).items()}


def _event(event: PaymentEvent, currency: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": event.type, "at": event.at, "amount": decimal_string(event.amount, currency)}
    return shown | {name: value for name in ("reference", "reason", "expires_at") if (value := getattr(event, name))}
