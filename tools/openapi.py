"""Generates schemas/openapi.json: `python -m tools.openapi` writes it, `--check` fails where it has drifted.

One list of routes (`tools/routes.py`), request bodies from the doors' own pydantic models, answers from `tools/shapes.py`.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT / "layers" / "waybill") not in sys.path:
    sys.path.insert(0, str(ROOT / "layers" / "waybill"))

from tools.routes import ROUTES, Route  # noqa: E402
from tools.schema import AMOUNT, FLAG, INSTANT, TEXT, WHOLE, Schema, array, page, record, ref  # noqa: E402
from tools.shapes import SHAPES  # noqa: E402
from waybill.fulfilment.model.fulfilment_order import REASONS  # noqa: E402
from waybill.fulfilment.model.shortage import FOR_UNITS  # noqa: E402
from waybill.fulfilment.model.tracking import STATUSES  # noqa: E402
from waybill.fulfilment.reshipping import REASONS as AGAIN  # noqa: E402

TARGET = ROOT / "schemas" / "openapi.json"
_SPREADSHEETS = ("text/csv", "application/octet-stream")
_JSON, _PROBLEM = "application/json", "application/problem+json"
_WORDS = {
    400: "Malformed",
    401: "No valid key or signature",
    403: "The role may not do this",
    404: "Absent, or somebody else's",
    409: "The state does not allow it",
    412: "Something has changed since it was looked at",
    413: "Too large",
    422: "Understood and refused",
    429: "Too many calls",
    503: "Try again",
}
_NOTE = {"type": "string", "maxLength": 500}


def document() -> dict[str, Any]:
    """The whole document as plain data."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Waybill",
            "version": "1",
            "summary": "Order management for shops that sell in many places and ship from many",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"apiKey": []}],
        "tags": [{"name": name} for name in dict.fromkeys(route.group for route in ROUTES)],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "A key with roles; `admin` holds them all"}
            },
            "responses": {f"Problem{status}": _problem(words) for status, words in _WORDS.items()},
            "schemas": dict(sorted({**SHAPES, **_requests()}.items())),
        },
    }


_ABOUT = (
    'Lists answer `{"items": [...], "next": cursor or null}`. Amounts are decimal strings with the currency beside them, instants ISO 8601 '
    "in UTC, ids strings. Errors are RFC 9457 problem documents. What belongs to another channel or node answers 404."
)


def text() -> str:
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return paths


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": [route.group],
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if route.roles:
        operation["x-roles"] = list(route.roles)
        operation["description"] = f"Roles: {', '.join(route.roles)}."
    else:
        operation["security"] = []
        operation["description"] = "Signed over the raw body by the sender." if route.signed else "Open to all."
    if route.takes:
        operation["requestBody"] = _body(route)
    return operation


def _operation_id(route: Route) -> str:
    """`POST /v1/orders/{id}/cancel` → `post_orders_id_cancel`."""
    return route.method.lower() + "_" + re.sub(r"\W+", "_", route.path.removeprefix("/v1/")).strip("_").lower()


def _parameters(route: Route) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": TEXT} for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    for name, description in route.query:
        schema: Schema = {"type": "integer", "minimum": 1, "maximum": 200, "default": 50} if name == "limit" else TEXT
        parameters.append({"name": name, "in": "query", "description": description, "schema": schema})
    if route.keyed or route.may_key:
        key = {"type": "string", "minLength": 1, "maxLength": 200}
        words = "Names this call: the same key with the same body answers the same, with another body 422"
        parameters.append({"name": "Idempotency-Key", "in": "header", **({"required": True} if route.keyed else {}), "description": words, "schema": key})
    if 412 in route.refuses:
        words = "The `ETag` of the list or of a preview: refused where something has changed since"
        parameters.append({"name": "If-Match", "in": "header", "description": words, "schema": TEXT})
    return parameters


