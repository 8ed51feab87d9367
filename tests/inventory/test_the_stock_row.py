"""The rule book of one stock row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.inventory.model.row import (
    CROWDED,
    CROWDED_MS,
    DONE,
    KINDS,
    MOST_FOLDED,
    SETTLED_MS,
    SHORT,
    VOIDED,
    Op,
    Row,
    Verdict,
)
from waybill.kernel.errors import IllegalTransition

ROW = Row("A", "N1", on_hand=10, reserved=4, available=6, floor=100)


def after(*ops: Op, row: Row = ROW) -> Row:
    for op in ops:
        row = row.after(op)
    return row


@pytest.mark.parametrize(
    ("kind", "quantity", "expected"),
    [
        ("received", 5, (15, 4, 11)),
        ("adjusted", 2, (12, 4, 8)),
        ("adjusted", -6, (4, 4, 0)),
        ("reserved", 6, (10, 10, 0)),
        ("released", 4, (10, 0, 10)),
        ("shipped", 4, (6, 0, 6)),
        ("written_off", 4, (6, 0, 6)),
        ("voided", 0, (10, 4, 6)),
    ],
)
def test_each_kind_moves_what_it_says_and_available_follows(kind: str, quantity: int, expected: tuple[int, ...]) -> None:
    row = after(Op("x", kind, quantity, 101))
    assert (row.on_hand, row.reserved, row.available) == expected


@pytest.mark.parametrize(("kind", "quantity"), [("adjusted", -7), ("reserved", 7), ("released", 5), ("shipped", 5), ("written_off", 5)])
def test_nothing_falls_below_zero(kind: str, quantity: int) -> None:
    assert not ROW.allows(Op("x", kind, quantity, 101))
    with pytest.raises(IllegalTransition):
        ROW.after(Op("x", kind, quantity, 101))


def test_an_operation_happens_once() -> None:
    op = Op("x", "reserved", 2, 101)
    row = after(op)
    assert not row.takes(op)
    assert row.knows(op) is DONE


def test_one_that_has_not_happened_is_short() -> None:
    assert ROW.knows(Op("x", "reserved", 7, 101)) is SHORT


def test_one_behind_the_floor_must_be_looked_up_in_the_movements() -> None:
    late = Op("x", "reserved", 1, 100)
    assert not ROW.takes(late)
    assert ROW.knows(late) is None


def test_a_fenced_one_never_happens() -> None:
    row = after(Op("x", VOIDED, 0, 101))
    outcome = row.knows(Op("x", "reserved", 1, 101))
    assert outcome and outcome.verdict is Verdict.FENCED


def test_one_id_stands_for_one_deed() -> None:
    row = after(Op("x", "reserved", 2, 101))
    with pytest.raises(IllegalTransition, match="stands for reserved 2"):
        row.knows(Op("x", "reserved", 3, 101))


def test_only_settled_operations_are_folded_and_the_floor_rises_over_them() -> None:
    row = after(Op("old", "reserved", 1, 1_000), Op("new", "reserved", 1, 9_000))
    ops = row.to_fold(9_000)
    folded = row.folded(ops)
    assert [op.id for op in ops] == ["old"]
    assert set(folded.ops) == {"new"} and folded.floor == 1_000


def test_a_young_operation_stays() -> None:
    assert after(Op("x", "reserved", 1, 1_000)).to_fold(1_000 + SETTLED_MS - 1) == ()


def test_a_crowded_row_folds_sooner() -> None:
    crowd = [Op(f"{n}", "reserved", 0, 1_000 + n) for n in range(CROWDED + 1)]
    row = after(*crowd)
    newest = 1_000 + CROWDED
    assert len(row.to_fold(newest + CROWDED_MS)) == len(crowd)
    assert after(*crowd[:-1]).to_fold(newest + CROWDED_MS) == ()


def test_no_fold_outgrows_an_update_expression() -> None:
    row = after(*(Op(f"{n}", "reserved", 0, 1_000 + n) for n in range(MOST_FOLDED * 2)))
    assert len(row.to_fold(10_000_000)) == MOST_FOLDED
    assert len("SET #floor = :floor, #last_kind = :folded REMOVE " + ", ".join(f"ops.#o{n}" for n in range(MOST_FOLDED))) < 4096


def test_a_clock_that_is_ahead_cannot_lock_the_others_out() -> None:
    fast = Op("fast", "reserved", 1, 10_000_000)
    row = after(Op("x", "reserved", 1, 1_000), fast)
    folded = row.folded(row.to_fold(1_000))
    assert folded.floor == 1_000
    assert folded.takes(Op("y", "reserved", 1, 1_001))


ops = st.builds(Op, st.sampled_from("abcdefgh"), st.sampled_from(KINDS), st.integers(0, 5), st.integers(1, 9))


@given(st.lists(ops, max_size=40))
def test_whatever_happens_available_is_derived_and_nothing_is_negative(history: list[Op]) -> None:
    row = Row("A", "N1")
    taken: dict[str, Op] = {}
    for op in history:
        if row.takes(op) and row.allows(op):
            row, taken[op.id] = row.after(op), op
    assert row.on_hand == sum(op.effect[0] for op in taken.values())
    assert row.reserved == sum(op.effect[1] for op in taken.values())
    assert row.blocked == sum(op.blocks for op in taken.values())
    assert row.available == row.on_hand - row.reserved - row.blocked
    assert min(row.available, row.reserved, row.blocked, row.on_hand) >= 0
