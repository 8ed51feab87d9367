"""Secrets are rotated while webhooks come in: none is refused, none is lost, and two admins at once lose nothing of each other's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.channels.documents import SECRETS, sample
from tests.channels.intake_world import orders, work
from tests.support.faults import AFTER, BEFORE, CrashAt
from tests.support.shop import headers
from tests.support.world import Crash, Reply, World, _load
from waybill.aws import clients, gate, secrets
from waybill.aws.secrets import change
from waybill.channels.model.signature import signed
from waybill.kernel.errors import Conflict

OLD, NEW = SECRETS["shopify"], "the-new-secret-of-shopify"
NAME = "waybill/local/channels"


def stands() -> dict[str, Any]:
    return json.loads(clients.client("secretsmanager").get_secret_value(SecretId=NAME)["SecretString"])


@pytest.fixture(autouse=True)
def put_back(world: World) -> Iterator[None]:
    manager = clients.client("secretsmanager")
    before = {**stands(), "shopify": [OLD]}
    manager.put_secret_value(SecretId=NAME, SecretString=json.dumps(before))
    world.restart()
    yield
    manager.put_secret_value(SecretId=NAME, SecretString=json.dumps({**before, "shopify": [OLD, "old-shopify-secret"]}))
    world.restart()


def ask(world: World, method: str, path: str, body: Any = None, who: str = "admin") -> Reply:
    return world.call(method, f"/v1/channels/shopify{path}", body, headers(who))


class Workers:
    """Warm functions of intake, each with a memory of secrets of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, many: int = 3) -> None:
        self._patch = monkeypatch
        self._all = [(_load("intake").handler, dict[str, Any]()) for _ in range(many)]
        self._next = 0

    def webhook(self, number: int, secret: str) -> int:
        """By the one whose turn it is. Answers the status."""
        handler, kept = self._all[self._next % len(self._all)]
        self._next += 1
        raw = json.dumps({**sample("shopify_paid")["body"], "id": number}, default=str)
        sent = {"x-shopify-topic": "orders/create", "x-shopify-hmac-sha256": signed(raw.encode(), secret)}
        event = {
            "rawPath": "/v1/channels/shopify/webhooks", "headers": sent, "body": raw,
            "requestContext": {"http": {"method": "POST", "path": "/v1/channels/shopify/webhooks"}, "requestId": "r"},
        }  # fmt: skip
        with self._patch.context() as patch:
            patch.setattr(secrets, "_kept", kept)
            return int(handler(event, None)["statusCode"])