def _body(route: Route) -> dict[str, Any]:
    if route.takes == "*":
        return {"required": True, "description": "The sender's own document", "content": {_JSON: {"schema": {"type": "object"}}}}
    if route.takes == "x12":
        return {"required": not route.path.endswith(":replay"), "description": "An X12 interchange, as it is", "content": {"application/edi-x12": {"schema": TEXT}}}
    if route.takes == "file":
        return {"required": False, "description": "A CSV file or an .xlsx workbook, as it is", "content": {kind: {"schema": TEXT} for kind in _SPREADSHEETS}}
    if route.takes == "csv":
        return {"required": True, "description": "A CSV file (`fulfilment/model/tariff_file.py` says its columns)", "content": {"text/csv": {"schema": TEXT}}}
    optional = route.takes in ("HoldIn", "ReleaseIn", "CancelIn", "PickIn", "PackIn", "ShipIn", "PlaceIn")
    return {"required": not optional, "content": {_JSON: {"schema": ref(route.takes)}}}


def _responses(route: Route) -> dict[str, Any]:
    if route.file:
        schema: Schema = {} if route.file == _JSON else TEXT
        content = {route.file: {"schema": schema}}
        if "{document}" in route.path:
            content["application/zpl"] = {"schema": TEXT}
    else:
        content = {_JSON: {"schema": page(route.answers) if route.lists else ref(route.answers)}}
    guarded = (401, 403) if route.roles else (401,) if route.signed else ()
    problems = sorted({*guarded, *route.refuses, 503, *((400,) if route.takes or route.query or 412 in route.refuses else ())})
    answers = {str(status): {"description": _done(status), "content": content} for status in (route.status, *route.also)}
    return answers | {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in problems}


def _done(status: int) -> str:
    return {201: "Made", 202: "Accepted and durable"}.get(status, "Done")


def _problem(words: str) -> dict[str, Any]:
    return {"description": words, "content": {_PROBLEM: {"schema": ref("Problem")}}}


def _requests() -> dict[str, Schema]:
    from waybill.inventory.edge import MovementIn
    from waybill.orders.edge import OrderIn

    schemas = {**_by_hand()}
    for model in (OrderIn, MovementIn):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}", mode="validation")
        schemas |= {name: _plain(inner) for name, inner in schema.pop("$defs", {}).items()}
        schemas[model.__name__] = _plain(schema)
    return schemas


