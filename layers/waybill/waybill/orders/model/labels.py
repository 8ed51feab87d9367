"""Whether a label of a carrier is live that nobody will use. Fulfilment orders as they are stored; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_LIVE = (None, "", "voiding")
_UNKNOWN_BACK = ("buying", "voiding")


def live(work: Mapping[str, Any]) -> bool:
    """Something is being bought for it from a carrier, or was and is not given back."""
    return bool(work.get("buying")) or any(_bears(package) for package in work.get("packages", ()))


def live_though_cancelled(works: Iterable[Mapping[str, Any]]) -> bool:
    """Before that is over no money goes back (I20)."""
    return any(work["status"] in ("cancelled", "rejected") and live(work) for work in works)


def _bears(package: Mapping[str, Any]) -> bool:
    """A label that goes out with it, or by which it would come back."""
    back = package.get("back") or {}
    return bool(package.get("shipment") and package.get("label") in _LIVE or back.get("status") in _UNKNOWN_BACK or back.get("shipment") and back.get("status") == "bought")
