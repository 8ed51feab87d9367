"""The rule book of one node's work."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.fulfilment.codec import item_of, work_from
from waybill.fulfilment.model import cancelling, packing, pausing, releasing, shortage
from waybill.fulfilment.model import fulfilment_order as fo
from waybill.fulfilment.model.actions import supported
from waybill.fulfilment.model.fulfilment_order import MACHINE, AtNode, FulfilmentOrder, Package, Schedule
from waybill.fulfilment.model.machine import NOT_ASKED
from waybill.fulfilment.model.numbers import tracking_number
from waybill.fulfilment.model.tracking import Scan
from waybill.kernel.cards import masked
from waybill.kernel.errors import IllegalTransition, InvalidInput, NotFound
from waybill.orders.model import work as questions

AT = "2026-11-23T03:20:00.000Z"
_BACK = {f"go on {state}": state for state in ("scheduled", "awaiting_approval", "requested", "accepted", "picking", "picked", "packed")}
VERBS = ("accept", "pick", "finish picking", "pack", "unpack", "ship", "ship a part", "deliver", "make ready", "arrive", "collect", "collect a part", "give up the rest", "reject", "cancel", "ask to cancel", "hold", *_BACK, "go on partially_shipped",
         "request", "schedule", "await approval", "open", "reschedule", "approve", "approve for its day")  # fmt: skip
_ANY = {"reject": "rejected", "cancel": "cancelled", "hold": "on_hold"}
_ASK = {"ask to cancel": "cancellation_requested"}
_LEAVE = {"ship": "shipped", "ship a part": "partially_shipped"}
_REST = {"give up the rest": "shipped"}
LEGAL = {
    "open": {"request": "requested", "schedule": "scheduled", "await approval": "awaiting_approval"},
    "scheduled": {"open": "requested", "reschedule": "scheduled", **_ANY},
    "awaiting_approval": {"approve": "requested", "approve for its day": "scheduled", "reschedule": "awaiting_approval", **_ANY},
    "requested": {"accept": "accepted", **_ANY},
    "accepted": {"pick": "picking", "finish picking": "picked", **_ANY, **_ASK},
    "picking": {"pick": "picking", "finish picking": "picked", **_ANY, **_ASK},
    "picked": {"finish picking": "picked", "pack": "packed", "make ready": "ready_for_pickup", **_ANY, **_ASK},
    "packed": {"unpack": "picked", **_LEAVE, "cancel": "cancelled", "hold": "on_hold", **_ASK},
    "partially_shipped": {**_LEAVE, "pack": "partially_shipped", **_ASK, **_REST},
    "shipped": {"deliver": "delivered", "arrive": "ready_for_pickup"},
    "ready_for_pickup": {"collect": "delivered", "collect a part": "ready_for_pickup", "give up the rest": "delivered", "cancel": "cancelled"},
    "delivered": {},
    "rejected": {},
    "cancelled": {},
    "cancellation_requested": {**_LEAVE, **_REST, "go on partially_shipped": "partially_shipped", "cancel": "cancelled", **{verb: state for verb, state in _BACK.items() if state not in ("scheduled", "awaiting_approval", "requested")}},
    "on_hold": {"cancel": "cancelled", **_BACK, **_ASK},
}


def work(**lines: int) -> FulfilmentOrder:
    units = lines or {"a": 2, "b": 1}
    return FulfilmentOrder("fo_x-1", "ord_x", "reno", "requested", {line: AtNode(each) for line, each in units.items()}, AT)


def packed(*parcels: dict[str, int]) -> FulfilmentOrder:
    picked = fo.pick(fo.accept(work(), AT, "n"), {}, AT, "n")
    packages = tuple(Package(n, lines, 500, "c", "s", tracking_number=f"T{n}") for n, lines in enumerate(parcels or ({"a": 2, "b": 1},), 1))
    return packing.pack(picked, packages, AT, "n")


def left(work: FulfilmentOrder, *parcels: int, last: bool = True, before: dict[str, int] | None = None) -> FulfilmentOrder:
    return fo.ship(work, fo.to_leave(work, parcels), last, AT, "n", before)


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
    shipped = left(packed())
    assert fo.accept(shipped, AT, "n") is shipped
    assert fo.pick(shipped, {}, AT, "n") is shipped
    assert packing.pack(shipped, (), AT, "n") is shipped
    assert left(shipped) is shipped
    rejected = fo.reject(work(), "DAMAGED", [], AT, "n")
    assert fo.reject(rejected, "OTHER", [], AT, "n") is rejected


def test_what_was_rejected_is_not_accepted_and_says_so() -> None:
    with pytest.raises(IllegalTransition, match="allowed: nothing"):
        fo.accept(fo.reject(work(), "OTHER", [], AT, "n"), AT, "n")


def test_a_packed_parcel_is_not_rejected() -> None:
    with pytest.raises(IllegalTransition, match="allowed: ask to cancel, cancel, hold, ship, ship a part, unpack"):
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
        packing.pack(picked, (Package(1, {"a": 2, "b": 1}, grams),), AT, "n")


def test_a_rejection_names_a_known_reason_and_known_lines() -> None:
    with pytest.raises(InvalidInput, match="NOT_IN_STOCK"):
        fo.reject(work(), "TIRED", [], AT, "n")
    with pytest.raises(InvalidInput, match="no line"):
        fo.reject(work(), "OTHER", ["z"], AT, "n")
    assert fo.reject(work(), "OTHER", ["b"], AT, "n").history[-1].data["lines"] == ["b"]


def test_parcels_are_delivered_one_by_one_and_the_last_ends_the_work() -> None:
    shipped = left(packed({"a": 2}, {"b": 1}))
    one = fo.track(shipped, 2, Scan("delivered", "DLV", AT), AT, "c")
    both = fo.track(one, 1, Scan("delivered", "DLV", AT), AT, "c")
    assert (one.status, one.arrived(), both.status, both.arrived()) == ("shipped", {"b": 1}, "delivered", {"a": 2, "b": 1})
    assert [entry.data["last"] for entry in both.history[-2:]] == [False, True]


def test_a_parcel_delivered_before_we_heard_that_it_left_is_delivered_when_we_do() -> None:
    early = fo.track(packed({"a": 2}, {"b": 1}), 1, Scan("delivered", "DLV", AT), AT, "c")
    assert (early.status, early.arrived(), early.left_unsaid) == ("packed", {}, (1,))
    shipped = left(early)
    assert (shipped.status, shipped.arrived()) == ("shipped", {"a": 2})
    assert [entry.type for entry in shipped.history[-2:]] == ["fulfilment_order.shipped", "fulfilment_order.delivered"]


def test_a_carrier_that_has_a_parcel_says_that_it_left() -> None:
    one = fo.track(packed({"a": 2}, {"b": 1}), 1, Scan("in_transit", "", AT), AT, "c")
    assert one.left_unsaid == (1,)
    assert fo.track(one, 2, Scan("pre_transit", "", AT), AT, "c").left_unsaid == (1,)
    assert fo.track(one, 2, Scan("exception", "", AT), AT, "c").left_unsaid == (1, 2)
    assert fo.track(left(packed({"a": 2}, {"b": 1}), 1), 2, Scan("in_transit", "", AT), AT, "c").left_unsaid == (2,)


def test_parcels_leave_one_by_one_each_shipment_with_its_own_units() -> None:
    first = left(packed({"a": 2}, {"b": 1}), 2, last=False)
    assert (first.status, first.lines["b"].shipped, first.lines["a"].shipped) == ("partially_shipped", 1, 0)
    assert left(first, 2) is first
    second = left(first, before={"b": 1})
    assert second.status == "shipped"
    told = [entry.data for entry in second.history if entry.type == "fulfilment_order.shipped"]
    assert [(each["lines"], each["last"], each["before"], each.get("part", 0)) for each in told] == [({"b": 1}, False, {}, 0), ({"a": 2}, True, {"b": 1}, 1)]
    assert [[parcel["n"] for parcel in each["packages"]] for each in told] == [[2], [1]]


def test_a_delivered_parcel_of_work_that_has_partly_left_does_not_end_it() -> None:
    first = fo.track(left(packed({"a": 2}, {"b": 1}), 1, last=False), 1, Scan("delivered", "DLV", AT), AT, "c")
    assert (first.status, first.arrived(), first.history[-1].data["last"]) == ("partially_shipped", {"a": 2}, False)
    rest = fo.track(left(first), 2, Scan("delivered", "DLV", AT), AT, "c")
    assert (rest.status, rest.history[-1].data["last"]) == ("delivered", True)


def test_a_parcel_that_there_is_not_does_not_leave() -> None:
    with pytest.raises(NotFound):
        left(packed(), 2)
    with pytest.raises(IllegalTransition):
        left(fo.accept(work(), AT, "n"))


def test_there_is_no_package_beyond_the_last() -> None:
    with pytest.raises(NotFound):
        fo.track(packed(), 2, Scan("delivered", "", AT), AT, "c")


def asked(now: FulfilmentOrder, **units: int) -> FulfilmentOrder:
    """Who cancels the order asks its node: these units, or all."""
    MACHINE.after(now.status, "ask to cancel")
    if any(each > now.units().get(line, 0) for line, each in units.items()):
        raise InvalidInput("more than there are")
    item = {**item_of(now), "version": now.version}
    return replace(work_from(questions.asked(item, units or now.units(), "changed my mind", "", False, AT, "u")), version=now.version)


@pytest.mark.parametrize("arrived", [False, True])
def test_work_of_which_a_parcel_has_left_gives_up_the_others_alike_asked_or_not(arrived: bool) -> None:
    now = replace(left(packed({"a": 2}, {"b": 1}), 2, last=False), version=7)
    now = replace(now, packages=tuple(replace(package, shipment=f"shp_{package.n}") for package in now.packages))
    now = fo.track(now, 2, Scan("delivered", "DELIVERED", AT), AT, "carrier:c") if arrived else now
    item = {**item_of(now), "version": now.version}
    at_once = questions.reduced(item, {"a": 2}, "changed my mind", AT, "u")
    agreed = cancelling.accepted(asked(now, a=2), AT, "n")
    assert (agreed.status, agreed.lines, [package.n for package in agreed.packages]) == ("delivered" if arrived else "shipped", {"a": AtNode(0), "b": AtNode(1, 1, 1, 1)}, [2])
    assert agreed.buying and [package.n for package in agreed.buying.packages] == [1]
    taken = work_from(at_once)
    assert (taken.status, taken.lines, taken.packages) == (agreed.status, agreed.lines, agreed.packages)
    assert taken.buying and replace(taken.buying, giving_up="") == replace(agreed.buying, giving_up="")
    assert {name: value for name, value in at_once.items() if name.startswith("lookup")} == {name: value for name, value in item_of(taken).items() if name.startswith("lookup")}
    some = cancelling.partly(asked(now, a=2), {"a": 1}, AT, "n")
    assert (some.status, some.to_pack(), [package.n for package in some.packages]) == ("partially_shipped", {"a": 1}, [2])


DOORS = set("accept reject pick pack ship short hold release split merge move cancellation/accept cancellation/decline open reschedule approve".split())
STEPS = st.one_of(
    st.sampled_from("accept pack ship one deliver reject ask some yes no hold release short all open late due approve".split()),
    st.dictionaries(st.sampled_from("ab"), st.integers(0, 3), max_size=2),
)


@given(st.lists(STEPS, max_size=14), st.booleans(), st.sampled_from([None, Schedule("2026-11-24", "2026-11-24T08:00:00.000Z"), Schedule("2026-11-20", AT)]))
def test_whatever_is_tried_the_units_add_up_and_the_history_only_grows(steps: list, approval: bool, day: Schedule | None) -> None:
    now = releasing.begun(replace(work(), status="open", schedule=day), approval, False, AT, "n")
    for step in steps:
        before = now
        try:
            now = _tried(now, step)
        except (IllegalTransition, InvalidInput, NotFound):
            pass
        assert now.history[: len(before.history)] == before.history
        assert [entry.seq for entry in now.history] == list(range(1, len(now.history) + 1))
        assert all(0 <= at.shipped <= at.packed <= at.picked <= at.quantity for at in now.lines.values())
        where = now.pause.was if now.pause else now.status
        assert where == "cancelled" or (where in ("packed", "partially_shipped", "shipped", "delivered")) == bool(now.packages)
        assert (now.status in ("on_hold", "cancellation_requested")) == bool(now.pause)
        assert fo.held(each for each in now.packages if each.left) == {line: at.shipped for line, at in now.lines.items() if at.shipped}
        assert set(supported(now)) <= DOORS
        assert now.is_kept == (where in NOT_ASKED) or (now.is_kept and where in ("cancelled", "rejected"))
        assert questions.is_kept(item_of(now)) == now.is_kept
        stored = replace(now, version=3)
        assert work_from(item_of(stored)) == replace(stored, version=4, lines=dict(stored.lines))


def _tried(now: FulfilmentOrder, step: object) -> FulfilmentOrder:
    if isinstance(step, dict):
        return fo.pick(now, step, AT, "n")
    deeds = {
        "accept": lambda: fo.accept(now, AT, "n"),
        "pack": lambda: packing.pack(now, packing.numbered_on(now, [Package(n, {line: each}, 900) for n, (line, each) in enumerate(now.to_pack().items(), 1)]), AT, "n"),
        "ship": lambda: left(now),
        "one": lambda: left(now, 1),
        "deliver": lambda: fo.track(now, 1, Scan("delivered", "", AT), AT, "c"),
        "open": lambda: releasing.opened(now, True, AT, "n"),
        "late": lambda: releasing.rescheduled(now, Schedule("2026-11-30", "2026-11-30T08:00:00.000Z"), AT, "n"),
        "due": lambda: releasing.due(now, True, "2026-11-25T00:00:00.000Z", "n"),
        "approve": lambda: releasing.approved(now, True, AT, "n"),
        "reject": lambda: fo.reject(now, "OTHER", [], AT, "n"),
        "ask": lambda: asked(now),
        "some": lambda: asked(now, b=1),
        "yes": lambda: cancelling.accepted(now, AT, "n"),
        "no": lambda: cancelling.declined(now, "packed", AT, "n"),
        "hold": lambda: pausing.hold(now, "a look", AT, "n"),
        "release": lambda: pausing.release(now, AT, "n"),
        "short": lambda: shortage.short(now, {"a": 1}, "DAMAGED", "reroute", AT, "n"),
        "all": lambda: shortage.short(now, {line: at.quantity - at.shipped for line, at in now.lines.items()}, "OTHER", "ask", AT, "n"),
    }
    return deeds[str(step)]()


def test_no_tracking_number_of_ours_looks_like_a_card() -> None:
    assert all(masked(number) == number for number in (tracking_number("parcelway", str(n)) for n in range(2000)))
