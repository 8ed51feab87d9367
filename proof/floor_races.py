"""Races on a warehouse's floor: two phones, one wave; a customer who cancels what somebody is picking."""

from __future__ import annotations

from typing import Any

from proof.interleaving import Told
from proof.living import Dweller
from proof.race import ALL_IN_PROOF, Look, Race, Work, asked, settled, statuses
from tests.flow.life import an_order

Begun = tuple[list[Work], Look]


def planned(the: Dweller) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """An order of two units of one SKU, its work, and a wave of that."""
    id = the.place(an_order(("TEA", 2), reference="walk"), key="walk")
    the.settle()
    (work,) = the.work(id)
    return id, work, _wave(the, work, "wave-1")


def take(the: Dweller, work: dict[str, Any], wave: dict[str, Any], device: str, **more: Any) -> Work:
    return asked(the, f"/v1/waves/{wave['id']}/take", {"device": device, **more}, work["node"])


def pick(the: Dweller, work: dict[str, Any], wave: dict[str, Any], device: str, picked: int = 2) -> Work:
    said = {"device": device, "picks": [{"fulfilment_order": work["id"], "line": "1", "picked": picked}]}
    return asked(the, f"/v1/waves/{wave['id']}/picks", said, work["node"])


def _two_take_it(the: Dweller) -> Begun:
    _, work, wave = planned(the)

    def look(told: Told) -> list[str]:
        return [] if sorted(statuses(told)) == [200, 409] else [f"two took one wave: {statuses(told)}"]

    return [take(the, work, wave, "phone-1"), take(the, work, wave, "phone-2")], look


def _picks_as_it_is_taken_over(the: Dweller) -> Begun:
    """Who is told that his pick is noted has picked; who is told that he lost the wave has not."""
    _, work, wave = planned(the)
    take(the, work, wave, "phone-1")()

    def look(told: Told) -> list[str]:
        noted, in_cart = told.answers[0].status == 200, _in_cart(the, work)
        over = told.answers[1].status
        fits = (noted, in_cart, over) in ((True, 2, 409), (False, 0, 200))  # a wave that is done is taken over by nobody
        return [] if fits else [f"picks were answered {told.answers[0].status}, taking over {over}, and {in_cart} are in the cart"]

    return [pick(the, work, wave, "phone-1"), take(the, work, wave, "phone-2", over=True)], look


def _said_by_both(the: Dweller) -> Begun:
    """One phone says the same twice at once: its first word was slow."""
    _, work, wave = planned(the)
    take(the, work, wave, "phone-1")()

    def look(told: Told) -> list[str]:
        said, in_cart = statuses(told), _in_cart(the, work)
        return [] if (said, in_cart) == ([200, 200], 2) else [f"the same picks twice: {said}, and {in_cart} are in the cart"]

    return [pick(the, work, wave, "phone-1"), pick(the, work, wave, "phone-1")], look


def _cancelled_as_it_is_picked(the: Dweller) -> Begun:
    id, work, wave = planned(the)
    take(the, work, wave, "phone-1")()

    def look(told: Told) -> list[str]:
        refused = told.answers[0].json().get("refused", [])
        status, in_cart = the.order(id)["status"], _in_cart(the, work)
        fits = status == "cancelled" and (bool(refused), in_cart) in ((True, 0), (False, 2))
        return [] if fits else [f"the order is {status}, refused were {refused}, and {in_cart} are in the cart"]

    return [pick(the, work, wave, "phone-1"), asked(the, f"/v1/orders/{id}/cancel", {"reason": "no"})], settled(the, look)


def _planned_twice(the: Dweller) -> Begun:
    """Two people plan the same work: it is on one walk."""
    id = the.place(an_order(("TEA", 2), reference="walk"), key="walk")
    the.settle()
    (work,) = the.work(id)

    def look(told: Told) -> list[str]:
        waves = [reply.json()["id"] for reply in told.answers if reply.status == 201]
        on = the.call("GET", f"/v1/waves/{waves[0]}", who=work["node"]).json() if waves else {}
        return [] if len(waves) == 1 and on["stops"] else [f"the same work was planned: {statuses(told)}"]

    body = {"node": work["node"], "fulfilment_orders": [work["id"]]}
    return [asked(the, "/v1/waves", body, work["node"], idempotency_key=f"plan-{n}") for n in (1, 2)], look


def _wave(the: Dweller, work: dict[str, Any], key: str) -> dict[str, Any]:
    reply = the.call("POST", "/v1/waves", {"node": work["node"], "fulfilment_orders": [work["id"]]}, work["node"], idempotency_key=key)
    assert reply.status == 201, reply.content
    return reply.json()


def _in_cart(the: Dweller, work: dict[str, Any]) -> int:
    return the.call("GET", f"/v1/fulfilment-orders/{work['id']}").json()["lines"]["1"]["picked"]


FLOOR = {
    "two phones take one wave": Race(_two_take_it),
    "picks as the wave is taken over": Race(_picks_as_it_is_taken_over),
    "the same picks twice": Race(_said_by_both),
    "cancelled as it is picked": Race(_cancelled_as_it_is_picked, tried=ALL_IN_PROOF),
    "one work, two plans": Race(_planned_twice, tried=ALL_IN_PROOF),
}
