"""The rounds of reconciliation on a cloud in this process: what opens a case, what closes it, and that no crash does either twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.payments.books_world import NOW, FakeStatement, a_busy_day, ago, an_order, charged, happens, returned
from tests.support.cloud import cloud, plain_client
from tests.support.faults import CrashAt, Recorder
from tests.support.world import Crash
from waybill.aws import gate
from waybill.aws.attributes import unpack_item
from waybill.kernel.clock import instant
from waybill.kernel.errors import Unavailable
from waybill.payments.model.cases import AGREE, Case
from waybill.payments.model.events import PaymentEvent
from waybill.payments.model.settlement import Payout, Row
from waybill.payments.reconciliation import table
from waybill.payments.reconciliation.settling import Settling


@pytest.fixture
def statement() -> Iterator[FakeStatement]:
    """On a fresh cloud."""
    with cloud():
        yield FakeStatement()


def a_round(statement: FakeStatement, later: timedelta = timedelta(), enough: Callable[[], bool] = lambda: False) -> int:
    return Settling({"stripe": lambda: statement}, lambda: NOW + later).run(enough)["open"]


def open_cases() -> dict[str, Case]:
    return {case.matter: case for case in table.all_open()}


def stored(prefix: str) -> list[dict[str, Any]]:
    """Items of the Orders table whose pk or sk begins so, without what differs from write to write."""
    items = map(unpack_item, plain_client("dynamodb").scan(TableName="OrdersTable")["Items"])
    found = [item for item in items if item["pk"].startswith(prefix) or item["sk"].startswith(prefix)]
    return sorted(({name: value for name, value in item.items() if name != "write_id"} for item in found), key=lambda item: (item["pk"], item["sk"]))


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_books_that_agree_open_no_case_and_each_fee_is_told_once(statement: FakeStatement) -> None:
    id = an_order(1, "pi_1", 2599, ago(days=2))
    statement.moved = [charged("pi_1", 2599, 105, ago(days=2), id)]
    assert [a_round(statement), a_round(statement), a_round(statement, timedelta(days=9))] == [0, 0, 0]
    (row,) = stored("ROW#")
    (told,) = row["history"]
    assert (row["pk"], told["type"]) == (f"ORDER#{id}", "payment.fee_charged")
    assert told["data"] == {"gateway": "stripe", "amount": 105, "currency": "USD", "reference": "txn_pi_1"}


def test_an_order_is_found_by_our_mark_by_the_refunds_key_or_by_asking_for_the_payment(statement: FakeStatement) -> None:
    ids = [an_order(number, f"pi_{number}", 1000, ago(days=2)) for number in range(3)]
    happens(ids[1], PaymentEvent("REFUND_SUCCESS", ago(days=2), 400, f"{ids[1]}/1/refund/1", "re_1"))
    statement.orders = {"pi_2": ids[2]}
    statement.moved = [
        charged("pi_0", 1000, 0, ago(days=1), ids[0]),
        charged("pi_1", 1000, 0, ago(days=1), ids[1]),
        returned("pi_1", 400, f"{ids[1]}/1/refund/1", ago(days=1)),
        charged("pi_2", 1000, 0, ago(days=1)),
    ]
    assert a_round(statement) == 0 and len(stored("ROW#")) == 4


def test_money_that_no_order_of_ours_explains_is_a_case(statement: FakeStatement) -> None:
    statement.moved = [charged("pi_9", 700, 30, ago(days=1), "ord_aaaaaaaaaaaaaaaaaaaa"), Row("txn_f", "fee", -200, 0, -200, "USD", ago(days=1))]
    assert a_round(statement) == 1
    (case,) = table.all_open()
    assert (case.difference.kind, case.difference.amount, case.order_id, case.opened) == ("missing_here", 700, "", instant(NOW))
    fees = [item["history"][0]["data"]["amount"] for item in stored("ROW#")]
    assert sorted(fees) == [30, 200], "what the gateway keeps is gone, whosever it was"


def test_a_case_closes_itself_when_the_missing_event_arrives(statement: FakeStatement) -> None:
    id = an_order(1, "pi_1", 2599, ago(hours=3), captured=False)
    statement.moved = [charged("pi_1", 2599, 105, ago(hours=2), id)]
    assert a_round(statement) == 1
    case = open_cases()["charge/pi_1"]
    assert (case.difference.kind, case.difference.amount, case.order_id) == ("missing_here", 2599, id)
    assert a_round(statement, timedelta(hours=1)) == 1, "the same difference is the same case"
    happens(id, PaymentEvent("CHARGE_SUCCESS", ago(hours=2), 2599, f"{id}/1/capture/1", "pi_1"))
    assert a_round(statement, timedelta(hours=2)) == 0
    closed = table.cases([case.id])[case.id]
    assert (closed.status, closed.why, closed.closed) == ("closed", AGREE, instant(NOW + timedelta(hours=2)))


def test_a_dispute_that_we_have_not_heard_of_is_a_case_until_we_have(statement: FakeStatement) -> None:
    id = an_order(1, "pi_1", 2599, ago(days=2))
    lost = Row("txn_d", "dispute", -2599, 1500, -4099, "USD", ago(days=1), "pi_1", source="dp_1")
    statement.moved, statement.orders = [charged("pi_1", 2599, 105, ago(days=2), id), lost], {"pi_1": id}
    assert a_round(statement) == 1 and open_cases()["dispute/pi_1"].difference.kind == "dispute_unseen"
    happens(id, PaymentEvent("CHARGEBACK", ago(days=1), 2599, None, "dp_1"))
    assert a_round(statement) == 0


def test_what_the_gateway_does_not_list_after_three_days_is_missing_there(statement: FakeStatement) -> None:
    id = an_order(1, "pi_1", 2599, ago(hours=1))
    assert a_round(statement, timedelta(days=3)) == 0, "the day is not over long enough"
    assert a_round(statement, timedelta(days=4)) == 1
    case = open_cases()["charge/pi_1"]
    assert (case.difference.kind, case.difference.ours, case.order_id) == ("missing_there", 2599, id)
    statement.moved = [charged("pi_1", 2599, 105, instant(NOW + timedelta(days=3, hours=23)), id)]
    assert a_round(statement, timedelta(days=5)) == 0


def test_no_day_is_passed_over_in_the_search_for_what_is_missing(statement: FakeStatement) -> None:
    for days in (8, 7, 6, 5):
        an_order(days, f"pi_{days}", 100, ago(days=days))
    assert a_round(statement) == 4


def test_a_capture_of_this_hour_is_not_missed_beside_one_that_is_listed(statement: FakeStatement) -> None:
    id = an_order(1, "pi_1", 2000, ago(hours=5))
    happens(id, PaymentEvent("CHARGE_SUCCESS", ago(minutes=20), 599, f"{id}/1/capture/2", "pi_1"))
    statement.moved = [charged("pi_1", 2000, 80, ago(hours=5), id)]
    assert a_round(statement) == 0
    assert a_round(statement, timedelta(days=5)) == 1, "after three days it is"


def test_a_row_that_was_kept_stays_as_it_is(statement: FakeStatement) -> None:
    row = charged("pi_9", 700, 30, ago(days=1))
    for at in (ago(hours=2), ago(hours=1)):
        table.keep("stripe", row, "", at)
    (kept,) = stored("ROW#")
    assert kept["history"][0]["at"] == ago(hours=2)


def test_a_row_that_contradicts_itself_is_a_case_and_costs_nothing_in_the_books(statement: FakeStatement) -> None:
    id = an_order(1, "pi_1", 2599, ago(days=2))
    statement.moved = [replace(charged("pi_1", 2599, 105, ago(days=2), id), net=2495)]
    assert a_round(statement) == 1 and open_cases()["row/txn_pi_1"].difference.amount == 1
    assert stored("ROW#")[0]["history"] == []


def test_money_that_was_never_the_gateways_is_not_looked_for_there(statement: FakeStatement) -> None:
    an_order(1, "pi_1", 2599, ago(days=8), captured=False)
    assert a_round(statement) == 0 and table.orders_with_money("stripe", ago(days=8)[:10], None) == ([], None)


# ── how far ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_windows_of_all_rounds_together_miss_no_moment_and_read_none_twice(statement: FakeStatement) -> None:
    for hours in (0, 1, 30):
        a_round(statement, timedelta(hours=hours))
    windows = statement.windows
    assert all(before[1] == after[0] for before, after in zip(windows, windows[1:], strict=False))
    assert (windows[0][0], windows[-1][1]) == (NOW - timedelta(days=30, hours=1), NOW + timedelta(hours=29))


def test_a_round_that_had_enough_goes_on_where_it_stopped(statement: FakeStatement) -> None:
    id = an_order(1, "pi_1", 2599, ago(days=20))
    statement.moved = [charged("pi_1", 2599, 105, ago(days=20), id)]
    patience = iter([False] * 5)
    a_round(statement, enough=lambda: next(patience, True))
    assert stored("ROW#") == [] and len(statement.windows) == 5
    assert a_round(statement) == 0 and len(stored("ROW#")) == 1


def test_a_gateway_that_is_down_moves_no_cursor(statement: FakeStatement) -> None:
    class Down:
        def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
            if name == "statement.rows":
                raise Unavailable("down")
            return thunk()

    with gate.watching(Down()), pytest.raises(Unavailable):
        a_round(statement)
    assert table.cursor("stripe", "rows").version == 0


def test_two_rounds_at_once_do_what_one_does() -> None:
    def outcome(watcher: Any) -> Any:
        with cloud():
            a_busy_day(statement)
            with gate.watching(watcher):
                a_round(statement)
            a_round(statement)
            return _told(), open_cases().keys()

    class Other:
        """In the middle of the first round's every reading, another round runs to its end."""

        def __init__(self, at: str) -> None:
            self.at, self.busy = at, False

        def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
            answer = thunk()
            if name == self.at and not self.busy:
                self.busy = True
                a_round(statement)
            return answer

    statement = FakeStatement()
    alone = outcome(Other("never"))
    for call in ("statement.rows", "statement.payouts", "statement.rows_of", "dynamodb.BatchGetItem", "dynamodb.PutItem", "dynamodb.Query"):
        assert outcome(Other(call)) == alone, call


