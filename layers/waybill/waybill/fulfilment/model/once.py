"""Requests that say something relative, each made once: what a fulfilment order remembers of the latest of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from waybill.kernel.errors import KeyReused

KEPT = 20
"""How many are remembered: whoever repeats a request does so before twenty others of the same fulfilment order have come."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`name`: the digest of who asked for which verb under which key; `body`: that of what was asked. `made`: the fulfilment order that came of it, where it is another."""

    name: str
    body: str
    made: str = ""


def before(known: Iterable[Asked], asked: Asked | None) -> Asked | None:
    """The same request as it was made before; None where it is new, or has no key. Raises KeyReused for another body."""
    found = next((each for each in known if asked and each.name == asked.name), None)
    if found and asked and found.body != asked.body:
        raise KeyReused("this key came before with another body", fields={"Idempotency-Key": "used before"})
    return found


def remembered(known: tuple[Asked, ...], asked: Asked | None, made: str = "") -> tuple[Asked, ...]:
    """With one more, and without the oldest where there are too many."""
    return (*known, replace(asked, made=made))[-KEPT:] if asked else known
