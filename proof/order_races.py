"""Races about an order: its stock, its nodes, who cancels and who edits, what its carrier says."""

from __future__ import annotations

from typing import Any

from proof.interleaving import Told
from proof.living import Dweller
from proof.race import ALL_IN_PROOF, ONE_BY_ONE, Look, Race, Work, asked, deliveries, settled, statuses, until
from proof.stories import STORIES
from tests.flow.life import an_order

Begun = tuple[list[Work], Look]


def _placed(the: Dweller, number: int = 1, **more: Any) -> str:
    return the.place(an_order(("TEA", 1), reference=f"race-{number}", **more), key=f"race-{number}")


def _buyers(many: int, units: int) -> Any:
    """So many orders of one unit, and so many units."""

    def begin(the: Dweller) -> Begun:
        ids = [_placed(the, n) for n in range(many)]
        works = deliveries(the, "StockQueue", many)

        def look(told: Told) -> list[str]:
            became = sorted(the.order(id)["status"] for id in ids)
            return [] if became == ["backordered"] * (many - units) + ["released"] * units else [f"{units} units, and the orders are {became}"]

        return works, settled(the, look)

    return begin


def _packed(the: Dweller) -> tuple[str, dict[str, Any]]:
    id = _placed(the)
    the.settle()
    (work,) = the.carry_out(the.work(id), "accept", "pick", "pack")
    return id, work


def _cancels(id: str, the: Dweller) -> Work:
    return asked(the, f"/v1/orders/{id}/cancel", {"reason": "no"})


def _ships(work: dict[str, Any], the: Dweller) -> Work:
    return asked(the, f"/v1/fulfilment-orders/{work['id']}/ship", {}, work["node"])


def _cancel_against_ship(the: Dweller) -> Begun:
    """A customer cancels as the parcel is handed over."""
    id, work = _packed(the)

    def look(told: Told) -> list[str]:
        became = the.order(id)["status"], *statuses(told)
        return [] if became in (("cancelled", 200, 409), ("shipped", 409, 200)) else [f"order, cancel and ship: {became}"]

    return [_cancels(id, the), _ships(work, the)], settled(the, look)


def _rest_against_ship(the: Dweller) -> Begun:
    """A parcel has left; somebody cancels the rest as it is handed over."""
    id = the.place(an_order(("POT", 1), ("CUP", 1), reference="race-1"), key="race-1")
    the.settle()
    first, second = the.carry_out(the.work(id), "accept", "pick", "pack")
    the.carry_out([first], "ship")
    the.settle()
    cancels = asked(the, f"/v1/orders/{id}/cancel", {"unshipped": True}, idempotency_key="rest-1")

    def look(told: Told) -> list[str]:
        other = the.order(id)["fulfilment_orders"][1]["status"], *statuses(told)
        return [] if other in (("cancelled", 200, 409), ("shipped", 409, 200)) and the.order(id)["status"] == "shipped" else [f"the other parcel, cancel and ship: {other}"]

    return [cancels, _ships(second, the)], settled(the, look)


def _asked_against_ship(the: Dweller) -> Begun:
    """A node that was asked to give its work up does so as it ships it."""
    id, work = _packed(the)
    _cancels(id, the)()
    the.settle()
    agrees = asked(the, f"/v1/fulfilment-orders/{work['id']}/cancellation/accept", {}, work["node"])

    def look(told: Told) -> list[str]:
        became = the.order(id)["status"], *statuses(told)
        return [] if became in (("cancelled", 200, 409), ("shipped", 409, 200)) else [f"order, agreement and ship: {became}"]

    return [agrees, _ships(work, the)], settled(the, look)


