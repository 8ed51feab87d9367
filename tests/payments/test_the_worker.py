"""What the payment worker does with a message when nothing goes wrong, and when the answer is no."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.payments.gateway_fake import CHALLENGING, DECLINING, GOOD, UNKNOWN, FakeGateway, Payment
from tests.payments.localstripe_process import ROOT
from tests.payments.money_world import At, Crash, CrashAt, World
from waybill.aws import gate
from waybill.kernel.errors import IllegalTransition, InvalidInput, Malformed, NotFound, Unavailable
from waybill.payments import ports, view


def _captures(world: World) -> list[int]:
    return world.fake.captures(world.id)


def test_an_authorised_order_is_confirmed_in_the_same_commit() -> None:
    world = World()
    world.deliver(world.command())
    assert world.tokens.answers == {"token-1": "ok"}
    assert world.told == ["payment.authorised", "order.received", "order.confirmed"]
    assert world.account.tenders[0].balances.authorised == 2599 and _captures(world) == []


def test_a_redelivered_command_only_answers_again() -> None:
    world = World()
    world.deliver(world.command())
    versions = world.account.state.version, world.account.tenders[0].version
    for _ in range(2):
        world.deliver(world.command())
    assert world.fake.authorised(world.id) == 1 and world.told.count("order.confirmed") == 1
    assert (world.account.state.version, world.account.tenders[0].version) == versions


def test_the_last_parcel_captures_what_is_due_once() -> None:
    world = World()
    world.deliver(world.command())
    for _ in range(3):
        world.deliver(world.shipped())
    assert _captures(world) == [2599] and world.told.count("payment.captured") == 1


def test_a_parcel_that_is_not_the_last_captures_nothing() -> None:
    world = World()
    world.deliver(world.command())
    world.deliver(world.event("fulfilment_order.shipped", fo_id="fo_1", last=False))
    world.deliver(world.event("payment.authorised"))
    assert _captures(world) == []


def test_a_decline_fails_the_token_and_confirms_nothing() -> None:
    world = World(("card", 2599, DECLINING))
    world.deliver(world.command())
    assert world.tokens.answers == {"token-1": "PaymentDeclined"} and world.tokens.causes == {"token-1": "card_declined"}
    assert world.told == ["payment.declined", "order.received"]


def test_the_same_request_after_a_decline_is_told_the_same_and_not_tried_again() -> None:
    world = World(("card", 2599, DECLINING))
    world.deliver(world.command())
    world.deliver(world.command())
    assert len(world.fake.payments) == 1 and world.told.count("payment.declined") == 1


def test_a_new_request_after_a_decline_is_another_attempt_and_may_bring_another_token() -> None:
    world = World(("card", 2599, DECLINING))
    world.deliver(world.command("token-1"))
    world.payments.replace_token(world.id, 1, GOOD)
    world.deliver(world.command("token-2"))
    assert world.tokens.answers == {"token-1": "PaymentDeclined", "token-2": "ok"}
    asked = [event.ref for event in world.account.tenders[0].events if event.type == "AUTH_REQUEST"]
    assert asked == [f"{world.id}/1/authorise/1", f"{world.id}/1/authorise/2"]


@pytest.mark.parametrize("token", ["4242424242424242", "", "t" * 256, "tok\n", "tök"])
def test_another_token_is_never_a_card_number_nor_nonsense(token: str) -> None:
    world = World(("card", 2599, DECLINING))
    world.deliver(world.command())
    with pytest.raises(InvalidInput):
        world.payments.replace_token(world.id, 1, token)


def test_a_token_is_not_replaced_once_the_money_is_secured() -> None:
    world = World()
    world.deliver(world.command())
    with pytest.raises(IllegalTransition):
        world.payments.replace_token(world.id, 1, "tok_other")


def test_an_unknown_token_is_a_decline() -> None:
    world = World(("card", 2599, UNKNOWN))
    world.deliver(world.command())
    assert world.tokens.answers == {"token-1": "PaymentDeclined"}


def test_a_challenge_nobody_can_answer_is_declined_and_leaves_nothing_open_at_the_gateway() -> None:
    world = World(("card", 2599, CHALLENGING))
    world.deliver(world.command())
    assert world.tokens.causes == {"token-1": "authentication_required"}
    assert [payment.status for payment in world.fake.of(world.id)] == [ports.VOIDED]
    assert "AUTH_ACTION_REQUIRED" in [event.type for event in world.account.tenders[0].events]


def test_a_hold_that_blocks_comes_before_money() -> None:
    world = World()
    world.hold()
    world.deliver(world.command())
    assert world.tokens.answers == {"token-1": "OrderHeld"} and not world.fake.payments
    world.release()
    world.deliver(world.command("token-2"))
    assert world.tokens.answers["token-2"] == "ok"


def test_a_hold_that_blocks_only_the_release_lets_money_pass() -> None:
    world = World()
    world.hold(("release",))
    world.deliver(world.command())
    assert world.tokens.answers == {"token-1": "ok"}


def test_a_cancelled_order_is_not_authorised() -> None:
    world = World()
    world.cancel_state()
    world.deliver(world.command())
    assert world.tokens.answers == {"token-1": "OrderCancelled"} and not world.fake.payments


def test_a_cancel_before_the_capture_voids_once() -> None:
    world = World()
    world.deliver(world.command())
    world.cancel_state()
    for _ in range(3):
        world.deliver(world.cancelled())
    assert world.fake.authorised(world.id) == 0 and world.told.count("payment.voided") == 1
    assert world.account.tenders[0].balances.cancelled == 2599


def test_never_a_capture_after_a_cancel() -> None:
    world = World()
    world.deliver(world.command())
    world.cancel_state()
    for message in (world.shipped(), world.cancelled(), world.shipped()):
        try:
            world.deliver(message)
        except IllegalTransition:
            continue
    assert _captures(world) == [] and world.fake.authorised(world.id) == 0


def test_an_event_of_an_order_that_is_not_cancelled_voids_nothing() -> None:
    world = World()
    world.deliver(world.command())
    world.deliver(world.cancelled())
    assert world.fake.authorised(world.id) == 1


def test_money_that_somebody_took_at_the_gateway_goes_back_when_the_order_is_cancelled() -> None:
    world = World()
    world.deliver(world.command())
    reference = next(iter(world.fake.payments))
    world.fake.capture(reference, 2599, "USD", "by hand")
    world.cancel_state()
    world.deliver(world.cancelled())
    assert world.fake.refunds(world.id) == [2599]
    assert world.told.count("payment.captured") == 1 and world.told.count("payment.refunded") == 1
    assert world.account.tenders[0].balances.charged == 0


def test_an_authorisation_that_ran_out_before_shipping_is_put_in_front_of_a_person_once() -> None:
    world = World()
    world.deliver(world.command())
    world.fake.void(next(iter(world.fake.payments)), "seven days later")
    for _ in range(2):
        world.deliver(world.shipped())
    assert [hold.id for hold in world.account.state.active_holds] == ["capture-1"]
    assert world.told.count("payment.capture_failed") == 1 and world.account.tenders[0].balances.authorised == 0


def test_what_the_channel_has_taken_is_recorded_with_its_reference_and_no_gateway_is_asked() -> None:
    world = World(("channel", 2599, "shopify-tx-1"))
    world.deliver(world.command())
    world.deliver(world.shipped())
    assert world.told == ["payment.recorded", "order.received", "order.confirmed"] and not world.fake.payments
    assert world.account.tenders[0].history[0].data["reference"] == "shopify-tx-1"


def test_what_the_channel_owes_back_after_a_cancel_is_noted_once() -> None:
    world = World(("channel", 2599, "shopify-tx-1"))
    world.deliver(world.command())
    world.cancel_state()
    for _ in range(2):
        world.deliver(world.cancelled())
    assert world.told.count("payment.refund_owed") == 1


def test_an_order_on_terms_passes_with_nothing_charged() -> None:
    world = World(("terms", 2599, "net30"))
    world.deliver(world.command())
    world.deliver(world.shipped())
    assert world.tokens.answers == {"token-1": "ok"} and world.account.tenders[0].balances.charged == 0


def test_an_order_that_costs_nothing_passes() -> None:
    world = World(("card", 0, GOOD), total=0)
    world.deliver(world.command())
    world.deliver(world.shipped())
    assert world.tokens.answers == {"token-1": "ok"} and not world.fake.payments


def test_tenders_that_do_not_cover_the_total_are_a_decline() -> None:
    world = World(("card", 100, GOOD), total=2600)
    world.deliver(world.command())
    assert world.tokens.causes == {"token-1": "tenders_do_not_cover_the_total"} and not world.fake.payments


def test_a_card_bears_at_most_what_is_left_of_the_total() -> None:
    world = World(("card", 9999, GOOD), ("channel", 1000, "gift"), total=2600)
    world.deliver(world.command())
    world.deliver(world.shipped())
    assert _captures(world) == [1600]


def test_all_cards_succeed_or_none_is_kept() -> None:
    world = World(("card", 1000, GOOD), ("channel", 500, "gift"), ("card", 1100, DECLINING))
    world.deliver(world.command())
    assert world.tokens.answers == {"token-1": "PaymentDeclined"} and world.tokens.causes == {"token-1": "card_declined"}
    assert world.fake.authorised(world.id) == 0 and "order.confirmed" not in world.told


def test_after_a_decline_of_one_card_the_next_attempt_authorises_both() -> None:
    world = World(("card", 1000, GOOD), ("card", 1600, DECLINING))
    world.deliver(world.command("token-1"))
    world.payments.replace_token(world.id, 2, GOOD)
    world.deliver(world.command("token-2"))
    world.deliver(world.shipped())
    assert sorted(_captures(world)) == [1000, 1600]


def test_a_gateway_that_is_down_never_declines_and_the_backlog_drains() -> None:
    world = World()
    world.fake.down = True
    for _ in range(3):
        with pytest.raises(Unavailable):
            world.deliver(world.command())
    assert not world.tokens.answers
    world.fake.down = False
    world.deliver(world.command())
    assert world.tokens.answers == {"token-1": "ok"}


def test_a_refund_is_made_once_per_request_and_within_what_was_captured() -> None:
    world = World()
    world.deliver(world.command())
    world.deliver(world.shipped())
    for _ in range(2):
        world.payments.refund(world.id, 1, 1000, "return-1")
    world.payments.refund(world.id, 1, 1599, "return-2")
    with pytest.raises(IllegalTransition):
        world.payments.refund(world.id, 1, 1, "return-3")
    assert world.fake.refunds(world.id) == [1000, 1599]


def test_the_same_request_for_another_amount_is_refused() -> None:
    world = World()
    world.deliver(world.command())
    world.deliver(world.shipped())
    world.payments.refund(world.id, 1, 1000, "return-1")
    with pytest.raises(IllegalTransition):
        world.payments.refund(world.id, 1, 1001, "return-1")


def test_a_refund_of_a_tender_or_an_order_that_is_not_there_is_not_found() -> None:
    world = World()
    for order_id, number in ((world.id, 7), ("ord_none", 1)):
        with pytest.raises(NotFound):
            world.payments.refund(order_id, number, 1, "r")


@pytest.mark.parametrize(
    "message", [{}, {"command": "steal"}, {"command": "authorise"}, {"command": "authorise", "order_id": 7, "token": "t"}]
)
def test_a_message_that_is_none_of_ours_goes_to_the_dead_letters(message: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        World().deliver(message)


def test_an_authorisation_is_one_gateway_call_and_two_writes() -> None:
    world = World()
    with gate.watching(At(-1)) as watcher:
        world.deliver(world.command())
    assert watcher.seen == ["book.read", "book.save", "fake.begin", "book.save", "states.succeed"]


def test_the_view_shows_balances_in_decimals_and_no_token() -> None:
    world = World()
    world.deliver(world.command())
    world.deliver(world.shipped())
    items = [json.loads(text) for (_, sk), text in world.book.items.items() if sk.startswith("PAY#")]
    (shown,) = view.tenders(items)
    assert shown["balances"]["charged"] == "25.99" and shown["amount"] == "25.99" and shown["currency"] == "USD"
    whole = view.whole(world.order, world.account.state, items)
    assert (whole["charge_status"], whole["auth_status"], whole["tenders"]) == ("full", "full", [shown])
    assert GOOD not in json.dumps(shown)


def test_no_record_of_payments_holds_the_token_of_the_order_twice() -> None:
    world = World()
    world.deliver(world.command())
    kept = [text for (_, sk), text in world.book.items.items() if sk != "DOC"]
    assert not any(GOOD in text for text in kept)


def test_a_new_request_first_ends_a_void_that_was_cut_short() -> None:
    world = World(("card", 1000, GOOD), ("card", 1600, DECLINING))
    with gate.watching(CrashAt("fake.cancel")), pytest.raises(Crash):
        world.deliver(world.command("token-1"))
    world.payments.replace_token(world.id, 2, GOOD)
    world.deliver(world.command("token-2"))
    world.deliver(world.shipped())
    assert sorted(_captures(world)) == [1000, 1600] and world.fake.authorised(world.id) == 2


class AuthorisesADollarLess(FakeGateway):
    def _standing(self, payment: Payment) -> ports.Standing:  # type: ignore[override]
        standing = FakeGateway._standing(payment)
        return ports.Standing(standing.status, max(0, standing.amount - 100), standing.reason)


def test_a_gateway_that_authorised_another_amount_is_not_believed() -> None:
    world = World(fake=AuthorisesADollarLess())
    with pytest.raises(ports.GatewayRefused):
        world.deliver(world.command())
    assert not world.tokens.answers and "order.confirmed" not in world.told


@pytest.mark.parametrize(
    "tenders",
    [[], [("card", 2600, DECLINING)], [("card", 2600, UNKNOWN)], [("channel", 1300, "tx-1"), ("channel", 1300, "")]],
    ids=["paid", "declined", "unknown token", "by the channel"],
)
def test_what_is_told_is_what_the_schemas_promise(tenders: list[tuple[str, int, str]]) -> None:
    world = World(*tenders)
    world.deliver(world.command())
    world.deliver(world.shipped()) if "PaymentDeclined" not in world.tokens.answers.values() else None
    world.cancel_state()
    world.deliver(world.cancelled())
    entries = [entry for tender in world.account.tenders for entry in tender.history]
    assert entries
    for entry in entries:
        schema = json.loads((ROOT / "schemas" / "events" / f"{entry.type}.json").read_text())
        jsonschema.validate(entry.data, schema["properties"]["data"])
