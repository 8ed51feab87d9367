"""`/v1/counts…`: sheets opened, counted, closed, approved."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from typing import Any

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.counting.model.sheet import OPEN, Line, Sheet
from waybill.counting.service import Counting
from waybill.counting.table import SheetsTable
from waybill.inventory.bulk import from_csv
from waybill.inventory.stock_table import claim
from waybill.kernel.errors import InvalidInput, Malformed, NotFound
from waybill.kernel.ids import digest
from waybill.shop import store as shop
from waybill.shop.door import caller, key_of
from waybill.shop.model import Item, Key

_READERS = ("viewer", "support", "finance", "node")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_MOST_UNITS, _LONGEST_REASON = 1_000_000, 120
_CSV = ("sku", "title", "book", "counted")
_EVERY = "all"
_FORMULA = ("=", "+", "-", "@")


def add_routes(routes: Router, counting: Counting, table: SheetsTable) -> None:
    path = "/v1/counts/{id}"

    @routes.route("GET", "/v1/counts")
    def some(request: Request) -> Answer:
        """`?status=`."""
        key, status = caller(request, *_READERS), request.query.get("status", "")
        found, following = table.page(page_size(request), cursor_key(request))
        items = [_head(sheet) for sheet in found if _may_see(key, sheet.node) and status in ("", sheet.status)]
        return Answer({"items": items, "next": cursor(following)})

    @routes.route("GET", path)
    def one(request: Request) -> Answer:
        key = caller(request, *_READERS)
        return _answer(key, _visible(key, counting.load(request.params["id"])))

    @routes.route("GET", path + "/sheet.csv")
    def printed(request: Request) -> Answer:
        """To be filled in and sent back: sku, title, book (empty where it is counted blind), counted."""
        key = caller(request, *_READERS)
        return Answer(_as_csv(key, _visible(key, counting.load(request.params["id"]))), content_type="text/csv; charset=utf-8")

    @routes.route("PUT", path)
    def put(request: Request) -> Answer:
        """{"node", "skus": [sku] or "all", "blind": true}."""
        key, body = caller(request, "support"), _object(request, "node", "skus", "blind")
        node, blind, skus = body.get("node"), body.get("blind", True), body.get("skus")
        known = [item.sku for item in shop.all_items()]
        wrong = {} if isinstance(node, str) and node in {each.id for each in shop.nodes()} else {"node": "no such node"}
        wrong |= {} if isinstance(blind, bool) else {"blind": "is true or false"}
        if skus == _EVERY:
            skus = counting.books.kept_at(str(node), known)
        elif not isinstance(skus, list) or not all(isinstance(sku, str) for sku in skus):
            wrong["skus"] = f"is a list of SKUs, or {_EVERY!r}"
        else:
            wrong |= {f"skus[{number}]": "no such SKU" for number, sku in enumerate(skus) if sku not in set(known)}
        if not _ID.match(request.params["id"]):
            wrong["id"] = "its name has up to 64 letters, digits, dots, hyphens and underscores"
        if wrong:
            raise InvalidInput("that cannot be counted", fields=wrong)
        return _answer(key, counting.open(request.params["id"], str(node), skus, bool(blind), key.actor))

    @routes.route("POST", path + "/lines")
    def count(request: Request) -> Answer:
        """{"counted": {sku: units}}, or the sheet as CSV, under an Idempotency-Key; what is counted again replaces what was."""
        key = caller(request, "support", "node")
        sheet = _visible(key, counting.load(request.params["id"]))
        found = _from_csv(request) if "csv" in request.headers.get("content-type", "") else _object(request, "counted").get("counted")
        units, name = _units(found), digest(key.actor, key_of(request))
        claim(digest("count", sheet.id, name), hashlib.sha256(request.body).hexdigest())
        return _answer(key, counting.count(sheet.id, units, name, key.actor))

    @routes.route("POST", path + "/close")
    def close(request: Request) -> Answer:
        key = caller(request, "support", "node")
        return _answer(key, counting.close(_visible(key, counting.load(request.params["id"])).id, key.actor))

    @routes.route("POST", path + "/approve")
    def approve(request: Request) -> Answer:
        """{"lines": {sku: reason}}: these variances stand; with If-Match only as they were read."""
        key, seen = caller(request, "support"), request.headers.get("if-match", "").strip().strip('"')
        if seen and not seen.isdecimal():
            raise Malformed("If-Match is the version that was read", fields={"If-Match": "not a number"})
        reasons = _reasons(_object(request, "lines").get("lines"))
        return _answer(key, counting.approve(request.params["id"], reasons, key.actor, int(seen) if seen else None))

    @routes.route("POST", path + "/recount")
    def recount(request: Request) -> Answer:
        """{"skus": [sku]}: these once more."""
        key, skus = caller(request, "support"), _object(request, "skus").get("skus")
        if not isinstance(skus, list) or not all(isinstance(sku, str) for sku in skus):
            raise InvalidInput("skus is a list of SKUs", fields={"skus": "a list of SKUs"})
        return _answer(key, counting.recount(request.params["id"], skus, key.actor))

    @routes.route("POST", path + "/cancel")
    def cancel(request: Request) -> Answer:
        key = caller(request, "support")
        return _answer(key, counting.cancel(request.params["id"], key.actor))


def _object(request: Request, *fields: str) -> dict[str, Any]:
    body = request.json_object()
    if wrong := {name[:64]: f"is unknown; there are {', '.join(fields)}" for name in body if name not in fields}:
        raise InvalidInput("unknown fields", fields=wrong)
    return body


def _from_csv(request: Request) -> dict[str, Any]:
    """What has a number under `counted`."""
    try:
        rows = from_csv(request.body.decode("utf-8"), _CSV, ("sku", "counted"))
    except UnicodeDecodeError as wrong:
        raise Malformed("the CSV is not UTF-8", fields={"body": f"byte {wrong.start}"}) from None
    found: dict[str, Any] = {}
    for number, row in enumerate(rows, 1):
        sku, units = _meant(row["sku"]), row.get("counted", "")
        if units and sku in found:
            raise InvalidInput("a row above has counted the same", fields={f"rows[{number}].sku": "twice"})
        if units:
            found[sku] = int(units) if units.isascii() and units.isdecimal() and len(units) < 10 else units
    return found


def _units(found: Any) -> dict[str, int]:
    if not isinstance(found, Mapping) or not found:
        raise InvalidInput("say what was counted", fields={"counted": "units by SKU"})
    right = {sku: units for sku, units in found.items() if isinstance(units, int) and not isinstance(units, bool) and 0 <= units <= _MOST_UNITS}
    if wrong := {f"counted.{sku}"[:100]: f"is a whole number from 0 to {_MOST_UNITS}" for sku in found if sku not in right}:
        raise InvalidInput("nobody counts so", fields=wrong)
    return right


def _reasons(lines: Any) -> dict[str, str]:
    if not isinstance(lines, Mapping) or not lines:
        raise InvalidInput("say which variances stand, and why", fields={"lines": "a reason by SKU"})
    if wrong := {f"lines.{sku}"[:100]: "say why" for sku, reason in lines.items() if not isinstance(reason, str) or not 0 < len(reason.strip()) <= _LONGEST_REASON}:
        raise InvalidInput("a variance stands for a reason", fields=wrong)
    return {sku: reason.strip() for sku, reason in lines.items()}


def _visible(key: Key, sheet: Sheet) -> Sheet:
    if not _may_see(key, sheet.node):
        raise NotFound(f"there is no sheet {sheet.id!r}")
    return sheet


def _may_see(key: Key, node: str) -> bool:
    return "node" not in key.roles or key.is_staff or key.scope == node


def _hidden(key: Key, sheet: Sheet) -> bool:
    """Who counts blind is not shown what the books say before the sheet is closed."""
    return sheet.blind and sheet.status == OPEN and "node" in key.roles and not key.is_staff



def _head(sheet: Sheet) -> dict[str, Any]:
    told = [line.status for line in sheet.lines.values()]
    counts = {status: told.count(status) for status in sorted(set(told))}
    return {"id": sheet.id, "node": sheet.node, "status": sheet.status, "blind": sheet.blind, "version": sheet.version, "counts": counts}


def _answer(key: Key, sheet: Sheet) -> Answer:
    items, hidden = shop.items(sorted(sheet.lines)), _hidden(key, sheet)
    lines = [_line(sku, line, items.get(sku), hidden) for sku, line in sorted(sheet.lines.items())]
    history = [entry.to_dict() for entry in sheet.history]
    return Answer({**_head(sheet), "lines": lines, "history": history}, headers={"etag": f'"{sheet.version}"'})


def _line(sku: str, line: Line, item: Item | None, hidden: bool) -> dict[str, Any]:
    """`value`: of the variance, at cost, minor units."""
    shown: dict[str, Any] = {"sku": sku, "title": item.title if item else "", "status": line.status}
    if not line.round:
        return shown
    shown |= {"counted": line.counted, "by": line.by, "at": line.at}
    if not hidden:
        shown |= {"book": line.book, "variance": line.variance, "value": line.variance * (item.unit_cost if item else 0)}
    return shown | {name: text for name, text in (("reason", line.reason), ("problem", line.problem)) if text}


def _as_csv(key: Key, sheet: Sheet) -> str:
    items, hidden = shop.items(sorted(sheet.lines)), _hidden(key, sheet) or sheet.blind
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\n")
    written.writerow(_CSV)
    for sku, line in sorted(sheet.lines.items()):
        book = "" if hidden or not line.round else line.book
        written.writerow([_plain(sku), _plain(items[sku].title if sku in items else ""), book, line.counted if line.round else ""])
    return out.getvalue()


def _meant(text: str) -> str:
    """What `_plain` wrote."""
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA else text


def _plain(text: str) -> str:
    """No formula for a spreadsheet."""
    return f"'{text}" if text.startswith(_FORMULA) else text
