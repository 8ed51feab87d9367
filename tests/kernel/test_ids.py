"""Ids are functions of what they name."""

from hypothesis import given
from hypothesis import strategies as st

from waybill.kernel.ids import fulfilment_order_id, order_id, order_of_fulfilment_order


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_two_orders_share_an_id_only_if_they_are_one(one, other):
    assert (order_id(*one) == order_id(*other)) == (one == other)


@given(st.text(), st.text(), st.integers(1, 9999))
def test_a_fulfilment_order_knows_its_order(channel, reference, number):
    order = order_id(channel, reference)
    assert order_of_fulfilment_order(fulfilment_order_id(order, number)) == (order, number)


@given(st.text())
def test_any_other_text_is_no_fulfilment_order(text):
    found = order_of_fulfilment_order(text)
    assert found is None or text.startswith("fo_")
