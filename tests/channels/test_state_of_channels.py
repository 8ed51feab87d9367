"""How channels stand: what ops see of each, what each sees of itself, and how one is set up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.channels.documents import SECRETS, call
from tests.channels.intake_world import work
from tests.support.shop import headers
from tests.support.world import Reply, World
from waybill.aws.tables import commit, create
from waybill.channels import condition, registry
from waybill.channels.messages import MESSAGES
from waybill.channels.model import settings
from waybill.channels.model.signature import signed
from waybill.shop import store as shop


def ask(world: World, method: str, path: str, body: Any = None, who: str = "admin", **more: str) -> Reply:
    sent = {**headers(who), **{name.replace("_", "-"): value for name, value in more.items()}}
    return world.call(method, f"/v1/channels{path}", body, sent)


@pytest.fixture(autouse=True)
def as_set_up(world: World) -> Iterator[None]:
    yield
    shop.forget()


def shown(world: World, channel: str, who: str = "viewer") -> dict[str, Any]:
    reply = ask(world, "GET", f"/{channel}", who=who)
    assert reply.status == 200, reply.content
    return reply.json()


def park(world: World, number: int) -> None:
    raw = json.dumps({"id": number}).encode()
    given = {"x-shopify-topic": "products/update", "x-shopify-hmac-sha256": signed(raw, SECRETS["shopify"])}
    assert world.call("POST", "/v1/channels/shopify/webhooks", raw, given).status == 200


def test_a_channel_that_nobody_has_heard_says_so(world: World) -> None:
    one = shown(world, "shopify")
    assert (one["heard"], one["asked"], one["drift"], one["stock"]) == (None, None, None, None)
    assert one["parked"] == {"count": 0, "more": False, "oldest": None, "first": []}


def test_it_was_last_heard_with_its_newest_order(world: World) -> None:
    reply = call(world, "api_card")
    work(world)
    heard = shown(world, "api")["heard"]
    assert (heard["order_id"], heard["door"]) == (reply.json()["id"], "api")
    assert shown(world, "shopify")["heard"] is None


def test_or_with_what_is_parked_which_is_counted_oldest_first(world: World) -> None:
    for number in range(5):
        park(world, number)
    one = shown(world, "shopify")
    assert (one["parked"]["count"], len(one["parked"]["first"])) == (5, 3)
    assert one["parked"]["oldest"] <= one["heard"]["at"] and one["heard"]["status"] == "parked"
    assert one["parked"]["first"][0]["problem"] == "topic products/update: not processed yet"
    assert shown(world, "woocommerce")["parked"]["count"] == 0


def test_what_is_parked_beyond_what_is_counted_is_said_to_be(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(condition, "_A_PAGE", 2)
    monkeypatch.setattr(condition, "_MOST_PARKED_PAGES", 2)
    for number in range(5):
        park(world, number)
    parked = shown(world, "shopify")["parked"]
    assert (parked["count"], parked["more"]) == (4, True)


def test_how_far_it_has_been_asked_and_what_drifts_is_shown(world: World) -> None:
    commit(create(MESSAGES, {"pk": "watch#shopify", "version": 1, "since": "2026-11-01T00:00:00.000Z", "until": "x"}))
    commit(create(MESSAGES, {"pk": "drift#shopify", "version": 1, "day": "2026-11-02", "since": "2026-11-01", "found": {"orders/create": {"appeared": ["x"], "vanished": []}}}))
    one = shown(world, "shopify")
    assert one["asked"] == {"known_up_to": "2026-11-01T00:00:00.000Z", "reading": True}
    assert one["drift"]["found"]["orders/create"]["appeared"] == ["x"]


def test_secrets_are_counted_and_never_shown(world: World) -> None:
    one = ask(world, "GET", "/shopify")
    assert one.json()["secrets"]["live"] == 2
    assert not any(secret in one.content.decode() for secret in SECRETS.values())


def test_a_secret_or_a_key_that_somebody_has_put_into_the_settings_is_not_shown(world: World) -> None:
    known = shop.channel("woocommerce")
    shop.save(shop.CHANNEL, "woocommerce", {"id": "woocommerce", "kind": "woocommerce", "name": "W", "settings": {"rest_url": "https://ck:cs@a.example/x?key=5", "access_token": "hush"}})
    shop.forget()
    text = ask(world, "GET", "/woocommerce").content.decode()
    shop.save(shop.CHANNEL, "woocommerce", known)
    assert "https://a.example/x" in text and "hush" not in text and "cs@" not in text and "key=5" not in text


def test_a_channel_sees_itself_and_no_other(world: World) -> None:
    (mine,) = ask(world, "GET", "", who="shopify").json()["items"]
    assert mine["id"] == "shopify"
    assert ask(world, "GET", "/woocommerce", who="shopify").status == ask(world, "GET", "/nowhere").status == 404
    assert "changes" not in shown(world, "shopify", who="shopify") and "changes" in shown(world, "shopify")
    assert [each["id"] for each in ask(world, "GET", "", who="viewer").json()["items"]] == ["api", "shopify", "woocommerce"]


@pytest.mark.parametrize(("who", "status"), [("reno", 403), ("nobody", 401)])
def test_others_see_none(world: World, who: str, status: int) -> None:
    assert ask(world, "GET", "", who=who).status == status


# ── setting one up ──

SQUARE = {"api_url": "https://connect.squareup.com", "location_id": "L1", "notification_url": "https://x.example/v1/channels/till/webhooks"}


def test_a_channel_is_set_up_changed_and_its_changes_are_kept(world: World) -> None:
    made = ask(world, "PUT", "/till", {"kind": "square", "name": "Till", "settings": SQUARE})
    assert (made.status, made.json()["version"], made.headers["etag"]) == (200, 1, '"1"'), made.content
    assert made.json()["secrets"]["lacks"] == ["webhook secret", "access_token"]
    again = ask(world, "PUT", "/till", {"kind": "square", "name": "Till", "settings": SQUARE})
    assert again.json()["version"] == 1
    changed = ask(world, "PUT", "/till", {"kind": "square", "name": "Till 2", "settings": SQUARE}, if_match='"1"')
    assert changed.json()["version"] == 2
    assert ask(world, "PUT", "/till", {"kind": "square", "name": "Till 3", "settings": SQUARE}, if_match='"1"').status == 412
    assert [(change["by"], change["after"]["name"]) for change in shown(world, "till")["changes"]] == [("admin:admin", "Till 2"), ("admin:admin", "Till")]


@pytest.mark.parametrize(
    ("id", "body", "field"),
    [
        ("till", {"kind": "square", "name": "T"}, "settings.api_url"),
        ("till", {"kind": "square", "name": "T", "settings": {**SQUARE, "location_id": ""}}, "settings.location_id"),
        ("till", {"kind": "square", "name": "T", "settings": {**SQUARE, "api_url": "http://connect.squareup.com"}}, "settings.api_url"),
        ("till", {"kind": "square", "name": "T", "settings": {**SQUARE, "api_url": "https://me:pw@a.example"}}, "settings.api_url"),
        ("till", {"kind": "square", "name": "T", "settings": {**SQUARE, "api_url": "https://a.example:0"}}, "settings.api_url"),
        ("till", {"kind": "square", "name": "T", "settings": {**SQUARE, "api_url": 5}}, "settings.api_url"),
        ("till", {"kind": "square", "name": "T", "settings": {**SQUARE, "access_token": "x"}}, "settings.access_token"),
        ("till", {"kind": "square", "name": "T", "settings": {**SQUARE, "weight": 0.5}}, "settings.weight"),
        ("till", {"kind": "square", "name": "T", "settings": {**SQUARE, "UP": 1}}, "settings.UP"),
        ("till", {"kind": "square", "name": "T", "settings": {**SQUARE, "note": "x" * 20_000}}, "settings"),
        ("till", {"kind": "square", "name": "T", "settings": {**SQUARE, "per_minute": 0}}, "settings.per_minute"),
        ("till", {"kind": "square", "name": "T", "settings": {**SQUARE, "burst": True}}, "settings.burst"),
        ("till", {"kind": "square", "name": "T", "settings": []}, "settings"),
        ("till", {"kind": "bazaar", "name": "T"}, "kind"),
        ("till", {"kind": None, "name": "T"}, "kind"),
        ("till", {"name": "T"}, "kind"),
        ("till", {"kind": "shopify"}, "name"),
        ("till", {"kind": "shopify", "name": "T", "currency": "XXX"}, "currency"),
        ("till", {"kind": "shopify", "name": "T", "colour": "red"}, "colour"),
        ("woocommerce", {"kind": "shopify", "name": "T"}, "kind"),
        ("Till", {"kind": "shopify", "name": "T"}, "channel"),
        ("a%23b", {"kind": "shopify", "name": "T"}, "channel"),
        ("x" * 65, {"kind": "shopify", "name": "T"}, "channel"),
    ],
)
def test_what_cannot_be_is_refused_by_name(world: World, id: str, body: dict[str, Any], field: str) -> None:
    reply = ask(world, "PUT", f"/{id}", body)
    assert reply.status == 422 and field in {each["field"] for each in reply.json()["errors"]}, reply.content


@pytest.mark.parametrize("who", ["viewer", "support", "finance", "shopify"])
def test_an_admin_alone_sets_up(world: World, who: str) -> None:
    assert ask(world, "PUT", "/shopify", {"kind": "shopify", "name": "Mine"}, who=who).status == 403


@pytest.mark.parametrize("kind", registry.KINDS)
def test_every_kind_says_what_it_needs(kind: str) -> None:
    adapter = registry.adapter(kind)
    assert not settings.problems(dict.fromkeys(adapter.settings, "https://a.example"), adapter.settings, {})
    assert adapter.hook or adapter.kind == "api" or adapter.address in adapter.settings, "nobody would ever hear of its orders"


def test_one_that_was_set_up_before_there_were_versions_can_be_changed(world: World) -> None:
    from waybill.aws.tables import Table, overwrite

    commit(overwrite(Table("SHOP_TABLE"), {"pk": "CHANNEL", "sk": "old", "id": "old", "kind": "shopify", "name": "Old", "currency": "USD", "settings": {}}))
    assert ask(world, "PUT", "/old", {"kind": "shopify", "name": "New"}).json()["version"] == 1
    assert ask(world, "PUT", "/old", {"kind": "shopify", "name": "Newer"}).json()["version"] == 2
