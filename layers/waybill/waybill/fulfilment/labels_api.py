"""The routes of packing and of its documents: apart from the light ones, for they draw."""

from __future__ import annotations

from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.fulfilment import papers
from waybill.fulfilment.api import known_fields, line_units, own_node
from waybill.fulfilment.packing import Packing
from waybill.fulfilment.present import document
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.shop.door import caller

_BASE = "/v1/fulfilment-orders/{id}"
_MOST_PACKAGES = 50


def router(packing: Packing) -> Router:
    """Routes of `functions/labels`."""
    routes = Router()

    @routes.route("POST", _BASE + "/pack")
    def pack(request: Request) -> Answer:
        key = caller(request, "node", "support")
        record, work = packing.pack(request.params["id"], _packages(request), key.actor, own_node(key))
        return Answer(document(record.order, record.customer, work))

    @routes.route("GET", _BASE + "/packages/{n}/{document}")
    def read(request: Request) -> Answer:
        node = own_node(caller(request, "node", "viewer", "support"))
        name, number = request.params["document"], request.params["n"]
        if not number.isascii() or not number.isdecimal() or len(number) > 3:
            raise NotFound(f"there is no package {number[:16]!r}")
        wanted = f"{name}.{request.query.get('format', 'pdf')}"
        content, content_type = papers.read(request.params["id"], int(number), wanted, node)
        return Answer(content, content_type=content_type)

    return routes


def _packages(request: Request) -> list[dict[str, Any]]:
    """`{"packages": [{"lines": [{"line", "quantity"}], "weight_g"}]}`. Raises InvalidInput naming the row."""
    raw = known_fields(request.json_object(), "packages").get("packages", [])
    if not isinstance(raw, list) or len(raw) > _MOST_PACKAGES:
        raise InvalidInput(f"packages is a list of at most {_MOST_PACKAGES}", fields={"packages": "a list"})
    return [_package(each, index) for index, each in enumerate(raw)]


def _package(raw: Any, index: int) -> dict[str, Any]:
    where = f"packages[{index}]"
    if not isinstance(raw, dict) or not raw.get("lines"):
        raise InvalidInput(f"{where} needs lines", fields={f"{where}.lines": "required"})
    known_fields(raw, "lines", "weight_g", under=f"{where}.")
    package: dict[str, Any] = {"lines": line_units(raw["lines"], f"{where}.lines")}
    weight = raw.get("weight_g")
    if weight is not None:
        if isinstance(weight, bool) or not isinstance(weight, int):
            raise InvalidInput(f"{where}.weight_g is a whole number of grams", fields={f"{where}.weight_g": "grams"})
        package["weight_g"] = weight
    return package
