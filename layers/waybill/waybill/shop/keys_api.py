"""`/v1/keys`: an admin makes and ends API keys. A key is answered once."""

from __future__ import annotations

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.kernel.errors import InvalidInput
from waybill.shop import keys
from waybill.shop.door import caller
from waybill.shop.keys import Keys, shown


def router(issued: Keys) -> Router:
    routes = Router()

    @routes.route("GET", "/v1/keys")
    def every(request: Request) -> Answer:
        caller(request, "admin")
        found, following = keys.page(page_size(request), cursor_key(request))
        return Answer({"items": [shown(row) for row in found], "next": cursor(following)})

    @routes.route("POST", "/v1/keys")
    def issue(request: Request) -> Answer:
        admin = caller(request, "admin")
        key, row = issued.issue(**_wanted(request), by=admin.actor)
        return Answer({**shown(row), "key": key}, 201)

    @routes.route("DELETE", "/v1/keys/{id}")
    def end(request: Request) -> Answer:
        admin = caller(request, "admin")
        return Answer(shown(issued.end(request.params["id"], request.headers.get("x-api-key", ""), admin.actor)))

    return routes


def _wanted(request: Request) -> dict[str, str]:
    """{"role", "scope", "name"}. Raises InvalidInput."""
    body = {"scope": "", "name": "", **request.json_object()}
    wrong = {name[:100]: "is not known" for name in set(body) - {"role", "scope", "name"}}
    wrong |= {name: "is a text" for name in ("role", "scope", "name") if not isinstance(body.get(name), str)}
    if wrong:
        raise InvalidInput('say {"role": "…", "scope": "…", "name": "…"}', fields=wrong)
    return body
