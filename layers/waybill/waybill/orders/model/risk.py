"""What a channel or a fraud service says of an order's risk, and from when on a person must look. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.orders.model.order import Order

POLICY = "fraud"
"""{"hold_from": the score from which an order is held; none by default}."""
SCORE = "risk_score"
"""The attribute of an order, 0 for no risk to 100."""
MOST = 100


def score_of(order: Order) -> int | None:
    """The score that came with the order; None where there is none that could be read."""
    given = order.attributes.get(SCORE)
    if isinstance(given, str) and given.strip().isascii() and given.strip().isdigit() and len(given) < 9:
        given = int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= MOST else None


def doubts(order: Order, policy: Mapping[str, Any]) -> list[str]:
    """Why a person must look first. Under a policy a score that cannot be read is a doubt as well: it is not taken for none."""
    least, score = policy.get("hold_from"), score_of(order)
    if least is None or SCORE not in order.attributes:
        return []
    if score is None:
        return [f"the risk score is no whole number from 0 to {MOST}"]
    return [f"the risk score is {score}, from {least} on a person looks"] if score >= least else []


def check(policy: Mapping[str, Any]) -> None:
    """Raises InvalidInput for what could not be obeyed."""
    wrong = dict.fromkeys(policy.keys() - {"hold_from"}, "is unknown; there is hold_from")
    least = policy.get("hold_from", 1)
    if not isinstance(least, int) or isinstance(least, bool) or not 0 <= least <= MOST:
        wrong["hold_from"] = f"is a whole number from 0 to {MOST}"
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)
