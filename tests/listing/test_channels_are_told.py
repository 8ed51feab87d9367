"""Channels are told of stock through a real socket: what has changed, once, in order, and not what they know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.channels.receiver_world import TOKENS, point_at
from tests.flow.life import Life, an_order, life
from tests.listing.shop_front import ShopFront, open_front
from tests.support.world import Crash
from waybill.aws import gate
from waybill.shop import store as shop

STOCK = {("TEA", "reno"): 30, ("TEA", "columbus"): 5, ("CUP", "reno"): 4}


class Told:
    """A shop with one channel that is told of stock."""

    def __init__(self, the: Life, front: ShopFront, url: str) -> None:
        self.the, self.front, self.url = the, front, url

    def listed(self, **more: Any) -> None:
        assert self.the.call("PUT", "/v1/policies/listing", {"api": {"url": self.url, **more}}).status == 200
        shop.forget()

    def moved(self, sku: str, units: int, key: str, node: str = "reno") -> None:
        body = {"kind": "adjusted", "quantity": units, "reason": "counted"}
        assert self.the.call("POST", f"/v1/inventory/{sku}/{node}/movements", body, idempotency_key=key).status == 201
        self.the.settle()

    def minute(self) -> None:
        self.the.world.later(61)
        self.the.world.handler("listing")({"detail-type": "Scheduled Event"}, None)

    def seen(self, sku: str = "") -> dict[str, Any]:
        return self.the.call("GET", f"/v1/channels/api/stock?sku={sku}" if sku else "/v1/channels/api/stock").json()


@pytest.fixture
def told() -> Iterator[Told]:
    with life(STOCK) as the, open_front(TOKENS["api"]) as (front, url):
        point_at("http://127.0.0.1:9")
        the.world.tell_channels()
        the.settle()
        yield Told(the, front, url)


def test_a_channel_is_told_what_it_may_sell_when_that_changes_and_nothing_else(told: Told) -> None:
    told.listed(near=100)
    told.moved("TEA", 2, "one")
    assert told.front.heard == [{"TEA": 37}]
    told.the.call("PUT", "/v1/policies/availability", {"kept": [{"units": 3, "nodes": ["reno"]}], "networks": {"api": ["reno"]}})
    shop.forget()
    told.moved("TEA", -1, "two")
    assert told.front.shows == {"TEA": 28}
    (shown,) = told.seen("TEA")["items"]
    assert (shown["told"], shown["now"], shown["sellable"], shown["held_back"]) == (28, 28, 28, 0)


def test_far_from_nothing_it_hears_of_large_steps_only_and_near_it_of_every_unit(told: Told) -> None:
    told.listed(near=10, step=10)
    for number, units in enumerate((1, -3, -9, -1, -10, -6, -1)):
        told.moved("TEA", units, f"{number}")
    assert [each["TEA"] for each in told.front.heard] == [36, 24, 13, 7, 6]


def test_its_own_sale_is_no_news_and_somebody_else_s_is(told: Told) -> None:
    told.listed(lowers=True, near=100)
    told.moved("TEA", 1, "one")
    told.the.world.later(60)
    own = told.the.place(an_order(("TEA", 2), placed_at=told.the.world.now().isoformat()), key="own")
    told.the.settle()
    assert told.front.heard == [{"TEA": 36}]
    assert told.seen("TEA")["items"][0]["sold_since"] == 2
    told.the.call("POST", f"/v1/orders/{own}/cancel", {"reason": "changed my mind"})
    told.the.settle()
    assert told.front.heard[1:] == [{"TEA": 36}], "it has lowered its number, and the units are back"


def test_a_sale_that_may_have_been_made_on_the_number_before_is_told(told: Told) -> None:
    told.listed(lowers=True, near=100)
    told.moved("TEA", 1, "one")
    told.the.place(an_order(("TEA", 2), placed_at="2026-11-01T00:00:00Z"), key="early")
    told.the.settle()
    assert told.front.heard == [{"TEA": 36}, {"TEA": 34}]


def test_whoever_dies_while_telling_tells_the_same_again_and_the_channel_takes_it_once(told: Told) -> None:
    told.listed(near=100)

    class DiesOnce:
        """After the channel has heard."""

        died = False

        def around(self, name: str, thunk: Any, detail: Any) -> Any:
            answer = thunk()
            if name == "channel.webhook" and not self.died:
                self.died = True
                raise Crash(name)
            return answer

    with gate.watching(DiesOnce()):
        told.moved("TEA", 1, "one")
    told.minute()
    assert (told.front.heard, told.front.again) == ([{"TEA": 36}], 1)
    assert told.seen("TEA")["items"][0]["told"] == 36


def test_a_channel_that_is_down_is_left_alone_and_then_hears_the_newest(told: Told) -> None:
    told.listed(near=100)
    told.front.refuses = 503
    told.moved("TEA", 1, "one")
    told.moved("TEA", 1, "two")
    assert told.seen()["channel"]["failures"] == 1
    told.front.refuses = 0
    for _ in range(3):
        told.minute()
    assert told.front.shows == {"TEA": 37}
    assert told.seen()["channel"] | {"shows_after_s": 0} == {
        "id": "api", "due": 0, "resending": False, "shows_after_s": 0, "tells_after_s": 0.0, "failures": 0, "left_alone_until": None,
        "refused": [], "unknown_there": [],
    }  # fmt: skip


def test_no_more_numbers_a_minute_than_it_takes_and_those_nearest_to_nothing_first(told: Told) -> None:
    told.listed(near=100, per_minute=1)
    assert told.the.call("POST", "/v1/channels/api/stock/resend", {}).status == 202
    for _ in range(4):
        told.minute()
    assert told.front.heard == [{"POT": 0}, {"CUP": 4}, {"TEA": 35}]


def test_all_of_it_is_told_again_when_asked_for(told: Told) -> None:
    told.listed(near=100)
    for _ in range(2):
        told.the.call("POST", "/v1/channels/api/stock/resend", {})
        told.minute()
    assert told.front.heard == [{"CUP": 4, "POT": 0, "TEA": 35}] * 2


def test_by_its_budget_what_sells_fast_is_held_back_and_what_does_not_is_not(told: Told) -> None:
    told.listed(near=100, oversold_per_1000=0, held=1)
    told.moved("TEA", 1, "one")
    assert told.front.shows["TEA"] == 35, "the fixed number while nothing is measured"
    told.the.place(an_order(("TEA", 6)), key="many")
    told.the.settle()
    told.moved("CUP", 1, "two")
    (tea,), (cup,) = told.seen("TEA")["items"], told.seen("CUP")["items"]
    assert tea["held_back"] > 0 == cup["held_back"]


def test_a_policy_that_cannot_be_obeyed_says_which_part(told: Told) -> None:
    reply = told.the.call("PUT", "/v1/policies/listing", {"moon": {}, "api": {"url": "ftp://x", "oversold_per_1000": 1001, "step": 0, "often": 1}})
    assert {each["field"] for each in reply.json()["errors"]} == {"moon", "api.url", "api.oversold_per_1000", "api.step", "api.often"}
    assert told.the.call("GET", "/v1/channels/api/stock").status == 404
