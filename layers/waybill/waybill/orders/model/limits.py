"""How much an order may be before a person looks at it: units, worth, and prices that somebody has mistyped. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.kernel.money import decimal_string, minor_units
from waybill.orders.model.order import Line, Order

POLICY = "limits"
"""{"units": most of an order, "units_per_line", "total": {currency: most}, "unit_price": {currency: {"least", "most"}}}, amounts as decimal strings."""
_COUNTS = ("units", "units_per_line")
_MOST_UNITS = 10**9


def beyond(order: Order, policy: Mapping[str, Any]) -> list[str]:
    """What of the order goes beyond the shop's limits, each with what there is and what may be."""
    found = []
    units, most = sum(line.quantity for line in order.lines), policy.get("units")
    if most is not None and units > most:
        found.append(f"{units} units in all, at most {most} go without a look")
    total = policy.get("total", {}).get(order.currency)
    if total is not None and order.total > minor_units(total, order.currency):
        found.append(f"the total is {decimal_string(order.total, order.currency)} {order.currency}, at most {total} goes without a look")
    for line in order.lines:
        found += _of_a_line(line, order.currency, policy)
    return found


def check(policy: Mapping[str, Any]) -> None:
    """Raises InvalidInput, naming the fields, for what could not be obeyed."""
    wrong = dict.fromkeys(policy.keys() - {*_COUNTS, "total", "unit_price"}, "is unknown; there are units, units_per_line, total, unit_price")
    wrong |= {name: f"is a whole number from 1 to {_MOST_UNITS}" for name in _COUNTS if name in policy and not _is_count(policy[name])}
    wrong |= dict(_amounts(policy.get("total", {}), "total"))
    prices = policy.get("unit_price", {})
    if not isinstance(prices, dict):
        wrong["unit_price"] = 'is an object such as {"USD": {"least": "0.50", "most": "900.00"}}'
    else:
        for currency, bounds in prices.items():
            wrong |= dict(_bounds(currency, bounds, f"unit_price.{currency}"[:80]))
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)


def _of_a_line(line: Line, currency: str, policy: Mapping[str, Any]) -> Iterator[str]:
    most, price = policy.get("units_per_line"), f"{decimal_string(line.unit_price, currency)} {currency}"
    if most is not None and line.quantity > most:
        yield f"{line.quantity} units of line {line.id}, at most {most} go without a look"
    bounds = policy.get("unit_price", {}).get(currency, {})
    if "most" in bounds and line.unit_price > minor_units(bounds["most"], currency):
        yield f"line {line.id} costs {price} each, more than {bounds['most']}"
    if "least" in bounds and line.unit_price < minor_units(bounds["least"], currency):
        yield f"line {line.id} costs {price} each, less than {bounds['least']}"


def _bounds(currency: str, bounds: Any, at: str) -> Iterator[tuple[str, str]]:
    if not isinstance(bounds, dict) or not bounds or bounds.keys() - {"least", "most"}:
        yield at, "is least, most or both"
        return
    problems = [(f"{at}.{name}", problem) for name, amount in bounds.items() if (problem := _no_amount(amount, currency))]
    yield from problems
    if not problems and len(bounds) == 2 and minor_units(bounds["least"], currency) > minor_units(bounds["most"], currency):
        yield f"{at}.least", "is above the most"


def _amounts(amounts: Any, at: str) -> Iterator[tuple[str, str]]:
    if not isinstance(amounts, dict):
        yield at, 'is an object such as {"USD": "5000.00"}'
        return
    for currency, amount in amounts.items():
        if problem := _no_amount(amount, currency):
            yield f"{at}.{currency}"[:80], problem


def _no_amount(amount: Any, currency: str) -> str:
    try:
        return "" if isinstance(amount, str) and minor_units(amount, currency) >= 0 else 'is a decimal string from 0 such as "19.90"'
    except InvalidInput as problem:
        return problem.message


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_UNITS
