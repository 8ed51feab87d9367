"""Buying what packing has chosen: a tracking number for each parcel, ours before it is printed."""

from __future__ import annotations

from collections.abc import Sequence
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


def numbers_are_ours(work: FulfilmentOrder) -> bool:
    """Takes the tracking numbers; False where a parcel of other work bears one. One that was taken and not used finds no package."""
    return all(_number_is_ours(work, package) for package in work.packages)


def track_item(work: FulfilmentOrder, package: Package) -> dict[str, Any]:
    """What finds a package by its tracking number."""
    return {"pk": f"TRACK#{package.tracking_number}", "sk": "TRACK", "carrier": package.carrier, "fo_id": work.id}


def _number_is_ours(work: FulfilmentOrder, package: Package) -> bool:
    if package.shipment:  # the carrier's own, who may give a number of years ago once more
        commit(overwrite(ORDERS, track_item(work, package)))
        return True
    try:
        commit(create(ORDERS, track_item(work, package)))
    except WriteConflict as conflict:
        return conflict.old is not None and conflict.old["fo_id"] == work.id
    return True


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
