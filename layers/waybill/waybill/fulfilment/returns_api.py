"""The routes of return labels."""

from __future__ import annotations

from waybill.aws.http import Answer, Request, Router
from waybill.fulfilment.api import known_fields, own_node, shown
from waybill.fulfilment.returning import Returning
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.shop.door import caller

_ONE = "/v1/fulfilment-orders/{id}/packages/{n}/return-label"


def add_routes(routes: Router, returns: Returning) -> None:
    """To those of `functions/labels`; it is read as all papers of a package are."""

    @routes.route("POST", _ONE)
    def label(request: Request) -> Answer:
        key = caller(request, "node", "support")
        mail = known_fields(request.json_object(), "mail").get("mail", False)
        if not isinstance(mail, bool):
            raise InvalidInput("mail is true or false", fields={"mail": "true or false"})
        return shown(*returns.label(request.params["id"], _number(request), mail, key.actor, own_node(key)))

    @routes.route("POST", _ONE + "/void")
    def void(request: Request) -> Answer:
        key = caller(request, "node", "support")
        known_fields(request.json_object())
        return shown(*returns.void(request.params["id"], _number(request), key.actor, own_node(key)))


def _number(request: Request) -> int:
    """Raises NotFound for what is no number of a package."""
    number = request.params["n"]
    if not number.isascii() or not number.isdecimal() or len(number) > 3:
        raise NotFound(f"there is no package {number[:16]!r}")
    return int(number)
