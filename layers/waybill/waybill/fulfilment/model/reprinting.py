"""A label printed once more: only one that may still be used, and the timeline says so. Pure."""

from __future__ import annotations

from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, told
from waybill.fulfilment.model.parcel import Package
from waybill.kernel.errors import IllegalTransition

REPRINTED = "fulfilment_order.reprinted"


def reprinted(work: FulfilmentOrder, n: int, at: str, actor: str) -> FulfilmentOrder:
    """With a line more in its history. Raises NotFound, IllegalTransition as `refuse_unusable`."""
    package = work.package(n)
    refuse_unusable(work, package)
    data = {"package": n, "tracking_number": package.tracking_number, "times": times_reprinted(work, package) + 1}
    return told(work, "reprinted", at, actor, data)


def times_reprinted(work: FulfilmentOrder, package: Package) -> int:
    """How often this label was, as the history says; one that replaced it begins anew."""
    return sum(entry.type == REPRINTED and entry.data["tracking_number"] == package.tracking_number for entry in work.history)


def refuse_unusable(work: FulfilmentOrder, package: Package) -> None:
    """Raises IllegalTransition for a label of cancelled work, of a package that has left, or that was given back."""
    if work.status == "cancelled":
        raise IllegalTransition(f"{work.id} is cancelled: its labels must not be used")
    if package.label:
        raise IllegalTransition(f"{work.id}: the label of package {package.n} was given back: label it anew")
    if package.left:
        raise IllegalTransition(f"{work.id}: package {package.n} has left already")