# ── payouts ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_payout_is_told_once_with_what_it_was_made_of(statement: FakeStatement) -> None:
    _a_payout(statement, 2494)
    assert [a_round(statement), a_round(statement)] == [0, 0]
    (payout,) = stored("PAYOUT#")
    assert [entry["type"] for entry in payout["history"]] == ["payout.settled"]
    assert payout["history"][0]["data"] == {"gateway": "stripe", "amount": 2494, "currency": "USD", "reference": "po_1"}
    assert (payout["parts"]["gross"], payout["parts"]["fees"], payout["agrees"]) == (2599, 105, True)


def test_a_payout_that_its_rows_do_not_explain_is_a_case_until_they_do(statement: FakeStatement) -> None:
    _a_payout(statement, 2400)
    assert a_round(statement) == 1
    assert open_cases()["payout/po_1"].difference.amount == 94
    statement.made_of["po_1"].append(Row("txn_r", "reserve", -94, 0, -94, "USD", ago(days=1)))
    assert a_round(statement, timedelta(hours=1)) == 0
    (payout,) = stored("PAYOUT#")
    assert payout["agrees"] and len(payout["history"]) == 1, "the deposit is a fact and was told once"


def test_a_payout_on_its_way_is_not_told_and_one_that_fails_later_is_taken_back(statement: FakeStatement) -> None:
    _a_payout(statement, 2494)
    paid = statement.made[0]
    for status, told in (("in_transit", 0), ("paid", 1), ("failed", 2), ("failed", 2)):
        statement.made = [replace(paid, status=status)]
        assert a_round(statement) == 0
        assert sum(len(item["history"]) for item in stored("PAYOUT#")) == told
    assert stored("PAYOUT#")[0]["history"][1]["type"] == "payout.failed"


