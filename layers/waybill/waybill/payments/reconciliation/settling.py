"""Reconciliation: what a gateway says has moved its balance and what it has paid out, held against our own events.

Every round may be cut off anywhere and be run again: rows are kept once, verdicts follow from what stands, and how far the lists
were read is written down only after what they said was worked off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Protocol

from waybill.aws.logs import count, logger
from waybill.aws.tables import WriteConflict
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import NotFound
from waybill.kernel.events import Entry, appended
from waybill.orders import store
from waybill.orders.store import Record
from waybill.payments.model import settlement
from waybill.payments.model.cases import Case, case_id, judged
from waybill.payments.model.settlement import FAILED, PAID, Payout, Row, Verdicts
from waybill.payments.reconciliation import table
from waybill.payments.reconciliation.table import ACTOR, Cursor
from waybill.payments.records import tender_from

LAG = timedelta(hours=1)
"""A row is read when whoever caused it has had time to write it down here."""
WINDOW = timedelta(hours=6)
FIRST = timedelta(days=30)
"""How far back the very first round looks."""
PATIENCE = timedelta(days=3)
"""After this, what we did is on the gateway's statement or missing there."""
PAYOUTS_AGAIN = timedelta(days=14)
"""A payout may fail days after it was paid."""


class Statement(Protocol):
    """A gateway's own books. Every method may raise Unavailable and GatewayRefused."""

    def rows(self, since: datetime, until: datetime) -> Iterator[Row]:
        """What moved the balance from a moment on until before another, in any order."""
        ...

    def rows_of(self, payout: str) -> Iterator[Row]:
        """What an automatic payout is made of."""
        ...

    def payouts(self, since: datetime) -> Iterator[Payout]:
        """Every payout made since a moment."""
        ...

    def order_of(self, payment: str) -> str:
        """The order that a payment was made for; empty where the gateway does not know."""
        ...


class Settling:
    """One round over every gateway that has books. `statements` makes them by the gateway's name."""

    def __init__(self, statements: Mapping[str, Callable[[], Statement]], clock: Clock) -> None:
        self._statements = statements
        self._clock = clock

    def run(self, enough: Callable[[], bool] = lambda: False) -> dict[str, int]:
        """Stops early when there is `enough`; the next round goes on from there. Answers how many cases are open.

        Raises Unavailable, GatewayRefused.
        """
        for name, make in self._statements.items():
            one = _Gateway(name, make(), self._clock())
            for step in (one.read_rows, one.read_payouts, one.look_for_what_is_missing):
                try:
                    step(enough)
                except WriteConflict:
                    logger.info("another round is at work", gateway=name)
        return {"open": self._again()}

    def _again(self) -> int:
        """Open cases are judged anew: they close when what was missing has come."""
        seen: set[tuple[str, str]] = set()
        for case in table.all_open():
            if case.order_id and (case.gateway, case.order_id) not in seen:
                seen.add((case.gateway, case.order_id))
                judge(case.gateway, store.load(case.order_id), self._clock())
        left = table.all_open()
        count("CasesOpen", len(left))
        return len(left)


