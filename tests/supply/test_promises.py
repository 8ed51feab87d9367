"""What may be promised from which day on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from waybill.supply.model.promise import Due, Promise, expected, promises

TODAY = "2026-11-24"


def _due(on: str, units: int) -> Due:
    return Due(f"po-{on}-{units}", "N1", on, units)


def test_what_waits_is_served_before_anybody_else_is_promised_anything() -> None:
    found = promises(2, 7, [_due("2026-12-01", 4), _due("2026-12-10", 6)], TODAY)
    assert found == [Promise("", 0), Promise("2026-12-10", 5)]
    assert expected(found) == "2026-12-10"


def test_what_is_free_is_promised_now_and_more_from_the_day_it_comes() -> None:
    assert promises(3, 0, [_due("2026-12-01", 4)], TODAY) == [Promise("", 3), Promise("2026-12-01", 7)]


def test_what_is_late_is_not_promised_for_the_past_and_what_has_no_date_to_nobody() -> None:
    assert promises(0, 0, [_due("2026-11-01", 4), _due("", 100)], TODAY) == [Promise("", 0), Promise(TODAY, 4)]
    assert expected(promises(0, 0, [_due("", 100)], TODAY)) == ""


days = st.sampled_from(["2026-11-20", "2026-11-24", "2026-12-01", "2026-12-02", ""])


@given(st.integers(0, 20), st.integers(0, 30), st.lists(st.builds(_due, days, st.integers(1, 9)), max_size=8))
def test_never_more_is_promised_than_there_is_and_will_be(available: int, waiting: int, due: list[Due]) -> None:
    found = promises(available, waiting, due, TODAY)
    assert [each.units for each in found] == sorted({each.units for each in found})
    for each in found:
        come = sum(one.units for one in due if one.on and (each.since and one.on <= max(each.since, TODAY)))
        assert each.units <= max(0, available - waiting + come)
