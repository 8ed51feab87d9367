"""A card number is known when it is seen."""

from __future__ import annotations

import pytest

from waybill.payments.cards import looks_like_card_number


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242",
        "card 4000 0000 0000 0002 please",
        "5555-5555-5555-4444",
        "378282246310005",
        '{"note":"4242424242424242"}',
        "6304000000000000 ",
        "0000 4242424242424242",
    ],
)
def test_a_card_number_is_seen_in_any_writing(text: str) -> None:
    assert looks_like_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4242424242424241",
        "424242424242",
        "pm_card_visa",
        "0000000000000000",
        "42424242424242424242424",
        "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",
        "4242  4242  4242  4242",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not looks_like_card_number(text)
