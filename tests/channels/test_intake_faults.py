"""Crash before and after every outside call of intake: what was answered 2xx becomes exactly one order (I14, I17)."""

import pytest

from tests.channels.documents import call
from tests.channels.intake_world import emptied, orders, parked, work
from tests.support.faults import AFTER, BEFORE, CrashAt, Recorder
from tests.support.world import Crash
from waybill.aws import gate, secrets
from waybill.shop import store as shop

NAMES = ["api_card", "shopify_paid", "woocommerce_processing"]
_MOST_CALLS = 40


def sent(world, name):
    """A caller that repeats until it is answered, as channels do."""
    for _ in range(3):
        try:
            return call(world, name)
        except Crash:
            world.restart()
    raise AssertionError("no answer in three attempts")


def cold(world):
    """Nothing is in any function's memory: every run makes the same calls in the same order."""
    world.restart()
    shop.forget()
    secrets.forget()


def swept(world, name, moment):
    """One crash at each call in turn, until there is no call left to crash at. Answers what was struck."""
    struck = []
    for number in range(_MOST_CALLS):
        fault = CrashAt(number, moment)
        cold(emptied(world))
        with gate.watching(fault):
            reply = sent(world, name)
            work(world)
        work(world)
        assert reply.status < 300, fault.struck
        assert len(orders()) == len(world.machine.executions) == 1 and not parked(), fault.struck
        if not fault.struck:
            return struck
        struck.append(fault.struck)
    raise AssertionError("the sweep did not reach the end")


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
@pytest.mark.parametrize("name", NAMES)
def test_a_crash_at_any_call_leaves_one_order_and_one_execution(world, name, moment):
    struck = swept(world, name, moment)
    calls = ("dynamodb.PutItem", "sqs.SendMessage", "dynamodb.TransactWriteItems", "stepfunctions.StartExecution")
    assert set(calls) <= set(struck)


def test_a_crash_at_the_door_that_nobody_repeats_leaves_no_half_order(world):
    for number in range(8):
        emptied(world)
        with gate.watching(CrashAt(number, AFTER)):
            try:
                call(world, "api_card")
            except Crash:
                world.restart()
        work(world)
        assert len(orders()) == len(world.machine.executions) <= 1


@pytest.mark.parametrize("name", NAMES)
def test_a_new_order_costs_the_door_few_calls(world, name):
    """Counted on a warm function: for the API whether the order exists; then keep, then queue."""
    for _ in range(2):  # from its second call on a channel's limits are known
        for warming in ("api_terms", "shopify_sums_off", "woocommerce_bank_transfer"):
            call(world, warming)
    recorder = Recorder()
    with gate.watching(recorder):
        call(world, name)
    looked = ["dynamodb.GetItem"] if name == "api_card" else []
    assert [called for called, _ in recorder.calls] == [*looked, "dynamodb.PutItem", "sqs.SendMessage"]
