"""The routes of printing many labels at once, and one once more."""

from __future__ import annotations

from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.fulfilment.api import known_fields, own_node
from waybill.fulfilment.batching import MOST, Batching, Printed
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.shop import store as shop
from waybill.shop.door import caller
from waybill.shop.model import Key

_NAMES = {("pdf", 203): "label.pdf", ("pdf", 300): "label.pdf", ("zpl", 203): "label.zpl", ("zpl", 300): "label-300.zpl"}
_WHAT = ("fulfilment_orders", "wave", "node")


def add_routes(routes: Router, batching: Batching) -> None:
    """To those of `functions/labels`."""

    @routes.route("POST", "/v1/labels/batch")
    def batch(request: Request) -> Answer:
        key = caller(request, "node", "support")
        body = known_fields(request.json_object(), *_WHAT, "format", "dpi")
        return Answer(_shown(_batch(batching, body, key)))

    @routes.route("POST", "/v1/fulfilment-orders/{id}/packages/{n}/reprint")
    def reprint(request: Request) -> Answer:
        key, n = caller(request, "node", "support"), request.params["n"]
        name = _name(known_fields(request.json_object(), "format", "dpi"))
        if not n.isascii() or not n.isdecimal() or len(n) > 3:
            raise NotFound(f"there is no package {n[:16]!r}")
        content, content_type = batching.again(request.params["id"], int(n), name, key.actor, own_node(key))
        return Answer(content, content_type=content_type)


def _batch(batching: Batching, body: dict[str, Any], key: Key) -> Printed:
    """Raises InvalidInput unless exactly one thing is named."""
    said, name, node = [what for what in _WHAT if what in body], _name(body), own_node(key)
    if len(said) != 1:
        raise InvalidInput(f"name one of {', '.join(_WHAT)}", fields={"fulfilment_orders": "one of three"})
    wanted = body[said[0]]
    if said[0] == "fulfilment_orders":
        if not isinstance(wanted, list) or not 0 < len(wanted) <= MOST or not all(isinstance(each, str) for each in wanted):
            raise InvalidInput(f"fulfilment_orders is a list of 1 to {MOST} ids", fields={"fulfilment_orders": "a list"})
        return batching.of(wanted, name, node)
    if not isinstance(wanted, str) or not wanted:
        raise InvalidInput(f"{said[0]} is an id", fields={said[0]: "a text"})
    if said[0] == "wave":
        return batching.of_wave(wanted, name, node)
    if node and wanted != node:
        raise NotFound(f"there is no node {wanted[:64]!r}")
    return batching.of_node(shop.node(wanted).id, name)


def _name(body: dict[str, Any]) -> str:
    asked = (body.get("format", "pdf"), body.get("dpi", 203))
    if not all(isinstance(each, (str, int)) for each in asked) or asked not in _NAMES:
        raise InvalidInput("format is pdf or zpl, dpi 203 or 300", fields={"format": "pdf or zpl", "dpi": "203 or 300"})
    return _NAMES[asked]


def _shown(printed: Printed) -> dict[str, Any]:
    return {
        "url": printed.url or None,
        "printed": [{"fulfilment_order": fo_id, "package": n} for fo_id, n in printed.printed],
        "failed": list(printed.failed),
        "more": printed.more,
    }
