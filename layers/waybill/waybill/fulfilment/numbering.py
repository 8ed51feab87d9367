"""The SSCC of each carton, allotted once: a counter of the shop's prefix goes up, and never comes back to a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from waybill.aws.logs import count, logger
from waybill.aws.tables import WriteConflict, commit
from waybill.aws.tables import replace as put_over
from waybill.fulfilment.model.fulfilment_order import Package
from waybill.fulfilment.model.sscc import POLICY, Series
from waybill.kernel.errors import Conflict
from waybill.orders.store import ORDERS
from waybill.shop import store as shop

_MOST_TRIES = 50


def numbered(packages: Sequence[Package]) -> tuple[Package, ...]:
    """Each with a number of its own, for one read and one write; as they are where the shop has no prefix, or all its numbers are used up: then it is said in the log and counted.

    Who takes numbers and does not use them leaves a gap. Raises Conflict where too many do it at once.
    """
    series = Series.of(shop.policy(POLICY))
    if series is None or not packages:
        return tuple(packages)
    first = _taken(series, len(packages))
    if first + len(packages) > series.size:
        logger.error("SSCCs are used up", series=series.id)
        count("SSCCsUsedUp", series=series.id)
        return tuple(packages)
    return tuple(replace(package, sscc=series.number(first + place)) for place, package in enumerate(packages))


def _taken(series: Series, units: int) -> int:
    """The first of so many serials that are ours alone; where there are not so many left, none is taken."""
    key = {"pk": f"SSCC#{series.id}", "sk": "COUNTER"}
    stands = ORDERS.get(key["pk"], key["sk"]) or {}
    for _ in range(_MOST_TRIES):
        first, version = stands.get("next", 0), stands.get("version", 0)
        if first + units > series.size:
            return int(first)
        try:
            commit(put_over(ORDERS, {**key, "next": first + units, "version": version + 1}, version))
        except WriteConflict as conflict:
            stands = conflict.old or {}
            continue
        return int(first)
    raise Conflict("many pack at once, and numbers for the cartons could not be had; try again")
