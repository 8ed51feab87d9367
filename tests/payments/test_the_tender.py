"""What may be done with one tender, and what is written down of it."""

from __future__ import annotations

import pytest

from waybill.kernel.errors import IllegalTransition
from waybill.payments.model.tender import CARD, CHANNEL, Tender

ME = "test"


def _tender(amount: int = 1000, kind: str = CARD) -> Tender:
    return Tender("ord_ab12", 1, kind, "stripe", amount, "USD")


def _done(tender: Tender, kind: str, amount: int, at: str = "2") -> Tender:
    asked = tender.asked(kind, amount, at, "pi_1")
    operation = asked.open(kind)
    assert operation is not None
    return asked.succeeded(operation, amount, at, ME)


def _authorised(amount: int = 1000) -> Tender:
    return _done(_tender(amount), "AUTH", amount, "1")


def _captured(amount: int = 1000) -> Tender:
    return _done(_authorised(), "CHARGE", amount)


def test_the_key_of_an_operation_is_a_function_of_order_tender_verb_and_attempt() -> None:
    asked = _tender().asked("AUTH", 1000, "1", "pi_1")
    first = asked.open("AUTH")
    assert first is not None and first.ref == "ord_ab12/1/authorise/1"
    declined = asked.failed(first, "card_declined", "2", ME)
    assert declined.next_ref("AUTH") == "ord_ab12/1/authorise/2"


def test_an_operation_is_open_until_it_is_answered() -> None:
    asked = _tender().asked("AUTH", 1000, "1", "pi_1")
    operation = asked.open("AUTH")
    assert operation is not None
    assert asked.succeeded(operation, 1000, "2", ME).open("AUTH") is None
    assert asked.failed(operation, "no", "2", ME).open("AUTH") is None


def test_a_second_operation_of_a_kind_waits_for_the_first() -> None:
    with pytest.raises(IllegalTransition):
        _tender().asked("AUTH", 1000, "1", "pi_1").asked("AUTH", 1000, "1", "pi_2")


def test_what_is_authorised_is_not_authorised_again() -> None:
    with pytest.raises(IllegalTransition):
        _authorised().asked("AUTH", 1000, "2", "pi_2")


@pytest.mark.parametrize("amount", [0, 1001])
def test_a_capture_lies_within_the_authorisation(amount: int) -> None:
    with pytest.raises(IllegalTransition):
        _authorised().asked("CHARGE", amount, "2", "pi_1")


def test_captures_in_parts_stay_within_the_authorisation_together() -> None:
    part = _captured(400).asked("CHARGE", 600, "3", "pi_1")
    assert part.balances.charge_pending == 600
    with pytest.raises(IllegalTransition):
        _captured(400).asked("CHARGE", 601, "3", "pi_1")


def test_nothing_is_captured_once_the_rest_was_let_go() -> None:
    captured = _captured(400)
    asked = next(event for event in captured.events if event.type == "CHARGE_REQUEST")
    done = captured.released(asked, 600, "3")
    assert done.captured_whole
    with pytest.raises(IllegalTransition):
        done.asked("CHARGE", 1, "4", "pi_1")


def test_never_a_capture_after_a_void_was_even_asked_for() -> None:
    with pytest.raises(IllegalTransition, match="never a capture after a void"):
        _authorised().asked("CANCEL", 1000, "2", "pi_1").asked("CHARGE", 1000, "3", "pi_1")


def test_a_void_that_failed_leaves_the_authorisation_to_be_captured() -> None:
    asked = _authorised().asked("CANCEL", 1000, "2", "pi_1")
    operation = asked.open("CANCEL")
    assert operation is not None
    assert asked.failed(operation, "captured", "3", ME).asked("CHARGE", 1000, "4", "pi_1").balances.charge_pending == 1000


def test_a_new_authorisation_after_a_void_may_be_captured() -> None:
    again = _done(_done(_authorised(), "CANCEL", 1000), "AUTH", 1000, "3")
    assert _done(again, "CHARGE", 1000, "4").balances.charged == 1000


def test_never_a_void_of_what_is_captured_or_about_to_be() -> None:
    for tender in (_captured(), _authorised().asked("CHARGE", 1000, "2", "pi_1")):
        with pytest.raises(IllegalTransition, match="refund it instead"):
            tender.asked("CANCEL", 1000, "3", "pi_1")


def test_a_refund_never_exceeds_the_capture() -> None:
    with pytest.raises(IllegalTransition):
        _captured(400).asked("REFUND", 401, "3", "pi_1")


def test_a_refund_counts_those_that_are_done_and_those_that_are_pending() -> None:
    once = _done(_captured(), "REFUND", 600, "3")
    with pytest.raises(IllegalTransition):
        once.asked("REFUND", 401, "4", "pi_1")
    assert once.asked("REFUND", 400, "4", "pi_1").balances.refund_pending == 400


def test_a_refund_that_failed_frees_its_amount() -> None:
    asked = _captured().asked("REFUND", 1000, "3", "pi_1")
    operation = asked.open("REFUND")
    assert operation is not None
    assert asked.failed(operation, "no", "4", ME).balances.charged == 1000


def test_the_remainder_of_a_final_capture_is_released() -> None:
    asked = _authorised().asked("CHARGE", 700, "2", "pi_1")
    operation = asked.open("CHARGE")
    assert operation is not None
    done = asked.succeeded(operation, 700, "3", ME).released(operation, 300, "3")
    assert (done.balances.authorised, done.balances.charged, done.balances.cancelled) == (0, 700, 300)


def test_a_gateway_that_answers_more_than_was_asked_is_not_believed() -> None:
    asked = _authorised().asked("CHARGE", 700, "2", "pi_1")
    operation = asked.open("CHARGE")
    assert operation is not None
    with pytest.raises(IllegalTransition):
        asked.succeeded(operation, 701, "3", ME)


def test_what_the_channel_took_is_charged_outside_and_not_ours_to_return() -> None:
    paid = _tender(kind=CHANNEL).recorded("1", "shopify-tx-9", ME)
    assert paid.secured and paid.balances.charged == 1000
    assert paid.history[-1].data == {"tender": 1, "amount": 1000, "currency": "USD", "reference": "shopify-tx-9"}
    with pytest.raises(IllegalTransition):
        paid.asked("REFUND", 10, "2", "x")


def test_terms_are_secured_once_they_are_noted() -> None:
    assert not _tender(kind="terms").secured
    assert _tender(kind="terms").stated("INFO", 0, "1", reason="net30").secured


def test_a_tender_tells_its_story_and_names_no_card() -> None:
    told = [entry.type for entry in _done(_captured(), "REFUND", 1000, "3").history]
    assert told == ["payment.authorised", "payment.captured", "payment.refunded"]
    asked = _tender().asked("AUTH", 1000, "1", "pi_1")
    operation = asked.open("AUTH")
    assert operation is not None
    assert asked.failed(operation, "card_declined", "2", ME).history[-1].data["reason"] == "card_declined"
