"""What happened to a tender: an append-only list of events. Every balance and status is computed from it (product.md §2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

KINDS = ("AUTH", "CHARGE", "REFUND", "CANCEL")
"""The four things one can do with a tender's money."""

OUTCOMES = ("REQUEST", "ACTION_REQUIRED", "SUCCESS", "FAILURE")

ALONE = ("AUTH_ADJUSTMENT", "AUTH_EXPIRED", "CHARGEBACK", "REFUND_REVERSED", "INFO")
"""Statements that belong to no operation of ours."""

_PARTS = {f"{kind}_{outcome}": (kind, outcome) for kind in KINDS for outcome in OUTCOMES} | dict.fromkeys(ALONE, ("", ""))
TYPES = frozenset(_PARTS)


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """One line of a tender's list. `amount` in minor units of the tender's currency, never negative.

    `ref` names the operation: events of one kind with one `ref` describe the same operation. None is a manual statement.
    `reference` is what the gateway or the channel calls it, `reason` a code for a failure, `by` who asked (a request's id),
    `expires_at` the instant at which what was authorised lapses, `counts` False for an event that was found to be void and is kept for the record only.
    """

    type: str
    at: str
    amount: int
    ref: str | None = None
    reference: str | None = None
    reason: str | None = None
    counts: bool = True
    by: str | None = None
    expires_at: str | None = None

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise ValueError(f"unknown payment event {self.type}")
        if self.amount < 0:
            raise ValueError("a payment event's amount is not negative")

    @property
    def kind(self) -> str:
        """`AUTH`, `CHARGE`, `REFUND`, `CANCEL`; empty for a statement that stands alone."""
        return _PARTS[self.type][0]

    @property
    def outcome(self) -> str:
        return _PARTS[self.type][1]

    def to_dict(self) -> dict[str, Any]:
        """Only what is set: a tender's list is stored and read with every change."""
        raw: dict[str, Any] = {"type": self.type, "at": self.at, "amount": self.amount}
        raw |= {name: value for name in ("ref", "reference", "reason", "by", "expires_at") if (value := getattr(self, name)) is not None}
        return raw if self.counts else raw | {"counts": False}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> PaymentEvent:
        return cls(
            raw["type"],
            raw["at"],
            int(raw["amount"]),
            raw.get("ref"),
            raw.get("reference"),
            raw.get("reason"),
            raw.get("counts", True),
            raw.get("by"),
            raw.get("expires_at"),
        )
