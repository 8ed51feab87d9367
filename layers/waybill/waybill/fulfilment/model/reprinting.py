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


def refuse_made_there(work: FulfilmentOrder, package: Package) -> None:
    """Raises IllegalTransition for a label that its warehouse has made under an account of its own."""
    if package.labelled_by_node:
        known = f" under {package.tracking_number}" if package.tracking_number else ""
        raise IllegalTransition(f"{work.id}: {work.node} has labelled package {package.n} itself{known}, with an account of its own: ask {work.node} for the label and papers, or to cancel it")


def refuse_unusable(work: FulfilmentOrder, package: Package) -> None:
    """Raises IllegalTransition for a label of cancelled work, of a package that has left, or that was given back."""
    refuse_made_there(work, package)
    if work.status == "cancelled":
        raise IllegalTransition(f"{work.id} is cancelled: its labels must not be used")
    if package.label:
        raise IllegalTransition(f"{work.id}: the label of package {package.n} was given back: label it anew")
    if package.left:
        raise IllegalTransition(f"{work.id}: package {package.n} has left already")
