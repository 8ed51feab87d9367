"""Vans that people want, and want no more. No carrier is spoken with here: the intent is on record, and whoever may speak with carriers carries it out (`booking`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from waybill.aws.tables import WriteConflict
from waybill.fulfilment import collections, manifests, windows
from waybill.fulfilment.manifesting import works
from waybill.fulfilment.model import collection as verbs
from waybill.fulfilment.model.collection import AGREED, MOST_A_DAY, REQUESTED, Collection
from waybill.fulfilment.model.manifest import HANDED_OVER, stands
from waybill.fulfilment.model.once import Asked
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput
from waybill.kernel.events import Event
from waybill.shop import store as shop
from waybill.shop.model import Carrier, Node

ASKED = "collection.asked"
_MOST_TRIES = 8
_TARIFF = "tariff"
Parcel = tuple[int, str]
"""(grams, the carrier's own id of it)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person says: for which carrier's parcels at which node, or for those of a manifest; when (a day and two times of day there), where it stands, what the driver should know."""

    node: str
    carrier: str
    date: str
    ready: str
    closes: str
    where: str = ""
    note: str = ""
    manifest: str = ""


@dataclass(frozen=True, slots=True)
class Arranging:
    """`node`, `carrier`: the shop's."""

    clock: Clock
    node: Callable[[str], Node] = shop.node
    carrier: Callable[[str], Carrier] = shop.carrier

    def ask(self, wanted: Wanted, actor: str, asked: Asked | None = None) -> Collection:
        """The intent as it stands on record: the one of this request, or of this window, where there is one. Raises InvalidInput for a window that cannot be, where nothing stands
        ready, and for a carrier that has no vans to book; Conflict where another comes at the same time; KeyReused, NotFound."""
        for _ in range(_MOST_TRIES):
            day = collections.of_day(wanted.node, wanted.carrier, wanted.date)
            known = collections.asked_before(asked) or verbs.same_window(day, wanted.ready, wanted.closes)
            if known:
                return known
            try:
                return collections.save(self._new(wanted, day, actor), asked)
            except WriteConflict:
                continue  # somebody else wants one for that day just now
        raise Conflict("many ask for a van at once; try again")

    def call_off(self, id: str, why: str, actor: str, node: str = "") -> Collection:
        """It need not come: over at once where its carrier knows nothing of it yet. Raises IllegalTransition, NotFound."""
        for _ in range(_MOST_TRIES):
            known = collections.load(id, node)
            after = verbs.call_off(known, why, self.clock(), actor)
            try:
                return collections.save(after) if after is not known else known
            except WriteConflict:
                continue
        raise Conflict("many are at it at once; try again")

    def _new(self, wanted: Wanted, day: list[Collection], actor: str) -> Collection:
        node, carrier, now = self.node(wanted.node), self.carrier(wanted.carrier), self.clock()
        window = windows.window(node, wanted.date, wanted.ready, wanted.closes)
        windows.refuse_impossible(node, carrier, window, now)
        other = verbs.in_the_way(day, wanted.ready, wanted.closes)
        if other:
            raise Conflict(f"{carrier.id} comes to {node.id} on {other.date} from {other.ready} to {other.closes} already ({other.id}): call that off first")
        if len(day) >= MOST_A_DAY:
            raise Conflict(f"{MOST_A_DAY} vans were asked for on that day already")
        daily = windows.agreed(node, carrier)
        comes = daily if window.ready <= daily <= window.closes else ""
        if carrier.kind == _TARIFF and not comes:
            also = f"; its van comes to {node.id} every day at {daily}" if daily else ""
            raise InvalidInput(f"{carrier.id} has no pickups to book{also}", fields={"carrier": "no pickups to book"})
        parcels = list(_ready(wanted))
        if not parcels:
            raise InvalidInput(f"nothing stands labelled for {carrier.id} at {node.id}: pack first", fields={"carrier": "nothing to collect"})
        return verbs.begun(_collection(wanted, window, len(day) + 1, parcels, AGREED if comes else REQUESTED, now, actor, comes))


def told(collection: Collection, at: str) -> Event:
    """The message to those who may speak with carriers."""
    return Event(f"{collection.id}:{collection.version}", ASKED, at, collection.id, {"collection": collection.id})


def _ready(wanted: Wanted) -> Iterator[Parcel]:
    """What the van is to take. Raises IllegalTransition for a manifest that has left, NotFound."""
    if not wanted.manifest:
        yield from ((package.weight_g, package.shipment) for work in works(wanted.node) for package in stands(work, wanted.carrier))
        return
    manifest = manifests.load(wanted.manifest, wanted.node)
    if manifest.status == HANDED_OVER:
        raise IllegalTransition(f"what is on {manifest.id} has left already")
    yield from ((each.weight_g, each.shipment) for each in manifest.packages if not each.left)


def _collection(wanted: Wanted, window: windows.Window, number: int, parcels: list[Parcel], status: str, now: datetime, actor: str, comes: str) -> Collection:
    return Collection(
        wanted.node, wanted.carrier, wanted.date, number, wanted.ready, wanted.closes, instant(window.earliest), instant(window.latest),
        len(parcels), sum(weight for weight, _ in parcels), status, instant(now), actor,
        shipment=next((shipment for _, shipment in parcels if shipment), ""), manifest=wanted.manifest, where=wanted.where, note=wanted.note,
        service=f"daily at {comes}" if comes else "",
    )  # fmt: skip
