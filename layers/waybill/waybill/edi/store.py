"""Interchanges in the Orders table: `pk = EDI#<id>, sk = EDI`, listed by status; the numbers that we give, `pk = EDINUMBERS#<node>, sk = COUNTER`;
what was sent under which number, `pk = EDISENT#<node>, sk = <number>`. Their bytes are in the files bucket under `interchanges/`."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from waybill.aws import files
from waybill.aws.tables import WriteConflict, commit, create
from waybill.aws.tables import replace as over
from waybill.edi.model.record import Kept, Part
from waybill.kernel.errors import Conflict, NotFound, Unavailable
from waybill.kernel.ids import digest
from waybill.orders.store import ORDERS

_SK = "EDI"
_MOST_TRIES = 20
_LAST = 999_999_999
TEXT = "application/edi-x12"


def id_of(node: str, way: str, *named: str) -> str:
    return f"edi_{digest('edi', node, way, *named)}"


def load(id: str) -> Kept:
    """Raises NotFound."""
    found = find(id)
    if found is None:
        raise NotFound(f"there is no interchange {id[:64]!r}")
    return found


def find(id: str) -> Kept | None:
    item = ORDERS.get(f"EDI#{id}", _SK)
    return _kept(item) if item else None


def save(kept: Kept) -> Kept:
    """Over the version that was read. Raises WriteConflict."""
    commit(over(ORDERS, _item(kept), kept.version))
    return replace(kept, version=kept.version + 1)


def numbered(kept: Kept) -> Kept:
    """A new one to send, under the node's next number: both or neither. The same one again keeps its number; one that could not be written before has
    none yet. Raises Unavailable where many ask at once."""
    for _ in range(_MOST_TRIES):
        known = find(kept.id)
        if known is not None and known.control:
            return known
        counter = ORDERS.get(f"EDINUMBERS#{kept.node}", "COUNTER") or {"version": 0}
        number = counter["version"] + 1
        given = replace(kept, control=f"{(number - 1) % _LAST + 1:09d}", version=known.version if known else 0)
        writes = (
            over(ORDERS, {"pk": f"EDINUMBERS#{kept.node}", "sk": "COUNTER", "version": number}, counter["version"]),
            over(ORDERS, _item(given), given.version),
            create(ORDERS, {"pk": f"EDISENT#{kept.node}", "sk": given.control, "interchange": given.id}),
        )
        try:
            commit(*writes)
        except Conflict:
            continue
        return replace(given, version=given.version + 1)
    raise Unavailable(f"the numbers of {kept.node} are asked for by many at once; try again")


def sent_as(node: str, control: str) -> Kept | None:
    """What was sent to a node under a control number; None for nothing."""
    item = ORDERS.get(f"EDISENT#{node}", control)
    return find(item["interchange"]) if item else None


def first(kept: Kept) -> Kept:
    """The record of one that came; that which stands where it has come before."""
    try:
        return save(kept)
    except WriteConflict:
        return load(kept.id)


def page(status: str, limit: int, start: dict[str, Any] | None) -> tuple[list[Kept], dict[str, Any] | None]:
    """Those of a status, the oldest first."""
    found = ORDERS.page(f"EDI#{status}", index="lookup", keys=("lookup_pk", "lookup_sk"), limit=limit, start=start)
    known = {item["pk"]: _kept(item) for item in ORDERS.get_many([(each["pk"], each["sk"]) for each in found.items])}
    listed = [known[each["pk"]] for each in found.items if each["pk"] in known]
    return [each for each in listed if each.status == status], found.next


def keep_raw(id: str, raw: bytes, name: str = "raw") -> str:
    """Where the bytes are kept, for ever: under what they were called."""
    key = f"interchanges/{id}/{name}.edi"
    files.put(key, raw, TEXT)
    return key


def raw(key: str) -> bytes:
    """Raises NotFound."""
    return files.get(key)


def _item(kept: Kept) -> dict[str, Any]:
    values = {name: value for name, value in asdict(kept).items() if value not in ("", 0, ())}
    item = {**values, "pk": f"EDI#{kept.id}", "sk": _SK, "version": kept.version + 1}
    return item | {"lookup_pk": f"EDI#{kept.status}", "lookup_sk": f"{kept.at}#{kept.id}"}


def _kept(item: dict[str, Any]) -> Kept:
    known = {name: item[name] for name in Kept.__slots__ if name in item}
    return Kept(**{"control": "", **known, "parts": tuple(Part(**each) for each in item.get("parts", ())), "problems": tuple(item.get("problems", ()))})
