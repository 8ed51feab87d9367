"""What every adapter must hold that tells a channel of stock. `RULES[name](at)` raises AssertionError where it breaks the rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tests.channels.receiver_world import TOKENS
from tests.channels.shelves import FULL, SHELVES, Shelf
from waybill.aws import outbound
from waybill.channels import oauth, registry
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.ports import AskedToWait, ChannelRefused, Outgoing, Remote
from waybill.kernel.errors import NotFound, Unavailable
from waybill.shop.model import Channel

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SETTINGS = {"location_id": "1", "marketplace_id": "ATVPDKIKX0DER", "seller_id": "S1", "project_key": "demo", "auth_url": "https://auth.example"}
PATHS = {"shopify": "/shopify", "woocommerce": "/woocommerce"}
DIFFICULT = 'A "B", C'
KNOWS_NOTHING = ("commercetools", "api")
"""They take a SKU that they never heard of."""
SPLITS_SKUS = ("woocommerce", "bigcommerce", "magento")
"""They are asked with commas between SKUs, and find none that has one in it."""


@dataclass
class At:
    kind: str
    remote: Remote
    shelf: Shelf

    def tell(self, units: dict[str, int], sequence: int, called: dict[str, str] | None = None) -> Heard:
        return self.remote.stock(Levels(f"id-{sequence}", sequence, f"2026-11-23T10:00:{sequence:02}.000Z", units, called or {}))


@contextmanager
def telling(kind: str, broken: Callable[[Remote], Remote] = lambda remote: remote) -> Iterator[At]:
    """The adapter of this kind, against its vendor."""
    oauth.forget()
    adapter, shelf = registry.adapter(kind), SHELVES[kind]()
    channel = Channel(kind, kind, kind, settings={**SETTINGS, adapter.address: "https://vendor.example" + PATHS.get(kind, "")})
    token = TOKENS.get(kind, "t")
    said = {name: token for name in ("access_token", "refresh_token", "client_id", "client_secret", "consumer_key", "consumer_secret", "signing_secret")}
    assert adapter.remote is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbound, "_send", shelf)
        yield At(kind, broken(adapter.remote(Outgoing(channel, said, lambda: NOW))), shelf)
    oauth.forget()


def what_it_is_told_is_shown(at: At) -> None:
    heard = at.tell({"TEA": 7, "CUP": 0}, 1)
    assert at.shelf.shows == {"TEA": 7, "CUP": 0} and not (heard.unknown or heard.refused or heard.untold)
    at.tell({"TEA": 3}, 2, dict(heard.called))
    assert at.shelf.shows == {"TEA": 3, "CUP": 0}


def told_twice_it_is_there_once(at: At) -> None:
    at.tell({"TEA": 7, "CUP": 2}, 1)
    again = at.tell({"TEA": 7, "CUP": 2}, 1)
    assert at.shelf.shows == {"TEA": 7, "CUP": 2} and not again.unknown


def an_older_number_never_comes_after_a_newer(at: At) -> None:
    for sequence, units in enumerate((9, 6, 4), 1):
        at.tell({"TEA": units}, sequence)
    shown = [units for sku, units in at.shelf.log if sku == "TEA"]
    assert shown == sorted(shown, reverse=True) and at.shelf.shows["TEA"] == 4


def what_the_channel_does_not_have_keeps_nobody_else_from_being_told(at: At) -> None:
    heard = at.tell({"POT": 5, "TEA": 7, "CUP": 1}, 1)
    assert {sku: at.shelf.shows.get(sku) for sku in ("TEA", "CUP")} == {"TEA": 7, "CUP": 1}
    assert set(heard.unknown) == (set() if at.kind in KNOWS_NOTHING else {"POT"}) and not heard.refused


def a_number_that_is_refused_keeps_nobody_else_from_being_told(at: At) -> None:
    heard = at.tell({"TEA": 7, "CUP": FULL}, 1)
    assert at.shelf.shows.get("TEA") == 7
    assert at.kind in ("shopify", "woocommerce", "api") or set(heard.refused) == {"CUP"}


def a_sku_may_be_named_anything(at: At) -> None:
    heard = at.tell({DIFFICULT: 4, "TEA": 1}, 1)
    assert at.shelf.shows["TEA"] == 1
    assert at.shelf.shows.get(DIFFICULT) == 4 or (at.kind in SPLITS_SKUS and DIFFICULT in heard.unknown)


def what_is_asked_to_wait_says_how_long_and_tells_it_later(at: At) -> None:
    at.shelf.faults.append(outbound.Reply(429, {"retry-after": "17"}, b"{}"))
    with pytest.raises(AskedToWait) as raised:
        at.tell({"TEA": 7}, 1)
    assert raised.value.seconds == 17 and not at.shelf.shows
    at.tell({"TEA": 7}, 1)
    assert at.shelf.shows == {"TEA": 7}


def one_that_has_had_enough_in_the_middle_keeps_what_it_has_taken(at: At) -> None:
    units = {f"SKU-{number:03}": number for number in range(130)}
    at.shelf.has.update({sku: str(1000 + number) for sku, number in units.items()})
    called = dict(at.tell(units, 1).called)
    calls = len(at.shelf.calls)
    at.tell({sku: number + 1 for sku, number in units.items()}, 2, called)
    last = len(at.shelf.calls) - calls - 1
    at.shelf.faults = [None] * last + [outbound.Reply(429, {"retry-after": "17"}, b"{}")]
    newest = {sku: number + 2 for sku, number in units.items()}
    if not last:  # all of it in one call
        with pytest.raises(AskedToWait):
            at.tell(newest, 3, called)
        return
    heard = at.tell(newest, 3, called)
    assert heard.pause == 17 and heard.untold and {sku for sku, number in newest.items() if at.shelf.shows[sku] != number} == set(heard.untold)


def a_refusal_of_the_channel_itself_becomes_the_right_error(at: At) -> None:
    for status, error in ((503, Unavailable), (401, Unavailable)):
        at.shelf.faults.append(outbound.Reply(status, {}, b"{}"))
        with pytest.raises(error):
            at.tell({"TEA": 7}, 1)
    at.shelf.faults = [outbound.Reply(403, {}, b"{}")] * 60
    try:
        assert set(at.tell({"TEA": 7, "CUP": 1}, 1).refused) == {"TEA", "CUP"}
    except (ChannelRefused, NotFound):
        return
    finally:
        assert not at.shelf.shows


RULES = {
    rule.__name__: rule
    for rule in (
        what_it_is_told_is_shown,
        told_twice_it_is_there_once,
        an_older_number_never_comes_after_a_newer,
        what_the_channel_does_not_have_keeps_nobody_else_from_being_told,
        a_number_that_is_refused_keeps_nobody_else_from_being_told,
        a_sku_may_be_named_anything,
        what_is_asked_to_wait_says_how_long_and_tells_it_later,
        one_that_has_had_enough_in_the_middle_keeps_what_it_has_taken,
        a_refusal_of_the_channel_itself_becomes_the_right_error,
    )
}
