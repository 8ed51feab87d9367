"""What an order carries beside its sums, in the same words whatever channel it comes from.

Attributes, of the order unless said otherwise; absent where the channel does not say:

  discount_codes       codes or names of the discounts, `A, B`      purchase_order   what the buyer ordered it under
  tags, customer_tags  as the channel has them, `a, b`              customer_group   the channel's group of customers
  source_name          where at the channel it was placed           location         the place of a sale at a counter
  sales_rep            who sold it                                  tax_exempt       true
  ship_by, deliver_by  instants that the channel has promised       shipping_title   the method as the customer saw it
  gift_message, gift_wrap, gift_from, gift_to, gift_receipt, gift_card     of a line, or of the order
  presentment_currency, presentment_total                           what the customer saw, where that is not the order's currency
  product_id, variant_id, weight_g, modifiers                       of a line
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from waybill.channels.imported import Finding
from waybill.kernel.clock import parse_instant
from waybill.orders.model.order import MOST_GROUPS, Charge, Tax

_LONGEST_PROMISE = 90


def said(**found: Any) -> dict[str, Any]:
    """The attributes that say something."""
    return {name: value for name, value in found.items() if value not in ("", None, False)}


def listed(names: Iterable[Any], by: str = ", ") -> str:
    """Each once, in the order in which they come."""
    return by.join(dict.fromkeys(str(name).strip() for name in names if name and str(name).strip()))[:500]


def taxes(found: Iterable[tuple[str, str, int]]) -> tuple[Tax, ...]:
    """(title, rate, amount) of lines and shipping → one each title and rate, in the order in which they come."""
    total: dict[tuple[str, str], int] = {}
    for title, rate, amount in found:
        if title or amount:
            total[title, rate] = total.get((title, rate), 0) + amount
    return tuple(Tax(title[:200] or "tax", rate, amount) for (title, rate), amount in total.items())


def charges(found: Iterable[tuple[str, int]]) -> tuple[Charge, ...]:
    """(title, amount) → one each title that comes to something."""
    total: dict[str, int] = {}
    for title, amount in found:
        total[title] = total.get(title, 0) + amount
    return tuple(Charge(title[:200] or "fee", amount) for title, amount in total.items() if amount)


def percent(fraction: str) -> str:
    """`0.0725` → `7.25`; what is no number is left out."""
    try:
        rate = Decimal(fraction) * 100
    except InvalidOperation:
        return ""
    return plain_number(str(rate))


def plain_number(number: str) -> str:
    """`19.000` → `19`, `7.250` → `7.25`; what is no number is left out."""
    try:
        value = Decimal(number)
    except InvalidOperation:
        return ""
    if not value.is_finite() or abs(value.adjusted()) > 12:
        return ""
    return f"{value.normalize():f}"


def promised_days(placed_at: str, by: str) -> int:
    """Days from the one on which it was placed to the one by which it is to arrive; 0 where nothing is promised, or nothing that a carrier could keep."""
    try:
        days = (parse_instant(by).date() - parse_instant(placed_at).date()) // timedelta(days=1)
    except (ValueError, OverflowError):
        return 0
    return days if 0 < days <= _LONGEST_PROMISE else 0


def beyond(groups: Sequence[object], more: str = "") -> list[Finding]:
    """A finding where an order has more ship groups than are told apart, or one that could not be (`more` says why)."""
    found = [Finding("address", f"it goes to {len(groups) + 1} addresses, at most {MOST_GROUPS + 1} are told apart")] if len(groups) > MOST_GROUPS else []
    return found + ([Finding("address", more)] if more else [])


def meta(pairs: Iterable[Mapping[str, Any]], *names: str) -> str:
    """The value of the first of these names among `{"key", "value"}` pairs."""
    known = {str(pair.get("key")): pair.get("value") for pair in pairs}
    return next((known[name].strip()[:200] for name in names if isinstance(known.get(name), str) and known[name].strip()), "")
