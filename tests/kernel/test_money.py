"""Money is exact, in its own currency, or it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.kernel.errors import InvalidInput
from waybill.kernel.money import Money, allocate, decimal_string, minor_units


@pytest.mark.parametrize(("amount", "currency", "minor"), [("12.30", "USD", 1230), ("12", "JPY", 12), ("1.234", "KWD", 1234), (7, "EUR", 700), ("-0.05", "USD", -5)])
def test_amounts_are_read_in_the_currency_s_own_exponent(amount, currency, minor):
    assert minor_units(amount, currency) == minor


@pytest.mark.parametrize("amount", ["1.234", "NaN", "Infinity", "-Infinity", "1e999", "", "x", "9" * 33, 1.5, True, "1e40", "1e2", "1_0", "٣", "２", "1-2", "+-1", ".", "1 2"])
def test_what_is_no_exact_amount_is_refused(amount):
    with pytest.raises(InvalidInput):
        minor_units(amount, "USD")


def test_an_unknown_currency_is_refused():
    with pytest.raises(InvalidInput):
        minor_units("1", "XXX")


def test_currencies_do_not_mix():
    with pytest.raises(InvalidInput):
        Money(1, "USD") + Money(1, "EUR")


@given(st.integers(-(10**14), 10**14), st.sampled_from(["USD", "JPY", "KWD"]))
def test_what_is_written_is_read_back(minor, currency):
    assert minor_units(decimal_string(minor, currency), currency) == minor


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_the_parts_of_an_allocation_sum_to_the_whole(total, weights):
    parts = allocate(total, weights)
    assert sum(parts) == total
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0 and sum(weights))


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
def test_no_part_is_further_than_one_unit_from_its_share(total, weights):
    parts = allocate(total, weights)
    assert all(abs(part - total * weight / sum(weights)) < 1 for part, weight in zip(parts, weights, strict=True))
