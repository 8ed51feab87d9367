"""Races about labels that a carrier sells: who buys, who gives back, who ships, who cancels."""

from __future__ import annotations

from typing import Any

from proof.interleaving import Told
from proof.living import Dweller
from proof.race import ALL_IN_PROOF, Look, Race, Work, asked, statuses
from proof.sold_stories import LABEL_S, SOLD
from tests.flow.life import an_order

Begun = tuple[list[Work], Look]


def _begun(the: Dweller, *verbs: str) -> tuple[str, dict[str, Any]]:
    id = the.place(an_order(("TEA", 1), reference="race"), key="race")
    the.settle()
    (work,) = the.carry_out(the.work(id), "accept", "pick", *verbs)
    the.settle()
    return id, work


def _does(the: Dweller, work: dict[str, Any], verb: str, **body: Any) -> Work:
    return asked(the, f"/v1/fulfilment-orders/{work['id']}/{verb}", body, work["node"])


def _live(the: Dweller) -> list[str]:
    return [label.tracking_number for label in the.outside.carrier.labels() if label.live]


def _borne(the: Dweller, work: dict[str, Any]) -> list[str]:
    now = the.call("GET", f"/v1/fulfilment-orders/{work['id']}").json()
    return [package["tracking_number"] for package in now["packages"] if now["status"] != "cancelled"]


def _settled(the: Dweller, look: Look = lambda told: []) -> Look:
    """Also what looks again after a while whether a label is given back."""

    def then(told: Told) -> list[str]:
        the.settle()
        the.world.later(LABEL_S)
        the.settle()
        return look(told)

    return then


def _two_packers(the: Dweller) -> Begun:
    """Two people pack the same work at once, each in his way: it has one parcel's label, and both are told of that parcel or to try again."""
    _, work = _begun(the)
    works = [_does(the, work, "pack"), _does(the, work, "pack", packages=[{"lines": [{"line": "1", "quantity": 1}], "weight_g": 777}])]

    def look(told: Told) -> list[str]:
        _does(the, work, "pack")()  # as who was told to try again does
        live, borne = _live(the), _borne(the, work)
        return [] if len(live) == 1 and live == borne else [f"two packed: {statuses(told)}, {live} are live and {borne} borne"]

    return works, _settled(the, look)


def _bought_as_it_is_cancelled(the: Dweller) -> Begun:
    id, work = _begun(the)

    def look(told: Told) -> list[str]:
        became, live = the.order(id)["status"], _live(the)
        return [] if became == "cancelled" and not live else [f"the order is {became}, and {live} are live"]

    return [_does(the, work, "pack"), asked(the, f"/v1/orders/{id}/cancel", {"reason": "no"})], _settled(the, look)


def _given_back_as_it_ships(the: Dweller) -> Begun:
    """Either the parcel leaves with its label, or it stays."""
    id, work = _begun(the, "pack")

    def look(told: Told) -> list[str]:
        void, ship = told.answers[0].status, told.answers[1].status
        became, live = the.order(id)["status"], len(_live(the))
        return [] if (void, ship, became, live) in ((200, 409, "in_fulfilment", 0), (409, 200, "shipped", 1)) else [f"void {void}, ship {ship}: {became}, {live} live"]

    return [_does(the, work, "void"), _does(the, work, "ship")], _settled(the, look)


def _given_back_twice(the: Dweller) -> Begun:
    _, work = _begun(the, "pack")

    def look(told: Told) -> list[str]:
        now = the.call("GET", f"/v1/fulfilment-orders/{work['id']}").json()
        return [] if (now["status"], _live(the)) == ("picked", []) and 200 in statuses(told) else [f"{statuses(told)}: {now['status']}, {_live(the)} live"]

    return [_does(the, work, "void"), _does(the, work, "void")], _settled(the, look)


def _given_back_as_it_travels(the: Dweller) -> Begun:
    """The carrier has the parcel already, and says so. It keeps its label: the parcel has left, or a person sees that it bears one that is not taken back."""
    id, work = _begun(the, "pack")
    (package,) = work["packages"]
    the.outside.carrier.takes(package["tracking_number"])

    def look(told: Told) -> list[str]:
        became, live = the.order(id)["status"], _live(the)
        shown = [each["tracking_number"] for each in the.call("GET", "/v1/parcel-cases?kind=void_refused").json()["items"]]
        fits = live == [package["tracking_number"]] and (became == "shipped" or became == "in_fulfilment" and shown == live)
        return [] if fits else [f"the order is {became}, {live} are live, and people see {shown}"]

    return [_does(the, work, "void"), lambda: the.scan(package, "in_transit", "2026-11-24T00:00:00Z")], _settled(the, look)


def _way_back_bought_as_it_is_cancelled(the: Dweller) -> Begun:
    """What was sold for its way back is given back, whoever was first."""
    id, work = _begun(the, "pack")

    def look(told: Told) -> list[str]:
        became, live = the.order(id)["status"], _live(the)
        return [] if became == "cancelled" and not live else [f"{statuses(told)}: the order is {became}, and {live} are live"]

    return [_does(the, work, "packages/1/return-label"), asked(the, f"/v1/orders/{id}/cancel", {"reason": "no"})], _settled(the, look)


def _way_back_bought_as_it_is_unpacked(the: Dweller) -> Begun:
    _, work = _begun(the, "pack")

    def look(told: Told) -> list[str]:
        _does(the, work, "void")()  # as who was told to try again does
        now = the.call("GET", f"/v1/fulfilment-orders/{work['id']}").json()
        return [] if (now["status"], _live(the)) == ("picked", []) else [f"{statuses(told)}: {now['status']}, {_live(the)} live"]

    return [_does(the, work, "packages/1/return-label"), _does(the, work, "void")], _settled(the, look)


_SOLD = SOLD["sold"].set_up
LABELS = {
    "two pack one work": Race(_two_packers, set_up=_SOLD, tried=ALL_IN_PROOF),
    "a label is bought as the order is cancelled": Race(_bought_as_it_is_cancelled, set_up=_SOLD, tried=ALL_IN_PROOF),
    "a label is given back as its parcel ships": Race(_given_back_as_it_ships, set_up=_SOLD),
    "a label is given back twice": Race(_given_back_twice, set_up=_SOLD),
    "a return label is bought as the order is cancelled": Race(_way_back_bought_as_it_is_cancelled, set_up=_SOLD, tried=ALL_IN_PROOF),
    "a return label is bought as its parcel is labelled anew": Race(_way_back_bought_as_it_is_unpacked, set_up=_SOLD, tried=ALL_IN_PROOF),
    "a label is given back as its parcel travels": Race(_given_back_as_it_travels, set_up=_SOLD),
}
