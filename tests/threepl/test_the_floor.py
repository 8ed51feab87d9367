"""The played warehouses and carriers against the real doors: they know nothing but what the API tells them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.threepl import floor as played
from local.threepl.api import Api, Refused
from local.threepl.refusals import Refusals
from local.threepl.server import Door, fits
from local.threepl.steps import next_scans, next_verb
from tests.fulfilment import floor as real
from waybill.fulfilment.push import signature

KEYS = {"reno": "key-reno", "columbus": "key-columbus"}
SECRET = "whsec_" + base64.b64encode(b"reno-reno-reno-reno-reno").decode()
AT = "2026-11-23T05:00:00.000Z"


@dataclass(frozen=True)
class InProcess(Api):
    """The API without its socket. `down` makes it answer nothing."""

    the: Any = None
    down: Any = None

    def _call(self, method: str, path: str, headers: dict[str, str], raw: bytes | None) -> dict[str, Any]:
        if self.down:
            raise Refused(0, "connection refused")
        reply = self.the.world.call(method, path, raw or b"", {**headers, "content-type": "application/json"})
        if reply.status >= 300:
            raise Refused(reply.status, reply.content.decode())
        return json.loads(reply.content or b"{}")


@dataclass
class Players:
    """A floor at no pace, the system's real doors before it."""

    the: real.Floor
    folder: Path
    down: list[bool]

    def open(self) -> played.Floor:
        """A fresh process: it knows nothing."""
        refusals = Refusals(self.folder / "rejections.json")
        return played.Floor(InProcess("", self.the, self.down), KEYS, {"parcelway": "carrier-secret"}, refusals, pace=0.0, say=lambda _: None)


@pytest.fixture
def players(tmp_path: Path) -> Iterator[Players]:
    with real.floor() as the:
        yield Players(the, tmp_path, [])


def work(floor: played.Floor, steps: int = 200) -> None:
    for _ in range(steps):
        if not floor.step(patience=0.0):
            return
    raise AssertionError(f"still under way: {floor.under_way}")


def look_and_work(floor: played.Floor) -> None:
    for node in KEYS:
        floor.look(node)
        floor.look(node, "shipped")
    work(floor)


def test_what_is_on_a_node_s_list_is_delivered(players: Players) -> None:
    made = players.the.put(real.TWO) + players.the.put()
    floor = players.open()
    look_and_work(floor)
    assert [players.the.status(fo) for fo in made] == [("completed", "delivered")] * 3
    assert players.the.told(made[0]) == ["requested", "accepted", "picked", "packed", "shipped", "tracked", "tracked", "delivered"]
    assert (floor.done, floor.under_way) == (3, {})


@pytest.mark.parametrize("steps", range(1, 8))
def test_a_restart_after_any_step_goes_on_where_it_was(players: Players, steps: int) -> None:
    (fo,) = players.the.put()
    first = players.open()
    first.look("reno")
    for _ in range(steps):
        assert first.step(patience=0.0)
    look_and_work(players.open())
    assert players.the.status(fo) == ("completed", "delivered")
    assert players.the.told(fo).count("shipped") == 1


def test_work_that_is_told_twice_is_done_once(players: Players) -> None:
    (fo,) = players.the.put()
    floor = players.open()
    for _ in range(2):
        floor.look("reno")
        floor.take(players.the.call("GET", f"/v1/fulfilment-orders/{fo}", who="reno").json())
    work(floor)
    assert floor.done == 1


def test_an_order_cancelled_on_the_way_is_let_go(players: Players) -> None:
    (fo,) = players.the.put()
    floor = players.open()
    floor.look("reno")
    floor.step(patience=0.0)
    players.the.call("POST", f"/v1/orders/{players.the.read(fo)['order_id']}/cancel", {})
    work(floor)
    assert (floor.under_way, players.the.status(fo)) == ({}, ("cancelled", "cancelled"))


def test_while_the_api_is_away_nothing_is_lost(players: Players) -> None:
    (fo,) = players.the.put()
    floor = players.open()
    floor.look("reno")
    players.down.append(True)
    floor.step(patience=0.0)
    assert list(floor.under_way) == [fo]
    players.down.clear()
    look_and_work(players.open())
    assert players.the.status(fo) == ("completed", "delivered")


def test_a_shelf_that_is_empty_on_demand_rejects_once_even_over_a_restart(players: Players) -> None:
    players.open().refusals.ask("reno", "TEA", "NOT_IN_STOCK")
    rejected, taken = players.the.put()[0], None
    floor = players.open()
    floor.look("reno")
    work(floor)
    assert players.the.read(rejected)["status"] == "rejected"
    (taken,) = players.the.put()
    look_and_work(players.open())
    assert players.the.status(taken) == ("completed", "delivered")


@pytest.mark.parametrize(("node", "sku"), [("columbus", "TEA"), ("reno", "POT")])
def test_another_shelf_s_gap_changes_nothing(players: Players, node: str, sku: str) -> None:
    players.open().refusals.ask(node, sku, "NOT_IN_STOCK")
    (fo,) = players.the.put()
    look_and_work(players.open())
    assert players.the.status(fo) == ("completed", "delivered")


# The 3PL's own door


