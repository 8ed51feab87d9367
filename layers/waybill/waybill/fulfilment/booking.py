"""Speaks with carriers about the vans that people want: each step is on record before the next is taken, so that whoever comes after a crash goes on from there, and no
second van is booked for one intent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from waybill.aws.logs import count, logger
from waybill.aws.tables import WriteConflict
from waybill.fulfilment import collections
from waybill.fulfilment.model import collection as verbs
from waybill.fulfilment.model.collection import BOOKING, CANCELLING, GIVEN_UP, REQUESTED, Collection
from waybill.fulfilment.ports import Collecting, Van, VanBooked, VanOffer
from waybill.fulfilment.windows import MOST_DAYS
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable, WaybillError
from waybill.shop import store as shop

ACTOR = "fulfilment"
_MOST_STEPS, _MOST_A_ROUND = 8, 20
_LOOKS_BACK = timedelta(days=5)
_ROUND = timedelta(seconds=20)
"""For one round: the rest is the next one's."""


@dataclass(frozen=True, slots=True)
class Booking:
    """`carrier`: who stands behind one of the shop."""

    clock: Clock
    carrier: Callable[[str], Collecting]
    nodes: Callable[[], Sequence[str]] = lambda: [node.id for node in shop.nodes()]

    def go_on(self, id: str, actor: str = ACTOR) -> Collection:
        """As far as it goes now: booked, refused, called off; or as it stands, with the reason, where its carrier does not answer or somebody is at it. Safe to repeat."""
        known = collections.load(id)
        for _ in range(_MOST_STEPS):
            if not known.is_open or (known.status == BOOKING and known.is_being_asked(self.clock())):
                return known
            try:
                after = self._step(known, actor)
            except WriteConflict:
                known = collections.load(id)  # somebody has said something else meanwhile
                continue
            if after.version == known.version or after.status == known.status:
                return after
            known = after
        return known

    def round(self) -> dict[str, int]:
        """What is open is gone on with, the next day's first; bounded."""
        now, looked = self.clock(), 0
        first, last = (now - _LOOKS_BACK).date().isoformat(), (now + timedelta(days=MOST_DAYS + 2)).date().isoformat()
        for node in self.nodes():
            for id in collections.open_ids(node, first, last, _MOST_A_ROUND - looked):
                if self.clock() - now > _ROUND:
                    break
                looked += 1
                try:
                    self.go_on(id)
                except WaybillError as problem:
                    logger.warning("collection not looked at", collection=id, problem=problem.message)
        return {"collections": looked}

    def _step(self, known: Collection, actor: str) -> Collection:
        steps = {REQUESTED: self._offered, BOOKING: self._booked, CANCELLING: self._called_off}
        try:
            return steps[known.status](known, actor)
        except InvalidInput as problem:
            if known.status == CANCELLING:
                return self._waits(known, problem)
            return collections.save(verbs.refused(known, problem.message, self.clock(), actor))
        except WriteConflict:
            raise
        except (Unavailable, Conflict, NotFound) as problem:
            return self._waits(known, problem)

    def _offered(self, known: Collection, actor: str) -> Collection:
        """The cheapest way is chosen, and written down before it is booked."""
        now = self.clock()
        if known.is_over(now):
            return self._missed(known, known.problem or "its window ended before anybody had asked the carrier", actor)
        carrier, van = self.carrier(known.carrier), self._van(known)
        offers = carrier.vans(van)
        if not offers:
            raise InvalidInput(f"{known.carrier} sends no van there then", fields={"carrier": "no van"})
        best = offers[0]
        chosen = collections.save(verbs.offered(known, best.service, best.price, best.currency, best.handle, self.clock(), actor))
        return self._ordered(chosen, carrier, van, actor)

    def _booked(self, known: Collection, actor: str) -> Collection:
        """Somebody was about to book it and has not come back."""
        carrier, van = self.carrier(known.carrier), self._van(known)
        if not known.is_over(self.clock()):
            return self._ordered(collections.save(verbs.asking(known, self.clock())), carrier, van, actor)
        if known.is_over(self.clock(), GIVEN_UP):
            return self._missed(known, f"nobody knows whether it came: {known.problem}", actor)
        found = carrier.booked(_offer(known), known.id)
        if found is None:
            return self._missed(known, known.problem or "its window ended before it was booked", actor)
        return collections.save(verbs.booked(known, found.confirmation, found.price, found.currency, self.clock(), actor))

    def _ordered(self, known: Collection, carrier: Collecting, van: Van, actor: str) -> Collection:
        try:
            told = carrier.book(van, _offer(known), known.id)
        except InvalidInput as problem:
            return collections.save(verbs.refused(known, problem.message, self.clock(), actor))
        except WriteConflict:
            raise
        except (Unavailable, Conflict) as problem:
            return self._waits(known, problem)
        try:
            return collections.save(verbs.booked(known, told.confirmation, told.price, told.currency, self.clock(), actor))
        except WriteConflict:
            self._booked_late(known.id, told, actor)
            raise

    def _booked_late(self, id: str, told: VanBooked, actor: str) -> None:
        """What is given up, or was called off because nothing was booked, is booked now: it goes back. What is being called off finds it by itself."""
        for _ in range(_MOST_STEPS):
            known = collections.load(id)
            if known.status in verbs.LIVE:
                return
            try:
                collections.save(verbs.booked_after_all(known, told.confirmation, told.price, told.currency, self.clock(), actor))
            except WriteConflict:
                continue

    def _called_off(self, known: Collection, actor: str) -> Collection:
        now = self.clock()
        if known.is_over(now, GIVEN_UP):
            return collections.save(verbs.comes_all_the_same(known, f"nobody knows whether it was called off: {known.problem}", known.confirmation, now, actor))
        carrier, offer = self.carrier(known.carrier), _offer(known)
        told = VanBooked(known.confirmation, known.price, known.currency) if known.confirmation else carrier.booked(offer, known.id)
        if told is None:
            return known if known.is_being_asked(now) else collections.save(verbs.called_off(known, now, actor))
        if carrier.call_off(self._van(known), offer, told, known.id):
            return collections.save(verbs.called_off(known, self.clock(), actor))
        return collections.save(verbs.comes_all_the_same(known, "it is too late to call it off", told.confirmation, self.clock(), actor))

    def _waits(self, known: Collection, problem: WaybillError) -> Collection:
        logger.warning("van not booked or called off yet", collection=known.id, status=known.status, problem=problem.message)
        after = verbs.noted(known, problem.message)
        return collections.save(after) if after != known else known

    def _missed(self, known: Collection, why: str, actor: str) -> Collection:
        count("CollectionsMissed", carrier=known.carrier)
        return collections.save(verbs.missed(known, why, self.clock(), actor))

    def _van(self, known: Collection) -> Van:
        """From now on, where its window has begun already."""
        place, now = shop.node(known.node).place, self.clock()
        earliest = known.earliest if parse_instant(known.earliest) > now else instant(now)
        return Van(
            place, known.date, known.ready, known.closes, earliest, known.latest, known.packages, known.weight_g, known.shipment, known.where, known.note, known.id
        )


def _offer(known: Collection) -> VanOffer:
    return VanOffer(known.service, known.price, known.currency, known.handle)
