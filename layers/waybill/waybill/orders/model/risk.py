"""What a channel or a fraud service says of an order's risk, and from when on a person must look. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.kernel.plain import plain
from waybill.orders.model.holds import Hold
from waybill.orders.model.order import Order
from waybill.orders.model.state import State, noted, place_hold, release_hold

POLICY = "fraud"
"""{"hold_from": the score from which an order is held; none by default}."""
SCORE = "risk_score"
"""The attribute of an order, 0 for no risk to 100."""
MOST = 100
ASSESSED = "order.risk_assessed"
ADVICE = ("accept", "review", "cancel")
_SOURCE = re.compile(r"[a-z0-9_-]{1,40}\Z")


@dataclass(frozen=True, slots=True)
class Assessment:
    """What `source` says of an order after it came. `recommendation`: one of ADVICE, or empty."""

    score: int
    source: str
    recommendation: str = ""

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Assessment:
        """Raises InvalidInput, naming the fields."""
        score, source, advice = body.get("score"), body.get("source"), body.get("recommendation", "")
        wrong = dict.fromkeys(body.keys() - {"score", "source", "recommendation"}, "is not a field of this object")
        if not isinstance(score, int) or isinstance(score, bool) or not 0 <= score <= MOST:
            wrong["score"] = f"is a whole number from 0 to {MOST}"
        if not isinstance(source, str) or not _SOURCE.match(source):
            wrong["source"] = "is a name of at most 40 small letters, digits, _ -"
        if advice not in ("", *ADVICE):
            wrong["recommendation"] = f"is one of {', '.join(ADVICE)}"
        if wrong:
            raise InvalidInput("; ".join(f"{name[:80]} {what}" for name, what in wrong.items()), fields={name[:80]: what for name, what in wrong.items()})
        return cls(score, source, advice)


def assessed(state: State, said: Assessment, policy: Mapping[str, Any], at: str, actor: str) -> State:
    """The order with what a source says of it. At a risk it is held before its next step, as far as anything has not left; a later word
    of the same source lets go what its earlier one has held, never what another or a person has. The same word twice changes nothing."""
    data, id = plain(said), f"fraud-{said.source}"
    before = next((entry.data for entry in reversed(state.history) if entry.type == ASSESSED and entry.data.get("source") == said.source), None)
    if before == data:
        return state
    after, least = noted(state, ASSESSED, at, actor, data), policy.get("hold_from")
    if said.recommendation in ("review", "cancel") or (least is not None and said.score >= least):
        reason = f"{said.source} says the risk is {said.score}" + (f", and to {said.recommendation}" if said.recommendation else "")
        over = state.cancelled or state.all_shipped
        return after if over else place_hold(after, Hold(id, "fraud", reason, placed_at=at, source=said.source), at, actor)
    known = any(hold.id == id for hold in after.active_holds)
    return release_hold(after, id, at, actor, f"{said.source} says the risk is {said.score} now") if known else after


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
