"""What PayPal answers, checked field by field like any input: an order with its authorisations, captures and refunds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from waybill.kernel import money
from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import InvalidInput, PaymentDeclined
from waybill.payments import notices, ports
from waybill.payments.notices import Dispute
from waybill.payments.ports import Demand, GatewayRefused, Returned, Standing

WITHOUT_DECIMALS = frozenset({"HUF", "JPY", "TWD"})
"""https://developer.paypal.com/reference/currency-codes/"""

MORE_TO_COME = "+"
"""Ends the mark of a refund's part that is not the last."""

_ORDER = {"CREATED", "SAVED", "APPROVED", "VOIDED", "COMPLETED", "PAYER_ACTION_REQUIRED"}
_AUTHORISATION = {
    "CREATED": ports.AUTHORISED,
    "PARTIALLY_CAPTURED": ports.AUTHORISED,
    "CAPTURED": ports.CAPTURED,
    "DENIED": ports.DECLINED,
    "VOIDED": ports.VOIDED,
    "EXPIRED": ports.VOIDED,
    "PENDING": ports.PENDING,
}
_TAKEN = {"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"}
_CAPTURE = _TAKEN | {"PENDING", "DECLINED", "FAILED"}
_REFUND = {"COMPLETED": "succeeded", "PENDING": "pending", "CANCELLED": "failed", "FAILED": "failed"}


@dataclass(frozen=True, slots=True)
class Capture:
    id: str
    name: str
    status: str
    amount: int
    final: bool


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    mark: str
    capture: str
    status: str
    amount: int


@dataclass(frozen=True, slots=True)
class Paid:
    """An order at PayPal. `unit` and `mark` are its purchase unit's reference and custom id, `authorisation` the id that counts."""

    status: str
    intent: str
    unit: str
    mark: str
    amount: int
    currency: str
    authorisation: str
    standing: Standing
    captures: tuple[Capture, ...]
    refunds: tuple[Refund, ...]

    def capture_named(self, name: str) -> Capture | None:
        """The capture that was made under a name and was not declined."""
        return next((made for made in self.captures if made.name == name and made.status not in ("DECLINED", "FAILED")), None)


def same_money(paid: Paid, demand: Demand) -> bool:
    """Raises PaymentDeclined where PayPal cannot express the amount."""
    if demand.currency in WITHOUT_DECIMALS and demand.amount % 10 ** money.exponent(demand.currency):
        raise PaymentDeclined("amount_not_representable")
    return (paid.amount, paid.currency) == (demand.amount, demand.currency)


def whole(raw: dict[str, Any]) -> bool:
    """Whether an answer shows the order with its amount: asked to, PayPal may still answer in short."""
    units = raw.get("purchase_units")
    return "intent" in raw and isinstance(units, list) and all(isinstance(unit, dict) and "amount" in unit for unit in units)


def read_order(raw: dict[str, Any], reference: str, renewed: dict[str, Any] | None = None) -> Paid:
    """Where the authorisation was `renewed`, that one counts. Raises GatewayRefused for anything that is not the order we asked about."""
    if _text(raw, "id") != reference:
        raise GatewayRefused("the gateway answers about another payment")
    units = _list(raw, "purchase_units")
    if len(units) != 1:
        raise GatewayRefused("an order of several purchase units is not ours")
    payments = units[0].get("payments") or {}
    amount, currency = _amount(units[0])
    captures = tuple(_capture(each) for each in _list(payments, "captures"))
    authorisations = _list(payments, "authorizations")
    held = renewed or next(iter(authorisations), None)
    status, intent = _text(raw, "status", _ORDER), _text(raw, "intent", {"AUTHORIZE", "CAPTURE"})
    return Paid(
        status, intent, units[0].get("reference_id") or "default", units[0].get("custom_id") or "", amount, currency,
        _text(held, "id") if held else "", _standing(status, intent, held, captures), captures,
        tuple(_refund(each) for each in _list(payments, "refunds")),
    )  # fmt: skip


def _standing(status: str, intent: str, held: dict[str, Any] | None, captures: tuple[Capture, ...]) -> Standing:
    if held is None:
        return _not_authorised(status, intent)
    state = _AUTHORISATION[_text(held, "status", set(_AUTHORISATION))]
    taken = sum(made.amount for made in captures if made.status in _TAKEN)
    if any(made.status == "PENDING" for made in captures):
        return Standing(ports.PENDING, 0, "capture_pending", taken)
    if taken and (state in (ports.CAPTURED, ports.VOIDED) or any(made.final and made.status in _TAKEN for made in captures)):
        return Standing(ports.CAPTURED, taken, "", taken)
    if state == ports.AUTHORISED:
        return Standing(state, _amount(held)[0] - taken, "", taken, _instant(held.get("expiration_time")))
    return Standing(state, 0, _reason(held) or state)


