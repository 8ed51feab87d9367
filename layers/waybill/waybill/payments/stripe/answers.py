"""What Stripe answers, checked field by field like any input, and the amounts as Stripe counts them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from waybill.kernel.clock import instant
from waybill.kernel.errors import PaymentDeclined
from waybill.kernel.money import MOST_MINOR_UNITS, exponent
from waybill.payments import notices
from waybill.payments.notices import Dispute
from waybill.payments.ports import (
    ACTION_REQUIRED,
    AUTHORISED,
    CAPTURED,
    CUSTOMER_PRESENT,
    DECLINED,
    PENDING,
    PREPARED,
    VOIDED,
    GatewayRefused,
    Returned,
    Standing,
)

_WITHOUT_DECIMALS = frozenset(["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"])
_WITH_TWO = frozenset({"ISK", "UGX"})
"""Where Stripe differs from ISO 4217: https://docs.stripe.com/currencies#special-cases"""

_STATUS = {
    "requires_confirmation": PREPARED,
    "requires_capture": AUTHORISED,
    "succeeded": CAPTURED,
    "canceled": VOIDED,
    "requires_action": ACTION_REQUIRED,
    "processing": PENDING,
    "requires_payment_method": DECLINED,
}
_DISPUTE = {"won": notices.WON, "lost": notices.LOST, "needs_response": notices.OPEN, "under_review": notices.OPEN}
_REFUND = {"succeeded": "succeeded", "pending": "pending", "requires_action": "pending", "failed": "failed", "canceled": "failed"}


def stripe_units(minor: int, currency: str) -> int:
    """Our minor units → Stripe's. Raises PaymentDeclined where Stripe cannot express the amount."""
    shift = _places(currency) - exponent(currency)
    if shift >= 0:
        return minor * 10**shift
    whole, rest = divmod(minor, 10**-shift)
    if rest:
        raise PaymentDeclined("amount_not_representable")
    return whole


def minor_units(theirs: int, currency: str) -> int:
    """Stripe's units → ours. Raises GatewayRefused for what we cannot express."""
    shift = exponent(currency) - _places(currency)
    if shift >= 0:
        return theirs * 10**shift
    whole, rest = divmod(theirs, 10**-shift)
    if rest:
        raise GatewayRefused(f"{theirs} is no amount of {currency}")
    return whole


def read_intent(raw: Any, *, expected_id: str = "", expected_amount: int | None = None, expected_currency: str = "") -> Standing:
    """A PaymentIntent → how it stands. Raises GatewayRefused for anything that is not the intent we asked about."""
    if text(raw, "id", "pi_") != (expected_id or raw["id"]):
        raise GatewayRefused("the gateway answers about another payment")
    amount, currency = _number(raw, "amount"), text(raw, "currency")
    if (expected_amount is not None and amount != expected_amount) or currency != (expected_currency or currency):
        raise GatewayRefused("the gateway set up another amount than we asked for")
    status = _STATUS.get(text(raw, "status"))
    if status is None:
        raise GatewayRefused("the gateway answers a status we do not know")
    if status == AUTHORISED:
        left, taken = _number(raw, "amount_capturable", amount), _number(raw, "amount_received", 0)
        return Standing(status, _ours(left, currency), "", _ours(taken, currency), _capture_before(raw))
    if status == CAPTURED:
        taken = _ours(_captured(raw, amount), currency)
        return Standing(status, taken, "", taken)
    taken = _ours(_number(raw, "amount_received", 0), currency)
    return Standing(CAPTURED, taken, "", taken) if taken else Standing(status, 0, _reason(raw, status))


def in_parts(raw: dict[str, Any]) -> bool:
    """Whether the card that was charged may be captured in several parts."""
    return _card(raw).get("multicapture", {}).get("status") == "available"


def read_dispute(raw: Any) -> Dispute:
    """A Dispute → how it stands; an early warning has moved no money."""
    currency = text(raw, "currency")
    status = _DISPUTE.get(text(raw, "status"), notices.INQUIRY)
    return Dispute(text(raw, "id"), status, _ours(_number(raw, "amount"), currency), currency.upper(), text(raw, "reason")[:64])


def read_refund(raw: Any) -> Returned:
    """A Refund → what was returned."""
    status = _REFUND.get(text(raw, "status"))
    if status is None:
        raise GatewayRefused("the gateway answers a refund status we do not know")
    amount = minor_units(_number(raw, "amount"), text(raw, "currency").upper())
    reason = raw.get("failure_reason")
    return Returned(status, amount, text(raw, "id", "re_"), reason[:64] if isinstance(reason, str) else "")


def rows(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of a list."""
    data = raw.get("data")
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise GatewayRefused("the gateway's answer is no list")
    return data


def text(raw: Any, name: str, prefix: str = "") -> str:
    """A short plain string of an answer. Raises GatewayRefused for anything else."""
    value = raw.get(name) if isinstance(raw, dict) else None
    if not isinstance(value, str) or not value.startswith(prefix) or not 0 < len(value) <= 255 or not value.isascii() or not value.isprintable():
        raise GatewayRefused(f"the gateway's answer has no usable {name}")
    return value


def _number(raw: dict[str, Any], name: str, otherwise: int | None = None) -> int:
    value = raw.get(name, otherwise)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_MINOR_UNITS:
        raise GatewayRefused(f"the gateway's answer has no usable {name}")
    return value


def _ours(theirs: int, currency: str) -> int:
    return minor_units(theirs, currency.upper())


def _card(raw: dict[str, Any]) -> dict[str, Any]:
    """The card's part of the newest charge, {} where it was not expanded or is none."""
    charge = raw.get("latest_charge")
    details = charge.get("payment_method_details") if isinstance(charge, dict) else None
    card = details.get("card") if isinstance(details, dict) else None
    return card if isinstance(card, dict) else {}


def _capture_before(raw: dict[str, Any]) -> str:
    moment = _card(raw).get("capture_before")
    return instant(datetime.fromtimestamp(moment, UTC)) if isinstance(moment, int) and 0 < moment < 10**11 else ""


def _captured(raw: dict[str, Any], amount: int) -> int:
    """`amount_received`; a stand-in without it shows the remainder of a partial capture as a refund of the charge."""
    if "amount_received" in raw:
        return _number(raw, "amount_received")
    charge = raw.get("latest_charge")
    return amount - _number(charge, "amount_refunded", 0) if isinstance(charge, dict) else amount


def _reason(raw: dict[str, Any], status: str) -> str:
    if status == VOIDED:
        return str(raw.get("cancellation_reason") or "cancelled")[:64]
    if status == ACTION_REQUIRED:
        return CUSTOMER_PRESENT if "key" not in (raw.get("metadata") or {}) else ""
    error = raw.get("last_payment_error")
    code = (error.get("decline_code") or error.get("code")) if isinstance(error, dict) else None
    return code[:64] if isinstance(code, str) else ""


def _places(currency: str) -> int:
    if currency in _WITHOUT_DECIMALS:
        return 0
    return 2 if currency in _WITH_TWO else exponent(currency)
