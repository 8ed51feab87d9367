"""`make demo`: what it sends is new and rightly signed, what it shows is what the API says, and it tells when an order is missing."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from local.demo.__main__ import main, said
from local.demo.documents import Sending, sendings
from local.demo.door import Refused
from local.demo.following import Followed
from local.demo.play import play
from local.demo.table import Table, cut, rows
from tests.support import shop
from tests.support.cloud import SECRETS
from tests.support.template import ROOT
from tests.support.world import World, world

SAMPLES = ROOT / "events" / "intake"
API_KEYS = {name: f"key-{name}" for name in ("api", "shopify", "woocommerce")}
WEBHOOK_SECRETS = {name: SECRETS["channels"][name][0] for name in API_KEYS}
SENT = Followed("x", "api", "A-1", sent_at=10.0).sent("ord_1", 10.2)


class Screen:
    def __init__(self) -> None:
        self.shown: list[list[str]] = []

    def show(self, orders: Sequence[Followed]) -> None:
        self.shown.append([order.status for order in orders])


class Scripted:
    """A shop whose orders go through the same states, one a look."""

    def __init__(self, *states: dict[str, Any]) -> None:
        self.states, self.looks = states, 0

    def send(self, sending: Sending) -> str:
        return "ord_1"

    def order(self, order_id: str) -> dict[str, Any]:
        self.looks += 1
        return self.states[min(self.looks, len(self.states)) - 1]

    def mails(self) -> dict[str, str]:
        return {}


@pytest.fixture
def the() -> Iterator[World]:
    with world() as fresh:
        shop.open_shop()
        yield fresh


def sent(run: int = 1795413523) -> list[Sending]:
    return sendings(SAMPLES, API_KEYS, WEBHOOK_SECRETS, run)


def test_every_sample_is_taken_at_its_channel_s_door(the: World) -> None:
    orders = set()
    for sending in sent():
        answers = [the.call("POST", sending.path, sending.body, dict(sending.headers)) for _ in range(2)]
        assert [answer.status for answer in answers] in ([200, 200], [202, 202]), (sending.name, answers[0].content)
        ids = {answer.json().get("order_id") or answer.json()["id"] for answer in answers}
        assert len(ids) == 1, "sending twice is one order"
        orders |= ids
    assert len(orders) == len(list(SAMPLES.glob("*.json")))


def test_two_runs_share_no_reference() -> None:
    first, second = ({(sending.channel, sending.reference) for sending in sent(run)} for run in (1795413523, 1795413524))
    assert len(first) == len(second) == len(sent()) and not first & second


def test_a_channel_without_a_key_of_ours_is_left_out() -> None:
    assert {sending.channel for sending in sendings(SAMPLES, {"api": "key-api"}, {}, 7)} == {"api"}


def test_an_order_is_shown_where_it_is() -> None:
    work = [
        {"node": "reno", "status": "rejected", "packages": []},
        {"node": "columbus", "status": "shipped", "packages": [{"carrier": "parcelway"}, {"carrier": "parcelway"}]},
    ]
    seen = SENT.seen({"status": "shipped", "fulfilment_orders": work}, 13.0)
    assert (seen.nodes, seen.carriers, seen.stage, seen.seconds) == (("columbus",), ("parcelway",), 5, 3.0)
    (row,) = rows([seen], ("#", "."))
    assert row.split() == ["A-1", "api", "#####.", "shipped", "columbus", "parcelway", "3.0"]


def test_an_order_at_rest_says_why_and_is_given_a_moment() -> None:
    hold = {"kind": "sums", "reason": "0.01 off", "status": "active"}
    held = SENT.seen({"status": "on_hold", "holds": [hold, {**hold, "reason": "old", "status": "released"}]}, 11.0)
    assert (held.note, held.done(12.0), held.done(13.5)) == ("sums: 0.01 off", False, True)
    lines = [{"sku": "TEA", "quantities": {"backordered": 2}}, {"sku": "CUP", "quantities": {"reserved": 1}}]
    assert SENT.seen({"status": "backordered", "lines": lines}, 11.0).note == "waits for TEA"


def test_a_hold_without_a_reason_is_no_rest() -> None:
    held = SENT.seen({"status": "on_hold", "holds": []}, 11.0)
    assert not held.rests and not held.done(99.0)
    assert "NOT ARRIVED: A-1" in said([held], [])


def test_an_order_just_sent_and_not_yet_written_is_received() -> None:
    assert SENT.seen({"id": "ord_1", "channel": "api", "status": "received"}, 11.0).status == "received"


def test_it_looks_until_the_last_order_has_arrived() -> None:
    screen, scripted = Screen(), Scripted({"status": "confirmed"}, {"status": "released"}, {"status": "completed"})
    (order,) = play(scripted, sent()[:1], screen, seconds=20)
    assert order.arrived and scripted.looks == 3
    assert screen.shown == [["sending"], ["received"], ["confirmed"], ["released"], ["completed"]]


def test_it_gives_up_and_names_what_is_missing() -> None:
    orders = play(Scripted({"status": "confirmed"}), sent()[:1], Screen(), seconds=0.5)
    assert not orders[0].arrived
    assert f"NOT ARRIVED: {orders[0].reference}" in said(orders, ["a mail"])


def test_an_order_that_is_refused_is_shown_with_the_reason() -> None:
    class Closed(Scripted):
        def send(self, sending: Sending) -> str:
            raise Refused(422, "the currency is unknown")

    (order,) = play(Closed({}), sent()[:1], Screen(), seconds=5)
    assert (order.status, order.note) == ("refused", "422 the currency is unknown")
    assert "NOT ARRIVED" in said([order], [])


def test_without_a_screen_each_change_is_one_line() -> None:
    out = io.StringIO()
    table = Table(out)
    for order in (SENT, SENT, SENT.seen({"status": "confirmed"}, 11.0)):
        table.show([order])
    assert [line.split()[3] for line in out.getvalue().splitlines()] == ["received", "confirmed"]
    assert "\033" not in out.getvalue()


def test_a_screen_is_drawn_again_in_place() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    table = Table(out)
    table.show([SENT, SENT])
    table.show([SENT, SENT.seen({"status": "completed"}, 11.0)])
    first, _, second = out.getvalue().partition("\033[3A\r\033[J")
    assert first.count("\n") == second.count("\n") == 3
    assert "\033[32m" in second
    assert cut("x" * 200, 80) == "x" * 78 + "…"


def test_one_clear_line_where_nothing_is_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("WAYBILL_HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["demo"])
    assert main() == 1
    assert capsys.readouterr().err.strip() == "The laptop cloud is not up: start it with `make run`."
    urls = dict.fromkeys(("api_url", "desk_url", "mail_url", "stripe_url", "engine_url", "receiver_url", "threepl_url"), "http://127.0.0.1:9")
    maps: dict[str, Any] = {name: {} for name in ("api_keys", "webhook_secrets", "node_keys", "outputs")}
    (tmp_path / "stack.json").write_text(json.dumps({**urls, **maps, "ops_key": "k"}))
    assert main() == 1
    assert "does not answer" in capsys.readouterr().err