class Clock:
    """What the memory of secrets goes by."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(secrets.time, "monotonic", lambda: self.now)


class Counted:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def around(self, name: str, thunk: Any, detail: dict[str, Any]) -> Any:
        self.calls.append(name)
        return thunk()


def test_during_a_rotation_no_webhook_is_refused_and_none_is_lost(world, monkeypatch):
    clock, workers, statuses = Clock(monkeypatch), Workers(monkeypatch), list[int]()

    def burst(first: int, *signed_with: str) -> None:
        for number in range(first, first + 30):
            clock.now += 1.0
            statuses.append(workers.webhook(number, signed_with[number % len(signed_with)]))

    burst(0, OLD)
    assert ask(world, "POST", "/secrets", {"use": NEW}).json()["live"] == 2
    burst(100, OLD)
    burst(200, OLD, NEW)
    burst(300, NEW)
    assert ask(world, "DELETE", "/secrets/older").json()["live"] == 1
    burst(400, NEW)
    assert statuses == [200] * 150
    work(world)
    assert len(orders()) == 150
    clock.now += 300.0
    assert [workers.webhook(1, OLD) for _ in range(3)] == [401] * 3, "within the five minutes that a secret is kept"


def test_a_forger_cannot_make_us_ask_for_the_secret_at_each_try(world, monkeypatch):
    clock, workers, counted = Clock(monkeypatch), Workers(monkeypatch, 1), Counted()
    workers.webhook(1, OLD)
    with gate.watching(counted):
        for _ in range(100):
            assert workers.webhook(2, "forged") == 401
            clock.now += 1.0
    assert counted.calls.count("secretsmanager.GetSecretValue") <= 100 / secrets._YOUNG_SECONDS
    assert not [name for name in counted.calls if name.startswith(("dynamodb.Put", "sqs."))]


def test_a_third_one_waits_until_one_is_taken_away_and_the_last_one_stays(world):
    assert ask(world, "POST", "/secrets", {"use": NEW}).status == 201
    assert ask(world, "POST", "/secrets", {"use": NEW}).json()["live"] == 2, "the same again changes nothing"
    assert ask(world, "POST", "/secrets", {"use": "yet-another-secret"}).status == 409
    assert ask(world, "DELETE", "/secrets/newer").status == 200 and stands()["shopify"] == [OLD]
    for which in ("older", "newer"):
        assert ask(world, "DELETE", f"/secrets/{which}").status == 409
    assert ask(world, "DELETE", "/secrets/first").status == 404


def test_one_that_is_made_is_answered_once_and_none_is_shown_again(world):
    made = ask(world, "POST", "/secrets", {"generate": True}).json()["secret"]
    assert re.fullmatch(r"[\w-]{43}", made) and stands()["shopify"] == [made, OLD]
    given = ask(world, "PUT", "/outbound", {"access_token": "shpat_hush_hush"})
    shown = [given.content, ask(world, "GET", "").content, ask(world, "DELETE", "/secrets/older").content, world.call("GET", "/v1/keys", None, headers("admin")).content]
    assert not any(secret.encode() in text for text in shown for secret in (made, OLD, "shpat_hush_hush"))
    assert [(each["by"], each["did"]) for each in json.loads(shown[2])["changes"]][:3] == [
        ("admin:admin", "the older secret was taken away"), ("admin:admin", "outbound was changed: access_token"), ("admin:admin", "a secret was added"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/secrets", {"use": "short"}, "use"),
        ("POST", "/secrets", {"use": " padded-with-blanks "}, "use"),
        ("POST", "/secrets", {"use": "x" * 513}, "use"),
        ("POST", "/secrets", {"use": 5}, "use"),
        ("POST", "/secrets", {}, "use"),
        ("POST", "/secrets", {"generate": False}, "use"),
        ("POST", "/secrets", {"generate": True, "use": NEW}, "use"),
        ("PUT", "/outbound", {}, "body"),
        ("PUT", "/outbound", {"password": "x"}, "password"),
        ("PUT", "/outbound", {"access_token": ""}, "access_token"),
        ("PUT", "/outbound", {"access_token": "a\nb"}, "access_token"),
        ("PUT", "/outbound", {"signing_secret": "too short"}, "signing_secret"),
        ("PUT", "/outbound", {"signing_secret": "whsec_no base64, but long"}, "signing_secret"),
    ],
)
def test_what_cannot_be_a_secret_is_refused_by_name(world, method, path, body, field):
    reply = ask(world, method, path, body)
    assert reply.status == 422 and [each["field"] for each in reply.json()["errors"]] == [field], reply.content
    assert stands()["shopify"] == [OLD]


@pytest.mark.parametrize("who", ["viewer", "support", "finance", "shopify"])
def test_an_admin_alone_rotates(world, who):
    for method, path, body in (("POST", "/secrets", {"generate": True}), ("DELETE", "/secrets/older", None), ("PUT", "/outbound", {"access_token": "x"})):
        assert ask(world, method, path, body, who=who).status == 403


def test_an_unknown_channel_has_none(world):
    assert world.call("POST", "/v1/channels/nowhere/secrets", {"generate": True}, headers("admin")).status == 404


# ── two at once, and answers that are lost ──


class Between:
    """Somebody else changes the secret between our reading and our writing, so often."""

    def __init__(self, times: int) -> None:
        self.times, self.busy = times, False

    def around(self, name: str, thunk: Any, detail: dict[str, Any]) -> Any:
        if name == "secretsmanager.UpdateSecretVersionStage" and not self.busy and self.times:
            self.busy, self.times = True, self.times - 1
            change("channels", lambda kept: {**kept, "woocommerce/outbound": {"consumer_key": f"theirs-{self.times}"}})
            self.busy = False
        return thunk()


def test_of_two_admins_at_once_neither_loses_the_others_change(world):
    with gate.watching(Between(3)):
        assert ask(world, "POST", "/secrets", {"use": NEW}).status == 201
    assert stands()["shopify"] == [NEW, OLD] and stands()["woocommerce/outbound"] == {"consumer_key": "theirs-0"}
    assert len(stands()["shopify/changes"]) == 1


def test_two_who_add_at_once_do_not_push_the_live_one_out(world):
    class Other(Between):
        def around(self, name, thunk, detail):
            if name == "secretsmanager.UpdateSecretVersionStage" and self.times:
                self.times = 0
                change("channels", lambda kept: {**kept, "shopify": ["the-others-new-secret", *kept["shopify"]]})
            return thunk()

    with gate.watching(Other(1)):
        assert ask(world, "POST", "/secrets", {"use": NEW}).status == 409
    assert stands()["shopify"] == ["the-others-new-secret", OLD]


def test_a_secret_that_all_change_at_once_is_said_to_be(world):
    with gate.watching(Between(100)), pytest.raises(Conflict):
        change("channels", lambda kept: {**kept, "x": [1]})


def test_a_hand_that_edits_in_the_console_is_not_written_over(world):
    class Console(Between):
        def around(self, name, thunk, detail):
            if name == "secretsmanager.UpdateSecretVersionStage" and self.times:
                self.times = 0
                clients.client("secretsmanager").put_secret_value(SecretId=NAME, SecretString=json.dumps({**stands(), "by-hand": ["x"]}))
            return thunk()

    with gate.watching(Console(1)):
        assert ask(world, "POST", "/secrets", {"use": NEW}).status == 201
    assert stands()["by-hand"] == ["x"] and stands()["shopify"] == [NEW, OLD]


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
@pytest.mark.parametrize("number", range(6))
def test_a_crash_at_any_call_leaves_it_done_or_not_and_repeating_it_does_it(world, moment, number):
    try:
        with gate.watching(CrashAt(number, moment)):
            ask(world, "POST", "/secrets", {"use": NEW})
    except Crash:
        world.restart()
    assert stands()["shopify"] in ([OLD], [NEW, OLD])
    assert ask(world, "POST", "/secrets", {"use": NEW}).status == 201
    assert stands()["shopify"] == [NEW, OLD] and len(stands()["shopify/changes"]) == 1


def test_a_move_whose_answer_was_lost_is_known_to_have_been_made(world):
    class Lost:
        def around(self, name, thunk, detail):
            answer = thunk()
            return thunk() if name == "secretsmanager.UpdateSecretVersionStage" else answer  # the SDK asks again

    with gate.watching(Lost()):
        assert ask(world, "POST", "/secrets", {"use": NEW}).status == 201
    assert len(stands()["shopify/changes"]) == 1
