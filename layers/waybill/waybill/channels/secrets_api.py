"""`/v1/channels/{channel}/secrets` and `/outbound`: rotated without editing a secret by hand. An admin's alone; what is secret is answered once, and
only where it was made here."""

from __future__ import annotations

from waybill.aws.http import Answer, Request, Router
from waybill.channels.rotating import Rotating, shown
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.shop.door import caller


def add_routes(routes: Router, rotating: Rotating) -> None:
    @routes.route("POST", "/v1/channels/{channel}/secrets")
    def add(request: Request) -> Answer:
        key, id = caller(request, "admin"), request.params["channel"]
        given = _given(request)
        new, kept = rotating.add(id, given, key.actor)
        return Answer({**shown(kept, id), **({} if given else {"secret": new})}, 201)

    @routes.route("DELETE", "/v1/channels/{channel}/secrets/{which}")
    def retire(request: Request) -> Answer:
        key, id, which = caller(request, "admin"), request.params["channel"], request.params["which"]
        if which not in ("older", "newer"):
            raise NotFound("there are the secrets `older` and `newer`")
        return Answer(shown(rotating.retire(id, which, key.actor), id))

    @routes.route("PUT", "/v1/channels/{channel}/outbound")
    def present(request: Request) -> Answer:
        key, id = caller(request, "admin"), request.params["channel"]
        return Answer(shown(rotating.present(id, request.json_object(), key.actor), id))


def _given(request: Request) -> str:
    """The secret that is to be used; "" for one that is to be made. Raises InvalidInput."""
    body = request.json_object()
    if body == {"generate": True}:
        return ""
    use = body.get("use")
    if set(body) != {"use"} or not isinstance(use, str) or not use:
        raise InvalidInput('say {"use": "…"} or {"generate": true}', fields={"use": "the new secret, unless one is to be made"})
    return use
