"""An order in two parcels: each is paid for when it leaves, where the gateway lets us; together they are what was authorised."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flow.holds_true import check
from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.support.faults import EveryCrash
from waybill.aws import gate
from waybill.payments.ports import Capabilities, GatewayRefused, Standing

IN_PARTS = Capabilities(several_captures=True, renewal=False, hold_days=7)


@pytest.fixture
def the() -> Iterator[Life]:
    with life({("POT", "reno"): 3, ("CUP", "columbus"): 3}) as world:
        world.gateway.allows = IN_PARTS
        yield world


def two_parcels(the: Life) -> str:
    """POT from one node, CUP from the other, one after the other."""
    order_id = the.place(an_order(("POT", 1), ("CUP", 1)))
    the.settle()
    first, second = the.work(order_id)
    for work in (first, second):
        shipped = the.carry_out([work])
        the.settle()
        the.deliver(shipped)
        the.settle()
    return order_id


def parts(the: Life) -> list[int]:
    (payment,) = the.gateway.payments.values()
    return payment.parts


def test_each_parcel_is_captured_when_it_leaves_and_they_sum_to_the_order(the: Life) -> None:
    order = check(the, two_parcels(the))
    assert order["status"] == "completed"
    assert len(parts(the)) == 2 and sum(parts(the)) == 1380
    (tender,) = order["payments"]["tenders"]
    assert (tender["balances"]["charged"], tender["balances"]["authorised"]) == ("13.80", "0.00")


def test_a_gateway_that_takes_no_parts_is_asked_once_with_the_last_parcel(the: Life) -> None:
    the.gateway.allows = Capabilities(several_captures=False, renewal=False, hold_days=7)
    check(the, two_parcels(the))
    assert parts(the) == [1380]


def test_a_payment_that_takes_no_parts_after_all_is_captured_whole(the: Life) -> None:
    def no_part(payment: object, amount: int) -> Standing:
        return Standing("authorised", 1380, "final_only")

    the.gateway._capture_part = no_part  # type: ignore[method-assign,assignment]
    order = check(the, two_parcels(the))
    assert parts(the) == [1380] and not order["holds"]


def test_a_refused_part_waits_for_a_person(the: Life) -> None:
    def refused(payment: object, amount: int) -> Standing:
        return Standing("declined", 0, "card_reported_stolen")

    the.gateway._capture_part = refused  # type: ignore[method-assign,assignment]
    order_id = two_parcels(the)
    assert [hold["kind"] for hold in the.order(order_id)["holds"]] == ["payment"]


def test_never_more_than_was_authorised_even_if_it_is_asked_for(the: Life) -> None:
    two_parcels(the)
    (reference,) = the.gateway.payments
    with pytest.raises(GatewayRefused):
        the.gateway._take(the.gateway.payments[reference], 1)


@pytest.mark.timeout(300)
def test_no_crash_between_two_captures_takes_one_twice_or_loses_one() -> None:
    with life({("POT", "reno"): 3, ("CUP", "columbus"): 3}) as the:
        the.gateway.allows = IN_PARTS
        crashes = EveryCrash(lambda point: point % 8 == 1, invocation=lambda: the.world.invocations)

        def judge() -> None:
            assert check(the, order_id, faults=1)["status"] == "completed"
            assert sum(parts(the)) == 1380 and len(parts(the)) == 2

        with gate.watching(crashes):
            order_id = crashes.told(lambda: two_parcels(the))
        crashes.finish(judge)
        judge()
    assert crashes.points and not crashes.failures, "\n\n".join(crashes.failures)