class _Gateway:
    """One gateway in one round."""

    def __init__(self, name: str, statement: Statement, now: datetime) -> None:
        self._name = name
        self._statement = statement
        self._now = now
        self._at = instant(now)

    # What it says has moved

    def read_rows(self, enough: Callable[[], bool]) -> None:
        end = self._now - LAG
        seen = table.cursor(self._name, "rows")
        since = parse_instant(seen.at) if seen.at else end - FIRST
        while since < end and not enough():
            until = min(since + WINDOW, end)
            self._work_off(since, until)
            seen, since = table.move(seen, instant(until)), until

    def _work_off(self, since: datetime, until: datetime) -> None:
        by_order: defaultdict[str, list[Row]] = defaultdict(list)
        for row in self._statement.rows(since, until):
            by_order[self._order_of(row)].append(row)
        for order_id, rows in by_order.items():
            record = _known(order_id)
            if record is None:
                for row in rows:
                    self._stranger(row)
            else:
                self._of_order(record, rows)

    def _order_of(self, row: Row) -> str:
        told = row.order_id or (row.key.partition("/")[0] if row.key.startswith("ord_") else "")
        return told or (self._statement.order_of(row.payment) if row.payment else "")

    def _stranger(self, row: Row) -> None:
        settle(self._name, "", settlement.of_stranger(row), self._at)
        table.keep(self._name, row, "", self._at)

    def _of_order(self, record: Record, rows: list[Row]) -> None:
        kept = {row.id for row in table.rows_of(record, self._name)}
        for row in rows:
            if row.id not in kept:
                table.keep(self._name, row, record.order.id, self._at)
        judge(self._name, record, self._now, rows)

    # What it says it has paid out

    def read_payouts(self, enough: Callable[[], bool]) -> None:
        seen = table.cursor(self._name, "payouts")
        since = parse_instant(seen.at) if seen.at else self._now - FIRST
        for payout in self._statement.payouts(since - PAYOUTS_AGAIN):
            if enough():
                return
            self._payout(payout)
        table.move(seen, self._at)

    def _payout(self, payout: Payout) -> None:
        kept = table.payout(self._name, payout.id)
        known = kept["status"] if kept else ""
        if (payout.status not in (PAID, FAILED)) or (payout.status == FAILED and not kept):
            return
        if kept and payout.status == known and kept["agrees"]:
            return
        rows = list(self._statement.rows_of(payout.id)) if payout.automatic else []
        verdicts = settlement.of_payout(payout, rows) if payout.automatic and payout.status == PAID else {f"payout/{payout.id}": None}
        settle(self._name, "", verdicts, self._at)
        history = tuple(map(Entry.from_dict, kept["history"])) if kept else ()
        if payout.status != known:
            type = "payout.settled" if payout.status == PAID else "payout.failed"
            data = {"gateway": self._name, "amount": payout.amount, "currency": payout.currency, "reference": payout.id}
            history = appended(history, type, self._at, ACTOR, data)
        agrees = not any(verdicts.values())
        if payout.status != known or agrees:
            table.keep_payout(self._name, payout, settlement.breakdown(rows), agrees, history, kept["version"] if kept else 0)

    # What it should have said

    def look_for_what_is_missing(self, enough: Callable[[], bool]) -> None:
        """Walks over the days that are old enough, each order whose money moved last on that day."""
        seen = table.cursor(self._name, "days")
        last = (self._now - PATIENCE).date()
        day = date.fromisoformat(seen.at) if seen.at else last - FIRST
        while day < last and not enough():
            seen = self._page_of(day, seen)
            day = date.fromisoformat(seen.at)

    def _page_of(self, day: date, seen: Cursor) -> Cursor:
        order_ids, after = table.orders_with_money(self._name, day.isoformat(), seen.after)
        for order_id in order_ids:
            judge(self._name, store.load(order_id), self._now)
        return table.move(seen, (day if after else day + timedelta(days=1)).isoformat(), after)


def judge(gateway: str, record: Record, now: datetime, more: list[Row] | None = None) -> None:
    """Holds one order's tenders against its rows, those that were kept and `more`; opens and closes its cases."""
    tenders = [tender for tender in map(tender_from, record.tenders) if tender.gateway == gateway]
    rows = {row.id: row for row in (*table.rows_of(record, gateway), *(more or ()))}
    settle(gateway, record.order.id, settlement.of_order(tenders, rows.values(), instant(now - PATIENCE)), instant(now))


def settle(gateway: str, order_id: str, verdicts: Verdicts, at: str) -> None:
    """Cases as the verdicts want them."""
    known = table.cases(case_id(gateway, matter) for matter in verdicts)
    for matter, difference in verdicts.items():
        before = known.get(case_id(gateway, matter))
        new = Case(gateway, matter, order_id, difference, at) if difference else None
        after = judged(before, difference, new, at)
        if after is not None and after != before:
            _save(after)


def _save(case: Case) -> None:
    try:
        table.save(case)
    except WriteConflict:
        return  # another round or a person was first; what stands is judged again in the next round
    logger.info(f"case {case.status}", case=case.id, kind=case.difference.kind, order_id=case.order_id, why=case.why)


def _known(order_id: str) -> Record | None:
    try:
        return store.load(order_id) if order_id else None
    except NotFound:
        return None
