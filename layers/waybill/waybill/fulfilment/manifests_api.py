"""The routes of manifests. Making one and printing it are apart (`add_paper_routes`): they ask carriers, and draw."""

from __future__ import annotations

from datetime import date
from typing import Any

from waybill.aws import files
from waybill.aws.http import Answer, Request, Router, cursor, page_size
from waybill.fulfilment import manifests
from waybill.fulfilment.api import known_fields, own_node
from waybill.fulfilment.manifesting import Closing, HandingOver, form_key
from waybill.fulfilment.model.manifest import Manifest
from waybill.fulfilment.node_doors import node_of, start_of, text_of
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.shop import store as shop
from waybill.shop.door import caller

_BASE = "/v1/manifests"


def add_routes(routes: Router, handing_over: HandingOver) -> None:
    """To those of `functions/fulfilment`."""

    @routes.route("GET", _BASE)
    def all_of(request: Request) -> Answer:
        key = caller(request, "node", "viewer", "support")
        node = node_of(request.query.get("node", ""), key)
        found, following = manifests.listed(node, page_size(request), start_of(request, f"MANIFESTS#{node}"))
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
        node, carrier = node_of(text_of(body, "node", own_node(key)), key), shop.carrier(text_of(body, "carrier")).id
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


def _day(body: dict[str, Any]) -> str:
    try:
        return date.fromisoformat(text_of(body, "date")).isoformat()
    except ValueError:
        raise InvalidInput("date is a day, as 2026-11-30", fields={"date": "a day"}) from None
