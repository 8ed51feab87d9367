"""What carriers say of a parcel, in one vocabulary, whatever the order in which it arrives. Pure."""

from __future__ import annotations

from dataclasses import dataclass

STATUSES = (
    "pre_transit",
    "in_transit",
    "exception",
    "out_for_delivery",
    "available_for_pickup",
    "undeliverable",
    "lost",
    "return_to_sender",
    "delivered",
)
_FINAL = {"lost": 1, "return_to_sender": 1, "delivered": 2}


@dataclass(frozen=True, slots=True)
class Scan:
    """One statement of a carrier: our word, its own code beside it, and when it says that it happened."""

    status: str
    code: str
    at: str


def newest(known: Scan | None, told: Scan) -> Scan:
    """Which of two statements stands: a final one before any other, then the later one. The same whichever came first."""
    return told if known is None else max(known, told, key=_weight)


def _weight(scan: Scan) -> tuple[int, str, int, str]:
    return (_FINAL.get(scan.status, 0), scan.at, STATUSES.index(scan.status), scan.code)
