"""The rule book of one node's work."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.fulfilment.codec import item_of, work_from
from waybill.fulfilment.model import fulfilment_order as fo
from waybill.fulfilment.model.fulfilment_order import MACHINE, AtNode, FulfilmentOrder, Package
from waybill.fulfilment.model.tracking import Scan
from waybill.kernel.errors import IllegalTransition, InvalidInput, NotFound

AT = "2026-11-23T03:20:00.000Z"
VERBS = ("accept", "pick", "finish picking", "pack", "ship", "deliver", "reject", "cancel")
LEGAL = {
    "requested": {"accept": "accepted", "reject": "rejected", "cancel": "cancelled"},
    "accepted": {"pick": "picking", "finish picking": "picked", "reject": "rejected", "cancel": "cancelled"},
    "picking": {"pick": "picking", "finish picking": "picked", "reject": "rejected", "cancel": "cancelled"},
    "picked": {"pack": "packed", "reject": "rejected", "cancel": "cancelled"},
    "packed": {"ship": "shipped", "cancel": "cancelled"},
    "shipped": {"deliver": "delivered"},
    "delivered": {},
    "rejected": {},
    "cancelled": {},
}


def work(**lines: int) -> FulfilmentOrder:
    units = lines or {"a": 2, "b": 1}
    return FulfilmentOrder("fo_x-1", "ord_x", "reno", "requested", {line: AtNode(each) for line, each in units.items()}, AT)


def packed(*parcels: dict[str, int]) -> FulfilmentOrder:
    picked = fo.pick(fo.accept(work(), AT, "n"), {}, AT, "n")
    packages = tuple(Package(n, lines, 500, "c", "s", tracking_number=f"T{n}") for n, lines in enumerate(parcels or ({"a": 2, "b": 1},), 1))
    return fo.pack(picked, packages, AT, "n")


@pytest.mark.parametrize("state", LEGAL)
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_in_every_state(state: str, verb: str) -> None:
    if verb in LEGAL[state]:
        assert MACHINE.after(state, verb) == LEGAL[state][verb]
        return
    with pytest.raises(IllegalTransition) as refused:
        MACHINE.after(state, verb)
    assert all(allowed in refused.value.message for allowed in LEGAL[state])


def test_the_table_has_no_state_or_verb_that_is_not_tested() -> None:
    assert MACHINE.states == set(LEGAL)
    assert {verb for _, verb in MACHINE.table} == set(VERBS)


def test_a_repeat_of_what_is_done_changes_nothing() -> None:
    shipped = fo.ship(packed(), True, AT, "n")
    assert fo.accept(shipped, AT, "n") is shipped
    assert fo.pick(shipped, {}, AT, "n") is shipped
    assert fo.pack(shipped, (), AT, "n") is shipped
    assert fo.ship(shipped, True, AT, "n") is shipped
    rejected = fo.reject(work(), "DAMAGED", [], AT, "n")
    assert fo.reject(rejected, "OTHER", [], AT, "n") is rejected


def test_what_was_rejected_is_not_accepted_and_says_so() -> None:
    with pytest.raises(IllegalTransition, match="allowed: nothing"):
        fo.accept(fo.reject(work(), "OTHER", [], AT, "n"), AT, "n")


def test_a_packed_parcel_is_not_rejected() -> None:
    with pytest.raises(IllegalTransition, match="allowed: cancel, ship"):
        fo.reject(packed(), "DAMAGED", [], AT, "n")


def test_picking_in_parts_ends_picked() -> None:
    accepted = fo.accept(work(), AT, "n")
    once = fo.pick(accepted, {"a": 1}, AT, "n")
    twice = fo.pick(once, {"a": 1}, AT, "n")
    assert (once.status, twice.status, fo.pick(twice, {}, AT, "n").status) == ("picking", "picking", "picked")


@pytest.mark.parametrize(("units", "field"), [({"a": 3}, "lines.a"), ({"z": 1}, "line")])
def test_an_over_pick_and_an_unknown_line_are_refused_by_name(units: dict[str, int], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        fo.pick(fo.accept(work(), AT, "n"), units, AT, "n")
    assert field in refused.value.fields


@pytest.mark.parametrize("parcels", [({"a": 2},), ({"a": 2, "b": 1}, {"b": 1}), ({"a": 1, "b": 1},), ({"a": 2, "b": 1, "c": 1},)])
def test_the_packages_hold_exactly_what_was_picked(parcels: tuple[dict[str, int], ...]) -> None:
    with pytest.raises(InvalidInput):
        packed(*parcels)


@pytest.mark.parametrize("grams", [0, -5, 70_001])
def test_a_package_weighs_something_and_can_be_carried(grams: int) -> None:
    picked = fo.pick(fo.accept(work(), AT, "n"), {}, AT, "n")
    with pytest.raises(InvalidInput, match="weighs"):
        fo.pack(picked, (Package(1, {"a": 2, "b": 1}, grams),), AT, "n")


def test_a_rejection_names_a_known_reason_and_known_lines() -> None:
    with pytest.raises(InvalidInput, match="NOT_IN_STOCK"):
        fo.reject(work(), "TIRED", [], AT, "n")
    with pytest.raises(InvalidInput, match="no line"):
        fo.reject(work(), "OTHER", ["z"], AT, "n")
    assert fo.reject(work(), "OTHER", ["b"], AT, "n").history[-1].data["lines"] == ["b"]


def test_parcels_are_delivered_one_by_one_and_the_last_ends_the_work() -> None:
    shipped = fo.ship(packed({"a": 2}, {"b": 1}), True, AT, "n")
    one = fo.track(shipped, 2, Scan("delivered", "DLV", AT), AT, "c")
    both = fo.track(one, 1, Scan("delivered", "DLV", AT), AT, "c")
    assert (one.status, one.arrived(), both.status, both.arrived()) == ("shipped", {"b": 1}, "delivered", {"a": 2, "b": 1})
    assert [entry.data["last"] for entry in both.history[-2:]] == [False, True]


def test_a_parcel_delivered_before_we_heard_that_it_left_is_delivered_when_we_do() -> None:
    early = fo.track(packed({"a": 2}, {"b": 1}), 1, Scan("delivered", "DLV", AT), AT, "c")
    assert (early.status, early.arrived(), early.left_unsaid) == ("packed", {}, False)
    shipped = fo.ship(early, True, AT, "n")
    assert (shipped.status, shipped.arrived()) == ("shipped", {"a": 2})
    assert [entry.type for entry in shipped.history[-2:]] == ["fulfilment_order.shipped", "fulfilment_order.delivered"]


def test_a_carrier_that_has_every_parcel_says_that_they_left() -> None:
    one = fo.track(packed({"a": 2}, {"b": 1}), 1, Scan("in_transit", "", AT), AT, "c")
    assert not one.left_unsaid
    assert not fo.track(one, 2, Scan("pre_transit", "", AT), AT, "c").left_unsaid
    assert fo.track(one, 2, Scan("exception", "", AT), AT, "c").left_unsaid


def test_there_is_no_package_beyond_the_last() -> None:
    with pytest.raises(NotFound):
        fo.track(packed(), 2, Scan("delivered", "", AT), AT, "c")


STEPS = st.one_of(
    st.sampled_from(["accept", "pack", "ship", "deliver", "cancel", "reject"]),
    st.dictionaries(st.sampled_from("ab"), st.integers(0, 3), max_size=2),
)


@given(st.lists(STEPS, max_size=14))
def test_whatever_is_tried_the_units_add_up_and_the_history_only_grows(steps: list) -> None:
    now = work()
    for step in steps:
        before = now
        try:
            now = _tried(now, step)
        except (IllegalTransition, InvalidInput, NotFound):
            pass
        assert now.history[: len(before.history)] == before.history
        assert [entry.seq for entry in now.history] == list(range(1, len(now.history) + 1))
        assert all(0 <= at.packed <= at.picked <= at.quantity for at in now.lines.values())
        assert (now.status in ("packed", "shipped", "delivered")) == bool(now.packages)
        stored = replace(now, version=3)
        assert work_from(item_of(stored)) == replace(stored, version=4, lines=dict(stored.lines))


def _tried(now: FulfilmentOrder, step: object) -> FulfilmentOrder:
    if isinstance(step, dict):
        return fo.pick(now, step, AT, "n")
    deeds = {
        "accept": lambda: fo.accept(now, AT, "n"),
        "pack": lambda: fo.pack(now, (Package(1, {"a": 2, "b": 1}, 900),), AT, "n"),
        "ship": lambda: fo.ship(now, True, AT, "n"),
        "deliver": lambda: fo.track(now, 1, Scan("delivered", "", AT), AT, "c"),
        "reject": lambda: fo.reject(now, "OTHER", [], AT, "n"),
        "cancel": lambda: now,
    }
    return deeds[str(step)]()