def test_a_payout_made_by_hand_has_no_rows_to_sum(statement: FakeStatement) -> None:
    statement.made = [Payout("po_7", "paid", 5000, "USD", ago(days=1), automatic=False)]
    assert a_round(statement) == 0 and len(stored("PAYOUT#")) == 1


# ── crashes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_after_a_crash_at_any_write_the_next_round_ends_as_if_there_had_been_none() -> None:
    """Before a write is after the one before it, for what is read between them changes nothing."""
    wanted, calls = _undisturbed()
    writes = [number for number, name in enumerate(calls) if name == "dynamodb.PutItem"]
    assert len(writes) > 12
    for number, moment in [(writes[0], "before"), *((number, "after") for number in writes)]:
        with cloud():
            a_busy_day(statement := FakeStatement())
            with gate.watching(crash := CrashAt(number, moment)), suppress(Crash):
                a_round(statement)
            assert crash.struck == "dynamodb.PutItem"
            a_round(statement)
            assert _stands() == wanted, (number, moment)


def _undisturbed() -> tuple[Any, list[str]]:
    with cloud():
        a_busy_day(statement := FakeStatement())
        with gate.watching(recorder := Recorder()):
            a_round(statement)
        return _stands(), [name for name, _ in recorder.calls]


def _a_payout(statement: FakeStatement, amount: int) -> None:
    id = an_order(1, "pi_1", 2599, ago(days=2))
    statement.moved = [charged("pi_1", 2599, 105, ago(days=2), id)]
    statement.made = [Payout("po_1", "paid", amount, "USD", ago(days=1))]
    statement.made_of = {"po_1": [*statement.moved, Row("txn_p", "payout", -amount, 0, -amount, "USD", ago(days=1), type="payout")]}


def _told() -> list[Any]:
    return [(item["pk"], entry["type"], entry["data"]) for item in (*stored("ROW#"), *stored("PAYOUT#")) for entry in item["history"]]


def _stands() -> list[Any]:
    return [*stored("ROW#"), *stored("PAYOUT#"), *stored("CASE#")]
