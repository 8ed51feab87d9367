"""What is known of a payment at Adyen → how it stands. Pure: facts in any order give the same."""

from __future__ import annotations

from typing import Any

from waybill.kernel.money import exponent
from waybill.payments import notices, ports
from waybill.payments.notices import Dispute
from waybill.payments.ports import GatewayRefused, Returned, Standing
from waybill.payments.told import Fact, Known

PREPARED, ASKED, VOIDED, ANSWERED = "prepared", "asked", "voided", "answered"
CAPTURE, CANCEL, REFUND = "capture", "cancel", "refund"
_BETWEEN = "~"

_RESULT = {
    "Authorised": ports.AUTHORISED,
    "Refused": ports.DECLINED,
    "Error": ports.DECLINED,
    "Cancelled": ports.VOIDED,
    "RedirectShopper": ports.ACTION_REQUIRED,
    "IdentifyShopper": ports.ACTION_REQUIRED,
    "ChallengeShopper": ports.ACTION_REQUIRED,
    "PresentToShopper": ports.ACTION_REQUIRED,
    "Pending": ports.PENDING,
    "Received": ports.PENDING,
}
_LOST = {"CAPTURE": CAPTURE, "CAPTURE_FAILED": CAPTURE, "CANCELLATION": CANCEL, "TECHNICAL_CANCEL": CANCEL}
_REFUNDS = {"REFUND", "REFUND_FAILED", "REFUNDED_REVERSED", "CANCEL_OR_REFUND"}
_DISPUTES = {
    "NOTIFICATION_OF_CHARGEBACK": notices.INQUIRY,
    "REQUEST_FOR_INFORMATION": notices.INQUIRY,
    "CHARGEBACK": notices.OPEN,
    "SECOND_CHARGEBACK": notices.LOST,
    "PREARBITRATION_LOST": notices.LOST,
    "CHARGEBACK_REVERSED": notices.WON,
    "PREARBITRATION_WON": notices.WON,
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": notices.WON,
}
_OTHER_DECIMALS = {"ISK": 2, "CLP": 2, "CVE": 0, "IDR": 0}
"""Where Adyen differs from ISO 4217: https://docs.adyen.com/development-resources/currency-codes"""


def adyen_units(minor: int, currency: str) -> int:
    """Raises GatewayRefused where Adyen cannot express the amount."""
    shift = _OTHER_DECIMALS.get(currency, exponent(currency)) - exponent(currency)
    whole, rest = (minor * 10**shift, 0) if shift >= 0 else divmod(minor, 10**-shift)
    if rest:
        raise GatewayRefused("amount_not_representable")
    return whole


def minor_units(theirs: int, currency: str) -> int:
    shift = exponent(currency) - _OTHER_DECIMALS.get(currency, exponent(currency))
    return theirs * 10**shift if shift >= 0 else theirs // 10**-shift


def modification(reference: str, key: str) -> str:
    """Our name of a capture, cancel or refund: the payment's own, then what of the key follows the order and tender."""
    return f"{reference}{_BETWEEN}{'/'.join(key.split('/')[2:])}"


def payment_of(merchant_reference: str) -> tuple[str, str]:
    """A name of ours → (the payment, what of it)."""
    reference, _, what = merchant_reference.partition(_BETWEEN)
    return reference, what


# Facts from what was answered


def answered(raw: dict[str, Any], at: str) -> Fact:
    """The answer to /payments. Raises GatewayRefused for anything we do not know."""
    result = raw.get("resultCode")
    if result not in _RESULT:
        raise GatewayRefused("the gateway answers a resultCode we do not know")
    psp = "" if _RESULT[result] == ports.ACTION_REQUIRED and "pspReference" not in raw else _text(raw, "pspReference")
    reason = raw.get("refusalReason") if isinstance(raw.get("refusalReason"), str) else ""
    amount = raw.get("amount") if isinstance(raw.get("amount"), dict) else {}
    return Fact(ANSWERED, ANSWERED, at, result, psp, _RESULT[result] == ports.AUTHORISED, amount_of(amount), coded(reason or result))


def declined(code: str, at: str) -> Fact:
    """Adyen refused the request itself: the means of payment is no good."""
    return Fact(ANSWERED, ANSWERED, at, "Refused", "", False, 0, f"error_{code}")


def received(code: str, key: str, raw: dict[str, Any], amount: int, at: str) -> Fact:
    if raw.get("status") != "received":
        raise GatewayRefused("the gateway answers a status we do not know")
    return Fact(f"received:{key}", f"{code}.received", at, key, _text(raw, "pspReference"), True, amount)


def failed(code: str, key: str, reason: str, at: str) -> Fact:
    return Fact(f"received:{key}", f"{code}.failed", at, key, "", False, 0, f"error_{reason}")


# How it stands


def payment(known: Known) -> str:
    """Adyen's name of the payment, empty while nobody has told it."""
    return next((fact.psp for fact in known.facts if fact.code in (ANSWERED, "AUTHORISATION") and fact.psp), "")


