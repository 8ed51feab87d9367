"""A carrier's van that is to collect at a node, in a window of a day: wanted, booked, called off. Pure. What a customer fetches himself is `pickup`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import IllegalTransition
from waybill.kernel.ids import digest

REQUESTED, BOOKING, BOOKED, AGREED = "requested", "booking", "booked", "agreed"
CANCELLING, CANCELLED, REFUSED, MISSED = "cancelling", "cancelled", "refused", "missed"
MOVES = {
    REQUESTED: (BOOKING, REFUSED, CANCELLED, MISSED),
    BOOKING: (BOOKED, REFUSED, CANCELLING, MISSED),
    BOOKED: (CANCELLING,),
    CANCELLING: (CANCELLED, BOOKED),
    AGREED: (),
    CANCELLED: (CANCELLING,),
    REFUSED: (CANCELLING,),
    MISSED: (CANCELLING,),
}
"""What may follow what. One that is over is called off where it turns out late that it was booked after all: by a process that slept."""
OPEN = (REQUESTED, BOOKING, CANCELLING)
"""The carrier has a word to say yet."""
LIVE = (*OPEN, BOOKED, AGREED)
"""A van comes, or may come."""
MOST_A_DAY = 20
ASKING = timedelta(seconds=60)
"""As long as whoever speaks with the carrier may live: nobody else does meanwhile."""
GIVEN_UP = timedelta(days=1)
"""How long after its window a carrier that is silent is asked no more."""
_KEPT = 30


@dataclass(frozen=True, slots=True)
class Said:
    """A line of its log: who, when, what it became, and why."""

    at: str
    by: str
    status: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """`ready` and `closes` are times of day at the node, `earliest` and `latest` the same as instants. `shipment`: the carrier's id of one of the parcels.
    `handle`: what the carrier has offered, and is booked by. `tried`: when somebody has begun to speak with it last. `problem` says what is wrong, or why it ended. `version` is the
    one that was read."""

    node: str
    carrier: str
    date: str
    number: int
    ready: str
    closes: str
    earliest: str
    latest: str
    packages: int
    weight_g: int
    status: str
    at: str
    by: str
    shipment: str = ""
    manifest: str = ""
    where: str = ""
    note: str = ""
    service: str = ""
    price: int = 0
    currency: str = ""
    handle: str = ""
    confirmation: str = ""
    tried: str = ""
    problem: str = ""
    log: tuple[Said, ...] = ()
    version: int = 0

    @property
    def id(self) -> str:
        return collection_id(self.node, self.carrier, self.date, self.number)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def is_over(self, now: datetime, since: timedelta = timedelta()) -> bool:
        """Its window has passed, so long ago."""
        return parse_instant(self.latest) + since <= now

    def is_being_asked(self, now: datetime) -> bool:
        """Somebody may be speaking with the carrier about it."""
        return bool(self.tried) and now - parse_instant(self.tried) < ASKING

    def meets(self, ready: str, closes: str) -> bool:
        """Whether a window of the day is also its."""
        return self.ready < closes and ready < self.closes


def collection_id(node: str, carrier: str, date: str, number: int) -> str:
    """The same van has the same id, whoever wants it."""
    return "col_" + digest("collection", node, carrier, date, str(number))


def begun(collection: Collection) -> Collection:
    """The first line of its log."""
    return replace(collection, log=(Said(collection.at, collection.by, collection.status),))


def offered(known: Collection, service: str, price: int, currency: str, handle: str, now: datetime, actor: str) -> Collection:
    """This is about to be booked."""
    after = replace(known, service=service, price=price, currency=currency, handle=handle, tried=instant(now), problem="")
    return _become(after, BOOKING, now, actor)


def asking(known: Collection, now: datetime) -> Collection:
    """Somebody speaks with the carrier from now on."""
    return replace(known, tried=instant(now))


def booked(known: Collection, confirmation: str, price: int, currency: str, now: datetime, actor: str) -> Collection:
    return _become(replace(known, confirmation=confirmation, price=price, currency=currency, problem=""), BOOKED, now, actor)


def refused(known: Collection, why: str, now: datetime, actor: str) -> Collection:
    return _become(replace(known, problem=why[:300]), REFUSED, now, actor)


def missed(known: Collection, why: str, now: datetime, actor: str) -> Collection:
    return _become(replace(known, problem=why[:300]), MISSED, now, actor)


def noted(known: Collection, problem: str) -> Collection:
    """Why it is not further yet; it is tried again."""
    return replace(known, problem=problem[:300])


def call_off(known: Collection, why: str, now: datetime, actor: str) -> Collection:
    """It need not come; at once where nothing was asked of the carrier yet. What is called off already stays. Raises IllegalTransition for what cannot be called off any more."""
    if known.status in (CANCELLING, CANCELLED):
        return known
    if known.status == AGREED:
        raise IllegalTransition(f"{known.carrier} comes to {known.node} every day as agreed: call it off with the carrier itself")
    if known.status not in LIVE:
        raise IllegalTransition(f"{known.id} is {known.status}: there is nothing to call off")
    if known.status == BOOKED and known.is_over(now):
        raise IllegalTransition(f"its window ended at {known.latest}: there is nothing to call off any more")
    return _become(replace(known, problem=""), CANCELLED if known.status == REQUESTED else CANCELLING, now, actor, why)


def called_off(known: Collection, now: datetime, actor: str) -> Collection:
    return _become(replace(known, problem=""), CANCELLED, now, actor)


def comes_all_the_same(known: Collection, why: str, confirmation: str, now: datetime, actor: str) -> Collection:
    """It is not called off."""
    return _become(replace(known, confirmation=confirmation, problem=why[:300]), BOOKED, now, actor, why)


def booked_after_all(known: Collection, confirmation: str, price: int, currency: str, now: datetime, actor: str) -> Collection:
    """It was given up, and a process that slept has booked it: it is called off."""
    return _become(replace(known, confirmation=confirmation, price=price, currency=currency), CANCELLING, now, actor, "it was booked late")


def same_window(day: Sequence[Collection], ready: str, closes: str) -> Collection | None:
    """The van that comes, or may come, in this very window."""
    return next((each for each in day if each.status in LIVE and (each.ready, each.closes) == (ready, closes)), None)


def in_the_way(day: Sequence[Collection], ready: str, closes: str) -> Collection | None:
    """One that comes, or may come, at the same time."""
    return next((each for each in day if each.status in LIVE and each.meets(ready, closes)), None)


def _become(known: Collection, status: str, now: datetime, actor: str, why: str = "") -> Collection:
    if status not in MOVES[known.status]:
        raise IllegalTransition(f"{known.id} is {known.status}, and does not become {status}")
    return replace(known, status=status, log=(*known.log, Said(instant(now), actor, status, (why or known.problem)[:200]))[-_KEPT:])
