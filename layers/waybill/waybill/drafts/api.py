"""`/v1/drafts…`: orders that people make, quotes among them. What is in them is personal: support and above only."""

from __future__ import annotations

from typing import Any

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.drafts import edge, present
from waybill.drafts.model.draft import MACHINE, OPEN, Draft
from waybill.drafts.service import Drafts
from waybill.kernel.errors import InvalidInput, Malformed
from waybill.shop.door import caller, key_of

ROLES = ("support", "finance")


def router(drafts: Drafts) -> Router:
    """Routes of `functions/drafts`."""
    routes = Router()

    @routes.route("POST", "/v1/drafts")
    def open_one(request: Request) -> Answer:
        key = caller(request, *ROLES)
        return _shown(drafts, drafts.open(key_of(request), edge.read(request.body), key.actor), 201)

    @routes.route("GET", "/v1/drafts")
    def some(request: Request) -> Answer:
        caller(request, *ROLES)
        status = request.query.get("status", OPEN)
        if status not in MACHINE.states:
            raise Malformed(f"status is one of {', '.join(sorted(MACHINE.states))}", fields={"status": "unknown"})
        found, following = drafts.page(status, page_size(request), cursor_key(request))
        return Answer({"items": [present.row(each) for each in found], "next": cursor(following)})

    @routes.route("GET", "/v1/drafts/{id}")
    def one(request: Request) -> Answer:
        caller(request, *ROLES)
        return _shown(drafts, drafts.load(request.params["id"]))

    @routes.route("PUT", "/v1/drafts/{id}")
    def change(request: Request) -> Answer:
        """All of it anew."""
        key = caller(request, *ROLES)
        return _shown(drafts, drafts.change(request.params["id"], edge.read(request.body), _seen(request), key.actor))

    @routes.route("DELETE", "/v1/drafts/{id}")
    def discard(request: Request) -> Answer:
        key = caller(request, *ROLES)
        return _shown(drafts, drafts.discard(request.params["id"], _seen(request), key.actor))

    @routes.route("POST", "/v1/drafts/{id}/hold")
    def hold(request: Request) -> Answer:
        caller(request, *ROLES)
        return _shown(drafts, drafts.hold(request.params["id"]))

    @routes.route("POST", "/v1/drafts/{id}/quote")
    def quote(request: Request) -> Answer:
        """{"expires_on": "2026-12-31"}"""
        key, body = caller(request, *ROLES), request.json_object()
        until = body.get("expires_on")
        if set(body) != {"expires_on"} or not isinstance(until, str):
            raise InvalidInput("say until when, and nothing else: expires_on", fields={"expires_on": "a day such as 2026-12-31"})
        return _shown(drafts, drafts.quote(request.params["id"], until, _seen(request), key.actor))

    @routes.route("POST", "/v1/drafts/{id}/reopen")
    def reopen(request: Request) -> Answer:
        key = caller(request, *ROLES)
        return _shown(drafts, drafts.reopen(request.params["id"], _seen(request), key.actor))

    @routes.route("POST", "/v1/drafts/{id}/place")
    def place(request: Request) -> Answer:
        """{"tenders"}, or nothing where the draft says how it is paid."""
        key = caller(request, *ROLES)
        return _shown(drafts, drafts.place(request.params["id"], edge.tenders(request.json_object()), _seen(request), key.actor), 202)

    return routes


def _shown(drafts: Drafts, draft: Draft, status: int = 200) -> Answer:
    body: dict[str, Any] = present.whole(drafts.look(draft))
    return Answer(body, status, headers={"etag": f'"{draft.version}"', "location": f"/v1/drafts/{draft.id}"})


def _seen(request: Request) -> int | None:
    """The version that the caller has decided on; None for whatever stands."""
    seen = request.headers.get("if-match", "").strip().strip('"')
    if seen and not (seen.isascii() and seen.isdecimal() and len(seen) < 10):
        raise Malformed("If-Match is the version that was read", fields={"If-Match": "not a number"})
    return int(seen) if seen else None
