"""The order's state: only declared transitions, quantities conserved, statuses derived."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waybill.kernel.errors import IllegalTransition, NotFound, WaybillError
from waybill.orders import codec
from waybill.orders.model import state as verbs
from waybill.orders.model.counters import Counters
from waybill.orders.model.holds import Hold
from waybill.orders.model.order import Line, Order, Shipping
from waybill.orders.model.state import State

AT = "2026-11-23T00:00:00.000Z"
WANTED = {"1": 2, "2": 1}


def new(*holds: Hold) -> State:
    return verbs.received("ord_ab", WANTED, AT, "test", {}, holds)


def hold(id: str = "sums", *blocks: str) -> Hold:
    return Hold(id=id, kind="sums", reason="5 cents", placed_at=AT, source="intake", blocks=blocks or ("reserve",))


def released() -> State:
    return verbs.release(verbs.confirm(new(), AT, "t", 100, "USD"), WANTED, ["fo_ab-1"], AT, "t")


def test_the_status_follows_the_units_through_the_whole_life():
    state = new()
    seen = [state.status]
    state = verbs.confirm(state, AT, "t", 100, "USD")
    seen.append(state.status)
    state = verbs.release(state, WANTED, ["fo_ab-1"], AT, "t")
    seen.append(state.status)
    state = verbs.ship(state, {"1": 2}, "fo_ab-1", AT, "t")
    seen.append(state.status)
    state = verbs.ship(state, {"2": 1}, "fo_ab-2", AT, "t")
    seen.append(state.status)
    state = verbs.deliver(state, {"1": 2}, AT, "t")
    seen.append(state.status)
    state = verbs.deliver(state, {"2": 1}, AT, "t")
    seen.append(state.status)
    assert seen == ["received", "confirmed", "released", "partially_shipped", "shipped", "partially_delivered", "completed"]


def test_what_has_shipped_is_never_cancelled():
    state = verbs.ship(released(), {"1": 1}, "fo_ab-1", AT, "t")
    with pytest.raises(IllegalTransition):
        verbs.cancel(state, "late", AT, "t")


def test_what_is_cancelled_never_ships():
    state = verbs.cancel(released(), "changed my mind", AT, "t")
    with pytest.raises(IllegalTransition):
        verbs.ship(state, {"1": 1}, "fo_ab-1", AT, "t")


def test_no_more_ships_than_was_released():
    with pytest.raises(IllegalTransition):
        verbs.ship(released(), {"1": 3}, "fo_ab-1", AT, "t")


def test_an_unknown_line_is_named():
    with pytest.raises(NotFound, match="'9'"):
        verbs.ship(released(), {"9": 1}, "fo_ab-1", AT, "t")


def test_a_hold_placed_twice_is_one_hold():
    state = verbs.place_hold(new(hold()), hold(), AT, "t")
    assert len(state.active_holds) == 1
    assert state.status == "on_hold"


def test_a_released_hold_blocks_no_more():
    state = verbs.release_hold(new(hold()), "sums", AT, "support:anna")
    assert state.blocking("reserve") is None
    assert state.status == "received"
    assert state.history[-1].type == "order.hold_released"


def test_confirming_twice_tells_once():
    once = verbs.confirm(new(), AT, "t", 100, "USD")
    assert verbs.confirm(once, AT, "t", 100, "USD") is once


def test_backordered_units_wait_visibly_and_come_back():
    short = verbs.backorder(new(), {"1": 2}, AT, "t")
    assert short.status == "backordered"
    assert verbs.stock_arrived(short, AT, "t").unrouted() == WANTED


STEPS = st.sampled_from(["confirm", "release", "ship", "deliver", "cancel", "backorder", "arrived", "back", "hold", "unhold"])


@settings(max_examples=300)
@given(st.lists(st.tuples(STEPS, st.sampled_from(["1", "2"]), st.integers(0, 3)), max_size=25))
def test_units_are_conserved_and_history_only_grows_whatever_happens(steps):
    state = new()
    for verb, line, units in steps:
        before = state
        try:
            state = _apply(state, verb, {line: units})
        except WaybillError:
            continue
        assert {name: counters.ordered for name, counters in state.lines.items()} == WANTED
        assert state.history[: len(before.history)] == before.history
        assert not (state.cancelled and any(counters.shipped or counters.delivered for counters in state.lines.values()))


def _apply(state: State, verb: str, lines: dict[str, int]) -> State:
    moves = {
        "confirm": lambda: verbs.confirm(state, AT, "t", 100, "USD"),
        "release": lambda: verbs.release(state, lines, ["fo_ab-1"], AT, "t"),
        "ship": lambda: verbs.ship(state, lines, "fo_ab-1", AT, "t"),
        "deliver": lambda: verbs.deliver(state, lines, AT, "t"),
        "cancel": lambda: verbs.cancel(state, "x", AT, "t"),
        "backorder": lambda: verbs.backorder(state, lines, AT, "t"),
        "arrived": lambda: verbs.stock_arrived(state, AT, "t"),
        "back": lambda: verbs.take_back(state, lines, "fo_ab-1", "NOT_IN_STOCK", AT, "t"),
        "hold": lambda: verbs.place_hold(state, hold(), AT, "t"),
        "unhold": lambda: verbs.release_hold(state, "sums", AT, "t"),
    }
    return moves[verb]()


def test_a_state_is_stored_and_read_back_whole():
    order = Order("ord_ab", "api", "1", AT, "USD", (Line("1", "A", "a", 2, 10), Line("2", "B", "b", 1, 5)), Shipping(), (), 25)
    state = verbs.place_hold(released(), hold("x", "release"), AT, "t")
    again = codec.state_from({**codec.state_item(state, order)})
    assert (again.lines, again.holds, again.history, again.version) == (state.lines, state.holds, state.history, state.version + 1)


def test_an_order_is_stored_and_read_back_whole():
    order = Order("ord_ab", "api", "1", AT, "USD", (Line("1", "A", "a", 2, 10, attributes={"engraving": "B"}),), Shipping("express", 5), (), 25)
    assert codec.order_from(codec.order_item(order)) == order


def test_counters_refuse_to_go_below_zero():
    with pytest.raises(IllegalTransition):
        Counters(unrouted=1).move("unrouted", "released", 2)
