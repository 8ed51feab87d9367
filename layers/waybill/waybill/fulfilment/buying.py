"""Buying what packing has chosen: a tracking number for each parcel, ours before it is printed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from waybill.aws.tables import WriteConflict, commit, create, overwrite
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.model.numbers import tracking_number
from waybill.fulfilment.ports import Offer
from waybill.orders.store import ORDERS


def labelled(work: FulfilmentOrder, packages: Sequence[Package], offers: Sequence[Offer], attempt: int) -> tuple[Package, ...]:
    """Each package with what carries it; the numbers are deterministic."""
    return tuple(_labelled(work, package, offer, attempt) for package, offer in zip(packages, offers, strict=True))


def numbered(work: FulfilmentOrder, new: Collection[int]) -> FulfilmentOrder | None:
    """Takes the tracking numbers of its `new` parcels; None where a parcel of other work bears one. One that was taken and not used finds no package. Who takes one again, for the same parcel,
    has the SSCC that was taken with it."""
    packages = [_ours(work, package) if package.n in new else package for package in work.packages]
    return None if None in packages else replace(work, packages=tuple(package for package in packages if package))


def track_item(work: FulfilmentOrder, package: Package) -> dict[str, Any]:
    """What finds a package by its tracking number."""
    item = {"pk": f"TRACK#{package.tracking_number}", "sk": "TRACK", "carrier": package.carrier, "fo_id": work.id}
    return item | ({"sscc": package.sscc} if package.sscc else {})


def _ours(work: FulfilmentOrder, package: Package) -> Package | None:
    if package.shipment:  # the carrier's own, who may give a number of years ago once more
        commit(overwrite(ORDERS, track_item(work, package)))
        return package
    try:
        commit(create(ORDERS, track_item(work, package)))
    except WriteConflict as conflict:
        old = conflict.old or {}
        return replace(package, sscc=old.get("sscc", "")) if old.get("fo_id") == work.id else None
    return package


def _labelled(work: FulfilmentOrder, package: Package, offer: Offer, attempt: int) -> Package:
    contents = ",".join(f"{line}={units}" for line, units in sorted(package.lines.items()))
    said = (work.id, str(package.n), contents, str(package.weight_g), offer.service, str(attempt))
    return replace(
        package,
        carrier=offer.carrier,
        service=offer.service,
        service_name=offer.service_name,
        cost=offer.price,
        currency=offer.currency,
        delivery_days=offer.delivery_days,
        tracking_number=tracking_number(offer.carrier, *said),
    )