def _not_authorised(status: str, intent: str) -> Standing:
    if status == "VOIDED" or intent == "CAPTURE":
        return Standing(ports.VOIDED, 0, "cancelled")
    if status in ("CREATED", "PAYER_ACTION_REQUIRED"):
        return Standing(ports.PREPARED if status == "CREATED" else ports.ACTION_REQUIRED)
    return Standing(ports.PREPARED)


def refund_of(paid: Paid, key: str) -> Returned | None:
    """The refund under a mark, with the parts that went before the last; None where the last was not made."""
    last = next((refund for refund in paid.refunds if refund.mark == key), None)
    if last is None:
        return None
    before = sum(made.amount for made in paid.refunds if made.mark == key + MORE_TO_COME)
    return Returned(last.status, last.amount + before, last.id)


def room(paid: Paid, amount: int) -> list[tuple[str, int]]:
    """(capture, part) that make up an amount, oldest capture first; less in sum where there is not so much left."""
    parts = []
    for capture in (made for made in paid.captures if made.status in _TAKEN):
        returned = sum(made.amount for made in paid.refunds if made.capture == capture.id and made.status != "failed")
        part = min(amount, capture.amount - returned)
        if part > 0:
            parts.append((capture.id, part))
            amount -= part
    return parts


def authorisation_of(raw: dict[str, Any]) -> str:
    """The id of an authorisation that was answered."""
    return _text(raw, "id")


def read_refund(raw: dict[str, Any]) -> Returned:
    made = _refund(raw)
    return Returned(made.status, made.amount, made.id)


def read_disputes(raw: dict[str, Any]) -> list[Dispute]:
    """A list of disputes → how each stands; an inquiry has moved no money."""
    return [_dispute(each) for each in _list(raw, "items")]


def _dispute(raw: dict[str, Any]) -> Dispute:
    asked = raw.get("dispute_amount")
    amount, currency = _money(asked)
    outcome = raw.get("dispute_outcome") or {}
    code = raw.get("outcome_code") or (outcome.get("outcome_code") if isinstance(outcome, dict) else "") or ""
    return Dispute(_text(raw, "dispute_id"), _dispute_status(raw, str(code)), amount, currency, str(raw.get("reason") or "")[:64])


def _dispute_status(raw: dict[str, Any], outcome: str) -> str:
    if outcome.startswith("RESOLVED_SELLER") or outcome in ("CANCELED_BY_BUYER", "DENIED"):
        return notices.WON
    if outcome.startswith("RESOLVED_BUYER") or outcome == "ACCEPTED":
        return notices.LOST
    return notices.INQUIRY if raw.get("dispute_life_cycle_stage") == "INQUIRY" else notices.OPEN


def _capture(raw: dict[str, Any]) -> Capture:
    status = _text(raw, "status", _CAPTURE)
    return Capture(_text(raw, "id"), raw.get("invoice_id") or "", status, _amount(raw)[0], raw.get("final_capture") is True)


def _refund(raw: dict[str, Any]) -> Refund:
    up = next((link["href"] for link in _list(raw, "links") if link.get("rel") == "up" and isinstance(link.get("href"), str)), "")
    status = _REFUND[_text(raw, "status", set(_REFUND))]
    return Refund(_text(raw, "id"), raw.get("custom_id") or "", up.rpartition("/")[2], status, _amount(raw)[0])


def _amount(raw: dict[str, Any]) -> tuple[int, str]:
    return _money(raw.get("amount"))


def _money(told: Any) -> tuple[int, str]:
    try:
        return money.minor_units(_text(told, "value"), _text(told, "currency_code")), told["currency_code"]
    except InvalidInput as problem:
        raise GatewayRefused(f"the gateway's answer has no usable amount: {problem.message}") from None


def _reason(raw: dict[str, Any]) -> str:
    details = raw.get("status_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    return reason.lower()[:64] if isinstance(reason, str) else ""


def _instant(told: Any) -> str:
    try:
        return instant(parse_instant(told)) if isinstance(told, str) else ""
    except ValueError:
        return ""


def _list(raw: Any, name: str) -> list[dict[str, Any]]:
    found = raw.get(name, []) if isinstance(raw, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise GatewayRefused(f"the gateway's answer has no usable {name}")
    return found


def _text(raw: Any, name: str, known: set[str] | None = None) -> str:
    value = raw.get(name) if isinstance(raw, dict) else None
    if not isinstance(value, str) or not 0 < len(value) <= 255 or not value.isascii() or not value.isprintable():
        raise GatewayRefused(f"the gateway's answer has no usable {name}")
    if known is not None and value not in known:
        raise GatewayRefused(f"the gateway answers a {name} we do not know")
    return value
