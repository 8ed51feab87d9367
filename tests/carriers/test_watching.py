"""Parcels on their way: told of, asked about, late, undeliverable, coming back, lost; each is told once, and over when it is delivered."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.carriers.sold import HOOK, picked, sold
from tests.carriers.strict_easypost import FOLDER, recorded
from tests.fulfilment.floor import Floor, floor
from tests.fulfilment.test_the_fulfilment_order import packed
from waybill.fulfilment.carriers.easypost import webhooks
from waybill.fulfilment.model import fulfilment_order as fo
from waybill.fulfilment.model import trouble
from waybill.fulfilment.model.tracking import STATUSES, Scan
from waybill.kernel.clock import instant, parse_instant

recordings = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded exchanges are not here (../shared/samples/carrier_easypost)")
LEFT = "2026-11-23T03:20:00.000Z"


def round(the: Floor) -> dict[str, int]:
    return the.world.handler("parcels")({"detail-type": "Scheduled Event"}, None)


def cases(the: Floor, status: str = "open") -> list[tuple[str, int]]:
    return sorted((case["kind"], case["package"]) for case in the.call("GET", f"/v1/parcel-cases?status={status}").json()["items"])


def shipped(days: int = 4) -> fo.FulfilmentOrder:
    work = packed()
    work = replace(work, packages=tuple(replace(package, delivery_days=days) for package in work.packages))
    return fo.ship(work, fo.to_leave(work), True, LEFT, "n")


# ── what is wrong ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("days", "wrong"), [(0, ""), (4, ""), (5, "delayed"), (9, "delayed"), (10, "lost")])
def test_a_parcel_is_late_after_its_day_and_lost_after_ten_without_a_word(days: int, wrong: str) -> None:
    work = shipped()
    assert trouble.of(work, work.packages[0], parse_instant(LEFT) + timedelta(days=days)) == wrong


@given(st.sampled_from(STATUSES), st.integers(0, 40), st.integers(0, 40))
def test_the_word_of_the_carrier_goes_before_ours(status: str, heard: int, now: int) -> None:
    work, start = shipped(), parse_instant(LEFT)
    package = replace(work.packages[0], scan=Scan(status, "", instant(start + timedelta(days=heard))))
    wrong = trouble.of(work, package, start + timedelta(days=now))
    said = {"undeliverable": "undeliverable", "lost": "lost", "return_to_sender": "returning"}
    if status == "delivered":
        assert wrong == ""
    elif status in said:
        assert wrong == said[status]
    else:
        assert wrong == ("lost" if now - heard >= 10 else "delayed" if now > 4 else "")


def test_what_has_not_left_is_neither_late_nor_lost() -> None:
    work = packed()
    assert trouble.of(work, work.packages[0], datetime.fromisoformat("2030-01-01T00:00:00+00:00")) == ""


# ── through the doors ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("status", "kind"), [("undeliverable", "undeliverable"), ("return_to_sender", "returning"), ("lost", "lost")])
def test_what_a_carrier_says_goes_wrong_is_a_case_and_told_once(status: str, kind: str) -> None:
    with floor() as the:
        (fo_id,) = the.put_packed()
        (package,) = the.do(fo_id, "ship")["packages"]
        for at in ("2026-11-23T05:00:00Z", "2026-11-23T06:00:00Z"):
            assert the.scan(package, status, at).status == 202
        assert cases(the) == [(kind, 1)] and the.told(fo_id).count(kind) == 1
        round(the)
        assert the.told(fo_id).count(kind) == 1
        the.scan(package, "delivered", "2026-11-24T05:00:00Z")
        assert cases(the) == [] and cases(the, "closed") == [(kind, 1)]
        assert the.status(fo_id)[1] == "delivered"


def test_the_rounds_find_what_is_late_and_then_what_is_lost() -> None:
    with floor() as the:
        (fo_id,) = the.put_packed()
        (package,) = the.do(fo_id, "ship")["packages"]
        assert round(the)["looked"] == 1 and cases(the) == []
        the.world.later(6 * 86_400)
        for _ in range(2):
            round(the)
        assert cases(the) == [("delayed", 1)] and the.told(fo_id).count("delayed") == 1
        the.world.later(5 * 86_400)
        round(the)
        assert cases(the) == [("delayed", 1), ("lost", 1)]
        the.world.later(-11 * 86_400)
        the.scan(package, "delivered", instant(the.world.now()))
        assert cases(the) == [] and the.status(fo_id)[1] == "delivered"
        assert set(round(the).values()) == {0}


def test_a_round_that_does_not_come_to_the_end_goes_on_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from waybill.fulfilment import watching

    monkeypatch.setattr(watching, "_PAGE", 2)
    monkeypatch.setattr(watching, "_MOST_WORKS", 2)
    with floor() as the:
        for _ in range(5):
            (fo_id,) = the.put()
            the.do(fo_id, "accept", "pick", "pack", "ship")
        the.world.later(7 * 86_400)
        looked = [round(the)["looked"] for _ in range(3)]
        assert sum(looked) >= 5 and max(looked) <= 2
        assert len(cases(the)) == 5


def test_a_round_over_parcels_of_which_nothing_is_new_writes_nothing() -> None:
    from tests.support.faults import Recorder
    from waybill.aws import gate

    with floor() as the:
        (fo_id,) = the.put_packed()
        the.do(fo_id, "ship")
        round(the)
        with gate.watching(Recorder()) as recorder:
            round(the)
        assert not [call for call in map(str, recorder.calls) if "PutItem" in call or "TransactWrite" in call or "put_item" in call]


@recordings
def test_a_silent_carrier_is_asked_and_its_word_counts() -> None:
    with sold() as (the, vendor):
        fo_id = picked(the)
        (package,) = the.do(fo_id, "pack", "ship")["packages"]
        told = recorded("POST", "/trackers")
        detail = {**told["tracking_details"][0], "status": "delivered", "datetime": instant(the.world.now() + timedelta(hours=30))}
        vendor.trackers[package["tracking_number"]] = {**told, "status": "delivered", "tracking_details": [detail], "updated_at": detail["datetime"]}
        before = len(vendor.calls)
        for _ in range(16):
            round(the)
            the.world.later(900)
        assert len(vendor.calls) == before, "nobody asks about what has just left"
        the.world.later(2 * 86_400)
        asked = 0
        for _ in range(16):
            asked += round(the)["asked"]
            the.world.later(900)
        assert asked == 1 and the.status(fo_id)[1] == "delivered"


@recordings
def test_easypost_tells_us_by_its_webhook_and_nobody_else_does() -> None:
    with sold() as (the, _):
        fo_id = picked(the)
        (package,) = the.do(fo_id, "pack", "ship")["packages"]
        tracker = recorded("POST", "/trackers")
        now = instant(the.world.now())
        detail = {**tracker["tracking_details"][0], "status": "failure", "carrier_code": "UA", "datetime": now}
        told = {**tracker, "tracking_code": package["tracking_number"], "status": "failure", "updated_at": now, "tracking_details": [detail]}
        raw = json.dumps({"description": "tracker.updated", "result": told}).encode()

        def knock(body: bytes, secret: str = HOOK, carrier: str = "easypost") -> int:
            return the.call("POST", f"/v1/carriers/{carrier}/events", body, x_hmac_signature=webhooks.signature(secret, body)).status

        assert knock(raw, "other") == 401
        assert knock(raw, carrier="nobody") == 404
        assert knock(raw, "carrier-secret", "parcelway") == 202 and the.read(fo_id)["packages"][0]["tracking"] is None, "not a parcel of theirs"
        assert [knock(raw), knock(raw)] == [202, 202]
        (seen,) = the.read(fo_id)["packages"]
        assert (seen["tracking"]["status"], seen["tracking"]["code"]) == ("undeliverable", "UA")
        assert cases(the) == [("undeliverable", 1)] and the.told(fo_id).count("undeliverable") == 1
        assert knock(json.dumps({"description": "batch.created", "result": {}}).encode()) == 202
        assert knock(b"[]") == 400 and knock(b'{"description": "tracker.updated"}') == 400
