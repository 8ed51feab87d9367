"""The end of a day: what stands labelled for a carrier goes on one list, once, and leaves with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.carriers.sold import picked, sold
from tests.carriers.strict_easypost import FOLDER
from tests.fulfilment.floor import Floor, floor
from tests.fulfilment.printed import pages, scanned
from tests.fulfilment.test_labels import text_of
from tests.support.faults import AFTER, BEFORE, CrashAt, Recorder
from tests.support.world import Crash
from waybill.aws import gate
from waybill.fulfilment.model import manifest as model
from waybill.fulfilment.service import load
from waybill.kernel.errors import Unavailable

DAY = {"node": "reno", "carrier": "parcelway", "date": "2026-11-30"}


@pytest.fixture
def the() -> Iterator[Floor]:
    with floor() as it:
        yield it


def packed(the: Floor, apart: bool = False, **kept: Any) -> str:
    """Work in one parcel, or each line in its own."""
    (fo,) = the.put(**kept)
    the.do(fo, "accept", "pick")
    wanted = {"packages": [{"lines": [{"line": "1", "quantity": 2}]}, {"lines": [{"line": "2", "quantity": 1}]}]} if apart else {}
    assert the.call("POST", f"/v1/fulfilment-orders/{fo}/pack", wanted).status == 200
    return fo


def close(the: Floor, day: dict[str, str] = DAY, who: str = "admin") -> dict[str, Any]:
    reply = the.call("POST", "/v1/manifests", day, who)
    assert reply.status == 200, reply.content
    return reply.json()


def hand_over(the: Floor, manifest: dict[str, Any]) -> dict[str, Any]:
    reply = the.call("POST", f"/v1/manifests/{manifest['id']}/handed-over", {})
    assert reply.status == 200, reply.content
    return reply.json()


def listed(manifest: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each["fulfilment_order"], each["package"]) for each in manifest["packages"]]


def states(fo: str, the: Floor) -> list[str]:
    return [package["status"] for package in the.read(fo)["packages"]]


def test_all_that_stands_labelled_for_a_carrier_at_a_node_is_on_the_list_and_leaves_with_it(the: Floor) -> None:
    one, two = packed(the), packed(the, apart=True)
    elsewhere = packed(the, split=(("columbus", {"1": 2, "2": 1}),))
    waits = the.put()[0]
    assert states(two, the) == ["labelled", "labelled"]
    manifest = close(the)
    assert listed(manifest) == [(one, 1), (two, 1), (two, 2)] and (manifest["status"], manifest["number"]) == ("closed", 1)
    assert states(two, the) == ["manifested", "manifested"] and states(elsewhere, the) == ["labelled"]
    assert manifest["totals"]["packages"] == 3 and sum(manifest["totals"]["services"].values()) == 3
    assert manifest["totals"]["weight_g"] == sum(package.weight_g for fo in (one, two) for package in load(fo)[1].packages)
    after = hand_over(the, manifest)
    assert after["status"] == "handed_over" and {each["status"] for each in after["packages"]} == {"handed_over"} and after["handed_over_at"]
    assert the.status(one)[1] == the.status(two)[1] == "shipped" and states(two, the) == ["handed_over", "handed_over"]
    assert (the.status(elsewhere)[1], the.status(waits)[1]) == ("packed", "requested")
    assert the.told(one)[-2:] == ["manifested", "shipped"]


def test_saying_it_again_changes_nothing_and_what_came_later_is_on_the_next(the: Floor) -> None:
    one = packed(the)
    first = close(the)
    assert close(the) == first
    two = packed(the)
    second = close(the)
    assert (second["number"], listed(second)) == (2, [(two, 1)]) and second["id"] != first["id"]
    assert hand_over(the, first) == hand_over(the, first)
    assert the.status(one)[1] == "shipped" and the.told(one).count("shipped") == 1 and the.status(two)[1] == "packed"
    found = the.call("GET", "/v1/manifests?node=reno").json()["items"]
    assert [each["id"] for each in found] == [second["id"], first["id"]]
    assert the.call("GET", f"/v1/manifests/{second['id']}").json() == second


def test_a_package_is_on_one_list_whatever_day_is_named(the: Floor) -> None:
    packed(the)
    close(the)
    refused = the.call("POST", "/v1/manifests", {**DAY, "date": "2026-12-01"})
    assert refused.status == 404 and "on no manifest" in refused.json()["detail"]


def test_a_label_that_was_given_back_is_on_no_list_and_one_on_a_list_is_not_given_back(the: Floor) -> None:
    one, two = packed(the, apart=True), packed(the)
    assert the.call("POST", f"/v1/fulfilment-orders/{one}/packages/1/void", {}).status == 200
    manifest = close(the)
    assert listed(manifest) == [(one, 2), (two, 1)]
    for path in (f"{two}/void", f"{two}/packages/1/void", f"{two}/relabel"):
        refused = the.call("POST", f"/v1/fulfilment-orders/{path}", {})
        assert refused.status == 409 and manifest["id"] in refused.json()["detail"]
    assert states(two, the) == ["manifested"] and load(two)[1].packages[0].label == ""


def test_what_cannot_leave_is_named_and_the_others_leave(the: Floor) -> None:
    one, two, three = packed(the), packed(the), packed(the)
    manifest = close(the)
    assert the.call("POST", f"/v1/fulfilment-orders/{two}/hold", {"reason": "look at it"}).status == 200
    after = hand_over(the, manifest)
    assert [each["status"] for each in after["packages"]] == ["handed_over", "manifested", "handed_over"]
    assert "on_hold" in after["packages"][1]["problem"] and not after["packages"][0]["problem"]
    assert (the.status(one)[1], the.status(two)[1], the.status(three)[1]) == ("shipped", "on_hold", "shipped")
    the.do(two, "release")
    again = hand_over(the, manifest)
    assert {each["status"] for each in again["packages"]} == {"handed_over"} and again["handed_over_at"] == after["handed_over_at"]
    assert the.status(two)[1] == "shipped" and the.told(one).count("shipped") == 1


def test_work_that_stands_still_is_on_no_list(the: Floor) -> None:
    held = packed(the)
    the.call("POST", f"/v1/fulfilment-orders/{held}/hold", {"reason": "look at it"})
    one = packed(the)
    assert listed(close(the)) == [(one, 1)]


def test_more_than_fit_on_a_list_go_on_the_next(the: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waybill.fulfilment.manifesting.MOST", 2)
    made = [packed(the) for _ in range(3)]
    assert [listed(close(the)), listed(close(the)), listed(close(the))] == [[(made[0], 1), (made[1], 1)], [(made[2], 1)], [(made[2], 1)]]


def test_the_sheet_has_a_barcode_and_all_that_a_driver_counts(the: Floor) -> None:
    assert the.call("PUT", "/v1/policies/gs1", {"prefix": "4012345"}).status == 200
    the.restart()
    fo = packed(the, apart=True)
    manifest = close(the)
    sheet = the.call("GET", manifest["links"]["sheet"], who="reno").content
    assert ("]C0", manifest["id"]) in scanned(pages(sheet, 200)[0])
    (text,) = text_of(sheet)
    for package in load(fo)[1].packages:
        assert package.tracking_number in text and package.sscc in text and f"{package.weight_g / 1000:.3f}" in text
    assert "2 packages" in text and f"{manifest['totals']['weight_g'] / 1000:.3f} kg" in text
    assert the.call("GET", f"/v1/manifests/{manifest['id']}/form").status == 404


def test_a_crash_anywhere_while_it_closes_leaves_each_package_on_one_list(the: Floor) -> None:
    made = [packed(the), packed(the)]
    with gate.watching(Recorder()) as recorder:
        assert len(close(the)["packages"]) == 2
    for index in range(len(recorder.calls)):
        for moment in (BEFORE, AFTER):
            made = [packed(the, alone=True), packed(the)]
            with gate.watching(CrashAt(index, moment)), suppress(Crash):
                close(the)
            manifest = close(the)
            assert manifest["status"] == "closed" and listed(manifest) == [(fo, 1) for fo in made]
            assert {package.manifest for fo in made for package in load(fo)[1].packages} == {manifest["id"]}
            assert all(the.told(fo).count("manifested") == 1 for fo in made)


def test_a_crash_anywhere_while_it_is_handed_over_ships_each_once(the: Floor) -> None:
    packed(the)
    with gate.watching(Recorder()) as recorder:
        hand_over(the, close(the))
    for index in range(len(recorder.calls)):
        made = [packed(the, alone=True), packed(the)]
        manifest = close(the)
        with gate.watching(CrashAt(index, AFTER)), suppress(Crash):
            hand_over(the, manifest)
        assert hand_over(the, manifest)["status"] == "handed_over"
        assert [the.told(fo).count("shipped") for fo in made] == [1, 1]


def test_what_takes_too_long_waits_for_a_repeat(the: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [packed(the), packed(the)]
    manifest = close(the)
    monkeypatch.setattr("waybill.fulfilment.manifesting._SECONDS", -1)
    assert hand_over(the, manifest)["status"] == "closed"
    monkeypatch.undo()
    assert hand_over(the, manifest)["status"] == "handed_over" and {the.status(fo)[1] for fo in made} == {"shipped"}


def test_a_list_that_is_not_closed_cannot_be_handed_over(the: Floor) -> None:
    packed(the)
    with gate.watching(Recorder()) as recorder, suppress(Crash):
        close(the)
    writes = [index for index, (name, _) in enumerate(recorder.calls) if name == "dynamodb.PutItem"]
    packed(the, alone=True)
    with gate.watching(CrashAt(writes[0], AFTER)), suppress(Crash):
        close(the)
    (found,) = the.call("GET", "/v1/manifests?node=reno").json()["items"]
    assert found["status"] == "closing"
    assert the.call("POST", f"/v1/manifests/{found['id']}/handed-over", {}).status == 409


def test_a_node_sees_and_closes_its_own_alone(the: Floor) -> None:
    packed(the)
    manifest = close(the, {name: value for name, value in DAY.items() if name != "node"}, who="reno")
    assert manifest["node"] == "reno"
    for method, path, body in (
        ("GET", f"/v1/manifests/{manifest['id']}", None),
        ("POST", f"/v1/manifests/{manifest['id']}/handed-over", {}),
        ("GET", f"/v1/manifests/{manifest['id']}/sheet", None),
        ("POST", "/v1/manifests", DAY),
        ("GET", "/v1/manifests?node=reno", None),
    ):
        assert the.call(method, path, body, "columbus").status == 404


@pytest.mark.parametrize("change", [{"date": "30.11.2026"}, {"date": 5}, {"carrier": ""}, {"carrier": None}, {"node": 4}, {"more": "x"}])
def test_what_is_asked_wrongly_is_refused(the: Floor, change: dict[str, Any]) -> None:
    assert the.call("POST", "/v1/manifests", DAY | change).status == 422


def test_a_foreign_cursor_is_refused(the: Floor) -> None:
    assert the.call("GET", "/v1/manifests?node=reno&cursor=eyJwayI6ICJ4In0").status == 400
    assert the.call("GET", "/v1/manifests").status == 422


def test_a_package_that_left_is_never_put_on_a_list() -> None:
    with floor() as the:
        fo = packed(the, apart=True)
        assert the.call("POST", f"/v1/fulfilment-orders/{fo}/ship", {"packages": [1]}).status == 200
        work = load(fo)[1]
        assert [package.n for package in model.waiting(work, "parcelway")] == [2]
        assert model.put_on(work, [1], "mf_x", "parcelway", "2026-11-30T00:00:00.000Z", "test") is work


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded exchanges are not here (../shared/samples/carrier_easypost)")
def test_a_carriers_own_form_is_asked_for_once_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from waybill.fulfilment.carriers.easypost.carrier import EasyPost

    asked: list[list[str]] = []
    answers: list[Any] = [Unavailable("nobody answers"), ("sf_1", b"%PDF-form")]

    def form(self: EasyPost, shipments: list[str]) -> tuple[str, bytes]:
        asked.append(shipments)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(EasyPost, "manifest", form)
    with sold() as (the, _):
        fo = picked(the)
        (package,) = the.do(fo, "pack")["packages"]
        day = {**DAY, "carrier": "easypost"}
        first = close(the, day)
        assert first["status"] == "closed" and "nobody answers" in first["form"]["problem"]
        again = close(the, day)
        assert again["form"] == {"id": "sf_1", "problem": ""} and close(the, day) == again
        assert asked == [[package["shipment"]]] * 2
        assert the.call("GET", again["links"]["form"]).content == b"%PDF-form"
        assert the.do(fo)["packages"][0]["status"] == "manifested"


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded exchanges are not here (../shared/samples/carrier_easypost)")
def test_a_crash_anywhere_about_a_carriers_form_makes_no_second_one() -> None:
    day = {**DAY, "carrier": "easypost"}
    with sold() as (the, vendor):
        the.do(picked(the), "pack")
        with gate.watching(Recorder()) as recorder:
            close(the, day)
        for index in range(len(recorder.calls)):
            for moment in (BEFORE, AFTER):
                vendor.forms.clear()
                the.do(picked(the), "pack")
                with gate.watching(CrashAt(index, moment)), suppress(Crash):
                    close(the, day)
                assert [close(the, day)["form"]["id"]] == vendor.forms


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded exchanges are not here (../shared/samples/carrier_easypost)")
def test_a_form_that_is_not_drawn_yet_is_fetched_by_the_same_call() -> None:
    day = {**DAY, "carrier": "easypost"}
    with sold() as (the, vendor):
        the.do(picked(the), "pack")
        vendor.draws = False
        first = close(the, day)
        assert first["form"] == {"id": vendor.forms[0], "problem": "the carrier has not drawn it yet"}
        vendor.draws = True
        again = close(the, day)
        assert again["form"] == {"id": vendor.forms[0], "problem": ""} and the.call("GET", again["links"]["form"]).content.startswith(b"%PDF")
