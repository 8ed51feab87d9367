"""Channels are told of stock in their own language, through a real socket: Shopify's GraphQL, WooCommerce's REST."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.receiver_world import Listening, listening, point_at
from tests.flow.life import Life, life
from tests.support.world import Crash
from waybill.aws import gate
from waybill.shop import store as shop

STOCK = {("TEA", "reno"): 30, ("TEA", "columbus"): 5, ("CUP", "reno"): 4, ("POT", "reno"): 7}
KINDS = ("shopify", "woocommerce")
TELLS = {"shopify": "shopify.inventorySetQuantities", "woocommerce": "woocommerce.batch"}


class Told:
    """A shop whose channel of this kind is told of stock, and nobody else."""

    def __init__(self, the: Life, side: Listening, channel: str) -> None:
        self.the, self.side, self.channel = the, side, channel

    def listed(self, **more: Any) -> Any:
        reply = self.the.call("PUT", "/v1/policies/listing", {self.channel: {"near": 100, **more}})
        shop.forget()
        return reply

    def moved(self, sku: str, units: int, key: str) -> None:
        body = {"kind": "adjusted", "quantity": units, "reason": "counted"}
        assert self.the.call("POST", f"/v1/inventory/{sku}/reno/movements", body, idempotency_key=key).status == 201
        self.the.settle()

    def minute(self, seconds: float = 61) -> None:
        self.the.world.later(seconds)
        self.the.world.handler("listing")({"detail-type": "Scheduled Event"}, None)

    @property
    def shows(self) -> dict[str, int]:
        return self.side.receiver.shelves.shown(self.channel)

    def seen(self, query: str = "") -> dict[str, Any]:
        return self.the.call("GET", f"/v1/channels/{self.channel}/stock{query}").json()


@pytest.fixture(params=KINDS)
def told(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Told]:
    with life(STOCK) as the, listening(tmp_path) as side:
        point_at(side.base)
        side.receiver.shelves.sells = {"TEA", "CUP"}
        the.world.tell_channels()
        the.settle()
        found = Told(the, side, request.param)
        assert found.listed().status == 200
        yield found


class Watch:
    """Counts the calls of a name; after the first of them is done the process dies, if wished."""

    def __init__(self, name: str, dies: bool = False) -> None:
        self.name, self.dies, self.times = name, dies, 0

    def around(self, name: str, thunk: Any, detail: Any) -> Any:
        answer = thunk()
        if name == self.name:
            self.times += 1
            if self.dies and self.times == 1:
                raise Crash(name)
        return answer


def test_a_change_is_shown_by_the_shop_and_told_as_told(told):
    told.moved("TEA", 2, "one")
    assert told.shows == {"TEA": 37}
    (item,) = told.seen("?sku=TEA")["items"]
    assert (item["told"], item["now"], item["unknown_there_since"]) == (37, 37, None)


def test_what_the_channel_calls_a_sku_is_looked_up_once(told):
    watch = Watch({"shopify": "shopify.inventoryItems", "woocommerce": "woocommerce.products"}[told.channel])
    with gate.watching(watch):
        for number in range(3):
            told.moved("TEA", 1, f"{number}")
    assert (watch.times, told.shows) == (1, {"TEA": 38})


def test_what_the_channel_does_not_have_is_noted_and_keeps_nobody_else_from_being_told(told):
    told.the.call("POST", f"/v1/channels/{told.channel}/stock/resend", {})
    told.minute()
    assert told.shows == {"TEA": 35, "CUP": 4}
    assert told.seen()["channel"]["unknown_there"] == ["POT"]
    assert [item["sku"] for item in told.seen("?unknown=true")["items"]] == ["POT"]
    watch = Watch(TELLS[told.channel])
    with gate.watching(watch):
        told.moved("POT", 1, "one")
        told.minute()
    assert (watch.times, told.seen()["channel"]["due"]) == (0, 0), "nobody asks again and again"


def test_what_it_did_not_have_is_asked_about_again_a_day_later_and_when_all_is_told_again(told):
    told.moved("POT", 1, "one")
    told.side.receiver.shelves.sells.add("POT")
    told.minute(86_500)
    told.moved("POT", 1, "two")
    assert told.shows == {"POT": 9}
    assert (told.seen()["channel"]["unknown_there"], told.seen("?unknown=true")["items"]) == ([], [])


def test_whoever_dies_after_the_channel_has_heard_tells_the_same_again_and_nothing_older(told):
    with gate.watching(Watch(TELLS[told.channel], dies=True)):
        told.moved("TEA", 1, "one")
    assert told.shows == {"TEA": 36}
    told.moved("TEA", 1, "two")
    assert told.shows == {"TEA": 36}, "whoever sent it may be alive: nobody tells before his lease is over"
    told.minute()
    assert told.shows == {"TEA": 37} and told.seen()["channel"]["due"] == 0


@pytest.mark.parametrize(("status", "headers", "pause"), [(429, {"Retry-After": "90"}, 90), (503, {}, 30), (401, {}, 30), (403, {}, 30), (404, {}, 30)])
def test_a_channel_that_refuses_is_left_alone_and_then_hears_the_newest(told, status, headers, pause):
    told.moved("TEA", 1, "before")
    told.side.receiver.faults.extend([(status, headers)] * (1 if status in (429, 503, 401) else 2))
    told.moved("TEA", 1, "one")
    told.side.receiver.faults.clear()
    if status in (403, 404):
        assert told.seen()["channel"]["refused"][0]["sku"] == "TEA"
    else:
        assert told.seen()["channel"]["failures"] == 1
    told.minute(pause - 5)
    assert told.shows == {"TEA": 36}
    told.minute(10)
    assert told.shows == {"TEA": 37}


def test_a_policy_without_an_address_needs_a_channel_that_can_be_told(told):
    from waybill.shop.model import Channel

    shop.save(shop.CHANNEL, told.channel, Channel(told.channel, told.channel, "Bare"))
    shop.forget()
    reply = told.listed()
    assert reply.status == 422 and [error["field"] for error in reply.json()["errors"]] == [f"{told.channel}.url"]
    assert told.listed(url="https://shop.example/stock").status == 200
