"""Whose an order is can be changed, and the orders of one address moved to another: found under the new one, and nothing of it in any history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.support.faults import AFTER, BEFORE, CrashAt
from tests.support.world import Crash, Reply
from waybill.aws import gate
from waybill.orders import customers, store


@pytest.fixture(scope="module")
def the() -> Iterator[Life]:
    with life({("TEA", "reno"): 400}) as made:
        yield made


def placed(the: Life, reference: str, email: str) -> str:
    order = an_order(("TEA", 1))
    order_id = the.place({**order, "external_reference": reference, "customer": {**order["customer"], "email": email}}, reference)
    the.settle()
    return order_id


def change(the: Life, order_id: str, body: dict[str, Any], who: str = "support") -> Reply:
    return the.call("PUT", f"/v1/orders/{order_id}/customer", body, who)


def merge(the: Life, away: str, into: str) -> set[str]:
    """All pages. Answers what was moved."""
    moved, query = set[str](), ""
    while True:
        reply = the.call("POST", f"/v1/customers/merge{query}", {"from": away, "into": into}, "support")
        assert reply.status == 200, reply.content
        moved |= set(reply.json()["moved"])
        if not reply.json()["next"]:
            return moved
        query = f"?cursor={reply.json()['next']}"


def of(the: Life, email: str) -> set[str]:
    return {row["id"] for row in the.call("GET", f"/v1/orders?customer={email}&limit=200").json()["items"]}


def test_a_guest_becomes_known_and_is_found_so(the: Life) -> None:
    order_id = placed(the, "guest-1", "guest-1@example.com")
    before = the.order(order_id)["customer"]
    reply = change(the, order_id, {"email": "ada@known.example", "name": " Ada King ", "locale": "de_DE"})
    assert reply.status == 200
    assert reply.json()["customer"] == {**before, "email": "ada@known.example", "name": "Ada King", "locale": "de_DE"}
    assert of(the, "ada@known.example") == {order_id} and of(the, "guest-1@example.com") == set()


def test_the_history_says_which_fields_and_who_and_never_what_they_say(the: Life) -> None:
    order_id = placed(the, "guest-2", "guest-2@example.com")
    for _ in range(2):
        change(the, order_id, {"email": "Hush@example.com", "phone": "+4930901820"})
    told = [entry for entry in store.load(order_id).state.history if entry.type == customers.CHANGED]
    assert [(entry.actor, entry.data) for entry in told] == [("support:support", {"fields": ["email", "phone"]})], "the same again is no change"
    assert not any("hush" in str(item.get("history", "")).lower() or "30901820" in str(item.get("history", "")) for item in (store.load(order_id).others or {}).values())


def test_what_is_not_named_stays_and_the_address_is_not_touched(the: Life) -> None:
    order_id = placed(the, "guest-3", "guest-3@example.com")
    before = store.load(order_id)
    change(the, order_id, {"phone": ""})
    after = store.load(order_id)
    assert after.customer.ship_to == before.customer.ship_to and after.customer.email == before.customer.email and after.customer.phone == ""
    assert store.addressed_as_of(after) == store.addressed_as_of(before)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "nobody"}, "email"), ({"email": ""}, "email"), ({"email": "a@b.c\nd"}, "email"), ({"email": 5}, "email"), ({"email": None}, "email"),
        ({"email": "x" * 250 + "@b.example"}, "email"), ({"name": "x" * 201}, "name"), ({"phone": "x" * 41}, "phone"), ({"locale": "english"}, "locale"),
        ({"ship_to": {}}, "ship_to"), ({}, "body"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(the: Life, body: dict[str, Any], field: str) -> None:
    order_id = placed(the, "guest-4", "guest-4@example.com")
    reply = change(the, order_id, body)
    assert reply.status == 422 and [each["field"] for each in reply.json()["errors"]] == [field], reply.content


def test_support_alone_changes_and_an_unknown_order_is_404(the: Life) -> None:
    for who in ("api", "viewer", "finance", "reno"):
        assert change(the, "ord_none", {"name": "x"}, who).status == 403
        assert the.call("POST", "/v1/customers/merge", {"from": "a@b.example", "into": "c@d.example"}, who).status == 403
    assert change(the, "ord_none", {"name": "x"}).status == 404


def test_all_orders_of_one_address_become_anothers_in_pages(the: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "A_PAGE", 2)
    first = {placed(the, f"many-{number}", "Many@example.com") for number in range(5)}
    second = {placed(the, "one-1", "one@example.com")}
    assert merge(the, "many@EXAMPLE.com", "one@example.com") == first
    assert of(the, "one@example.com") == first | second and of(the, "many@example.com") == set()
    assert merge(the, "many@example.com", "one@example.com") == set(), "again moves nothing"


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_a_crash_at_any_call_is_made_up_for_by_merging_again(the: Life, monkeypatch: pytest.MonkeyPatch, moment: str, number: int) -> None:
    away, into = f"away-{moment}-{number}@example.com", f"into-{moment}-{number}@example.com"
    ids = {placed(the, f"crash-{moment}-{number}-{each}", away) for each in range(2)}
    try:
        with gate.watching(CrashAt(number, moment)):
            the.world.call("POST", "/v1/customers/merge", {"from": away, "into": into}, {"x-api-key": "key-support"})
    except Crash:
        the.world.restart()
    merge(the, away, into)
    assert of(the, into) == ids
    for order_id in ids:
        assert [entry.type for entry in store.load(order_id).state.history].count(customers.CHANGED) == 1


@pytest.mark.parametrize(("body", "field"), [({"from": "a@b.example", "into": "A@B.example"}, "into"), ({"from": "", "into": "a@b.example"}, "from"), ({"from": "a@b.example", "into": 5}, "into"), ({"from": "a@b.example", "into": "c@d.example", "x": 1}, "x")])
def test_what_cannot_be_merged_is_refused_by_name(the: Life, body: dict[str, Any], field: str) -> None:
    reply = the.call("POST", "/v1/customers/merge", body, "support")
    assert reply.status == 422 and [each["field"] for each in reply.json()["errors"]] == [field], reply.content


def test_a_channels_own_words_are_followed_after_it_as_before(the: Life) -> None:
    """A parcel goes out to whom it is now."""
    order_id = placed(the, "follow-1", "follow-1@example.com")
    change(the, order_id, {"email": "followed@example.com"})
    the.fulfil(order_id)
    the.settle()
    assert any("followed@example.com" in mail for mail in the.world.mails())
