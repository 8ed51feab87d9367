"""Races that other systems have lost: two callers at the same moment, and what may come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from proof.interleaving import Told, every_order
from proof.judging import Judge
from proof.living import Dweller, living
from proof.quick import quick
from tests.flow.life import an_order, whole_life

Work = Callable[[], Any]


@dataclass(frozen=True)
class Race:
    """`begin` brings the world to the moment and answers the callers, and what to look at afterwards."""

    begin: Callable[[Dweller], tuple[list[Work], Callable[[Told], list[str]]]]
    stock: dict[tuple[str, str], int] | None = None


def run(name: str) -> Iterator[Told]:
    """Every schedule of a race."""
    race = RACES[name]
    with living(race.stock) as the, quick():
        judge = Judge(the)
        works, then = race.begin(the)
        yield from every_order(the, judge, works, then)


def _settled(the: Dweller, look: Callable[[Told], list[str]]) -> Callable[[Told], list[str]]:
    def then(told: Told) -> list[str]:
        the.settle()
        return look(told)

    return then


def _asked(the: Dweller, path: str, body: dict[str, Any], who: str = "admin", **headers: str) -> Work:
    return lambda: the.ask("POST", path, body, who, **headers)


def _last_unit(the: Dweller) -> tuple[list[Work], Callable[[Told], list[str]]]:
    """Two orders, one unit."""
    ids = [the.place(an_order(("TEA", 1), reference=f"race-{n}"), key=f"race-{n}") for n in (1, 2)]
    works = _deliveries(the, "StockQueue", 2)

    def look(told: Told) -> list[str]:
        statuses = sorted(the.order(id)["status"] for id in ids)
        return [] if statuses == ["backordered", "released"] else [f"one unit, and the orders are {statuses}"]

    return works, _settled(the, look)


def _cancel_against_ship(the: Dweller) -> tuple[list[Work], Callable[[Told], list[str]]]:
    """A customer cancels as the parcel is handed over."""
    id = the.place(an_order(("TEA", 1), reference="race"), key="race")
    the.settle()
    (work,) = the.work(id)
    the.carry_out([work], "accept", "pick", "pack")
    works = [_asked(the, f"/v1/orders/{id}/cancel", {"reason": "no"}), _asked(the, f"/v1/fulfilment-orders/{work['id']}/ship", {}, work["node"])]

    def look(told: Told) -> list[str]:
        won = [reply.status for reply in told.answers]
        status = the.order(id)["status"]
        fits = (status, *won) in (("cancelled", 200, 409), ("shipped", 409, 200))
        return [] if fits else [f"cancel and ship were answered {won}, the order is {status}"]

    return works, _settled(the, look)


def _two_refunds(the: Dweller) -> tuple[list[Work], Callable[[Told], list[str]]]:
    """Two clerks return everything."""
    id = whole_life(the, an_order(("TEA", 1), reference="race"))
    works = [_asked(the, f"/v1/orders/{id}/refunds", {"everything": True}, idempotency_key=f"clerk-{n}") for n in (1, 2)]

    def look(told: Told) -> list[str]:
        statuses = sorted(reply.status for reply in told.answers)
        return [] if statuses[0] < 300 <= statuses[1] else [f"two refunds of everything were answered {statuses}"]

    return works, _settled(the, look)


def _same_request(the: Dweller) -> tuple[list[Work], Callable[[Told], list[str]]]:
    """The same order twice at the door, under one key."""
    order = an_order(("TEA", 1), reference="race")
    works = [_asked(the, "/v1/orders", order, "api", idempotency_key="race") for _ in (1, 2)]

    def look(told: Told) -> list[str]:
        ids = {reply.json().get("id") for reply in told.answers}
        return [] if len(ids) == 1 and None not in ids else [f"the same request was answered {[reply.content for reply in told.answers]}"]

    return works, _settled(the, look)


def _delivered_twice(queue: str, *before: str) -> Callable[[Dweller], tuple[list[Work], Callable[[Told], list[str]]]]:
    """One message at two workers at once: SQS promises at least once, not once."""

    def begin(the: Dweller) -> tuple[list[Work], Callable[[Told], list[str]]]:
        id = the.place(an_order(("TEA", 1), reference="race"), key="race")
        if before:
            the.settle()
            the.fulfil(id, *before)
        (first, *_) = _until(the, queue, 1)
        return [lambda: the.world.deliver(queue, [first]), lambda: the.world.deliver(queue, [first])], _settled(the, lambda told: [])

    return begin


def _deliveries(the: Dweller, queue: str, number: int) -> list[Work]:
    """The messages of a queue, each at a worker of its own."""
    return [lambda message=message: the.world.deliver(queue, [message]) for message in _until(the, queue, number)]


def _until(the: Dweller, queue: str, number: int) -> list[Any]:
    """Lets everything else happen until so many messages wait in a queue, and takes them out."""
    here = the.world.cloud.sqs.queues[queue]
    for _ in range(500):
        if len(here.messages) >= number:
            return the.world.cloud.sqs.take(here, list(here.messages)[:number])
        moves = [move for move in the.world.moves() if move.what != queue]
        the.world.make(moves[0])
    raise AssertionError(f"{queue} never held {number} messages")


KNOWN = {"mailed twice"}
"""One message handed to two workers at the same moment, under one id: the claim takes the second for the first one's redelivery, and a mail leaves
twice. SQS does so rarely; everything else that is told twice this way is done once."""
RACES = {
    "last unit": Race(_last_unit, {("TEA", "reno"): 1}),
    "cancel against ship": Race(_cancel_against_ship),
    "two clerks refund": Race(_two_refunds),
    "the same request twice": Race(_same_request),
    "reserved twice": Race(_delivered_twice("StockQueue")),
    "authorised twice": Race(_delivered_twice("PaymentQueue")),
    "routed twice": Race(_delivered_twice("RoutingQueue")),
    "captured twice": Race(_delivered_twice("PaymentQueue", "accept", "pick", "pack", "ship")),
    "booked twice": Race(_delivered_twice("AccountingQueue", "accept", "pick", "pack", "ship")),
    "mailed twice": Race(_delivered_twice("NotificationsQueue")),
}
