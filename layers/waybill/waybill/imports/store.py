"""Imports in the Orders table (`pk = IMPORT#<id>`), and their parts in the files bucket under `imports/<id>/`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

from waybill.aws import files
from waybill.aws.tables import commit, replace
from waybill.imports.model.bodies import Problem, Row
from waybill.imports.model.outcome import Outcome
from waybill.imports.model.record import Import
from waybill.kernel.errors import NotFound
from waybill.kernel.plain import compact, plain
from waybill.orders.store import ORDERS

_SK = "IMPORT"
CSV = "text/csv; charset=utf-8"
_UPLOAD_SECONDS = 900

Headings = tuple[str, ...]


def load(id: str) -> Import:
    """Raises NotFound."""
    found = find(id)
    if found is None:
        raise NotFound(f"there is no import {id[:64]!r}")
    return found


def find(id: str) -> Import | None:
    item = ORDERS.get(f"IMPORT#{id}", _SK)
    return _import(item) if item else None


def save(it: Import) -> Import:
    """Over the version that was read. Raises WriteConflict."""
    values = {name: value for name, value in plain(it).items() if name != "version"}
    item = {**values, "pk": f"IMPORT#{it.id}", "sk": _SK, "version": it.version + 1}
    item |= {"lookup_pk": f"IMPORTS#{it.channel}", "lookup_sk": f"{it.created_at}#{it.id}"}
    commit(replace(ORDERS, item, it.version))
    return _import(item)


def page(channel: str, limit: int, start: dict[str, Any] | None) -> tuple[list[Import], dict[str, Any] | None]:
    """A channel's imports, newest first."""
    found = ORDERS.page(f"IMPORTS#{channel}", index="lookup", keys=("lookup_pk", "lookup_sk"), limit=limit, start=start, newest_first=True)
    known = {item["id"]: _import(item) for item in ORDERS.get_many([(each["pk"], each["sk"]) for each in found.items])}
    ids = [each["pk"].removeprefix("IMPORT#") for each in found.items]
    return [known[id] for id in ids if id in known], found.next


def _import(item: dict[str, Any]) -> Import:
    known = {name: item[name] for name in Import.__slots__ if name in item}
    told = tuple(Problem(**each) for each in item["told"])
    return Import(**{**known, "ignored": tuple(item["ignored"]), "told": told})


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def upload_key(id: str) -> str:
    return f"imports/{id}/file"


def upload_address(id: str) -> str:
    """Where the file is to be put, for a quarter of an hour."""
    return files.address("put_object", upload_key(id), _UPLOAD_SECONDS)


def keep_file(id: str, sha256: str, raw: bytes) -> tuple[str, str]:
    """A file that came with the call: its key, and what S3 says of its content."""
    key = f"{upload_key(id)}-{sha256[:20]}"
    return key, files.put(key, raw, "application/octet-stream")


def keep_part(id: str, number: int, headings: Headings, orders: list[list[Row]]) -> None:
    rows = [[[row.number, row.cells, row.spare] for row in order] for order in orders]
    _put(f"imports/{id}/parts/{number}.json.gz", {"headings": headings, "orders": rows})


def part(id: str, number: int) -> tuple[Headings, list[list[Row]]]:
    found = _get(f"imports/{id}/parts/{number}.json.gz")
    return tuple(found["headings"]), [[Row(row[0], tuple(row[1]), row[2]) for row in order] for order in found["orders"]]


def keep_checked(id: str, number: int, headings: Headings, outcomes: list[Outcome]) -> None:
    _put(f"imports/{id}/checked/{number}.json.gz", {"headings": headings, "orders": [each.to_dict() for each in outcomes]})


def checked(id: str, number: int) -> tuple[Headings, list[Outcome]]:
    found = _get(f"imports/{id}/checked/{number}.json.gz")
    return tuple(found["headings"]), [Outcome.of(each) for each in found["orders"]]


def told_key(id: str, name: str) -> str:
    """Of `errors.csv` or `notes.csv`."""
    return f"imports/{id}/{name}"


def keep_told(id: str, name: str, content: bytes) -> int:
    """Its length; nothing is kept of nothing."""
    if content:
        files.put(told_key(id, name), content, CSV)
    return len(content)


def each_checked(it: Import, take: Callable[[Headings, list[Outcome]], None]) -> None:
    for number in range(it.parts):
        take(*checked(it.id, number))


def _put(key: str, value: Any) -> None:
    """The same value gives the same bytes: a step that is done again changes nothing."""
    text = compact(value)
    files.put(key, gzip.compress(text.encode(), 3, mtime=0), "application/gzip")


def _get(key: str) -> Any:
    return json.loads(gzip.decompress(files.get(key)))
