"""A draft: an order that a person is making. Pure.

`placing` is the intent, written down with the whole order before intake is told of it: whoever finds a draft there goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.kernel.machine import Machine

OPEN, QUOTED, PLACING, PLACED, DISCARDED, EXPIRED = "open", "quoted", "placing", "placed", "discarded", "expired"
MACHINE = Machine(
    "draft",
    OPEN,
    {
        (OPEN, "change"): OPEN,
        (OPEN, "hold"): OPEN,
        (OPEN, "quote"): QUOTED,
        (OPEN, "place"): PLACING,
        (OPEN, "discard"): DISCARDED,
        (QUOTED, "hold"): QUOTED,
        (QUOTED, "quote"): QUOTED,
        (QUOTED, "reopen"): OPEN,
        (QUOTED, "place"): PLACING,
        (QUOTED, "expire"): EXPIRED,
        (QUOTED, "discard"): DISCARDED,
        (EXPIRED, "reopen"): OPEN,
        (EXPIRED, "discard"): DISCARDED,
        (PLACING, "finish"): PLACED,
    },
)
_FOR_PEOPLE = ("change", "hold", "quote", "reopen", "place", "discard")
_OF_NOBODY = ("currency", "lines", "shipping", "fees", "tax_included")
"""What is kept of a draft that is over: nothing of a person."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`said`: the order as far as a person has said it, in the shape of `POST /v1/orders`; `order`: its text as it is placed, from then until it is.
    `expires_on`: the last day of a quote. `opened_with`: digest of what it was opened with. `log`: (instant, who, verb)."""

    id: str
    channel: str
    said: Mapping[str, Any] = field(default_factory=dict)
    status: str = OPEN
    expires_on: str = ""
    order: str = ""
    order_id: str = ""
    opened_with: str = ""
    changed_at: str = ""
    changed_by: str = ""
    log: tuple[tuple[str, str, str], ...] = ()
    version: int = 0

    @property
    def number(self) -> str:
        """What it is called on the phone: short, and no key to anything."""
        return f"P-{self.id.removeprefix('dr_')[:6].upper()}"

    @property
    def is_over(self) -> bool:
        return self.status in (PLACED, DISCARDED)

    @property
    def allowed(self) -> list[str]:
        """What a person may do to it."""
        return [verb for verb in _FOR_PEOPLE if verb in MACHINE.allowed(self.status)]


def opened(id: str, channel: str, said: Mapping[str, Any], opened_with: str, at: str, actor: str) -> Draft:
    return _logged(Draft(id, channel, said, opened_with=opened_with), "open", at, actor)


def changed(draft: Draft, said: Mapping[str, Any], at: str, actor: str) -> Draft:
    """All of it said anew. Raises IllegalTransition: what was quoted stands as it was quoted."""
    return replace(draft, status=MACHINE.after(draft.status, "change"), said=said, changed_at=at, changed_by=actor)


def quoted(draft: Draft, said: Mapping[str, Any], until: str, at: str, actor: str) -> Draft:
    """`said` with its prices in it: they stand until the end of that day. Raises IllegalTransition, InvalidInput for a day that is over or none."""
    return _logged(replace(draft, status=MACHINE.after(draft.status, "quote"), said=said, expires_on=_day(until, at)), "quote", at, actor)


def reopened(draft: Draft, at: str, actor: str) -> Draft:
    return _logged(replace(draft, status=MACHINE.after(draft.status, "reopen"), expires_on=""), "reopen", at, actor)


def begun(draft: Draft, order: str, order_id: str, at: str, actor: str) -> Draft:
    """The order is written down and nobody changes it any more; intake may be told. Raises IllegalTransition."""
    return _logged(replace(draft, status=MACHINE.after(draft.status, "place"), order=order, order_id=order_id), "place", at, actor)


def finished(draft: Draft, at: str, actor: str) -> Draft:
    """Intake has it. What is personal is the order's from here on."""
    return replace(_bare(draft), status=MACHINE.after(draft.status, "finish"), changed_at=at, changed_by=actor)


def discarded(draft: Draft, at: str, actor: str) -> Draft:
    """It comes to nothing, and nothing of a person is kept. Raises IllegalTransition."""
    return _logged(replace(_bare(draft), status=MACHINE.after(draft.status, "discard")), "discard", at, actor)


def expired(draft: Draft, at: str) -> Draft:
    """The same unless its day is over."""
    if draft.status != QUOTED or at[:10] <= draft.expires_on:
        return draft
    return _logged(replace(draft, status=MACHINE.after(draft.status, "expire")), "expire", at, "clock")


def _bare(draft: Draft) -> Draft:
    return replace(draft, said={name: draft.said[name] for name in _OF_NOBODY if name in draft.said}, order="")


def _logged(draft: Draft, verb: str, at: str, actor: str) -> Draft:
    return replace(draft, log=(*draft.log, (at, actor, verb)), changed_at=at, changed_by=actor)


def _day(text: str, at: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("expires_on is a day such as 2026-12-31", fields={"expires_on": "is no day"}) from None
    if not 0 <= (day - date.fromisoformat(at[:10])).days <= 365:
        raise InvalidInput("a quote holds from today until a day within a year", fields={"expires_on": "is over, or more than a year away"})
    return day.isoformat()