def standing(known: Known) -> Standing:
    taken = captured(known)
    if taken:
        return Standing(ports.CAPTURED, taken, "", taken)
    if _told(known, CANCEL, True) or known.has(VOIDED):
        return Standing(ports.VOIDED, 0, "cancelled")
    asked = _asked(known, CAPTURE) + _asked(known, CANCEL)
    if any(known.has(f"received:{fact.about}") and not _outcome(known, fact) for fact in asked):
        return Standing(ports.PENDING, 0, "received")
    lost = [fact for fact in asked if fact.code.startswith(CAPTURE) and _outcome(known, fact)]
    if lost:
        return Standing(ports.DECLINED, 0, _outcome_reason(known, lost[-1]) or "capture_failed")
    return _authorisation(known)


def _authorisation(known: Known) -> Standing:
    told = [fact for fact in known.facts if fact.code == "AUTHORISATION"]
    if any(fact.success for fact in told):
        return Standing(ports.AUTHORISED, _held(known, told))
    answer = next((fact for fact in known.facts if fact.code == ANSWERED), None)
    if told and (answer is None or not answer.success):
        return Standing(ports.DECLINED, 0, told[-1].reason or "refused")
    if answer is None:
        return Standing(ports.PREPARED)
    status = _RESULT[answer.about]
    return Standing(status, _held(known, [answer])) if status == ports.AUTHORISED else Standing(status, 0, answer.reason)


def _held(known: Known, facts: list[Fact]) -> int:
    told = next((fact.amount for fact in facts if fact.success and fact.amount), 0)
    return minor_units(told, known.currency) if told else known.amount


def captured(known: Known) -> int:
    """Minor units whose capture was told and not taken back."""
    return sum(fact.amount for fact in _asked(known, CAPTURE) if _outcome(known, fact) == "succeeded") + _found(known)


def _found(known: Known) -> int:
    """Captures that nobody here asked for: made in Adyen's Customer Area."""
    ours = _asked(known, CAPTURE)
    others = [fact for fact in known.facts if fact.code == "CAPTURE" and fact.success and not any(_is_of(fact, each, known) for each in ours)]
    return sum(minor_units(fact.amount, known.currency) for fact in others)


def refundable(known: Known, key: str) -> int:
    """What is captured and neither returned nor about to be, but for what was asked under this key."""
    gone = sum(fact.amount for fact in _asked(known, REFUND) if fact.about != key and _outcome(known, fact) != "failed")
    return captured(known) - gone


def refund(known: Known, key: str) -> Returned | None:
    """A refund under a key, None where it was neither received nor told of."""
    asked = next((fact for fact in _asked(known, REFUND) if fact.about == key), None)
    heard = [fact for fact in known.facts if asked and (fact.id == f"received:{key}" or _is_of(fact, asked, known))]
    if asked is None or not heard:
        return None
    outcome = _outcome(known, asked) or "pending"
    psp = next((fact.psp for fact in heard if fact.psp), "")
    return Returned(outcome, asked.amount, psp, _outcome_reason(known, asked) if outcome == "failed" else "")


def disputes(known: Known) -> tuple[Dispute, ...]:
    """One a chargeback: Adyen names each by its own psp reference, and what follows by the same; else by the payment's."""
    found: dict[str, Dispute] = {}
    for fact in sorted((fact for fact in known.facts if fact.code in _DISPUTES), key=lambda fact: fact.at):
        amount = minor_units(fact.amount, known.currency)
        found[fact.psp] = Dispute(fact.psp, _DISPUTES[fact.code], amount, known.currency, fact.reason)
    return tuple(found.values())


def _asked(known: Known, code: str) -> list[Fact]:
    return [fact for fact in known.facts if fact.code == f"{code}.asked"]


def _outcome(known: Known, asked: Fact) -> str:
    """`succeeded`, `failed`, or empty while nobody has told."""
    if any(fact.about == asked.about and fact.code.endswith(".failed") for fact in known.facts):
        return "failed"
    verdicts = [fact for fact in known.facts if _is_of(fact, asked, known)]
    if any(not fact.success or fact.code in ("CAPTURE_FAILED", "REFUND_FAILED", "REFUNDED_REVERSED") for fact in verdicts):
        return "failed"
    return "succeeded" if verdicts else ""


def _outcome_reason(known: Known, asked: Fact) -> str:
    told = [fact for fact in known.facts if _is_of(fact, asked, known) or (fact.about == asked.about and fact.code.endswith(".failed"))]
    return next((fact.reason for fact in reversed(told) if fact.reason), "")


def _is_of(fact: Fact, asked: Fact, known: Known) -> bool:
    """Whether a webhook is about this operation: by Adyen's name of it, or by ours."""
    verb = asked.code.partition(".")[0]
    fits = fact.code in _REFUNDS if verb == REFUND else _LOST.get(fact.code) == verb
    if not fits:
        return False
    names = {each.psp for each in known.facts if each.id == f"received:{asked.about}"}
    return fact.psp in names or (bool(fact.about) and fact.about == payment_of(modification("", asked.about))[1])


def _told(known: Known, verb: str, success: bool) -> bool:
    return any(_LOST.get(fact.code) == verb and fact.success is success for fact in known.facts)


def amount_of(amount: Any) -> int:
    value = amount.get("value") if isinstance(amount, dict) else 0
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 64 or not value.isalnum() or not value.isascii():
        raise GatewayRefused(f"the gateway's answer has no usable {name}")
    return value


def coded(text: str) -> str:
    """`Not enough balance` → `not_enough_balance`."""
    plain = "".join(letter if letter.isalnum() and letter.isascii() else " " for letter in text.lower())
    return "_".join(plain.split())[:64]
