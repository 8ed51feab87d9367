"""The routes of imports: parse, one call, answer."""

from __future__ import annotations

from typing import Any

from waybill.aws import files
from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.channels.registry import OUR_OWN
from waybill.imports import store
from waybill.imports.model.outcome import template
from waybill.imports.model.record import POLICIES, REJECT_FAILED_ROWS, WAITING, Import
from waybill.imports.service import Imports, Wanted
from waybill.kernel.errors import Forbidden, InvalidInput, Malformed, NotFound
from waybill.shop import store as shop
from waybill.shop.door import caller, key_of
from waybill.shop.model import Key

_SEEN_BY = ("channel", "support", "viewer")
_CORRECTED_BY = ("channel", "support")
_LARGEST_ANSWER = 4_000_000
_FOR_SECONDS = 300
_ROWS, _ORDERS = ("seen", "good", "bad", "stored"), ("good", "bad", "known", "held", "stored", "queued")


def router(imports: Imports) -> Router:
    """`/v1/imports…`."""
    routes = Router()

    @routes.route("POST", "/v1/imports")
    def begin(request: Request) -> Answer:
        key = caller(request, "channel")
        wanted = Wanted(_channel(key, request), _policy(request), _flag(request, "dryRun"), request.query.get("sheet", "")[:200])
        it = imports.begin(wanted, key.actor, key_of(request), _file(request))
        here = {"location": f"/v1/imports/{it.id}"}
        if it.status != WAITING:
            return Answer(_shown(it), 202, headers=here)
        upload = {"method": "PUT", "url": store.upload_address(it.id), "seconds": 900}
        return Answer({**_shown(it), "upload": upload}, 201, headers=here)

    @routes.route("GET", "/v1/imports")
    def list_(request: Request) -> Answer:
        key = caller(request, *_SEEN_BY)
        found, more = store.page(_channel(key, request), page_size(request), cursor_key(request))
        return Answer({"items": [_shown(it) for it in found], "next": cursor(more)})

    @routes.route("GET", "/v1/imports/template.csv")
    def example(request: Request) -> Answer:
        caller(request, *_SEEN_BY)
        return Answer(template().decode(), content_type=store.CSV, headers=_as_file("template.csv"))

    @routes.route("GET", "/v1/imports/{id}")
    def read(request: Request) -> Answer:
        return Answer(_shown(_own(caller(request, *_SEEN_BY), request)))

    @routes.route("POST", "/v1/imports/{id}/start")
    def start(request: Request) -> Answer:
        return Answer(_shown(imports.start(_own(caller(request, "channel"), request))), 202)

    @routes.route("GET", "/v1/imports/{id}/errors.csv")
    def errors(request: Request) -> Answer:
        it = _own(caller(request, *_CORRECTED_BY), request)
        return _told(it, "errors.csv", it.errors_bytes)

    @routes.route("GET", "/v1/imports/{id}/notes.csv")
    def notes(request: Request) -> Answer:
        it = _own(caller(request, *_CORRECTED_BY), request)
        return _told(it, "notes.csv", it.notes_bytes)

    return routes


def _channel(key: Key, request: Request) -> str:
    """A channel's key is for its own, other keys name one. Raises Forbidden, InvalidInput."""
    named = request.query.get("channel", "")
    if not key.may("support", "viewer") and named not in ("", key.scope):
        raise Forbidden(f"this key places orders of the channel {key.scope}")
    wanted = named or key.scope
    if not wanted:
        raise InvalidInput("channel is required with this key", fields={"channel": "is required"})
    try:
        kind = shop.channel(wanted).kind
    except NotFound:
        raise InvalidInput("the shop has no such channel", fields={"channel": "unknown"}) from None
    if kind not in OUR_OWN:
        raise InvalidInput(f"orders of {wanted} come from the channel itself", fields={"channel": f"of kind {kind}; take one of {', '.join(OUR_OWN)}"})
    return wanted


def _policy(request: Request) -> str:
    policy = request.query.get("policy", REJECT_FAILED_ROWS)
    if policy not in POLICIES:
        raise InvalidInput(f"policy is one of {', '.join(POLICIES)}", fields={"policy": "unknown"})
    return policy


def _flag(request: Request, name: str) -> bool:
    said = request.query.get(name, "false")
    if said not in ("true", "false"):
        raise InvalidInput(f"{name} is true or false", fields={name: "true or false"})
    return said == "true"


def _file(request: Request) -> bytes:
    """The body is the file, or nothing: then it is uploaded. Raises Malformed for JSON, which somebody has meant otherwise."""
    if request.headers.get("content-type", "").startswith("application/json") and request.body.strip() not in (b"", b"{}"):
        raise Malformed("send the spreadsheet itself as the body, as text/csv or application/octet-stream, or no body and upload it")
    return b"" if request.body.strip() == b"{}" else request.body


def _own(key: Key, request: Request) -> Import:
    """Raises NotFound, also for another channel's."""
    it = store.load(request.params["id"])
    if not key.may("support", "viewer") and key.scope != it.channel:
        raise NotFound(f"there is no import {it.id!r}")
    return it


def _told(it: Import, name: str, size: int) -> Answer:
    """A file that tells of an import; one that is too large for an answer by an address of its own."""
    if not size:
        raise NotFound(f"the import has no {name}")
    key = store.told_key(it.id, name)
    if size > _LARGEST_ANSWER:
        return Answer(status=303, headers={"location": files.address("get_object", key, _FOR_SECONDS)})
    return Answer(files.get(key), content_type=store.CSV, headers=_as_file(f"{it.id}-{name}"))


def _as_file(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}


def _shown(it: Import) -> dict[str, Any]:
    here, counts = f"/v1/imports/{it.id}", it.counts
    links = {"self": here, **({"start": f"{here}/start"} if it.status == WAITING else {})}
    links |= {name: f"{here}/{name}.csv" for name, size in (("errors", it.errors_bytes), ("notes", it.notes_bytes)) if size}
    shown: dict[str, Any] = {
        **{name: getattr(it, name) for name in ("id", "channel", "policy", "status", "dry_run", "percent", "created_at")},
        **{name: said for name in ("started_at", "finished_at", "problem", "sheet") if (said := getattr(it, name))},
        "rows": {"of": counts.get("rows", 0), **{name: counts.get(f"rows_{name}", 0) for name in _ROWS}},
        "orders": {"of": counts.get("orders", 0), **{name: counts.get(f"orders_{name}", 0) for name in _ORDERS}},
        "ignored_columns": list(it.ignored),
        "problems": [{"row": each.row, "field": each.column, "problem": each.says} for each in it.told],
        "links": links,
    }
    return shown
