"""What the doors of money have in common: who asks, under which key, for how much."""

from __future__ import annotations

from typing import Any

from waybill.aws.http import Request
from waybill.kernel.errors import InvalidInput, Malformed, NotFound
from waybill.kernel.money import exponent, minor_units
from waybill.shop import store as shop
from waybill.shop.model import Key

DECIDERS = ("finance", "support")
_LONGEST_TEXT = 200
_ALONE = 500
"""What one person may grant alone where the shop's policy says nothing, in whole units of the order's currency."""


def body_of(request: Request, fields: frozenset[str]) -> dict[str, Any]:
    """The JSON object that was sent. Raises Malformed for a field that is not known."""
    body = request.json_object()
    unknown = sorted(set(body) - fields)
    if unknown:
        raise Malformed(f"unknown field {unknown[0][:64]!r}", fields={unknown[0][:64]: "unknown"})
    return body


def amount_of(body: dict[str, Any], name: str, currency: str, least: int = 0, default: str | None = "0") -> int:
    """Minor units of a decimal string. Raises InvalidInput."""
    raw = body.get(name, default)
    if not isinstance(raw, str):
        raise InvalidInput(f'{name} is a decimal string such as "5.00"', fields={name: "a decimal string"})
    try:
        amount = minor_units(raw, currency)
    except InvalidInput as problem:
        raise InvalidInput(f"{name}: {problem.message}", fields={name: "not an amount"}) from None
    if amount < least:
        raise InvalidInput(f"{name} is too little", fields={name: "negative" if amount < 0 else "more than nothing"})
    return amount


def text_of(body: dict[str, Any], name: str, required: bool = False) -> str:
    """A printable text. Raises InvalidInput."""
    raw = body.get(name, "")
    if not isinstance(raw, str) or len(raw) > _LONGEST_TEXT or not raw.isprintable() or (required and not raw.strip()):
        raise InvalidInput(f"{name} is a text of at most {_LONGEST_TEXT} characters", fields={name: "required" if required and not raw else "a text"})
    return raw.strip()


def number_of(request: Request, what: str) -> int:
    """The `{n}` of a path. Raises NotFound for what is no number."""
    number = request.params["n"]
    if not number.isascii() or not number.isdecimal() or len(number) > 4:
        raise NotFound(f"the order has no {what} {number[:16]!r}")
    return int(number)


def actor_of(key: Key) -> str:
    """`finance:ann`: who is recorded."""
    return f"{key.roles[0]}:{key.name or key.scope or key.roles[0]}"


def alone(currency: str) -> int:
    """Minor units that one person may grant alone: the shop's policy `refunds` {"limit": {"USD": 50000}}."""
    own = shop.policy("refunds").get("limit", {}).get(currency)
    return int(own) if own is not None else _ALONE * 10 ** exponent(currency)
