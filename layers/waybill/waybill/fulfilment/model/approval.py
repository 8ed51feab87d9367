"""The policy `approval`: which work goes before a person before its node is asked. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import InvalidInput
from waybill.kernel.money import minor_units

POLICY = "approval"
"""{"all": true, "nodes": [ids], "total": {currency: amount above which an order's work is looked at}, "hours": after which somebody is called}; none of it by default."""
HOURS = 24
_MOST_HOURS = 24 * 30
_NAMES = ("all", "nodes", "total", "hours")


def wanted(policy: Mapping[str, Any], node: str, currency: str, total: int) -> bool:
    """Whether a person must approve of work at a node of an order of this total, in minor units."""
    above = policy.get("total", {}).get(currency)
    return bool(policy.get("all")) or node in policy.get("nodes", ()) or (above is not None and total > minor_units(above, currency))


def overdue_before(policy: Mapping[str, Any], at: str) -> str:
    """What has waited since before this instant has waited too long."""
    return instant(parse_instant(at) - timedelta(hours=policy.get("hours", HOURS)))


def check(policy: Mapping[str, Any], nodes: Collection[str]) -> None:
    """Raises InvalidInput, naming the fields, for what could not be obeyed."""
    wrong = dict.fromkeys(policy.keys() - {*_NAMES}, f"is unknown; there are {', '.join(_NAMES)}")
    if not isinstance(policy.get("all", False), bool):
        wrong["all"] = "is true or false"
    named, hours, total = policy.get("nodes", []), policy.get("hours", HOURS), policy.get("total", {})
    if not isinstance(named, list) or not all(isinstance(node, str) and node in nodes for node in named):
        wrong["nodes"] = f"is a list of nodes of the shop: {', '.join(sorted(nodes))}"[:200]
    if isinstance(hours, bool) or not isinstance(hours, int) or not 1 <= hours <= _MOST_HOURS:
        wrong["hours"] = f"is a whole number of hours from 1 to {_MOST_HOURS}"
    if not isinstance(total, dict):
        wrong["total"] = 'is an object such as {"USD": "5000.00"}'
    else:
        wrong |= {f"total.{currency}"[:80]: problem for currency, amount in total.items() if (problem := _no_amount(amount, currency))}
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)


def _no_amount(amount: Any, currency: str) -> str:
    try:
        return "" if isinstance(amount, str) and minor_units(amount, currency) >= 0 else 'is a decimal string from 0 such as "19.90"'
    except InvalidInput as problem:
        return problem.message
