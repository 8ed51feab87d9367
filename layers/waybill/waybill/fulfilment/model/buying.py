"""How labels come to a fulfilment order and leave it again: what is intended is written down first, so that at most one label of a package is ever live (I23). Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from waybill.fulfilment.model import returning
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package, Purchase, go, told
from waybill.fulfilment.model.manifest import refuse_listed
from waybill.fulfilment.model.reprinting import refuse_made_there
from waybill.kernel.errors import IllegalTransition

VOIDING, VOIDED, VOID_REFUSED = "voiding", "voided", "void_refused"
_NOT_LEFT = ("packed", "cancelled")


def intend(work: FulfilmentOrder, packages: Sequence[Package], handles: Sequence[str], at: str) -> FulfilmentOrder:
    """These are going to be bought. The key is of this version of the record, and so of this intent alone."""
    return replace(work, buying=Purchase(tuple(packages), tuple(handles), f"{work.id}-{work.version}", at))


def tried(work: FulfilmentOrder, at: str) -> FulfilmentOrder:
    """Somebody begins to buy, at an instant: until he must be gone nobody else gives it up."""
    if work.buying is None or work.buying.since == at:
        return work
    return replace(work, buying=replace(work.buying, since=at))


def waits(work: FulfilmentOrder, why: str) -> FulfilmentOrder:
    """It could not go on. The same reason once more changes nothing."""
    if work.buying is None or work.buying.waits == why:
        return work
    return replace(work, buying=replace(work.buying, waits=why))


def give_up(work: FulfilmentOrder, why: str) -> FulfilmentOrder:
    """What was bought of it is to be given back. A repeat changes nothing."""
    if work.buying is None or work.buying.giving_up:
        return work
    return replace(work, buying=replace(work.buying, giving_up=why))


def done(work: FulfilmentOrder) -> FulfilmentOrder:
    """Nothing is being bought any more."""
    return replace(work, buying=None) if work.buying else work


def bought(work: FulfilmentOrder, packages: Sequence[Package], at: str, actor: str) -> FulfilmentOrder:
    """Carriers have sold the labels of these; of our own it says nothing."""
    for package in packages:
        work = _told_of(work, "label_bought", package, package.cost, at, actor) if package.shipment else work
    return work


def given_up(work: FulfilmentOrder, kept: Mapping[int, Package], back: Mapping[int, returning.Answer | None], at: str, actor: str) -> FulfilmentOrder:
    """An intent is over, and what was bought of it given back. `kept`: labels that their carriers do not take back, by the number of their package; `back`: what was said of those for the
    way back. Of one that was known to be bought it is said that it is so no more; of one that never came to be known only that it costs all the same."""
    if work.buying is None:
        return work
    after = done(work)
    for package, handle in zip(work.buying.packages, work.buying.handles, strict=True):
        if package.back and package.n in back:
            after = returning.answered(after, package.n, package.back, back[package.n], at, actor)
        if not handle:
            continue
        if label := kept.get(package.n):
            after = after if package.shipment else bought(after, [label], at, actor)
            after = _told_of(after, "void_refused", label, 0, at, actor)
        elif package.shipment:
            after = _told_of(after, "label_voided", package, package.cost, at, actor)
    return after


def dropped(work: FulfilmentOrder, at: str) -> Purchase | None:
    """What was bought for parcels that are taken apart, as something to be given back; None where it was bought from nobody."""
    apart = tuple(package for package in work.packages if _is_sold(package) or returning.sold(package))
    handles = tuple(f"{package.shipment}/" if _is_sold(package) else "" for package in apart)
    why = "its parcels were taken apart"
    return Purchase(apart, handles, f"{work.id}-{work.version}", at, giving_up=why) if apart else None


def set_aside(work: FulfilmentOrder, at: str) -> Purchase | None:
    """The same, to stand in the record from now on; else what stands there. Raises IllegalTransition where both do: what is being given back is not forgotten for it."""
    apart = dropped(work, at)
    if apart and work.buying:
        raise IllegalTransition(f"{work.id}: labels of it are just being bought or given back: try again in a moment")
    return apart or work.buying


def _is_sold(package: Package) -> bool:
    return bool(package.shipment) and package.label in ("", VOIDING)


def used(work: FulfilmentOrder) -> FulfilmentOrder:
    """Of what is to be given back only what no parcel of it bears: it has left under that label after all."""
    if work.buying is None or not work.buying.giving_up:
        return work
    borne = {package.tracking_number for package in work.packages}
    kept = [(package, handle) for package, handle in zip(work.buying.packages, work.buying.handles, strict=True) if package.tracking_number not in borne]
    left = replace(work.buying, packages=tuple(package for package, _ in kept), handles=tuple(handle for _, handle in kept))
    return replace(work, buying=left if kept else None)


def void(work: FulfilmentOrder, numbers: Sequence[int]) -> FulfilmentOrder:
    """The labels of these packages are to be used no more, and are about to be given back. What was begun is gone on with, also of a parcel that was found to travel meanwhile. Raises IllegalTransition
    for what has left, NotFound."""
    refuse_listed(work, numbers)
    for n in numbers if work.status != "cancelled" else ():
        refuse_made_there(work, work.package(n))
    for package in (work.package(n) for n in numbers):
        if not package.label and (work.status not in _NOT_LEFT or package.with_carrier or package.left):
            raise IllegalTransition(f"{work.id}: package {package.n} is in the carrier's hands: its label cannot be given back")
    packages = tuple(replace(each, label=each.label or VOIDING) if each.n in numbers else each for each in work.packages)
    return work if packages == work.packages else replace(work, packages=packages)


def voided(work: FulfilmentOrder, n: int, given_back: bool, at: str, actor: str) -> FulfilmentOrder:
    """The carrier has answered. Where it has taken the label back, so is its cost."""
    package = work.package(n)
    if package.label != VOIDING:
        return work
    after = replace(package, label=VOIDED if given_back else VOID_REFUSED)
    packages = tuple(after if each.n == n else each for each in work.packages)
    back = package.cost if given_back and package.shipment else 0
    return _told_of(replace(work, packages=packages), "label_voided" if given_back else "void_refused", package, back, at, actor)


def unpacked(work: FulfilmentOrder) -> FulfilmentOrder:
    """Back to `picked`, once no label of it is to be used any more."""
    if work.status != "packed" or any(package.label in ("", VOIDING) for package in work.packages):
        return work
    lines = {line: replace(at_node, packed=0) for line, at_node in work.lines.items()}
    return replace(go(work, "unpack"), lines=lines, packages=())


def refuse_unlabelled(work: FulfilmentOrder, leaving: Collection[int]) -> None:
    """Raises IllegalTransition where one of these parcels has a label that must not be used."""
    for package in work.packages:
        if package.label and package.n in leaving:
            raise IllegalTransition(f"{work.id}: the label of package {package.n} was given back: label it anew before it leaves")


def labels_so_far(work: FulfilmentOrder) -> int:
    """How many labels were given back, or were to be: whoever makes a number from what is in a parcel counts them in, so that no number comes back."""
    return sum(entry.type in ("fulfilment_order.label_voided", "fulfilment_order.void_refused") for entry in work.history)


def _told_of(work: FulfilmentOrder, what: str, package: Package, cost: int, at: str, actor: str) -> FulfilmentOrder:
    """A line about a label: what is owed for it, or comes back."""
    named = {"package": package.n, "carrier": package.carrier, "service": package.service, "tracking_number": package.tracking_number}
    return told(work, what, at, actor, {**named, "cost": cost, "currency": package.currency} | ({"shipment": package.shipment} if package.shipment else {}))
