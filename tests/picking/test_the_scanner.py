"""What the picker's page does with a scan, played in Node: the rules of `picking/floor/walk.js`."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waybill.picking.model.codes import normal

_PLAYER = Path(__file__).parent / "walk.mjs"
pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed: apt-get install nodejs")


def _stop(bin: str, sku: str, codes: list[str], *takes: tuple[int, str, int, int]) -> dict[str, Any]:
    return {
        "bin": bin,
        "sku": sku,
        "title": sku.title(),
        "codes": codes,
        "takes": [{"slot": slot, "fulfilment_order": fo, "line": "1", "quantity": quantity, "picked": picked} for slot, fo, quantity, picked in takes],
    }


_WAVE = {"id": "wave_1", "stops": [_stop("A-1", "TEA", ["TEA", "04006381333931"], (1, "fo_a-1", 2, 0), (2, "fo_b-1", 1, 0)), _stop("A-2", "CUP", ["CUP"], (1, "fo_c-1", 1, 0))]}


def _play(*steps: dict[str, Any], wave: dict[str, Any] = _WAVE) -> dict[str, Any]:
    done = subprocess.run(["node", str(_PLAYER)], input=json.dumps({"wave": wave, "steps": steps}), capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_a_scan_counts_one_unit_into_the_slot_that_is_named() -> None:
    went = _play({"scan": "tea"}, {"scan": "TEA"}, {"scan": "TEA"})
    assert [(each["kind"], each["slot"]) for each in went["said"]] == [("good", 1), ("good", 1), ("good", 2)]
    assert went["unsent"] == [{"fulfilment_order": "fo_a-1", "line": "1", "picked": 2}, {"fulfilment_order": "fo_b-1", "line": "1", "picked": 1}]
    assert went["at"] == "CUP"


def test_one_too_many_is_put_back_and_not_counted() -> None:
    went = _play({"all": True}, {"scan": "TEA"})
    assert went["said"][1]["kind"] == "bad" and "put this one back" in went["said"][1]["says"]
    assert went["left"] == [0, 1]


def test_what_is_not_in_the_wave_is_put_back_and_not_counted() -> None:
    went = _play({"scan": "POT"})
    assert went["said"] == [{"kind": "bad", "says": "POT is not in this wave: put it back"}]
    assert went["unsent"] == []


def test_a_bin_can_be_scanned_to_see_that_one_stands_right() -> None:
    assert [each["kind"] for each in _play({"scan": "A-1"}, {"scan": "a-2"})["said"]] == ["place", "bad"]


def test_goods_of_a_later_stop_count_there() -> None:
    went = _play({"scan": "CUP"})
    assert went["said"][0]["kind"] == "good" and went["left"] == [3, 0]


def test_what_was_counted_while_it_was_sent_is_sent_again() -> None:
    first = {"fulfilment_order": "fo_a-1", "line": "1", "picked": 1}
    assert _play({"scan": "TEA"}, {"scan": "TEA"}, {"sent": [first]})["unsent"] == [{**first, "picked": 2}]
    assert _play({"scan": "TEA"}, {"sent": [first]})["unsent"] == []


def test_what_the_server_does_not_know_yet_stays_counted() -> None:
    went = _play({"scan": "TEA"}, {"scan": "TEA"}, {"renew": _WAVE})
    assert went["left"] == [1, 1] and went["unsent"] == [{"fulfilment_order": "fo_a-1", "line": "1", "picked": 2}]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["TEA", "CUP", "4006381333931", "A-1", "A-2", "nothing", "(x)", "0104006381333931"]), max_size=12))
def test_no_scan_ever_counts_more_than_is_wanted(codes: list[str]) -> None:
    went = _play(*({"scan": code} for code in codes))
    good = sum(each["kind"] == "good" for each in went["said"])
    assert sum(went["left"]) == 4 - good >= 0
    assert sum(each["picked"] for each in went["unsent"]) == good


def test_the_page_and_the_server_mean_the_same_by_a_code() -> None:
    codes = ["wb-001", " 4006381333931", "04006381333931", "]C10104006381333931", "010400638133393117260101", "12345", "000000", "A/1"]
    script = f"import {{ normal }} from {json.dumps((Path(__file__).parents[2] / 'layers/waybill/waybill/picking/floor/walk.js').as_uri())}; console.log(JSON.stringify({json.dumps(codes)}.map(normal)))"
    said = subprocess.run(["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=True, timeout=60).stdout
    assert json.loads(said) == [normal(code) for code in codes]
