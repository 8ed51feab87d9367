"""Cases of parcels in the Orders table: `pk = SX#<case>, sk = CASE`; `lookup_pk` `PARCELS#open` or `PARCELS#closed`, `lookup_sk` `<kind>#<opened>#<case>`."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from waybill.aws.logs import count
from waybill.aws.tables import Write, WriteConflict, commit
from waybill.aws.tables import replace as put_over
from waybill.fulfilment.model.case import ITSELF, OPEN, Case
from waybill.kernel.errors import NotFound
from waybill.orders.store import ORDERS

_SK = "CASE"
_LOOKUP = ("lookup_pk", "lookup_sk")
Key = dict[str, Any] | None


def one(id: str) -> Case:
    """Raises NotFound."""
    item = ORDERS.get(f"SX#{id}", _SK)
    if item is None:
        raise NotFound(f"there is no case {id[:64]!r}")
    return _case(item)


def write(case: Case) -> Write:
    """Over the version that was read."""
    kept = {name: value for name, value in asdict(case).items() if name != "version" and value not in ("", 0)}
    index = {"lookup_pk": f"PARCELS#{case.status}", "lookup_sk": f"{case.kind}#{case.opened}#{case.id}"}
    return put_over(ORDERS, {"pk": f"SX#{case.id}", "sk": _SK, "version": case.version + 1, **index, **kept}, case.version)


def open_one(case: Case) -> None:
    """Once: what stands open already, or was closed, stays as it is; but work without a label that had one meanwhile is open again."""
    try:
        commit(write(case))
    except WriteConflict as conflict:
        known = _case(conflict.old or {})
        if known.closed and known.by == ITSELF:
            _over(replace(case, version=known.version))
        elif not known.closed and (known.about, known.data) != (case.about, case.data):
            _over(replace(known, about=case.about, data=case.data))
    else:
        count("ParcelCases", kind=case.kind)


def close_by_itself(id: str, why: str, at: str) -> None:
    """What it was about is over; where there is no such case, or it is closed, nothing happens."""
    item = ORDERS.get(f"SX#{id}", _SK)
    case = _case(item) if item else None
    if case and not case.closed:
        _over(case.ended(why, ITSELF, at))


def listed(status: str, kind: str, limit: int, start: Key) -> tuple[list[Case], Key]:
    """By kind, the oldest first; what is answered is as it stands."""
    page = ORDERS.page(f"PARCELS#{status}", prefix=f"{kind}#" if kind else "", index="lookup", keys=_LOOKUP, limit=limit, start=start)
    items = {item["pk"]: _case(item) for item in ORDERS.get_many([(item["pk"], _SK) for item in page.items])}
    found = (items.get(item["pk"]) for item in page.items)
    return [case for case in found if case and case.status == status], page.next


def all_open(kind: str, most: int) -> list[Case]:
    """At most so many open ones of a kind, the oldest first."""
    return listed(OPEN, kind, most, None)[0]


def _over(case: Case) -> None:
    try:
        commit(write(case))
    except WriteConflict:
        return  # somebody else has just looked at it: the next round sees what stands


def _case(item: dict[str, Any]) -> Case:
    return Case(**{name: item[name] for name in Case.__slots__ if name in item})
