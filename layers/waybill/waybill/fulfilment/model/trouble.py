"""What is wrong with a parcel on its way: it is late, it was heard of no more, it cannot be delivered, it comes back. Told once each. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from waybill.fulfilment.model.case import DELAYED, LOST, RETURNING, UNDELIVERABLE
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.model.fulfilment_order import told as entered
from waybill.kernel.clock import parse_instant

SILENT_DAYS = 10
"""Days without a word after which a parcel counts as lost, unless the carrier's settings say otherwise."""
TROUBLES = (DELAYED, UNDELIVERABLE, LOST, RETURNING)
_SAID = {"undeliverable": UNDELIVERABLE, "lost": LOST, "return_to_sender": RETURNING}
TROUBLED = tuple(_SAID)
"""What a carrier says of a parcel that does not arrive."""
_OVER = ("delivered", "lost", "return_to_sender")


def of(work: FulfilmentOrder, package: Package, now: datetime, silent_days: int = SILENT_DAYS) -> str:
    """What is wrong with a parcel that has left: the word of the carrier before ours; "" for nothing."""
    if package.delivered or package.label:
        return ""
    said = _SAID.get(package.scan.status, "") if package.scan else ""
    left = left_at(work, package)
    if said or left is None:
        return said
    heard = max(left, parse_instant(package.scan.at)) if package.scan else left
    if now - heard >= timedelta(days=silent_days):
        return LOST
    due = left.date() + timedelta(days=package.delivery_days)
    return DELAYED if package.delivery_days and now.date() > due else ""


def told(work: FulfilmentOrder, n: int, trouble: str, at: str) -> FulfilmentOrder:
    """With a line for it in the history; what was told of this parcel once changes nothing."""
    if trouble in said_of(work, n):
        return work
    package = work.package(n)
    parcel = {"n": n, "carrier": package.carrier, "service": package.service, "tracking_number": package.tracking_number}
    return entered(work, trouble, at, "fulfilment", {"package": n, "lines": dict(package.lines), "packages": [parcel]})


def said_of(work: FulfilmentOrder, n: int) -> set[str]:
    """What was told of a parcel."""
    words = {f"fulfilment_order.{trouble}": trouble for trouble in TROUBLES}
    return {words[entry.type] for entry in work.history if entry.type in words and entry.data.get("package") == n}


def is_on_its_way(package: Package) -> bool:
    """Whether anything new can be heard of it."""
    return not package.label and not (package.scan and package.scan.status in _OVER)


def left_at(work: FulfilmentOrder, package: Package) -> datetime | None:
    """When it left; None before that."""
    for entry in work.history:
        if entry.type == "fulfilment_order.shipped" and any(each.get("n") == package.n for each in entry.data.get("packages", ())):
            return parse_instant(entry.at)
    return None

