"""Which tender is captured, and which returns money: a policy, as data, and its arithmetic. Pure.

The shop's policy `payments`, each part of it optional, in the kinds of `orders.model.order.TENDER_KINDS`:

    {"capture": ["channel", "gift_card", …], "refund": ["card", …], "ship_unpaid": ["terms", "cod"]}

A kind that an order leaves out comes after those that are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.orders.model.order import PAID_LATER, TENDER_KINDS

_CAPTURE = ("channel", "gift_card", "store_credit", "card", "terms", "cod")
_REFUND = ("card", "store_credit", "gift_card", "channel", "terms", "cod")


@dataclass(frozen=True, slots=True)
class Portion:
    """A tender's part of an amount, minor units, and why it is that one's."""

    tender: int
    amount: int
    why: str


@dataclass(frozen=True, slots=True)
class Policy:
    """Kinds of tender in the order in which they are taken and in which they return; `ship_unpaid`: those that are not waited for."""

    capture: tuple[str, ...] = _CAPTURE
    refund: tuple[str, ...] = _REFUND
    ship_unpaid: tuple[str, ...] = PAID_LATER

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Policy:
        """From the shop's data. Raises InvalidInput that names what is not understood."""
        unknown = sorted(set(raw) - set(cls.__slots__))
        if unknown:
            raise InvalidInput(f"the policy payments has no {unknown[0]!r}", fields={unknown[0]: f"one of {', '.join(cls.__slots__)}"})
        own = cls()
        return cls(**{name: _kinds(name, raw[name]) if name in raw else getattr(own, name) for name in cls.__slots__})


def _kinds(name: str, raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple) or any(kind not in TENDER_KINDS for kind in raw) or len(set(raw)) != len(raw):
        raise InvalidInput(f"the policy payments: {name} lists kinds of tender, each once", fields={name: f"of {', '.join(TENDER_KINDS)}"})
    return tuple(raw)


def spread(amount: int, tenders: Iterable[tuple[int, str, int]], order: tuple[str, ...]) -> tuple[Portion, ...]:
    """As much of an amount as (tender, kind, minor units that it can bear) can, in the order of the kinds, then of the tenders."""
    rank = {kind: place for place, kind in enumerate(order)}
    portions, left = [], amount
    for number, kind, most in sorted(tenders, key=lambda each: (rank.get(each[1], len(rank)), each[0])):
        part = min(left, most)
        if part > 0:
            portions.append(Portion(number, part, f"{kind} is number {rank.get(kind, len(rank)) + 1} of the policy"))
            left -= part
    return tuple(portions)


def returned(amount: int, refundable: Iterable[tuple[int, str, int]], order: tuple[str, ...]) -> tuple[Portion, ...]:
    """A refund over (tender, kind, minor units that it may still return).

    Raises IllegalTransition beyond what was captured and is not yet returned or promised (I7).
    """
    portions = spread(amount, refundable, order)
    given = sum(portion.amount for portion in portions)
    if given != amount or amount <= 0:
        raise IllegalTransition(f"{given} minor units may be refunded, not {amount}")
    return portions
