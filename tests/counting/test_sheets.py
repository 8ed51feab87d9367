"""Count sheets: what was found is held against what the books said in that moment, and only the difference is posted, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inventory.fakes import Crash
from tests.inventory.house import House
from waybill.counting.model.sheet import Sheet, Tolerance, check
from waybill.counting.service import Counting
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput, StaleVersion, WaybillError

NONE = Tolerance()


class FakeSheets:
    """`service.Sheets` over a dictionary; dies at the gate when told to."""

    def __init__(self) -> None:
        self.known: dict[str, Sheet] = {}
        self.gate = lambda: None

    def load(self, id: str) -> Sheet | None:
        return self.known.get(id)

    def save(self, sheet: Sheet) -> Sheet:
        self.gate()
        known = self.known.get(sheet.id)
        if (known.version if known else 0) != sheet.version:
            raise Conflict("somebody else was first")
        self.known[sheet.id] = saved = replace(sheet, version=sheet.version + 1)
        self.gate()
        return saved

    def unfinished(self) -> list[Sheet]:
        return [sheet for sheet in self.known.values() if sheet.posting]


class Counter:
    """A house in which is counted."""

    def __init__(self, tolerance: Tolerance = NONE, **stock: dict[str, int]) -> None:
        self.house, self.sheets = House(**stock), FakeSheets()
        self.counting = Counting(self.sheets, self, lambda: tolerance, self.house.clock)

    def on_hand(self, node: str, skus: Iterable[str]) -> dict[str, int]:
        return {sku: self.house.stock.by_place[sku, node].on_hand for sku in skus if (sku, node) in self.house.stock.by_place}

    def adjust(self, sku: str, node: str, quantity: int, key: str, reason: str, reference: str = "") -> object:
        return self.house.movements.adjust(sku, node, quantity, key, reason, reference)

    def found(self, counted: Mapping[str, int]) -> Sheet:
        self.counting.open("C-1", "N1", sorted(counted), True, "lead")
        return self.counting.count("C-1", counted, "first", "dock")

    def kept_at(self, node: str, skus: Iterable[str]) -> list[str]:
        return sorted(self.on_hand(node, skus))


def test_what_agrees_or_is_within_tolerance_is_posted_and_the_rest_waits_for_a_person() -> None:
    at = Counter(Tolerance(1, 10), A={"N1": 5}, B={"N1": 50}, C={"N1": 5})
    at.found({"A": 5, "B": 54, "C": 9})
    sheet = at.counting.close("C-1", "dock")
    assert (sheet.status, {sku: line.status for sku, line in sheet.lines.items()}) == ("in_review", {"A": "posted", "B": "posted", "C": "to_review"})
    assert [at.house.row(sku, "N1").on_hand for sku in "ABC"] == [5, 54, 5]
    assert at.counting.approve("C-1", {"C": "found behind the shelf"}, "lead").status == "closed"
    assert at.house.row("C", "N1").on_hand == 9
    assert [op.note for op in at.house.stock.ledger("C", "N1")[1] if op.kind == "adjusted"] == ["counted 9: found behind the shelf; C-1"]
    at.house.sound()


def test_what_ships_after_it_was_counted_is_not_undone_by_posting_the_count() -> None:
    at = Counter(A={"N1": 10})
    at.found({"A": 8})
    at.house.inventory.reserve(at.house.orders.place("ord_1", A=3))
    at.house.inventory.ship("ord_1", "N1", {"1": 3}, "fo_1-1:4")
    at.counting.close("C-1", "dock")
    at.counting.approve("C-1", {"A": "two are gone"}, "lead")
    assert at.house.numbers("A", "N1") == (5, 0, 5)


def test_a_recount_replaces_the_count_and_a_posted_line_is_not_counted_again() -> None:
    at = Counter(A={"N1": 5}, B={"N1": 5})
    at.found({"A": 9, "B": 5})
    at.counting.close("C-1", "dock")
    at.counting.recount("C-1", ["A", "B"], "lead")
    assert at.counting.count("C-1", {"A": 5}, "second", "dock").lines["A"].variance == 0
    with pytest.raises(InvalidInput):
        at.counting.count("C-1", {"B": 4}, "third", "dock")
    assert at.counting.close("C-1", "dock").status == "closed"
    assert at.house.row("A", "N1").on_hand == 5


def test_what_would_take_reserved_units_is_refused_and_says_so() -> None:
    at = Counter(A={"N1": 5})
    at.house.inventory.reserve(at.house.orders.place("ord_1", A=5))
    at.found({"A": 3})
    at.counting.close("C-1", "dock")
    sheet = at.counting.approve("C-1", {"A": "stolen"}, "lead")
    assert (sheet.status, sheet.lines["A"].status) == ("in_review", "refused") and "fewer than 2" in sheet.lines["A"].problem
    at.house.inventory.release("ord_1", "cancelled")
    assert at.counting.approve("C-1", {"A": "never found"}, "lead").status == "closed"
    assert at.house.numbers("A", "N1") == (3, 0, 3)


def test_the_same_count_sent_again_is_the_same_count_whatever_has_shipped_since() -> None:
    at = Counter(A={"N1": 10})
    at.found({"A": 10})
    at.house.inventory.reserve(at.house.orders.place("ord_1", A=1))
    at.house.inventory.ship("ord_1", "N1", {"1": 1}, "fo_1-1:4")
    assert at.counting.count("C-1", {"A": 10}, "first", "dock").lines["A"].variance == 0


def test_what_was_within_tolerance_and_refused_is_posted_once_somebody_approves() -> None:
    at = Counter(Tolerance(5), A={"N1": 5})
    at.house.inventory.reserve(at.house.orders.place("ord_1", A=5))
    at.found({"A": 3})
    assert at.counting.close("C-1", "dock").lines["A"].status == "refused"
    assert at.counting.finish() == 0
    at.house.inventory.release("ord_1", "cancelled")
    assert at.counting.approve("C-1", {"A": "gone"}, "lead").status == "closed"
    assert at.house.numbers("A", "N1") == (3, 0, 3)


def test_who_approves_over_an_old_reading_is_told_so() -> None:
    at = Counter(A={"N1": 5})
    at.found({"A": 3})
    seen = at.counting.close("C-1", "dock").version
    at.counting.recount("C-1", ["A"], "lead")
    at.counting.count("C-1", {"A": 1}, "second", "dock")
    at.counting.close("C-1", "dock")
    with pytest.raises(StaleVersion):
        at.counting.approve("C-1", {"A": "gone"}, "lead", seen)


def test_a_cancelled_sheet_changes_nothing_and_cannot_be_gone_on_with() -> None:
    at = Counter(A={"N1": 5})
    at.found({"A": 1})
    at.counting.cancel("C-1", "lead")
    for deed in (lambda: at.counting.close("C-1", "dock"), lambda: at.counting.count("C-1", {"A": 5}, "second", "dock"), lambda: at.counting.approve("C-1", {"A": "x"}, "lead")):
        with pytest.raises(IllegalTransition):
            deed()
    assert at.house.row("A", "N1").on_hand == 5


deeds = st.lists(st.sampled_from(["count", "close", "approve", "recount", "ship", "finish"]), max_size=9)


@settings(max_examples=200, deadline=None)
@given(deeds, st.sets(st.integers(1, 60), max_size=4), st.integers(0, 9))
def test_each_variance_is_posted_once_whatever_ships_meanwhile_and_wherever_somebody_dies(story: list[str], crashes: set[int], found: int) -> None:
    at, steps, shipped = Counter(A={"N1": 6}), 0, 0
    at.counting.open("C-1", "N1", ["A"], True, "lead")
    at.house.inventory.reserve(at.house.orders.place("ord_1", A=2))

    def gate(_: str = "") -> None:
        nonlocal steps
        steps += 1
        if steps in crashes:
            raise Crash("here")

    verbs = {
        "count": lambda: at.counting.count("C-1", {"A": found}, f"count-{steps}", "dock"),
        "close": lambda: at.counting.close("C-1", "dock"),
        "approve": lambda: at.counting.approve("C-1", {"A": "so it is"}, "lead"),
        "recount": lambda: at.counting.recount("C-1", ["A"], "lead"),
        "finish": at.counting.finish,
    }
    at.sheets.gate = at.house.stock.gate = gate
    for verb in story:
        try:
            if verb == "ship":
                at.house.inventory.ship("ord_1", "N1", {"1": 1}, f"s{shipped}")
                shipped += 1
            else:
                verbs[verb]()
        except (Crash, WaybillError):
            continue
    at.sheets.gate, at.house.stock.gate = (lambda: None), (lambda name: None)
    at.counting.finish()
    at.house.inventory.held("ord_1")
    at.house.sound()
    line = at.sheets.known["C-1"].lines["A"]
    gone = sum(op.quantity for op in at.house.stock.ledger("A", "N1")[1] if op.kind == "shipped")
    posted = [op.quantity for op in at.house.stock.ledger("A", "N1")[1] if op.kind == "adjusted"]
    assert posted == ([line.variance] if line.status == "posted" and line.variance else [])
    assert at.house.row("A", "N1").on_hand == 6 - gone + sum(posted)


def test_a_tolerance_that_cannot_be_says_which_part() -> None:
    with pytest.raises(InvalidInput) as refused:
        check({"units": -1, "percent": 101, "reason": 1})
    assert set(refused.value.fields) == {"units", "percent", "reason"}