def push(door: Door, document: dict[str, Any], key: str = SECRET, stamp: int | None = None) -> int:
    raw = json.dumps({"type": "fulfilment_order.requested", "data": document}).encode()
    when = str(int(time.time()) if stamp is None else stamp)
    headers = {"webhook-id": "fo:1", "webhook-timestamp": when, "webhook-signature": signature(key, "fo:1", when, raw)}
    return door.answer("POST", "/webhooks/fulfilment-orders", headers, raw)[0]


def test_pushed_work_is_taken_when_the_signature_fits(players: Players) -> None:
    (fo,) = players.the.put()
    document, floor = players.the.read(fo), players.open()
    door = Door(floor, {"reno": SECRET})
    assert push(door, document, key="guessed") == 401
    assert push(door, document, stamp=int(time.time()) - 301) == 401
    assert push(door, {**document, "node": "columbus"}) == 401
    assert floor.under_way == {}
    assert push(door, document) == push(door, document) == 204
    work(floor)
    assert (floor.done, players.the.status(fo)) == (1, ("completed", "delivered"))


def test_the_signature_is_checked_as_the_standard_says() -> None:
    raw, stamp = b'{"n": 1}', str(int(time.time()))
    wanted = base64.b64encode(hmac.new(b"reno-reno-reno-reno-reno", f"id.{stamp}.".encode() + raw, hashlib.sha256).digest()).decode()
    headers = {"webhook-id": "id", "webhook-timestamp": stamp, "webhook-signature": f"v1,older v1a,other v1,{wanted}"}
    assert fits(SECRET, headers, raw)
    assert not fits(SECRET, headers, raw + b" ")
    assert not fits(SECRET, {**headers, "webhook-timestamp": "soon"}, raw)
    assert not fits(SECRET, {**headers, "webhook-signature": "v1,é"}, raw)
    assert not fits(SECRET, {}, raw)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"data": []}', b'{"data": "x"}', b'{"data": {"node": {}}}', b"\xff", b'{"sku": ["TEA"]}'])
def test_nonsense_is_refused(players: Players, raw: bytes) -> None:
    door = Door(players.open(), {"reno": SECRET})
    assert door.answer("POST", "/webhooks/fulfilment-orders", {}, raw)[0] == 401
    assert door.answer("POST", "/rejections", {}, raw)[0] == 422


def test_a_gap_is_asked_for_by_node_sku_and_reason(players: Players) -> None:
    door = Door(players.open(), {})
    assert door.answer("POST", "/rejections", {}, b'{"sku": "TEA", "node": "reno"}')[0] == 202
    assert door.answer("POST", "/rejections", {}, b'{"sku": "TEA", "node": "moon"}')[0] == 422
    assert door.answer("POST", "/rejections", {}, b'{"sku": "TEA", "reason": "LAZY"}')[0] == 422
    status, shown = door.answer("GET", "/", {}, b"")
    assert (status, shown["rejections"]) == (200, [{"node": "reno", "sku": "TEA", "reason": "NOT_IN_STOCK"}])


def test_a_node_whose_people_have_a_break_ships_nothing_and_what_has_left_arrives(players: Players) -> None:
    left, waiting = players.the.put()[0], players.the.put()[0]
    floor = players.open()
    door = Door(floor, {})
    for fo in (left,):
        floor.take(players.the.call("GET", f"/v1/fulfilment-orders/{fo}", who="reno").json())
    for _ in range(4):
        floor.step(patience=0.0)
    assert door.answer("POST", "/breaks", {}, b'{"node": "reno"}') == (202, {"resting": ["reno"]})
    floor.look("reno")
    for _ in range(30):
        floor.step(patience=0.0)
    assert players.the.status(left) == ("completed", "delivered") and players.the.told(waiting) == ["requested"]
    assert door.answer("POST", "/breaks", {}, b'{"node": "reno", "over": true}') == (202, {"resting": []})
    work(floor)
    assert players.the.status(waiting) == ("completed", "delivered")


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"node": "moon"}', b'{"node": ["reno"]}', b'{"node": "reno", "over": 1}'])
def test_a_break_of_nobody_is_refused(players: Players, raw: bytes) -> None:
    assert Door(players.open(), {}).answer("POST", "/breaks", {}, raw)[0] == 422


# What comes next


def test_each_status_has_one_deed_and_the_end_has_none() -> None:
    deeds = {
        status: next_verb({"status": status})
        for status in ("requested", "accepted", "picking", "picked", "packed", "shipped", "delivered", "rejected")
    }
    assert list(deeds.values()) == ["accept", "pick", "pick", "pack", "ship", "", "", ""]


def test_a_parcel_goes_on_from_where_it_was_last_seen() -> None:
    def told(*seen: str) -> list[str]:
        packages = [{"carrier": "parcelway", "tracking_number": str(n), "tracking": {"status": one} if one else None} for n, one in enumerate(seen)]
        return [event["status"] for _, event in next_scans({"status": "shipped", "packages": packages}, AT)]

    assert told("", "pre_transit", "in_transit", "out_for_delivery", "delivered", "lost") == [
        "in_transit", "in_transit", "out_for_delivery", "delivered",
    ]  # fmt: skip
    assert next_scans({"status": "packed", "packages": []}, AT) == []