def _cancel_ship_refund(the: Dweller) -> Begun:
    """And a clerk gives the money back at that moment."""
    id, work = _packed(the)
    refund = asked(the, f"/v1/orders/{id}/refunds", {"shipping": "all"}, idempotency_key="clerk")

    def look(told: Told) -> list[str]:
        status, (cancelled, shipped, _) = the.order(id)["status"], statuses(told)
        return [] if (status, cancelled, shipped) in (("cancelled", 200, 409), ("shipped", 409, 200)) else [f"{status}: {statuses(told)}"]

    return [_cancels(id, the), _ships(work, the), refund], settled(the, look)


def _in_its_window(the: Dweller) -> str:
    the.call("PUT", "/v1/policies/remorse", {"minutes": 10})
    id = _placed(the)
    the.settle()
    return id


def _edits(the: Dweller, id: str, change: dict[str, Any], key: str = "edit") -> Work:
    return asked(the, f"/v1/orders/{id}/edits", change, idempotency_key=key, if_match=str(the.order(id)["version"]))


def _as_edited(the: Dweller, id: str, status: int, units: int, otherwise: int = 1) -> list[str]:
    """What was answered is what stands, and it is what the nodes have."""
    order = the.order(id)
    stands, with_nodes = order["lines"][0]["quantity"], sum(each["lines"]["1"]["quantity"] for each in order["fulfilment_orders"] if each["status"] not in ("rejected", "cancelled"))
    wanted = units if status == 201 else otherwise
    if stands != wanted:
        return [f"the edit was answered {status}, and {stands} units stand"]
    return [f"{stands} units stand, and the nodes have {with_nodes}"] if order["status"] == "released" and stands != with_nodes else []


def _edit_against_release(the: Dweller) -> Begun:
    """A clerk edits as another lets the order go."""
    id = _in_its_window(the)
    works = [_edits(the, id, {"lines": {"1": 3}}), asked(the, f"/v1/orders/{id}/holds/remorse/release", {})]
    return works, settled(the, lambda told: _as_edited(the, id, told.answers[0].status, 3))


def _edit_against_routing(the: Dweller) -> Begun:
    """A clerk edits as a node is looked for."""
    id = _placed(the)
    (message,) = until(the, "RoutingQueue")
    works = [_edits(the, id, {"lines": {"1": 3}}), lambda: the.world.deliver("RoutingQueue", [message])]
    return works, settled(the, lambda told: _as_edited(the, id, told.answers[0].status, 3))


def _edit_against_node(verb: str) -> Any:
    """A clerk edits as the node that has the order takes it on, or refuses it."""

    def begin(the: Dweller) -> Begun:
        id = _placed(the)
        the.settle()
        (work,) = the.work(id)
        body = {"reason": "OTHER"} if verb == "reject" else {}
        works = [_edits(the, id, {"lines": {"1": 3}}), asked(the, f"/v1/fulfilment-orders/{work['id']}/{verb}", body, work["node"])]

        def look(told: Told) -> list[str]:
            edited, done = statuses(told)
            wrong = [f"a node had accepted, and the edit was answered {edited}"] if verb == "accept" and edited != 409 else []
            return [*wrong, *_as_edited(the, id, edited, 3), *([f"the node was answered {done}"] * (done != 200))]

        return works, settled(the, look)

    return begin


def _cancel_against_edit(the: Dweller) -> Begun:
    id = _in_its_window(the)

    def look(told: Told) -> list[str]:
        edited, cancelled = statuses(told)
        wrong = [f"the cancellation was answered {cancelled}, the order is {the.order(id)['status']}"]
        return _as_edited(the, id, edited, 3) + wrong * (cancelled != 200 or the.order(id)["status"] != "cancelled")

    return [_edits(the, id, {"lines": {"1": 3}}), _cancels(id, the)], settled(the, look)


