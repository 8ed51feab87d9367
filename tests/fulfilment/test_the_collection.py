"""A van's states and windows, by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.shop import _parcelway as parcelway
from tests.support.shop import _reno as reno
from waybill.fulfilment import windows
from waybill.fulfilment.model import collection as verbs
from waybill.fulfilment.model.collection import LIVE, MOVES, OPEN, Collection
from waybill.kernel.errors import IllegalTransition, InvalidInput

NOW = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
ONE = Collection("reno", "easypost", "2026-12-01", 1, "14:00", "18:00", "2026-12-01T22:00:00.000Z", "2026-12-02T02:00:00.000Z", 3, 2100, "requested", "2026-11-30T20:00:00.000Z", "admin:admin")
DENVER = replace(reno(), timezone="America/Los_Angeles", workdays=(1, 2, 3, 4, 5), holidays=("2026-12-25",))


@pytest.mark.parametrize("before", MOVES)
@pytest.mark.parametrize("after", MOVES)
def test_only_what_the_table_says_follows(before: str, after: str) -> None:
    known = replace(ONE, status=before)
    if after in MOVES[before]:
        assert verbs._become(known, after, NOW, "x").status == after
    else:
        with pytest.raises(IllegalTransition):
            verbs._become(known, after, NOW, "x")


def test_each_change_is_in_its_log_with_who_and_why() -> None:
    after = verbs.call_off(verbs.begun(ONE), "nothing to send", NOW, "node:reno")
    assert [(said.by, said.status, said.why) for said in after.log] == [("admin:admin", "requested", ""), ("node:reno", "cancelled", "nothing to send")]


@pytest.mark.parametrize(("status", "then"), [("requested", "cancelled"), ("booking", "cancelling"), ("booked", "cancelling"), ("cancelling", "cancelling"), ("cancelled", "cancelled")])
def test_what_its_carrier_may_know_of_is_called_off_there(status: str, then: str) -> None:
    assert verbs.call_off(replace(ONE, status=status), "", NOW, "x").status == then


@pytest.mark.parametrize("status", ["agreed", "refused", "missed"])
def test_what_does_not_come_by_our_word_is_not_called_off(status: str) -> None:
    with pytest.raises(IllegalTransition):
        verbs.call_off(replace(ONE, status=status), "", NOW, "x")


def test_a_van_that_has_come_is_not_called_off() -> None:
    with pytest.raises(IllegalTransition, match="its window ended"):
        verbs.call_off(replace(ONE, status="booked"), "", NOW + timedelta(days=2), "x")


def test_windows_that_only_touch_do_not_meet() -> None:
    assert ONE.meets("17:59", "19:00") and ONE.meets("10:00", "14:01") and ONE.meets("15:00", "16:00")
    assert not ONE.meets("18:00", "19:00") and not ONE.meets("10:00", "14:00")
    for status in MOVES:
        assert (verbs.in_the_way([replace(ONE, status=status)], "15:00", "16:00") is not None) == (status in LIVE)
    assert set(OPEN) < set(LIVE)


def test_a_window_is_a_time_of_day_at_the_node() -> None:
    found = windows.window(DENVER, "2026-12-01", "14:00", "18:00")
    assert (found.earliest, found.latest) == (datetime(2026, 12, 1, 22, tzinfo=UTC), datetime(2026, 12, 2, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("said", "field"),
    [(("1.12.2026", "14:00", "18:00"), "date"), (("2026-12-01", "2 pm", "18:00"), "from"), (("2026-12-01", "14:00", "24:00"), "to"), (("2026-12-01", "18:00", "14:00"), "to"), (("2026-12-01", "14:00", "14:00"), "to")],
)  # fmt: skip
def test_what_is_no_window_is_named(said: tuple[str, str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        windows.window(DENVER, *said)
    assert field in wrong.value.fields


@pytest.mark.parametrize(
    ("day", "node", "carrier", "words"),
    [
        ("2026-11-29", {}, {}, "past: it is 2026-11-30 12:00 at reno"),
        ("2027-01-15", {}, {}, "30 days"),
        ("2026-12-25", {}, {}, "does not work on 2026-12-25"),
        ("2026-12-05", {}, {}, "does not work on 2026-12-05"),
        ("2026-12-02", {"closed": (("2026-12-02T00:00:00.000Z", "2026-12-03T00:00:00.000Z"),)}, {}, "closed then"),
        ("2026-12-02", {"active": False}, {}, "closed then"),
        ("2026-11-30", {}, {"collection_cut_off": "12:00"}, "until 12:00"),
    ],
)
def test_a_window_that_cannot_be_is_refused_in_words(day: str, node: dict[str, Any], carrier: dict[str, Any], words: str) -> None:
    there = replace(DENVER, **node)
    with pytest.raises(InvalidInput, match=words):
        windows.refuse_impossible(there, replace(parcelway(), settings=carrier), windows.window(there, day, "14:00", "18:00"), NOW)


def test_until_the_cut_off_and_for_other_days_a_van_may_be_asked_for() -> None:
    early, late = (replace(parcelway(), settings={"collection_cut_off": until}) for until in ("12:01", "11:00"))
    windows.refuse_impossible(DENVER, early, windows.window(DENVER, "2026-11-30", "14:00", "18:00"), NOW)
    windows.refuse_impossible(DENVER, late, windows.window(DENVER, "2026-12-01", "09:00", "18:00"), NOW)
