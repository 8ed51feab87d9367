"""`GET /v1/gateways`: which gateways answer, and how many payments wait for one that does not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.orders.store import ORDERS
from waybill.payments.breaker import Circuits
from waybill.payments.records import waiting_for
from waybill.shop.door import caller

_READERS = ("viewer", "support", "finance")
_MOST = 1000


def add(routes: Router, names: Iterable[str], circuits: Circuits) -> None:
    """Adds the route to those of a function."""

    @routes.route("GET", "/v1/gateways")
    def gateways(request: Request) -> Answer:
        caller(request, *_READERS)
        return Answer({"items": [_shown(name, circuits) for name in names], "next": None})


def _shown(name: str, circuits: Circuits) -> dict[str, Any]:
    circuit = circuits.of(name)
    rows = ORDERS.page(waiting_for(name), index="lookup", keys=("lookup_pk", "lookup_sk"), limit=_MOST).items
    shown: dict[str, Any] = {"name": name, "status": "down" if circuit.open else "up", "waiting": len(rows)}
    if circuit.open:
        shown |= {"down_since": circuit.since, "next_try": circuit.until}
    if rows:
        shown["waiting_since"] = rows[0]["lookup_sk"].partition("#")[0]
    return shown
