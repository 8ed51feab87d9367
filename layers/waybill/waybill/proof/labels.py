"""Of the labels that a carrier sold: its own books against our record, so that none is paid for and forgotten, and none is used that was given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from waybill.fulfilment.model.buying import VOIDED, VOIDING
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.model.parcel import Back
from waybill.fulfilment.model.returning import BOUGHT
from waybill.proof.facts import OrderFacts
from waybill.proof.orders import ORDER

_ENDED = ("rejected", "cancelled")


@ORDER.rule("I23")
def _known(facts: OrderFacts) -> Iterator[str]:
    """A live label at the carrier is of a parcel of ours, or of what we are about to buy or to give back; else it lies in front of a person."""
    ours = Counter(shipment for work in facts.work for shipment in _shipments(work))
    for label in facts.at_carrier or ():
        if label.live and not ours[label.shipment] and label.tracking_number not in facts.cases:
            yield f"{label.tracking_number} is paid for at the carrier, and no parcel of ours bears it"
    yield from (f"{times} parcels bear the label {shipment}" for shipment, times in ours.items() if times > 1)


@ORDER.rule("I23")
def _used_are_live(facts: OrderFacts) -> Iterator[str]:
    """What a parcel bears is paid for and was not given back; least of all one that has left."""
    live = {label.shipment for label in facts.at_carrier or () if label.live}
    for work, package in _borne(facts):
        if facts.at_carrier is not None and not package.label and package.shipment not in live:
            yield f"{work.id}: package {package.n} bears {package.tracking_number}, and the carrier has taken it back or never sold it"
    for back in _for_the_way_back(facts):
        if facts.at_carrier is not None and back.status == BOUGHT and back.shipment not in live:
            yield f"{back.tracking_number} is to bring a package back, and the carrier has taken it back or never sold it"
    gone = ((work, package) for work in facts.work for package in work.packages if package.left)
    yield from (f"{work.id}: package {package.n} has left with a label that was given back" for work, package in gone if package.label == VOIDED)


@ORDER.rule("I23", at_rest=True)
def _none_in_vain(facts: OrderFacts) -> Iterator[str]:
    """At rest each live label is of a parcel that stands or has left: one of a parcel that does not is given back, or lies in front of a person."""
    for work, package in _borne(facts):
        if package.left and package.label == VOIDING:
            yield f"{work.id}: package {package.n} has left, and nobody knows whether its label was given back"
    used = {package.shipment for _, package in _borne(facts) if not package.label} | {back.shipment for back in _for_the_way_back(facts)}
    open_ = {shipment for work in facts.work if work.status not in _ENDED and work.buying for shipment in _shipments(work)}
    for label in facts.at_carrier or ():
        if label.live and label.shipment not in used | open_ and label.tracking_number not in facts.cases:
            yield f"{label.tracking_number} is paid for at the carrier, and nobody will use it"


def _borne(facts: OrderFacts) -> Iterator[tuple[FulfilmentOrder, Package]]:
    """Parcels with a label that was bought, of work that stands or has left."""
    return ((work, package) for work in facts.work if work.status not in _ENDED for package in work.packages if package.shipment)


def _for_the_way_back(facts: OrderFacts) -> Iterator[Back]:
    """Labels that a carrier has sold for packages that go out, or have, to come back by."""
    packages = (package for work in facts.work if work.status not in _ENDED for package in work.packages)
    return (package.back for package in packages if package.back and package.back.shipment and package.back.status != VOIDED)


def _shipments(work: FulfilmentOrder) -> list[str]:
    """All that it says of the carrier's: what is bought, and what is being bought."""
    asked = [handle.partition("/")[0] for handle in work.buying.handles if handle] if work.buying else []
    apart = work.buying.packages if work.buying else ()
    back = [each.back.shipment or each.back.handle.partition("/")[0] for each in (*work.packages, *apart) if each.back and (each.back.shipment or each.back.handle)]
    return [*(package.shipment for package in work.packages if package.shipment), *asked, *back]
