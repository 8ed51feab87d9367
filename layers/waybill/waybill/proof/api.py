"""What is proven: the rounds over all orders, and any one order now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.proof.facts import Broken
from waybill.proof.rounds import Rounds
from waybill.shop.door import caller

_READERS = ("viewer", "support", "finance")


def router(rounds: Rounds, prove: Callable[[str], list[Broken]], rules: Callable[[], list[str]]) -> Router:
    """`GET /v1/proof` and `GET /v1/proof/orders/{id}`."""
    routes = Router()

    @routes.route("GET", "/v1/proof")
    def standing(request: Request) -> Answer:
        caller(request, *_READERS)
        return Answer({**_whole(rounds.standing()), "rules": rules()})

    @routes.route("GET", "/v1/proof/orders/{id}")
    def order(request: Request) -> Answer:
        caller(request, *_READERS)
        broken = prove(request.params["id"])
        return Answer({"order_id": request.params["id"], "holds": not broken, "broken": [{"rule": each.rule, "how": each.how} for each in broken]})

    return routes


def _whole(standing: dict[str, Any]) -> dict[str, Any]:
    last = standing["last"]
    under_way = {"day": standing["day"], "orders": standing["orders"], "broken": standing["broken"], "days_left": standing["left"]} if standing["left"] else None
    found = [*(standing["found"] or ()), *((last or {}).get("found") or ())]
    return {"holds": not found, "broken": list(dict.fromkeys(found)), "last_round": last and {name: last[name] for name in ("day", "ended_at", "orders", "broken")}, "under_way": under_way}