def _two_edits(the: Dweller) -> Begun:
    """Two clerks have seen the same order and change its price: one of them is told to look again."""
    id = _in_its_window(the)
    works = [_edits(the, id, {"surcharges": [{"gross": f"-{n}.00"}]}, f"clerk-{n}") for n in (1, 2)]

    def look(told: Told) -> list[str]:
        order, stand = the.order(id), [n for n, status in zip((1, 2), statuses(told), strict=True) if status == 201]
        total = order["totals"]["total"]
        return [] if len(stand) == 1 and total == f"{9.40 - stand[0]:.2f}" else [f"{statuses(told)}, and the total is {total}"]

    return works, settled(the, look)


def _two_clerks_one_hold(second: str) -> Any:
    """A clerk lets a hold go; another does so too, or cancels the order."""

    def begin(the: Dweller) -> Begun:
        order = an_order(("TEA", 1), reference="race")
        id = the.place({**order, "total": "99.99", "tenders": [{**order["tenders"][0], "amount": "99.99"}]}, key="race")
        the.settle()
        (hold,) = the.order(id)["holds"]
        release = f"/v1/orders/{id}/holds/{hold['id']}/release"
        works = [asked(the, release, {"note": "one"}, "admin"), asked(the, release, {"note": "two"}, "support") if second == "release" else _cancels(id, the)]

        def look(told: Told) -> list[str]:
            status, answers = the.order(id)["status"], statuses(told)
            fits = status == ("released" if second == "release" else "cancelled") and answers[1] == 200
            return [] if fits else [f"{answers}, the order is {status}"]

        return works, settled(the, look)

    return begin


def _scanned(*said: str) -> Any:
    """A carrier's statements of a parcel, an hour between each and the next, in whatever order they come."""

    def begin(the: Dweller) -> Begun:
        id, work = _packed(the)
        (shipped,) = the.carry_out([work], "ship")
        the.settle()
        (package,) = shipped["packages"]
        works = [lambda status=status, hour=hour: the.scan_once(package, status, f"2026-11-24T{hour:02d}:00:00Z") for hour, status in enumerate(said)]
        return works, settled(the, lambda told: _as_scanned(the, id, said[-1]))

    return begin


def _as_scanned(the: Dweller, id: str, last: str) -> list[str]:
    order = the.order(id)
    work = the.call("GET", f"/v1/fulfilment-orders/{order['fulfilment_orders'][0]['id']}").json()
    seen, became = work["packages"][0]["status"], order["status"]
    return [] if (seen, became) == (last, "completed" if last == "delivered" else "shipped") else [f"{last} was said last; it is {seen}, and the order {became}"]


ORDERS = {
    "last unit": Race(_buyers(2, 1), {("TEA", "reno"): 1}),
    "three buyers, one unit": Race(_buyers(3, 1), {("TEA", "reno"): 1}),
    "three buyers, two units": Race(_buyers(3, 2), {("TEA", "reno"): 2}),
    "cancel against ship": Race(_cancel_against_ship),
    "cancel the rest against ship": Race(_rest_against_ship),
    "asked to cancel, against ship": Race(_asked_against_ship, set_up=STORIES["cancellation-accepted"].set_up),
    "cancel, ship and refund": Race(_cancel_ship_refund),
    "edit against release": Race(_edit_against_release),
    "edit against routing": Race(_edit_against_routing),
    "edit against a node that accepts": Race(_edit_against_node("accept")),
    "edit against a node that rejects": Race(_edit_against_node("reject")),
    "cancel against edit": Race(_cancel_against_edit),
    "two clerks change a price": Race(_two_edits),
    "two clerks release a hold": Race(_two_clerks_one_hold("release")),
    "a clerk releases, one cancels": Race(_two_clerks_one_hold("cancel")),
    "a carrier says two things at once": Race(_scanned("in_transit", "delivered")),
    "a carrier's six statements": Race(_scanned("pre_transit", "in_transit", "exception", "in_transit", "out_for_delivery", "delivered"), tried=ALL_IN_PROOF, how=ONE_BY_ONE),
    "a parcel that went astray": Race(_scanned("in_transit", "out_for_delivery", "exception", "return_to_sender"), how=ONE_BY_ONE),
}
