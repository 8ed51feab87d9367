"""Races about work that is kept from its node: its day comes, a person lets it go or does not, and somebody cancels or edits it at that moment."""

from __future__ import annotations

from typing import Any

from proof.interleaving import Told
from proof.kept_stories import DAY_S, KEPT, kept
from proof.living import Dweller
from proof.order_races import Begun
from proof.race import Race, Work, asked, settled, statuses
from tests.flow.life import an_order

_GATED = KEPT["approved"].set_up


def _comes(the: Dweller, id: str, fo_id: str) -> Work:
    the.world.later(3 * DAY_S)
    return lambda: the.world.handler("parcels")({"detail-type": "Scheduled Event"}, None)


def _does(verb: str, **body: str) -> Any:
    return lambda the, id, fo_id: asked(the, f"/v1/fulfilment-orders/{fo_id}/{verb}", dict(body), "support")


def _cancels(the: Dweller, id: str, fo_id: str) -> Work:
    return asked(the, f"/v1/orders/{id}/cancel", {"reason": "no"})


def _moves_house(the: Dweller, id: str, fo_id: str) -> Work:
    change = {"ship_to": {**an_order()["ship_to"], "line1": "9 Other St"}, "reason": "moved"}
    return asked(the, f"/v1/orders/{id}/edits", change, idempotency_key="edit", if_match=str(the.order(id)["version"]))


def _race(gated: bool, *deeds: Any, ends: dict[tuple[int, ...], set[tuple[str, str]]]) -> Any:
    """`ends`: what becomes of the order, and of this work, by how the callers were answered."""

    def begin(the: Dweller) -> Begun:
        if gated:
            id = the.place(an_order(("TEA", 1)))
            the.settle()
        else:
            id = kept(the)
        (work,) = the.order(id)["fulfilment_orders"]

        def look(told: Told) -> list[str]:
            order, answers = the.order(id), tuple(statuses(told))
            became = order["status"], next(each["status"] for each in order["fulfilment_orders"] if each["id"] == work["id"])
            asked_for = [entry["type"] for entry in the.call("GET", f"/v1/orders/{id}/timeline").json()["items"]].count("fulfilment_order.requested")
            wrong = [f"its node was asked {asked_for} times"] * (asked_for > 1)
            return wrong if became in ends.get(answers, ()) else [f"answered {answers}, and {became} stands", *wrong]

        return [deed(the, id, work["id"]) for deed in deeds], settled(the, look)

    return begin


KEPT_RACES = {
    "its day comes as it is cancelled": Race(_race(False, _comes, _cancels, ends={(200,): {("cancelled", "cancelled")}})),
    "its day comes as a person opens it": Race(_race(False, _comes, _does("open"), ends={(200,): {("released", "requested")}})),
    "its day comes as it is held": Race(_race(False, _comes, _does("hold", reason="a look"), ends={(200,): {("released", "on_hold"), ("in_fulfilment", "on_hold")}})),
    "opened as its customer moves house": Race(
        _race(False, _does("open"), _moves_house, ends={(200, 201): {("released", "requested")}, (200, 409): {("released", "requested")}})
    ),
    "approved as it is rejected": Race(
        _race(True, _does("approve"), _does("reject", reason="OTHER"), ends={(200, 200): {("released", "rejected")}, (409, 200): {("released", "rejected")}}), set_up=_GATED
    ),
    "approved as it is cancelled": Race(_race(True, _does("approve"), _cancels, ends={(200, 200): {("cancelled", "cancelled")}, (409, 200): {("cancelled", "cancelled")}}), set_up=_GATED),
    "two people approve": Race(_race(True, _does("approve"), _does("approve"), ends={(200, 200): {("released", "requested")}}), set_up=_GATED),
}
