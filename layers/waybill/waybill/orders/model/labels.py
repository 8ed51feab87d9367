"""Whether a label of a carrier is live that nobody will use. Fulfilment orders as they are stored; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_LIVE = (None, "", "voiding")
_UNKNOWN_BACK = ("buying", "voiding")


def live(work: Mapping[str, Any]) -> bool:
    """Something is being bought for it from a carrier, or was and is not given back."""
    return bool(work.get("buying")) or any(bears(package) for package in work.get("packages", ()))


def live_though_cancelled(works: Iterable[Mapping[str, Any]]) -> bool:
    """Before that is over no money goes back (I20)."""
    return any(work["status"] in ("cancelled", "rejected") and live(work) for work in works)


def bears(package: Mapping[str, Any]) -> bool:
    """A label that goes out with it, or by which it would come back."""
    back = package.get("back") or {}
    return goes_out(package) or back.get("status") in _UNKNOWN_BACK or bool(back.get("shipment") and back.get("status") == "bought")


def goes_out(package: Mapping[str, Any]) -> bool:
    """A label that was sold goes out with it."""
    return bool(package.get("shipment") and package.get("label") in _LIVE)
