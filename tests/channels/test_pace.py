"""How much one channel may send: what is beyond is asked to come again, costs nothing, and takes nothing from the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.channels.documents import SECRETS, sample
from tests.channels.intake_world import documents_kept, orders, work
from tests.support.shop import headers
from tests.support.world import Reply, World
from waybill.aws import gate
from waybill.channels.model.bucket import Bucket
from waybill.channels.model.signature import signed
from waybill.shop import store as shop
from waybill.shop.model import Channel


class Counting:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def around(self, name: str, thunk: Any, detail: dict[str, Any]) -> Any:
        self.calls.append(name)
        return thunk()


@pytest.fixture
def few(world: World) -> Iterator[World]:
    """Shopify may send five at once and one in ten seconds; intake has just started."""
    known = shop.channel("shopify")
    shop.save(shop.CHANNEL, "shopify", Channel("shopify", "shopify", "S", settings={"per_minute": 6, "burst": 5}))
    shop.forget()
    world.restart()
    yield world
    shop.save(shop.CHANNEL, "shopify", known)
    world.restart()


def webhook(world: World, number: int, secret: str = SECRETS["shopify"]) -> Reply:
    raw = json.dumps({**sample("shopify_paid")["body"], "id": number}, default=str).encode()
    given = {"x-shopify-topic": "orders/create", "x-shopify-hmac-sha256": signed(raw, secret)}
    return world.call("POST", "/v1/channels/shopify/webhooks", raw, given)


def api(world: World, number: int, key: str = "api") -> Reply:
    body = json.loads(json.dumps({**sample("api_card")["body"], "external_reference": f"A-{number}"}, default=str))
    return world.call("POST", "/v1/orders", body, headers(key, **{"idempotency-key": f"k{number}"}))


def test_beyond_its_burst_a_channel_is_asked_to_come_again_by_a_problem_document(few: World) -> None:
    replies = [webhook(few, number) for number in range(8)]
    assert [reply.status for reply in replies] == [200] * 5 + [429] * 3
    problem = replies[-1].json()
    assert (problem["code"], problem["status"]) == ("too_many_calls", 429) and 1 <= int(replies[-1].headers["retry-after"]) <= 10


def test_what_is_refused_so_makes_no_call_and_no_write(few: World) -> None:
    for number in range(5):
        webhook(few, number)
    before, counting = documents_kept(), Counting()
    with gate.watching(counting):
        assert webhook(few, 6).status == 429
    assert counting.calls == [] and documents_kept() == before


def test_one_channels_burst_takes_nothing_from_another(few: World) -> None:
    assert {webhook(few, number).status for number in range(20)} == {200, 429}
    assert {api(few, number).status for number in range(20)} == {202}


def test_whoever_forges_calls_cannot_use_up_what_is_the_channels(few: World) -> None:
    assert {webhook(few, number, secret="forged").status for number in range(20)} == {401}
    assert webhook(few, 1).status == 200


def test_all_that_was_refused_is_there_once_when_it_is_sent_again(few: World) -> None:
    waiting, rounds = list(range(23)), 0
    while waiting:
        waiting = [number for number in waiting if webhook(few, number).status == 429]
        few.restart()  # as if the minutes had passed: a fresh worker is as full as one that has rested
        rounds += 1
    work(few)
    assert len(orders()) == 23 and rounds == 5


def test_our_own_door_has_the_same_measure(world: World) -> None:
    known = shop.channel("api")
    shop.save(shop.CHANNEL, "api", Channel("api", "api", "A", settings={"per_minute": 1, "burst": 2}))
    world.restart()
    statuses = [api(world, number).status for number in range(4)]
    admin = api(world, 9, "admin")
    shop.save(shop.CHANNEL, "api", known)
    world.restart()
    assert statuses == [202, 202, 429, 429] and admin.status in (422, 429)


@settings(max_examples=300)
@given(st.integers(1, 600), st.integers(1, 50), st.lists(st.floats(0, 30), max_size=200))
def test_in_no_span_of_time_does_more_pass_than_burst_and_rate_allow(per_minute: int, burst: int, pauses: list[float]) -> None:
    bucket, now, passed = Bucket(per_minute, burst, float(burst), 0.0), 0.0, list[float]()
    for pause in pauses:
        now += pause
        seconds = bucket.take(now)
        if seconds:
            assert bucket.wait(now + seconds) == 0, "who waits as long as asked is let in"
        else:
            passed.append(now)
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            assert last - first + 1 <= burst + (passed[last] - passed[first]) * per_minute / 60 + 1e-4


def test_a_clock_that_goes_back_gives_nothing() -> None:
    bucket = Bucket(60, 1, 1.0, 100.0)
    assert bucket.take(100.0) == 0 and bucket.take(50.0) == 1 and bucket.take(100.5) == 1 and bucket.take(101.0) == 0
