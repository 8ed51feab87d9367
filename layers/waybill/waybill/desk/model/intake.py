"""How orders come in, as the desk shows it: each channel, what is parked and what to do about it, imports. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from waybill.kernel.cards import masked
from waybill.kernel.clock import parse_instant

TOO_OLD = timedelta(days=1)
"""What has waited longer for a person stands out."""
_LONGEST_SHOWN = 200_000
_SECRET = re.compile(r"token|secret|passw|authori[sz]ation|signature|api_?key|credential", re.IGNORECASE)
_CODED = frozenset(("gift_card", "store_credit"))
_TO_DO = (
    (r"differs: ", "The first word counts. If the newer one is right, edit the order, or cancel it and have it ordered again."),
    (r"topic .*: not processed yet", "Nothing is lost by it. Stop the channel from sending this topic, or wait for a version that reads it, then send it again."),
    (r"the shop has no such channel", "Set the channel up again, then send this again."),
    (r"the channel was asked for the order", "Look whether the order is there at the channel. Send this again once it is."),
    (r"\S*currency|unknown currency", "Have the currency put right at the channel and ordered again there."),
    (r"not JSON|the body |unexpected|expecting", "Nobody can read it. Have the channel send it once more; if it comes so again, tell who runs the channel."),
)
_ELSE = "Have this put right at the channel, or change how its documents are read; then send it again."


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One channel. `heard`: when its newest word came; `asked`: up to when all of its changes are known; `drift`: (topic, fields that are new, fields
    that are gone); `stock_due`: SKUs that it is still to be told of, None where it is told nothing; `untold`: why it could not be told something of an order last."""

    id: str
    kind: str
    name: str = ""
    heard: str = ""
    heard_of: str = ""
    asked: str = ""
    parked: int = 0
    more_parked: bool = False
    oldest: str = ""
    drift: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = ()
    drift_since: str = ""
    stock_due: int | None = None
    stock_since: str = ""
    stock_failures: int = 0
    untold: str = ""
    untold_at: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """One spreadsheet. Orders by what became of them."""

    id: str
    channel: str
    status: str
    percent: int
    begun: str
    by: str
    good: int = 0
    bad: int = 0
    stored: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A kept document, its text `shown` so that a person may read it: without what opens anything."""

    id: str
    channel: str
    kept: str
    shown: str
    problem: str = ""
    topic: str = ""
    door: str = ""
    order_id: str = ""
    cut: bool = False


def state_of(told: Mapping[str, Any]) -> ChannelState:
    """From what `GET /v1/channels` says of one."""
    heard, asked, parked = told.get("heard") or {}, told.get("asked") or {}, told["parked"]
    drift, stock, untold = told.get("drift") or {}, told.get("stock"), told.get("untold") or {}
    return ChannelState(
        id=told["id"],
        kind=told["kind"],
        name=told["name"],
        heard=heard.get("at", ""),
        heard_of=heard.get("topic") or heard.get("status", ""),
        asked=asked.get("known_up_to", ""),
        parked=parked["count"],
        more_parked=parked["more"],
        oldest=parked["oldest"] or "",
        drift=tuple((topic, tuple(found["appeared"]), tuple(found["vanished"])) for topic, found in sorted(drift.get("found", {}).items())),
        drift_since=drift.get("since", ""),
        stock_due=stock["due"] if stock else None,
        stock_since=(stock or {}).get("since") or "",
        stock_failures=(stock or {}).get("failures") or 0,
        untold=untold.get("problem", ""),
        untold_at=untold.get("at", ""),
    )


def to_do(problem: str) -> str:
    """What a person may do about a parked document, by why it is parked."""
    return next((what for pattern, what in _TO_DO if re.match(pattern, problem, re.IGNORECASE)), _ELSE)


def is_old(at: str, now: datetime) -> bool:
    return bool(at) and now - parse_instant(at) > TOO_OLD


def readable(body: str) -> tuple[str, bool]:
    """A document's text for a person: laid out where it is JSON, without card numbers, tokens, secrets and codes; and whether it was cut short."""
    try:
        text = json.dumps(_without(json.loads(body)), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = body
    return masked(text[:_LONGEST_SHOWN]), len(text) > _LONGEST_SHOWN


def _without(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        coded = value.get("kind") in _CODED
        return {key: _without(inner, "token" if coded and key in ("token", "code") else key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without(inner, name) for inner in value]
    return "•••" if value and isinstance(value, str) and _SECRET.search(name) else value
