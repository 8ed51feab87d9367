"""Waves through their doors: planned, taken, picked by absolute counts, taken over, ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from tests.fulfilment.floor import Floor, floor
from waybill.fulfilment.service import load


@pytest.fixture
def the() -> Iterator[Floor]:
    with floor() as made:
        yield made


def _wave(the: Floor, works: list[str] | None = None, key: str = "w-1", who: str = "reno", **rule: Any) -> dict[str, Any]:
    wanted = {"fulfilment_orders": works} if works else {"rule": rule}
    reply = the.call("POST", "/v1/waves", {"node": "reno", **wanted}, who, idempotency_key=key)
    assert reply.status == 201, reply.content
    return reply.json()


def _take(the: Floor, wave: dict[str, Any], device: str = "phone-1", **more: Any) -> Any:
    return the.call("POST", f"/v1/waves/{wave['id']}/take", {"device": device, "picker": device.title(), **more}, "reno")


def _pick(the: Floor, wave: dict[str, Any], *picks: tuple[str, str, int], device: str = "phone-1") -> Any:
    said = [{"fulfilment_order": fo, "line": line, "picked": picked} for fo, line, picked in picks]
    return the.call("POST", f"/v1/waves/{wave['id']}/picks", {"device": device, "picks": said}, "reno")


def test_a_wave_is_planned_once_for_a_key_and_takes_the_work_it_names(the: Floor) -> None:
    works = the.put() + the.put()
    wave = _wave(the)
    assert wave["fulfilment_orders"] == works and wave["units"] == 6
    assert _wave(the) == wave
    assert {load(work)[1].wave for work in works} == {wave["id"]}
    assert {load(work)[1].status for work in works} == {"accepted"}


def test_a_key_names_one_wave_and_no_other(the: Floor) -> None:
    works = the.put() + the.put()
    wave = _wave(the, works)
    for other in ({"fulfilment_orders": works[:1]}, {"rule": {}}, {"node": "nowhere"}, {"node": "columbus"}):
        reply = the.call("POST", "/v1/waves", {"node": "reno", "fulfilment_orders": works} | other, "reno", idempotency_key="w-1")
        assert (reply.status, reply.json()["code"]) == (422, "idempotency_key_reused"), other
    assert _wave(the, works) == wave


def test_work_is_on_one_wave_at_most(the: Floor) -> None:
    works = the.put()
    _wave(the, works)
    again = the.call("POST", "/v1/waves", {"node": "reno", "fulfilment_orders": works}, "reno", idempotency_key="w-2")
    by_rule = the.call("POST", "/v1/waves", {"node": "reno"}, "reno", idempotency_key="w-3")
    assert (again.status, by_rule.status) == (422, 409)


def test_the_way_goes_from_bin_to_bin_and_says_what_a_scanner_reads(the: Floor) -> None:
    the.put()
    assert the.call("PUT", "/v1/nodes/reno/bins", {"bins": {"TEA": "B-2", "CUP": "A-10"}}, "reno").status == 200
    way = _take(the, _wave(the)).json()["stops"]
    assert [(stop["bin"], stop["sku"], stop["codes"]) for stop in way] == [("A-10", "CUP", ["CUP"]), ("B-2", "TEA", ["TEA"])]


def test_what_is_said_twice_is_picked_once(the: Floor) -> None:
    (fo,) = the.put()
    wave = _wave(the)
    _take(the, wave)
    for _ in range(3):
        assert _pick(the, wave, (fo, "1", 1)).json()["picked"] == 1
    assert _pick(the, wave, (fo, "1", 2), (fo, "2", 1)).json()["status"] == "done"
    again = _pick(the, wave, (fo, "1", 2), (fo, "2", 1))
    assert (again.status, again.json()["refused"], again.json()["picked"]) == (200, [], 3)
    assert the.status(fo)[1] == "picked"


def test_more_than_is_wanted_is_refused_and_the_rest_stands(the: Floor) -> None:
    (fo,) = the.put()
    wave = _wave(the)
    _take(the, wave)
    said = _pick(the, wave, (fo, "1", 5), (fo, "2", 1), (fo, "9", 1)).json()
    assert [each["problem"] for each in said["refused"]] == ["2 are wanted, not 5: put 3 back", f"{fo} has no line '9'"]
    assert {line: at.picked for line, at in load(fo)[1].lines.items()} == {"1": 0, "2": 1}


def test_who_lost_the_wave_is_told_and_changes_nothing(the: Floor) -> None:
    (fo,) = the.put()
    wave = _wave(the)
    _take(the, wave)
    assert _take(the, wave, "phone-2").status == 409
    assert _take(the, wave, "phone-2", over=True).status == 200
    late = _pick(the, wave, (fo, "1", 2))
    assert late.status == 409 and "Phone-2 has taken this wave over" in late.json()["detail"]
    assert load(fo)[1].lines["1"].picked == 0


def test_what_was_cancelled_on_the_way_is_to_be_put_back(the: Floor) -> None:
    fo, other = the.put() + the.put()
    wave = _wave(the)
    _take(the, wave)
    assert the.call("POST", f"/v1/orders/{load(fo)[0].order.id}/cancel", {"reason": "no"}).status == 200
    said = _pick(the, wave, (fo, "1", 2), (other, "1", 2)).json()
    assert [(each["fulfilment_order"], each["problem"]) for each in said["refused"]] == [(fo, f"{fo} is cancelled: put it back")]
    assert said["picked"] == 2
    way = the.call("GET", f"/v1/waves/{wave['id']}", who="reno").json()["stops"]
    assert {take["fulfilment_order"] for stop in way for take in stop["takes"]} == {other}


def test_what_was_not_picked_may_go_on_another_walk(the: Floor) -> None:
    fo, other = the.put() + the.put()
    wave = _wave(the)
    _take(the, wave)
    _pick(the, wave, (fo, "1", 2), (fo, "2", 1))
    ended = the.call("POST", f"/v1/waves/{wave['id']}/leave", {}, "reno").json()
    assert ended["status"] == "done"
    assert _wave(the, key="w-2")["fulfilment_orders"] == [other]


def test_a_wave_belongs_to_its_node(the: Floor) -> None:
    the.put()
    wave = _wave(the)
    for method, path, body in (("GET", "", None), ("POST", "/take", {"device": "x"}), ("POST", "/picks", {"device": "x", "picks": [{"fulfilment_order": "fo", "line": "1", "picked": 1}]}), ("POST", "/leave", {})):
        assert the.call(method, f"/v1/waves/{wave['id']}{path}", body, "columbus").status == 404


def test_an_open_wave_is_in_the_list_until_it_is_done(the: Floor) -> None:
    (fo,) = the.put()
    wave = _wave(the)
    listed = the.call("GET", "/v1/waves", who="reno").json()["items"]
    assert [each["id"] for each in listed] == [wave["id"]]
    _take(the, wave)
    _pick(the, wave, (fo, "1", 2), (fo, "2", 1))
    assert the.call("GET", "/v1/waves", who="reno").json()["items"] == []


def test_the_pick_list_can_be_read_by_people_and_scanners(the: Floor) -> None:
    the.put()
    the.call("PUT", "/v1/nodes/reno/bins", {"bins": {"TEA": "B-2"}}, "reno")
    wave = _wave(the)
    reply = the.call("GET", f"/v1/waves/{wave['id']}/pick-list", who="reno")
    assert reply.status == 200
    page = pypdfium2.PdfDocument(reply.content)[0]
    text = page.get_textpage().get_text_range()
    assert text.index("B-2") < text.index("no bin") and "2 × Tea" in text
    read = {each.text for each in zxingcpp.read_barcodes(page.render(scale=3).to_pil())}
    assert {"TEA", "CUP"} <= read


def test_what_is_not_there_goes_another_way_once(the: Floor) -> None:
    (fo,) = the.put()
    wave = _wave(the)
    _take(the, wave)
    _pick(the, wave, (fo, "1", 1), (fo, "2", 1))
    short = {"device": "phone-1", "fulfilment_order": fo, "line": "1", "there": 1, "reason": "NOT_IN_STOCK"}
    for _ in range(3):
        reply = the.call("POST", f"/v1/waves/{wave['id']}/short", short, "reno")
        assert (reply.status, reply.json()["status"], reply.json()["units"]) == (200, "done", 2)
    record, work = load(fo)
    assert (work.status, {line: at.quantity for line, at in work.lines.items()}) == ("picked", {"1": 1, "2": 1})
    assert record.state.unrouted() == {"1": 1}


def test_work_of_another_wave_is_refused_by_field(the: Floor) -> None:
    the.put()
    wave = _wave(the)
    _take(the, wave)
    short = {"device": "phone-1", "fulfilment_order": "fo_elsewhere-1", "line": "1", "there": 1, "reason": "NOT_IN_STOCK"}
    reply = the.call("POST", f"/v1/waves/{wave['id']}/short", short, "reno")
    assert reply.status == 422 and [each["field"] for each in reply.json()["errors"]] == ["fulfilment_order"]


@pytest.mark.parametrize(
    "wrong", [{"there": -1}, {"there": "1"}, {"reason": "LAZY"}, {"line": "9"}, {"device": "phone-2"}, {"fulfilment_order": "fo_x-1"}]
)
def test_a_shortage_that_cannot_be_changes_nothing(the: Floor, wrong: dict[str, Any]) -> None:
    (fo,) = the.put()
    wave = _wave(the)
    _take(the, wave)
    before = load(fo)[1]
    short = {"device": "phone-1", "fulfilment_order": fo, "line": "1", "there": 1, "reason": "NOT_IN_STOCK", **wrong}
    assert the.call("POST", f"/v1/waves/{wave['id']}/short", short, "reno").status in (409, 422)
    assert load(fo)[1] == before
