"""Races about a carrier's van: who books it, who calls it off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from proof.interleaving import Told
from proof.living import Dweller
from proof.race import ALL_IN_PROOF, Look, Race, Work, asked, statuses
from proof.sold_stories import LABEL_S, SOLD
from tests.flow.life import an_order

Begun = tuple[list[Work], Look]


def _packed(the: Dweller) -> dict[str, Any]:
    """What a van is asked for."""
    id = the.place(an_order(("TEA", 1), reference="race"), key="race")
    the.settle()
    (work,) = the.carry_out(the.work(id), "accept", "pick", "pack")
    the.settle()
    return {"node": work["node"], "carrier": "easypost", "date": (the.world.now() + timedelta(days=1)).date().isoformat(), "from": "14:00", "to": "18:00"}


def _book(the: Dweller, wanted: dict[str, Any], **other: str) -> Work:
    return asked(the, "/v1/collections", {**wanted, **other}, wanted["node"])


def _known(the: Dweller, wanted: dict[str, Any]) -> list[str]:
    return sorted(each["status"] for each in the.call("GET", f"/v1/collections?node={wanted['node']}").json()["items"])


def _in_the_end(the: Dweller, look: Look) -> Look:
    """The rounds have come by."""

    def then(told: Told) -> list[str]:
        for _ in range(2):
            the.settle()
            the.world.later(LABEL_S)
            the.tick("parcels")
        return look(told)

    return then


def _two_clerks(the: Dweller) -> Begun:
    """Two clerks want the same van: it is one, and both are told of it."""
    wanted = _packed(the)

    def look(told: Told) -> list[str]:
        known, coming = _known(the, wanted), len(the.outside.carrier.coming())
        return [] if (known, coming, statuses(told)) == (["booked"], 1, [200, 200]) else [f"two clerks: {statuses(told)}, {known}, {coming} come"]

    return [_book(the, wanted), _book(the, wanted)], _in_the_end(the, look)


def _at_the_same_time(the: Dweller) -> Begun:
    """Two clerks want vans whose windows meet: one comes, and the other clerk is told."""
    wanted = _packed(the)

    def look(told: Told) -> list[str]:
        known, coming = _known(the, wanted), len(the.outside.carrier.coming())
        return [] if (known, coming, sorted(statuses(told))) == (["booked"], 1, [200, 409]) else [f"windows that meet: {statuses(told)}, {known}, {coming} come"]

    return [_book(the, wanted), _book(the, wanted, **{"from": "16:00", "to": "19:00"})], _in_the_end(the, look)


def _booked_as_it_is_called_off(the: Dweller) -> Begun:
    """Nobody had answered; one clerk tries again, and another wants it no more: it does not come."""
    wanted = _packed(the)
    the.outside.carrier.down = True
    van = _book(the, wanted)().json()
    the.outside.carrier.down = False
    the.world.later(LABEL_S)

    def look(told: Told) -> list[str]:
        known, coming = _known(the, wanted), len(the.outside.carrier.coming())
        again = told.answers[0].json()["id"] != van["id"]  # it was called off before the first had asked: then he wants another
        fits = (known, coming) == ((["booked", "cancelled"], 1) if again else (["cancelled"], 0))
        return [] if fits and told.answers[1].status == 200 else [f"booked as it is called off: {statuses(told)}, {known}, {coming} come"]

    return [_book(the, wanted), asked(the, f"/v1/collections/{van['id']}/cancel", {}, wanted["node"])], _in_the_end(the, look)


def _called_off_twice(the: Dweller) -> Begun:
    wanted = _packed(the)
    van = _book(the, wanted)().json()

    def look(told: Told) -> list[str]:
        known, coming = _known(the, wanted), len(the.outside.carrier.coming())
        return [] if (known, coming, statuses(told)) == (["cancelled"], 0, [200, 200]) else [f"called off twice: {statuses(told)}, {known}, {coming} come"]

    cancel = asked(the, f"/v1/collections/{van['id']}/cancel", {}, wanted["node"])
    return [cancel, cancel], _in_the_end(the, look)


_SOLD = SOLD["sold"].set_up
VANS = {
    "two clerks book one van": Race(_two_clerks, set_up=_SOLD, tried=ALL_IN_PROOF),
    "two clerks book vans at the same time": Race(_at_the_same_time, set_up=_SOLD, tried=ALL_IN_PROOF),
    "a van is booked as it is called off": Race(_booked_as_it_is_called_off, set_up=_SOLD, tried=ALL_IN_PROOF),
    "a van is called off twice": Race(_called_off_twice, set_up=_SOLD, tried=ALL_IN_PROOF),
}
