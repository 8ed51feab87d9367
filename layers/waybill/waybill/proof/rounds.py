"""Every order proven the day after it was placed, and again after three, seven and thirty days: what is broken rings (the alarm of the invariants).

How far the round of a day is stands in Messages, `pk = proof#orders`, with what the last whole round found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from waybill.aws.logs import count, logger
from waybill.aws.tables import Table, WriteConflict, commit, replace
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import NotFound, Unavailable
from waybill.proof.facts import Broken

MESSAGES = Table("MESSAGES_TABLE")
_MARK = "proof#orders"
DAYS_AFTER = (1, 3, 7, 30)
_A_PAGE, _MOST_NAMED = 50, 50

Rows = Callable[[str, int, dict[str, Any] | None], tuple[list[dict[str, Any]], dict[str, Any] | None]]
"""List rows of the orders that were placed on a day, so many at most, from a cursor on."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """`prove` answers what of an order does not hold."""

    rows: Rows
    prove: Callable[[str], list[Broken]]
    clock: Clock

    def run(self, out_of_time: Callable[[], bool] = lambda: False) -> dict[str, int]:
        """Goes on with today's round where it stopped. Answers how many orders were proven now, how many rules were found broken, and whether any is left."""
        item = self._today()
        proven = wrong = 0
        while item["left"] and not out_of_time():
            page, start = self.rows(item["left"][0], _A_PAGE, item.get("start"))
            found = [broken for row in page for broken in self._broken(row["pk"].removeprefix("ORDER#"))]
            item = self._kept(item, len(page), found, start)
            if item is None:
                logger.info("another run was faster")
                return {"proven": proven, "wrong": wrong, "left": 1}
            proven, wrong = proven + len(page), wrong + len(found)
        count("InvariantViolations", wrong)
        count("OrdersProven", proven)
        return {"proven": proven, "wrong": wrong, "left": len(item["left"])}

    def standing(self) -> dict[str, Any]:
        """How far today's round is, and what the last whole one found."""
        item = MESSAGES.get(_MARK) or {}
        return {name: item.get(name) for name in ("day", "orders", "broken", "found", "left", "last")}

    def _today(self) -> dict[str, Any]:
        """The round of today: begun, or as far as it is."""
        now = self.clock()
        day, item = now.date().isoformat(), MESSAGES.get(_MARK) or {"version": 0}
        if item.get("day", "") == day:
            return item
        left = [(now - timedelta(days=days)).date().isoformat() for days in DAYS_AFTER]
        last = {"last": item["last"]} if "last" in item else {}
        return {"pk": _MARK, "version": item["version"], "day": day, "left": left, "orders": 0, "broken": 0, "found": [], **last}

    def _broken(self, order_id: str) -> list[Broken]:
        try:
            found = self.prove(order_id)
        except (NotFound, Unavailable) as problem:
            logger.warning("order not proven", order_id=order_id, problem=problem.message)
            return []
        for broken in found:
            logger.error("a rule does not hold", order_id=order_id, rule=broken.rule, how=broken.how)
        return found

    def _kept(self, item: dict[str, Any], proven: int, found: list[Broken], start: dict[str, Any] | None) -> dict[str, Any] | None:
        """How far it is, written down; None where another run has written since."""
        after = {name: value for name, value in item.items() if name not in ("start", "write_id")}
        after |= {"version": item["version"] + 1, "orders": item["orders"] + proven, "broken": item["broken"] + len(found)}
        after["found"] = [*item["found"], *map(str, found)][:_MOST_NAMED]
        if start is not None:
            after["start"] = start
        else:
            after["left"] = item["left"][1:]
        if not after["left"]:
            after["last"] = {"day": item["day"], "ended_at": instant(self.clock()), **{name: after[name] for name in ("orders", "broken", "found")}}
        try:
            commit(replace(MESSAGES, after, item["version"]))
        except WriteConflict:
            return None
        return after
