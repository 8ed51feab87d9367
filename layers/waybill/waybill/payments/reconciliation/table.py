"""What reconciliation keeps in the Orders table: rows of a gateway's statement, payouts, cases, and how far it has read.

| pk | sk | what |
|---|---|---|
| `ORDER#<order>` | `ROW#<row>` | a row of one order; with the fee it cost as its one history entry |
| `ROW#<gateway>/<row>` | `ROW` | a row of no order, the same |
| `PAYOUT#<gateway>/<payout>` | `PAYOUT` | a payout that reached the bank, its parts, and its history |
| `CASE#<case>` | `CASE` | a case; `lookup_pk` `CASES#open` or `CASES#closed`, `lookup_sk` `<kind>#<opened>#<case>` |
| `CURSOR#<gateway>` | `<what>` | how far a list was read |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from waybill.aws.tables import WriteConflict, commit, create, replace
from waybill.kernel.events import Entry
from waybill.kernel.plain import plain
from waybill.orders.codec import partition
from waybill.orders.store import ORDERS, Record
from waybill.payments.model.cases import OPEN, Case
from waybill.payments.model.settlement import Breakdown, Difference, Payout, Row
from waybill.payments.records import money_moved_on

ROW, _PAYOUT, _CASE = "ROW", "PAYOUT", "CASE"
ACTOR = "reconciliation"
_LOOKUP = ("lookup_pk", "lookup_sk")

Key = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a list was read: `at` an instant or a day, `after` the key within it. `version` 0: never."""

    gateway: str
    what: str
    at: str = ""
    after: Key = None
    version: int = 0


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def keep(gateway: str, row: Row, order_id: str, at: str) -> None:
    """Once and for good: a row never changes. The fee becomes an event for the books."""
    place = {"pk": partition(order_id), "sk": f"{ROW}#{row.id}"} if order_id else {"pk": f"{ROW}#{gateway}/{row.id}", "sk": ROW}
    data = {"gateway": gateway, "amount": row.cost, "currency": row.currency, "reference": row.id}
    told = [Entry(1, "payment.fee_charged", at, ACTOR, data).to_dict()] if row.cost else []
    _once({**place, "version": 1, "gateway": gateway, "row": _bare(plain(row)), "history": told})


def rows_of(record: Record, gateway: str) -> list[Row]:
    """The rows of an order that were kept."""
    kept = (item for sk, item in (record.others or {}).items() if sk.startswith(f"{ROW}#"))
    return [Row(**item["row"]) for item in kept if item["gateway"] == gateway]


def orders_with_money(gateway: str, day: str, start: Key) -> tuple[list[str], Key]:
    """Orders whose money moved last on a day, by tender; and the key of the next page."""
    page = ORDERS.page(money_moved_on(gateway, day), index="lookup", keys=_LOOKUP, limit=100, start=start)
    return list(dict.fromkeys(item["pk"].removeprefix("ORDER#") for item in page.items)), page.next


# ── payouts ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def payout(gateway: str, id: str) -> dict[str, Any] | None:
    """A payout as it was kept: `status`, `agrees`, `version`, `history`."""
    return ORDERS.get(f"{_PAYOUT}#{gateway}/{id}", _PAYOUT)


def keep_payout(gateway: str, told: Payout, parts: Breakdown, agrees: bool, history: Iterable[Entry], seen: int) -> None:
    """Raises WriteConflict where somebody else was first."""
    item = {
        "pk": f"{_PAYOUT}#{gateway}/{told.id}", "sk": _PAYOUT, "version": seen + 1, **{name: getattr(told, name) for name in Payout.__slots__},
        "parts": plain(parts), "agrees": agrees, "history": [entry.to_dict() for entry in history],
    }  # fmt: skip
    commit(replace(ORDERS, item, seen))


# ── cases ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def cases(ids: Iterable[str]) -> dict[str, Case]:
    """Those of the cases that exist, by id."""
    found = map(_case, ORDERS.get_many([(f"{_CASE}#{id}", _CASE) for id in dict.fromkeys(ids)]))
    return {case.id: case for case in found}


def save(case: Case) -> None:
    """Over the version that was read. Raises WriteConflict."""
    kept = {name: getattr(case, name) for name in ("gateway", "matter", "order_id", "opened", "closed", "why", "by")}
    index = {"lookup_pk": f"CASES#{case.status}", "lookup_sk": f"{case.difference.kind}#{case.opened}#{case.id}"}
    place = {"pk": f"{_CASE}#{case.id}", "sk": _CASE, "version": case.version + 1}
    commit(replace(ORDERS, {**place, **index, **kept, "difference": plain(case.difference)}, case.version))


def listed(status: str, kind: str, limit: int, start: Key) -> tuple[list[Case], Key]:
    """Cases by kind, the oldest first. The index may lag a little; what is answered is as it stands."""
    prefix = f"{kind}#" if kind else ""
    page = ORDERS.page(f"CASES#{status}", prefix=prefix, index="lookup", keys=_LOOKUP, limit=limit, start=start)
    found = cases(item["pk"].removeprefix(f"{_CASE}#") for item in page.items)
    in_order = (found.get(item["pk"].removeprefix(f"{_CASE}#")) for item in page.items)
    return [case for case in in_order if case and case.status == status], page.next


def all_open() -> list[Case]:
    """Every open case."""
    found, start = listed(OPEN, "", 100, None)
    while start:
        more, start = listed(OPEN, "", 100, start)
        found += more
    return found


# ── how far ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def cursor(gateway: str, what: str) -> Cursor:
    item = ORDERS.get(f"CURSOR#{gateway}", what)
    return Cursor(gateway, what, item["at"], item.get("after"), item["version"]) if item else Cursor(gateway, what)


def move(seen: Cursor, at: str, after: Key = None) -> Cursor:
    """Raises WriteConflict where another run is at work."""
    moved = Cursor(seen.gateway, seen.what, at, after, seen.version + 1)
    item = {"pk": f"CURSOR#{seen.gateway}", "sk": seen.what, "version": moved.version, "at": at}
    commit(replace(ORDERS, item | {"after": after} if after else item, seen.version))
    return moved


def _once(item: dict[str, Any]) -> None:
    try:
        commit(create(ORDERS, item))
    except WriteConflict:
        return


def _bare(raw: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if value != ""}


def _case(item: dict[str, Any]) -> Case:
    kept = {name: item[name] for name in ("gateway", "matter", "order_id", "opened", "closed", "why", "by")}
    return Case(difference=Difference(**item["difference"]), version=item["version"], **kept)
