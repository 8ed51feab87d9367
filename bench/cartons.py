"""What goes into which carton: boxes that published orders need, beside those that their own packer took, and the CPU it costs."""

from __future__ import annotations

import time
from statistics import median, quantiles
from typing import Any

from tests.fulfilment import published_cartons as published
from waybill.fulfilment.model.cartons import cartoned

P50_MS = 20.0
"""Of CPU, for an order of about ten units."""
_ABOUT_TEN = range(8, 13)


def measure() -> list[dict[str, Any]]:
    """A row for each way of turning; none where the published orders are not beside the repository."""
    return [_row(mode) for mode in published.MODES] if published.FILE.exists() else []


def _row(mode: str) -> dict[str, Any]:
    boxes, orders, found, taken = published.cartons(), published.orders(), 0, []
    for order in orders:
        pieces = published.pieces(order, mode)
        started = time.process_time()
        packed = cartoned(pieces, boxes)
        taken.append((len(pieces), 1000 * (time.process_time() - started)))
        found += len(packed.filled) + len(packed.loose)
    every = [ms for _, ms in taken]
    return {
        "turned": mode,
        "orders": len(orders),
        "units": sum(units for units, _ in taken),
        "boxes": found,
        "theirs": published.expected_in_all(mode),
        "p50 ms": median(every),
        "p95 ms": quantiles(every, n=20)[-1],
        "slowest ms": max(every),
        "p50 ms of 8 to 12 units": median(ms for units, ms in taken if units in _ABOUT_TEN),
    }