def _by_hand() -> dict[str, Schema]:
    """Bodies of doors that read one or two fields without a model."""
    units = array(record({"line": TEXT, "quantity": {"type": "integer", "minimum": 1, "maximum": 100_000}}))
    return {
        "RefundIn": record(
            {},
            {
                "lines": array(record({"line": TEXT, "quantity": {"type": "integer", "minimum": 1}})),
                "shipping": {"anyOf": [{"const": "all"}, AMOUNT], "description": "Of what was paid for shipping, its tax included"},
                "goodwill": AMOUNT,
                "fee": AMOUNT,
                "everything": FLAG,
                "reason": {"type": "string", "maxLength": 200},
                "dryRun": FLAG,
            },
            "Units by line, shipping, goodwill, less a fee; or everything that was paid and is not yet returned.",
        ),
        "EditIn": record(
            {},
            {
                "add": array(record({"sku": TEXT, "quantity": {"type": "integer", "minimum": 1}, "unit_price": AMOUNT}, {"title": TEXT, "discount": AMOUNT, "tax": AMOUNT, "attributes": {"type": "object"}})),
                "lines": {"type": "object", "additionalProperties": WHOLE, "description": "Units wanted from now on, by line; 0 takes it out"},
                "surcharges": array(record({"gross": AMOUNT}, {"title": TEXT, "tax_percent": TEXT}, "Negative: a discount on the order")),
                "shipping": record({}, {"method": TEXT, "amount": AMOUNT, "tax": AMOUNT, "promise_days": WHOLE, "pickup_node": {**TEXT, "description": "The store at which it is fetched; empty: it is sent, to `ship_to`"}}),
                "ship_to": ref("AddressIn"),
                "bill_to": ref("AddressIn"),
                "note": TEXT,
                "payment": record({"kind": {"enum": ["card", "gift_card", "store_credit", "terms", "cod"]}}, {"gateway": TEXT, "token": TEXT, "reference": TEXT}, "What bears the money that comes on top"),
                "reason": _NOTE,
                "dryRun": FLAG,
            },
            "What is left out stays. If-Match with the version that was looked at is required, unless with `dryRun`.",
        ),
        "UndoIn": record({}, {"reason": _NOTE, "dryRun": FLAG}),
        "CloseIn": record({"why": {**TEXT, "minLength": 1, "maxLength": 200}}, {}, "How the difference was explained"),
        "HoldIn": record({}, {"reason": _NOTE}),
        "RiskIn": record(
            {"score": {"type": "integer", "minimum": 0, "maximum": 100}, "source": {"type": "string", "pattern": "^[a-z0-9_-]{1,40}$"}},
            {"recommendation": {"type": "string", "enum": ["accept", "review", "cancel"]}},
            "From the score of the policy `fraud` on, or where it is not to be accepted, the order is held; a later word of the same source lets it go",
        ),
        "ReleaseIn": record({}, {"note": _NOTE}),
        "CancelIn": record(
            {},
            {"reason": _NOTE, "lines": units, "unshipped": FLAG},
            "Neither: all of it, as long as nothing has left. `lines`: only these units. `unshipped`: all that has not left, also where a part has. Both need an Idempotency-Key",
        ),
        "RejectIn": record({"reason": {"enum": list(REASONS)}}, {"lines": array(TEXT)}, "`lines` are those at fault; none named: all"),
        "PickIn": record({}, {"lines": units}, "No lines named: all that are missing"),
        "ShipIn": record({}, {"packages": array(WHOLE)}, "Numbers of packages; none named: all that have not left"),
        "ShortIn": record(
            {"reason": {"enum": list(FOR_UNITS)}},
            {"lines": units, "line": TEXT, "there": WHOLE},
            "`lines`: units that are not there, or not fit to be sold; or of one `line` how many are `there`, which says the same when it is said again",
        ),
        "WhyIn": record({"reason": TEXT}),
        "CollectIn": record(
            {},
            {"code": TEXT, "name": TEXT, "lines": {**units, "description": "What is taken; all that lies there where none are named"}, "rest": {"enum": ["keep", "cancel"]}},
            "The code of the customer's mail, or the name on the order. `rest`: what is not taken waits on (keep, unless said otherwise), or is cancelled in the same write",
        ),
        "SplitIn": record({"lines": units}, {}, "Units of the new one, which is of the same node"),
        "MoveIn": record({"node": TEXT}, {}, "Another node, open, that has all of it in stock"),
        "ReshipIn": record({"reason": {"enum": list(AGAIN)}}, {"even_so": FLAG}, "`even_so`: though its carrier does not say that it is lost, damaged or coming back"),
        "MergeIn": record({"with": TEXT}, {}, "Another one of the same order, node and address, in the same state"),
        "PackIn": record(
            {},
            {"packages": array(record({"lines": units}, {"weight_g": WHOLE, "box": TEXT, **{name: WHOLE for name in ("length_mm", "width_mm", "height_mm")}}))},
            "No packages named: as is cheapest, in the shop's cartons",
        ),
        "TrackingIn": record(
            {"tracking_number": TEXT, "status": {"enum": list(STATUSES)}, "at": INSTANT},
            {"code": {"type": "string", "maxLength": 64}},
            "Signed: `x-carrier-signature` is the hex HMAC-SHA256 over `<x-carrier-timestamp>.<body>`",
        ),
    }


def _plain(schema: Any) -> Any:
    """Without pydantic's titles, which say nothing that the names do not; fields that happen to be called title stay."""
    if isinstance(schema, list):
        return [_plain(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _fields(inner) if name == "properties" else _plain(inner) for name, inner in schema.items() if name != "title"}


def _fields(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(inner) for name, inner in properties.items()}


def main() -> None:
    if "--check" in sys.argv:
        if not TARGET.exists() or TARGET.read_text("utf-8") != text():
            sys.exit("schemas/openapi.json is not what the code says: run `python -m tools.openapi`")
        return
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text(), "utf-8")
    print(f"{TARGET.relative_to(ROOT)}: {len(ROUTES)} operations")


if __name__ == "__main__":
    main()
