"""The routes of packing and of its documents: apart from the light ones, for they draw."""

from __future__ import annotations

from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.fulfilment import papers, proposal, returning
from waybill.fulfilment.api import known_fields, line_units, own_node
from waybill.fulfilment.packing import Packing
from waybill.fulfilment.present import document
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.shop.door import caller

_BASE = "/v1/fulfilment-orders/{id}"
_MOST_PACKAGES = 50
_LENGTHS = ("length_mm", "width_mm", "height_mm")
_LONGEST_MM = 20_000


def router(packing: Packing) -> Router:
    """Routes of `functions/labels`."""
    routes = Router()

    @routes.route("POST", _BASE + "/pack")
    def pack(request: Request) -> Answer:
        key = caller(request, "node", "support")
        record, work = packing.pack(request.params["id"], _packages(request), key.actor, own_node(key))
        return Answer(document(record.order, record.customer, work))

    @routes.route("POST", _BASE + "/void")
    def void(request: Request) -> Answer:
        key = caller(request, "node", "support")
        known_fields(request.json_object())
        record, work = packing.labels.void(request.params["id"], (), key.actor, own_node(key))
        return Answer(document(record.order, record.customer, work))

    @routes.route("POST", _BASE + "/packages/{n}/void")
    def void_one(request: Request) -> Answer:
        key = caller(request, "node", "support")
        known_fields(request.json_object())
        record, work = packing.labels.void(request.params["id"], (_number(request),), key.actor, own_node(key))
        return Answer(document(record.order, record.customer, work))

    @routes.route("POST", _BASE + "/relabel")
    def relabel(request: Request) -> Answer:
        key = caller(request, "node", "support")
        known_fields(request.json_object())
        record, work = packing.relabel(request.params["id"], key.actor, own_node(key))
        return Answer(document(record.order, record.customer, work))

    @routes.route("GET", _BASE + "/packing")
    def propose(request: Request) -> Answer:
        key = caller(request, "node", "viewer", "support")
        return Answer(proposal.shown(*packing.propose(request.params["id"], own_node(key))))

    @routes.route("GET", _BASE + "/packages/{n}/{document}")
    def read(request: Request) -> Answer:
        node = own_node(caller(request, "node", "viewer", "support"))
        if request.params["document"] == returning.DOCUMENT:
            content, content_type = returning.paper(request.params["id"], _number(request), request.query.get("format", "pdf"), node)
            return Answer(content, content_type=content_type)
        fine = "-300" if request.query.get("dpi") == "300" else ""
        wanted = f"{request.params['document']}{fine}.{request.query.get('format', 'pdf')}"
        content, content_type = papers.read(request.params["id"], _number(request), wanted, node)
        return Answer(content, content_type=content_type)

    return routes


def _number(request: Request) -> int:
    """Raises NotFound for what is no number of a package."""
    number = request.params["n"]
    if not number.isascii() or not number.isdecimal() or len(number) > 3:
        raise NotFound(f"there is no package {number[:16]!r}")
    return int(number)


def _packages(request: Request) -> list[dict[str, Any]]:
    """`{"packages": [{"lines": [{"line", "quantity"}], "weight_g", "box", "length_mm", "width_mm", "height_mm"}]}`. Raises InvalidInput naming the row."""
    raw = known_fields(request.json_object(), "packages").get("packages", [])
    if not isinstance(raw, list) or len(raw) > _MOST_PACKAGES:
        raise InvalidInput(f"packages is a list of at most {_MOST_PACKAGES}", fields={"packages": "a list"})
    return [_package(each, index) for index, each in enumerate(raw)]


def _package(raw: Any, index: int) -> dict[str, Any]:
    where = f"packages[{index}]"
    if not isinstance(raw, dict) or not raw.get("lines"):
        raise InvalidInput(f"{where} needs lines", fields={f"{where}.lines": "required"})
    known_fields(raw, "lines", "weight_g", "box", *_LENGTHS, under=f"{where}.")
    package: dict[str, Any] = {"lines": line_units(raw["lines"], f"{where}.lines")}
    if raw.get("weight_g") is not None:
        package["weight_g"] = _whole(raw["weight_g"], f"{where}.weight_g", "grams")
    if raw.get("box") is not None:
        if not isinstance(raw["box"], str):
            raise InvalidInput(f"{where}.box is the id of a carton", fields={f"{where}.box": "a text"})
        package["box"] = raw["box"]
    lengths = {name: _whole(raw[name], f"{where}.{name}", "millimetres") for name in _LENGTHS if raw.get(name) is not None}
    if wrong := [name for name in _LENGTHS if lengths and not 0 < lengths.get(name, 0) <= _LONGEST_MM]:
        raise InvalidInput(f"{where}: give all three lengths, each from 1 to {_LONGEST_MM} mm, or none", fields={f"{where}.{name}": f"1 to {_LONGEST_MM}" for name in wrong})
    return package | lengths


def _whole(value: Any, where: str, of: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"{where} is a whole number of {of}", fields={where: of})
    return value
