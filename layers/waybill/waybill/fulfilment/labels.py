"""Labels that somebody else sells: intended, bought, found again, given back. Every step may be repeated, late, and from the middle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from waybill.aws.logs import logger
from waybill.aws.tables import commit
from waybill.fulfilment import cases
from waybill.fulfilment.model import buying as verbs
from waybill.fulfilment.model import returning
from waybill.fulfilment.model.case import VOID_REFUSED, Case
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package, Purchase
from waybill.fulfilment.model.parcel import Back
from waybill.fulfilment.ports import Bought, Carrier, Offer, Sending
from waybill.fulfilment.service import load, save
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput, Unavailable, WaybillError
from waybill.kernel.events import Event
from waybill.orders.store import Record

_ACTOR = "fulfilment"
_MOST_TRIES = 6
_LEASE = timedelta(seconds=60)
"""Longer than a function may run: whoever has begun to buy before that is gone."""
Papers = Mapping[int, Mapping[str, bytes]]
"""{package: its label's bytes by file name}."""


@dataclass(frozen=True, slots=True)
class Labels:
    """`carrier` answers who stands behind a carrier's id."""

    clock: Clock
    carrier: Callable[[str], Carrier]

    def intended(self, work: FulfilmentOrder, packages: Sequence[Package], offers: Sequence[Offer]) -> FulfilmentOrder | None:
        """The record with what is going to be bought; None where nobody has to be asked: the labels are our own."""
        handles = [offer.handle if self.carrier(offer.carrier).calls else "" for offer in offers]
        if not any(handles):
            return None
        named = [replace(package, tracking_number="") if handle else package for package, handle in zip(packages, handles, strict=True)]
        return verbs.intend(work, named, handles, instant(self.clock()))

    def bought(self, work: FulfilmentOrder, sending: Sending) -> tuple[tuple[Package, ...], Papers] | None:
        """What was intended, bought: the packages with their numbers, and the carriers' label bytes. None: it was given up, and is to be chosen anew.

        Raises InvalidInput in the carrier's words where it refuses: nothing of it is bought then, and the work stands as before. Raises Unavailable where it is not known:
        the intent stands with the reason.
        """
        if _purchase(work).giving_up:
            with suppress(Conflict):  # somebody else has given it back just now
                self.give_back(work)
            return None
        now = self.clock()
        if _is_young(work, now):
            now = parse_instant(_purchase(work).since)
        work = _saved(work, verbs.tried(work, instant(now)))
        try:
            return self._bought(_purchase(work), sending)
        except InvalidInput as problem:
            self.give_back(_saved(work, verbs.give_up(work, problem.message)))
            raise
        except WaybillError as problem:
            _saved(work, verbs.waits(work, problem.message))
            raise Unavailable(f"the label is not bought yet: {problem.message}") from None

    def give_back(self, work: FulfilmentOrder) -> FulfilmentOrder:
        """An intent comes to its end with nothing of it live. Raises Unavailable, to be tried again."""
        purchase, at, kept = _purchase(work), instant(self.clock()), dict[int, Package]()
        for package, handle, place in _asked(purchase):
            carrier, key = self.carrier(package.carrier), _key(purchase, package)
            known = package if package.shipment else _found(carrier, package, _offer(package, handle, place), key)
            if known and not carrier.void(known.shipment, key):
                cases.open_one(_refused(work, package, known.tracking_number, at))
                kept[package.n] = known
        back = {package.n: self._given_back(known) for package in purchase.packages if (known := returning.sold(package))}
        return _saved(work, verbs.given_up(work, kept, back, at, _ACTOR))

    def void(self, fo_id: str, numbers: Sequence[int], actor: str, node: str = "") -> tuple[Record, FulfilmentOrder]:
        """The labels of these packages are given back, none named: of all; once none is live the work stands at `picked` again. First the record says that they are not to be
        used, then the carrier is told, then the record has its answer. Raises NotFound, IllegalTransition for what has left, Unavailable to be tried again."""
        for _ in range(_MOST_TRIES):
            record, work = load(fo_id, node)
            if work.buying:
                return record, self._given_up(work, "a person has given it up")
            if work.status == "picked" and verbs.labels_so_far(work):
                return record, work
            if not work.packages:
                raise IllegalTransition(f"{fo_id} is {work.status}: it has no label to give back")
            try:
                return record, self._voided(work, numbers or [package.n for package in work.packages], actor)
            except Conflict:
                continue
        raise Conflict(f"{fo_id} is being changed by many at once; try again")

    def told(self, event: Event) -> None:
        """The consumer of `fulfilment_order.cancelled`: what was labelled for it, or was about to be, is given back; and of whatever else takes parcels apart.
        Raises Unavailable, Conflict to be tried again."""
        if not event.data.get("labelled") and event.type != "fulfilment_order.cancelled":
            return
        _, work = load(event.data["fo_id"])
        if work.status != "cancelled" and work.buying and work.buying.giving_up:
            self.give_back(work)
        if work.status != "cancelled":
            return
        if work.buying:
            work = self._given_up(work, "cancelled")
        numbers = [package.n for package in work.packages if package.shipment and package.label in ("", verbs.VOIDING) or returning.sold(package)]
        if numbers:
            self._voided(work, numbers, _ACTOR)

    def _given_up(self, work: FulfilmentOrder, why: str) -> FulfilmentOrder:
        """By somebody else than the one who buys: who may be about to, as long as his attempt is young."""
        if _is_young(work, self.clock()):
            raise Unavailable(f"{work.id}: its label is being bought just now; try again in a minute")
        return self.give_back(_saved(work, verbs.give_up(work, why)))

    def _bought(self, purchase: Purchase, sending: Sending) -> tuple[tuple[Package, ...], Papers]:
        packages, labels = list(purchase.packages), dict[int, Mapping[str, bytes]]()
        for package, handle, place in _asked(purchase):
            got = self.carrier(package.carrier).buy(sending, _offer(package, handle, place), _key(purchase, package))
            packages[place] = _labelled(package, got)
            labels[package.n] = got.label
        return tuple(packages), labels

    def _voided(self, work: FulfilmentOrder, numbers: Sequence[int], actor: str) -> FulfilmentOrder:
        work = self._none_comes_back(_saved(work, verbs.void(work, numbers)), numbers, actor)
        for package in [work.package(n) for n in numbers if work.package(n).label == verbs.VOIDING]:
            back = not package.shipment or self.carrier(package.carrier).void(package.shipment, f"{work.id}-{package.n}-void")
            if not back:
                cases.open_one(_refused(work, package, package.tracking_number, instant(self.clock())))
            work = self._answered(work, package, back, actor)
            logger.info("label voided" if back else "label not taken back", fo_id=work.id, package=package.n, carrier=package.carrier)
        return work

    def _none_comes_back(self, work: FulfilmentOrder, numbers: Sequence[int], actor: str) -> FulfilmentOrder:
        """What was sold for the way back of packages that do not go out is given back before they are taken apart. Raises Conflict."""
        for package in (work.package(n) for n in numbers):
            if back := returning.sold(package):
                work = _saved(work, returning.given_up(work, package.n))
                work = _saved(work, returning.ended(work, package.n, self._given_back(back), instant(self.clock()), actor))
        return work

    def _given_back(self, back: Back) -> returning.Answer | None:
        """None where its carrier has sold none, or has taken it back before anybody knew of it."""
        carrier = self.carrier(back.carrier)
        if not back.shipment:
            got = carrier.found(Offer(back.carrier, back.service, back.service_name, back.cost, back.currency, 0, handle=back.handle), back.key)
            if got is None:
                return None
            back = replace(back, tracking_number=got.tracking_number, shipment=got.shipment, cost=got.price, currency=got.currency or back.currency)
        return back, carrier.void(back.shipment, f"{back.key}-void")

    def _answered(self, work: FulfilmentOrder, package: Package, back: bool, actor: str) -> FulfilmentOrder:
        """What the carrier has said is written down, also of a parcel that was found to travel meanwhile. Raises Conflict where somebody else has written it down."""
        for _ in range(_MOST_TRIES):
            try:
                return _saved(work, verbs.unpacked(verbs.voided(work, package.n, back, instant(self.clock()), actor)))
            except Conflict:
                _, work = load(work.id)
                if package.tracking_number not in [each.tracking_number for each in work.packages if each.label == verbs.VOIDING]:
                    raise
        raise Conflict(f"{work.id} is being changed by many at once; try again")


def _saved(before: FulfilmentOrder, after: FulfilmentOrder) -> FulfilmentOrder:
    """Over the version that was read; what was not changed costs nothing. Raises Conflict."""
    if after is before:
        return after
    commit(save(after))
    return replace(after, version=after.version + 1)


def _is_young(work: FulfilmentOrder, now: datetime) -> bool:
    return now - parse_instant(_purchase(work).since) < _LEASE


def _purchase(work: FulfilmentOrder) -> Purchase:
    if work.buying is None:
        raise IllegalTransition(f"{work.id}: nothing is being bought")
    return work.buying


def _asked(purchase: Purchase) -> list[tuple[Package, str, int]]:
    """(package, handle, its place) of those for which somebody is asked."""
    pairs = zip(purchase.packages, purchase.handles, strict=True)
    return [(package, handle, place) for place, (package, handle) in enumerate(pairs) if handle]


def _offer(package: Package, handle: str, place: int) -> Offer:
    said = (package.carrier, package.service, package.service_name, package.cost, package.currency, package.delivery_days)
    return Offer(*said, parcel=place, handle=handle)


def _key(purchase: Purchase, package: Package) -> str:
    return f"{purchase.key}-{package.n}"


def _found(carrier: Carrier, package: Package, offer: Offer, key: str) -> Package | None:
    """What was bought for it under a key, though nobody has heard of it."""
    got = carrier.found(offer, key)
    return _labelled(package, got) if got else None


def _labelled(package: Package, got: Bought) -> Package:
    return replace(package, tracking_number=got.tracking_number, shipment=got.shipment, cost=got.price, currency=got.currency or package.currency)


def _refused(work: FulfilmentOrder, package: Package, number: str, at: str) -> Case:
    about = "the carrier does not take the label back: it costs what it costs, and must not be used"
    return Case(work.id, VOID_REFUSED, work.node, about, at, package.n, package.carrier, number)
