"""What must not be kept: card numbers that a channel sent us by mistake are masked, codes of gift cards replaced (I29)."""

from __future__ import annotations

from typing import Any

from waybill.kernel.cards import masked
from waybill.kernel.ids import credit_token


def without_card_numbers(value: Any, name: str = "") -> Any:
    """The same JSON value with every card number masked but for its last four digits.

    The channel's own numeric ids are not looked at: one in ten of them satisfies Luhn, and a masked id is a lost order.
    """
    if isinstance(value, str):
        return value if value.startswith("gid://") else masked(value)
    if isinstance(value, dict):
        return {masked(key): without_card_numbers(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_card_numbers(inner, name) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and not _is_id(name):
        hidden = masked(str(value))
        return value if hidden == str(value) else hidden
    return value


def without_credit_codes(order: Any) -> Any:
    """The same canonical order with the codes of gift cards and store credit replaced by what they are kept by."""
    tenders = order.get("tenders") if isinstance(order, dict) else None
    if not isinstance(tenders, list):
        return order
    return {**order, "tenders": [_without_code(tender) for tender in tenders]}


def _without_code(tender: Any) -> Any:
    if not isinstance(tender, dict) or tender.get("kind") not in ("gift_card", "store_credit") or not isinstance(tender.get("token"), str):
        return tender
    return {**tender, "token": credit_token(tender["token"]) if tender["token"].strip() else ""}


def _is_id(name: str) -> bool:
    return name == "id" or name == "order_number" or name.endswith(("_id", "_ids"))
