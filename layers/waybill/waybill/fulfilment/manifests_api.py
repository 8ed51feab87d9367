"""The routes of manifests. Making one and printing it are apart (`add_paper_routes`): they ask carriers, and draw."""

from __future__ import annotations

from datetime import date
from typing import Any

from waybill.aws import files
from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.fulfilment import manifests
from waybill.fulfilment.api import known_fields, own_node
from waybill.fulfilment.manifesting import Closing, HandingOver, form_key
from waybill.fulfilment.model.manifest import Manifest
from waybill.kernel.errors import InvalidInput, Malformed, NotFound
from waybill.shop import store as shop
from waybill.shop.door import caller
from waybill.shop.model import Key

_BASE = "/v1/manifests"
_CURSOR = {"pk", "sk", "lookup_pk", "lookup_sk"}


def add_routes(routes: Router, handing_over: HandingOver) -> None:
    """To those of `functions/fulfilment`."""

    @routes.route("GET", _BASE)
    def all_of(request: Request) -> Answer:
        key = caller(request, "node", "viewer", "support")
        node = _node(request.query.get("node", ""), key)
        found, following = manifests.listed(node, page_size(request), _start(request, node))
        return Answer({"items": [shown(manifest) for manifest in found], "next": cursor(following)})

    @routes.route("GET", _BASE + "/{id}")
    def read(request: Request) -> Answer:
        key = caller(request, "node", "viewer", "support")
        return Answer(shown(manifests.load(request.params["id"], own_node(key))))

    @routes.route("POST", _BASE + "/{id}/handed-over")
    def hand_over(request: Request) -> Answer:
        key = caller(request, "node", "support")
        known_fields(request.json_object())
        return Answer(shown(handing_over.hand_over(request.params["id"], key.actor, own_node(key))))


def add_paper_routes(routes: Router, closing: Closing) -> None:
    """To those of `functions/labels`."""

    @routes.route("POST", _BASE)
    def close(request: Request) -> Answer:
        key = caller(request, "node", "support")
        body = known_fields(request.json_object(), "node", "carrier", "date")
        node, carrier = _node(_text(body, "node", own_node(key)), key), shop.carrier(_text(body, "carrier")).id
        return Answer(shown(closing.close(node, carrier, _day(body), key.actor)))

    @routes.route("GET", _BASE + "/{id}/{document}")
    def paper(request: Request) -> Answer:
        key = caller(request, "node", "viewer", "support")
        manifest = manifests.load(request.params["id"], own_node(key))
        return Answer(_paper(manifest, request.params["document"]), content_type="application/pdf")


def shown(manifest: Manifest) -> dict[str, Any]:
    """The document of a manifest."""
    base = f"{_BASE}/{manifest.id}"
    return {
        "id": manifest.id,
        **{name: getattr(manifest, name) for name in ("node", "carrier", "date", "number", "status", "at", "by")},
        "handed_over_at": manifest.handed_over_at or None,
        "totals": {"packages": len(manifest.packages), "weight_g": manifest.weight_g, "services": manifest.services()},
        "packages": [
            {
                **{name: getattr(each, name) for name in ("fulfilment_order", "package", "tracking_number", "service", "weight_g", "sscc", "problem")},
                "status": "handed_over" if each.left else "manifested",
            }
            for each in manifest.packages
        ],
        "form": {"id": manifest.form, "problem": manifest.form_problem} if manifest.form or manifest.form_problem else None,
        "links": {"sheet": f"{base}/sheet"} | ({"form": f"{base}/form"} if manifest.form else {}),
    }


def _paper(manifest: Manifest, name: str) -> bytes:
    """Raises NotFound."""
    if name == "form" and manifest.form:
        return files.get(form_key(manifest.id))
    if name != "sheet":
        raise NotFound("a manifest has a sheet, and a form where its carrier makes one")
    from waybill.fulfilment.printing.manifest_sheet import pdf

    return pdf(manifest, shop.node(manifest.node).name, shop.carrier(manifest.carrier).name)


def _node(wanted: str, key: Key) -> str:
    """Which node, as far as this key sees it. Raises InvalidInput, NotFound."""
    own = own_node(key)
    if not wanted and not own:
        raise InvalidInput("say which node", fields={"node": "required"})
    if own and wanted not in ("", own):
        raise NotFound(f"there is no node {wanted[:64]!r}")
    return shop.node(wanted or own).id


def _start(request: Request, node: str) -> dict[str, Any] | None:
    start = cursor_key(request)
    if start is not None and (set(start) != _CURSOR or start["lookup_pk"] != f"MANIFESTS#{node}" or not all(isinstance(part, str) for part in start.values())):
        raise Malformed("the cursor belongs to another question", fields={"cursor": "unknown"})
    return start


def _text(body: dict[str, Any], name: str, default: str = "") -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or (not value and not default):
        raise InvalidInput(f"{name} is a text", fields={name: "required"})
    return value


def _day(body: dict[str, Any]) -> str:
    try:
        return date.fromisoformat(_text(body, "date")).isoformat()
    except ValueError:
        raise InvalidInput("date is a day, as 2026-11-30", fields={"date": "a day"}) from None
