"""API keys: made once, kept as a hash, two live for each channel, ended with who ended them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.channels.documents import call
from tests.support.cloud import cloud, plain_client
from tests.support.shop import headers, open_shop
from tests.support.world import Reply, World
from waybill.aws import gate
from waybill.aws.tables import Table
from waybill.shop import store as shop

_ = (cloud, open_shop)


@pytest.fixture(autouse=True)
def keys_put_back(world: World) -> Iterator[None]:
    table = Table("SHOP_TABLE")
    before = {row["sk"] for row in table.partition(shop.KEY)}
    yield

    for row in table.partition(shop.KEY):
        if row["sk"] not in before:
            plain_client("dynamodb").delete_item(TableName="ShopTable", Key={"pk": {"S": shop.KEY}, "sk": {"S": row["sk"]}})
    for row in table.partition("LIVEKEYS"):
        plain_client("dynamodb").delete_item(TableName="ShopTable", Key={"pk": {"S": "LIVEKEYS"}, "sk": {"S": row["sk"]}})
    open_shop({})


def ask(world: World, method: str, path: str = "", body: Any = None, who: str = "admin", **more: str) -> Reply:
    return world.call(method, f"/v1/keys{path}", body, {**headers(who), **{name.replace("_", "-"): value for name, value in more.items()}})


def issue(world: World, role: str = "channel", scope: str = "api", name: str = "ours") -> Reply:
    return ask(world, "POST", "", {"role": role, "scope": scope, "name": name})


def test_a_key_is_answered_once_kept_as_its_hash_and_opens_the_door(world):
    made = issue(world)
    assert made.status == 201 and made.json()["key"].startswith("wb_"), made.content
    assert call(world, "api_card", x_api_key=made.json()["key"]).status == 202
    listed = ask(world, "GET", "?limit=200")
    assert made.json()["key"] not in listed.content.decode()
    (row,) = [each for each in listed.json()["items"] if each["id"] == made.json()["id"]]
    assert (row["roles"], row["scope"], row["made"]["by"], row["ended"]) == (["channel"], "api", "admin:admin", None)


def test_a_channel_has_two_live_keys_so_that_one_replaces_the_other_without_loss(world):
    new = issue(world).json()
    third = issue(world)
    assert third.status == 409 and new["id"] in third.json()["detail"], "the one of set-up counts too"
    old = shop.key_hash("key-api")[:20]
    for key in ("key-api", new["key"]):
        assert call(world, "api_card", x_api_key=key).status == 202
    assert ask(world, "DELETE", f"/{old}").json()["ended"]["by"] == "admin:admin"
    assert ask(world, "DELETE", f"/{old}").status == 200, "again changes nothing"
    world.restart()
    assert call(world, "api_card", x_api_key="key-api").status == 401
    assert call(world, "api_card", x_api_key=new["key"]).status == 202
    assert issue(world).status == 201


def test_two_admins_at_once_make_no_third(world):
    class Between:
        times = 1

        def around(self, name: str, thunk: Any, detail: dict[str, Any]) -> Any:
            if name == "dynamodb.TransactWriteItems" and self.times:
                self.times = 0
                assert issue(world).status == 201
            return thunk()

    with gate.watching(Between()):
        assert issue(world).status == 409
    live = [each for each in ask(world, "GET", "?limit=200").json()["items"] if each["scope"] == "api" and not each["ended"]]
    assert len(live) == 2


def test_staff_have_as_many_as_there_are_people(world):
    for number in range(4):
        assert issue(world, "support", "", f"person {number}").status == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "king", "name": "x"}, "role"),
        ({"name": "x"}, "role"),
        ({"role": "channel", "name": "x"}, "scope"),
        ({"role": "channel", "scope": "nowhere", "name": "x"}, "scope"),
        ({"role": "node", "scope": "api", "name": "x"}, "scope"),
        ({"role": "support", "scope": "api", "name": "x"}, "scope"),
        ({"role": "support"}, "name"),
        ({"role": "support", "name": "x" * 81}, "name"),
        ({"role": "support", "name": "x", "key": "mine"}, "key"),
        ({"role": ["admin"], "name": "x"}, "role"),
    ],
)
def test_what_can_be_nobodys_is_refused_by_name(world, body, field):
    reply = ask(world, "POST", "", body)
    assert reply.status == 422 and field in {each["field"] for each in reply.json()["errors"]}, reply.content


def test_a_key_does_not_end_itself_and_an_unknown_one_is_404(world):
    assert ask(world, "DELETE", f"/{shop.key_hash('key-admin')[:20]}").status == 409
    assert ask(world, "DELETE", "/" + "0" * 20).status == ask(world, "DELETE", "/a").status == 404


@pytest.mark.parametrize("who", ["viewer", "support", "finance", "api", "reno"])
def test_an_admin_alone_makes_sees_and_ends_them(world, who):
    assert {ask(world, "GET", who=who).status, ask(world, "POST", "", {}, who=who).status, ask(world, "DELETE", "/x", who=who).status} == {403}
