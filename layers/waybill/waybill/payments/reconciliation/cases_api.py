"""The cases' HTTP routes: list the differences with the gateways' books, close one that a person has explained."""

from __future__ import annotations

from typing import Any

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.aws.tables import WriteConflict
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, InvalidInput, Malformed, NotFound
from waybill.kernel.money import decimal_string
from waybill.payments.model.cases import CLOSED, OPEN, Case
from waybill.payments.model.settlement import KINDS
from waybill.payments.reconciliation import table
from waybill.shop.door import caller

_LONGEST_WHY = 200
_CURSOR = {"lookup_pk", "lookup_sk", "pk", "sk"}


def router(clock: Clock) -> Router:
    """Routes of `functions/cases`."""
    routes = Router()

    @routes.route("GET", "/v1/cases")
    def listed(request: Request) -> Answer:
        caller(request, "finance")
        status, kind = _one_of(request, "status", (OPEN, CLOSED), OPEN), _one_of(request, "kind", KINDS, "")
        found, after = table.listed(status, kind, page_size(request), _start(request, status, kind))
        return Answer({"items": [shown(case) for case in found], "next": cursor(after)})

    @routes.route("POST", "/v1/cases/{id}/close")
    def close(request: Request) -> Answer:
        key, id, why = caller(request, "finance"), request.params["id"], _why(request)
        case = table.cases([id]).get(id) if id.isascii() and len(id) <= 64 else None
        if case is None:
            raise NotFound(f"there is no case {id[:64]!r}")
        after = case.explained(why, f"{key.roles[0]}:{key.name or key.scope or 'key'}", instant(clock()))
        try:
            table.save(after)
        except WriteConflict:
            raise Conflict("somebody else changed the case first; look again") from None
        return Answer(shown(after))

    return routes


def shown(case: Case) -> dict[str, Any]:
    """A case as the API shows it."""
    difference = case.difference

    def money(minor: int | None) -> str | None:
        return None if minor is None else decimal_string(minor, difference.currency)

    return {
        "id": case.id,
        "kind": difference.kind,
        "status": case.status,
        "gateway": case.gateway,
        "about": case.matter,
        "order_id": case.order_id or None,
        "amount": money(difference.amount),
        "currency": difference.currency,
        "ours": money(difference.ours),
        "theirs": money(difference.theirs),
        "opened": case.opened,
        "closed": case.closed or None,
        "why": case.why,
        "by": case.by,
    }


def _one_of(request: Request, name: str, known: tuple[str, ...], otherwise: str) -> str:
    told = request.query.get(name) or otherwise
    if told and told not in known:
        raise Malformed(f"{name} is one of {', '.join(known)}", fields={name: "unknown"})
    return told


def _start(request: Request, status: str, kind: str) -> dict[str, Any] | None:
    start = cursor_key(request)
    if start is None:
        return None
    fits = set(start) == _CURSOR and start["lookup_pk"] == f"CASES#{status}" and str(start["lookup_sk"]).startswith(f"{kind}#" if kind else "")
    if not fits or not all(isinstance(part, str) for part in start.values()):
        raise Malformed("the cursor belongs to another question", fields={"cursor": "unknown"})
    return start


def _why(request: Request) -> str:
    body = request.json_object()
    unknown = sorted(set(body) - {"why"})
    if unknown:
        raise Malformed(f"unknown field {unknown[0][:64]!r}", fields={unknown[0][:64]: "unknown"})
    why = body.get("why")
    if not isinstance(why, str) or not why.strip() or len(why) > _LONGEST_WHY or not why.isprintable():
        raise InvalidInput(f"why says in at most {_LONGEST_WHY} characters how it was explained", fields={"why": "a text"})
    return why.strip()
