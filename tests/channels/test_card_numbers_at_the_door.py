"""A card number reaches no store: the API refuses it, a webhook is masked before it is kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.channels.model.masking import without_card_numbers
from waybill.kernel.cards import masked

CARDS = ["4242424242424242", "4000 0566 5566 5556", "5555-5555-5555-4444", "378282246310005", "6011111111111117", "3566002020360505"]


@pytest.mark.parametrize("number", CARDS)
@pytest.mark.parametrize("around", ["{}", "my card is {}, thanks", "{} 12/27 123"])
def test_a_card_number_is_masked_wherever_it_stands(number, around):
    digits = "".join(char for char in number if char.isdigit())
    hidden = masked(around.format(number))
    assert digits[-4:] in hidden and digits not in hidden.replace(" ", "").replace("-", "")


HARMLESS = ["5870000000001", "gid://shopify/Order/4500000000000", "+14155550123", "1795409337911", "1Z999AA10123456784"]


@pytest.mark.parametrize("harmless", HARMLESS)
def test_ids_instants_and_telephone_numbers_stay(harmless):
    assert masked(harmless) == harmless


def test_masking_looks_into_every_corner_of_a_document():
    body = {"note": "4242424242424242", "deep": [{"x": {"4242424242424242": 1}}], "card": 4242424242424242, "id": 4242424242424242}
    safe = json.dumps(without_card_numbers(body))
    assert safe.count("4242424242424242") == 1, "only the channel's own id stays"


SCALARS = st.none() | st.booleans() | st.integers() | st.text()


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_masking_twice_is_masking_once(body):
    once = without_card_numbers(body)
    assert without_card_numbers(once) == once
