"""Counting through its doors: the sheet is printed, filled in and sent back; who counts blind sees no numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.flow.life import Life
from tests.flow.lived import life
from tests.support.world import Reply

PATH = "/v1/counts/C-1"


@pytest.fixture
def the() -> Iterator[Life]:
    with life({("TEA", "reno"): 10, ("CUP", "reno"): 4}) as made:
        assert made.call("PUT", PATH, {"node": "reno", "skus": ["TEA", "CUP"]}, "support").status == 200
        yield made


def _wrong(reply: Reply) -> set[str]:
    assert reply.status == 422, reply.content
    return {each["field"] for each in reply.json()["errors"]}


def _line(reply: Reply, sku: str) -> dict[str, Any]:
    assert reply.status == 200, reply.content
    return next(line for line in reply.json()["lines"] if line["sku"] == sku)


def test_who_counts_blind_sees_what_the_books_say_when_the_sheet_is_closed(the: Life) -> None:
    counted = the.call("POST", f"{PATH}/lines", {"counted": {"TEA": 9}}, "reno", idempotency_key="k0")
    assert "book" not in _line(counted, "TEA")
    assert _line(the.call("GET", PATH, who="support"), "TEA")["variance"] == -1
    assert _line(the.call("POST", f"{PATH}/close", {}, "reno"), "TEA") | {"at": ""} == {
        "sku": "TEA", "title": "Tea", "status": "to_review", "counted": 9, "by": "node:reno", "at": "", "book": 10, "variance": -1, "value": -200
    }  # fmt: skip


def test_the_sheet_is_filled_in_as_a_file(the: Life) -> None:
    sheet = the.call("GET", f"{PATH}/sheet.csv", who="reno").content.decode()
    assert sheet.splitlines()[0] == "sku,title,book,counted" and len(sheet.splitlines()) == 3
    filled = "".join(f"{line}{'8' if line.startswith('TEA') else ''}\n" for line in sheet.splitlines())
    counted = the.call("POST", f"{PATH}/lines", filled.encode(), "reno", content_type="text/csv", idempotency_key="k1")
    assert _line(counted, "TEA")["counted"] == 8 and _line(counted, "CUP")["status"] == "to_count"
    assert _wrong(the.call("POST", f"{PATH}/lines", b"sku,counted\nTEA,2.5\n", "reno", content_type="text/csv", idempotency_key="k2")) == {"counted.TEA"}


@pytest.mark.parametrize("units", [-1, 1.5, "3", True, None])
def test_nobody_counts_fewer_than_none_or_halves(the: Life, units: Any) -> None:
    assert _wrong(the.call("POST", f"{PATH}/lines", {"counted": {"TEA": units}}, "reno", idempotency_key="k3")) == {"counted.TEA"}


def test_what_is_wrong_is_named(the: Life) -> None:
    assert _wrong(the.call("PUT", "/v1/counts/C-2", {"node": "moon", "skus": ["TEA", "NONE"], "blind": 1}, "support")) == {"node", "skus[1]", "blind"}
    assert _wrong(the.call("POST", f"{PATH}/lines", {"counted": {"POT": 1}}, "reno", idempotency_key="k4")) == {"counted.POT"}
    assert the.call("POST", f"{PATH}/approve", {"lines": {"TEA": "x"}}, "support").status == 409
    assert the.call("GET", PATH, who="columbus").status == 404
    assert the.call("POST", f"{PATH}/approve", {"lines": {"TEA": "x"}}, "reno").status == 403


def test_within_tolerance_nobody_is_asked(the: Life) -> None:
    from waybill.shop import store as shop

    assert the.call("PUT", "/v1/policies/counting", {"units": 1}).status == 200
    shop.forget()
    the.call("POST", f"{PATH}/lines", {"counted": {"TEA": 9, "CUP": 4}}, "reno", idempotency_key="k5")
    assert the.call("POST", f"{PATH}/close", {}, "reno").json()["status"] == "closed"
    assert the.call("GET", "/v1/inventory/TEA").json()["on_hand"] == 9
    assert the.call("GET", "/v1/proof/inventory/TEA").json()["agrees"]
