"""Races at the counter of a store: two clerks hand over the same goods, and somebody cancels them at that moment."""

from __future__ import annotations

from typing import Any

from proof.interleaving import Told
from proof.living import Dweller
from proof.order_races import Begun
from proof.race import Race, Work, asked, settled, statuses
from proof.stories import fetched_at


def _waiting(the: Dweller) -> tuple[str, str]:
    """(order, fulfilment order) of three units at a counter."""
    id = the.place(fetched_at("columbus", ("TEA", 3)))
    the.settle()
    (work,) = the.fulfil(id, "accept", "pick", "ready")
    the.settle()
    return id, work["id"]


def _takes(the: Dweller, fo_id: str, units: int = 0, key: str = "", **more: str) -> Work:
    lines = {"lines": [{"line": "1", "quantity": units}]} if units else {}
    headers = {"idempotency_key": key} if key else {}
    return asked(the, f"/v1/fulfilment-orders/{fo_id}/collect", {"name": "Ada Byron", **lines, **more}, "columbus", **headers)


def _stands(the: Dweller, id: str) -> tuple[str, dict[str, int]]:
    order = the.order(id)
    return order["status"], order["lines"][0]["quantities"]


def _race(*deeds: Any, allowed: dict[tuple[int, ...], tuple[str, dict[str, int]]]) -> Any:
    """`allowed`: what stands by how the callers were answered."""

    def begin(the: Dweller) -> Begun:
        id, fo_id = _waiting(the)

        def look(told: Told) -> list[str]:
            became, stands = tuple(statuses(told)), _stands(the, id)
            return [] if allowed.get(became) == stands else [f"answered {became}, and {stands} stands"]

        return [deed(the, id, fo_id) for deed in deeds], settled(the, look)

    return begin


def _takes_two(the: Dweller, id: str, fo_id: str) -> Work:
    return _takes(the, fo_id, 2)


def _takes_two_under_a_key(the: Dweller, id: str, fo_id: str) -> Work:
    return _takes(the, fo_id, 2, "till-1")


def _takes_one_and_no_more(the: Dweller, id: str, fo_id: str) -> Work:
    return _takes(the, fo_id, 1, rest="cancel")


def _takes_all(the: Dweller, id: str, fo_id: str) -> Work:
    return _takes(the, fo_id)


def _cancels(the: Dweller, id: str, fo_id: str) -> Work:
    return asked(the, f"/v1/orders/{id}/cancel", {"reason": "no"})


def _cancels_two(the: Dweller, id: str, fo_id: str) -> Work:
    return asked(the, f"/v1/orders/{id}/cancel", {"reason": "no", "lines": {"1": 2}}, idempotency_key="fewer")


def _cancels_what_lies_there(the: Dweller, id: str, fo_id: str) -> Work:
    return asked(the, f"/v1/orders/{id}/cancel", {"reason": "no", "unshipped": True}, idempotency_key="rest")


_TWO_GONE = ("partially_delivered", {"picked": 1, "delivered": 2})
_GONE, _OFF = ("completed", {"delivered": 3}), ("cancelled", {"cancelled": 3})
COUNTER = {
    "two clerks hand over": Race(_race(_takes_all, _takes_all, allowed={(200, 200): _GONE})),
    "two clerks hand over two of three": Race(_race(_takes_two, _takes_two, allowed={(200, 422): _TWO_GONE, (422, 200): _TWO_GONE})),
    "a part is handed over twice under its key": Race(_race(_takes_two_under_a_key, _takes_two_under_a_key, allowed={(200, 200): _TWO_GONE})),
    "hand over against cancel": Race(_race(_takes_all, _cancels, allowed={(200, 409): _GONE, (409, 200): _OFF})),
    "hand over a part against cancel": Race(_race(_takes_two, _cancels, allowed={(200, 409): _TWO_GONE, (409, 200): _OFF})),
    "hand over a part against cancelling a part": Race(
        _race(_takes_two, _cancels_two, allowed={(200, 409): _TWO_GONE, (422, 200): ("in_fulfilment", {"picked": 1, "cancelled": 2})}),
    ),
    "hand over a part against cancelling what lies there": Race(
        _race(_takes_two, _cancels_what_lies_there, allowed={(200, 200): ("completed", {"delivered": 2, "cancelled": 1}), (409, 200): _OFF}),
    ),
    "hand over a part and cancel the rest, twice": Race(
        _race(_takes_one_and_no_more, _takes_two, _cancels, allowed={
            (200, 409, 409): ("completed", {"delivered": 1, "cancelled": 2}),
            (200, 200, 409): _GONE,
            (422, 200, 409): _TWO_GONE,
            (409, 409, 200): _OFF,
        }),
    ),
}  # fmt: skip
