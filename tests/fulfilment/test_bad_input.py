"""What the floor's doors refuse: one world for all of it, as nothing of it may change anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fulfilment.floor import Floor, floor


@pytest.fixture(scope="module")
def the() -> Iterator[Floor]:
    with floor() as fresh:
        yield fresh


def test_channels_have_no_business_on_the_floor(the: Floor) -> None:
    (fo,) = the.put()
    assert the.call("GET", "/v1/fulfilment-orders", who="shopify").status == 403
    assert the.call("POST", f"/v1/fulfilment-orders/{fo}/accept", {}, "shopify").status == 403
    assert the.call("POST", f"/v1/fulfilment-orders/{fo}/accept", {}, "viewer").status == 403
    assert the.world.call("GET", f"/v1/fulfilment-orders/{fo}").status == 401


@pytest.mark.parametrize("id", ["fo_nothere-1", "fo_x", "x", "ord_abc", "fo_-1", "fo_aa-99999", "fo_%00-1", "fo_é-1", "fo_aa-0"])
def test_unknown_work_is_not_found(the: Floor, id: str) -> None:
    for method, path in (("GET", ""), ("POST", "/accept"), ("POST", "/pack"), ("GET", "/packages/1/label")):
        assert the.call(method, f"/v1/fulfilment-orders/{id}{path}", {}).status == 404


BAD = [
    ("pick", {"lines": [{"line": "1", "quantity": 3}]}, "lines.1"),
    ("pick", {"lines": [{"line": "9", "quantity": 1}]}, "line"),
    ("pick", {"lines": [{"line": "1", "quantity": 0}]}, "lines[0].quantity"),
    ("pick", {"lines": [{"line": "1", "quantity": -1}]}, "lines[0].quantity"),
    ("pick", {"lines": [{"line": "1", "quantity": 1.5}]}, "lines[0].quantity"),
    ("pick", {"lines": [{"line": "1", "quantity": True}]}, "lines[0].quantity"),
    ("pick", {"lines": [{"line": "1", "quantity": 1}, {"line": "1", "quantity": 1}]}, "lines[1].line"),
    ("pick", {"lines": {"1": 1}}, "lines"),
    ("pick", {"rows": []}, "rows"),
    ("pack", {"packages": [{}]}, "packages[0].lines"),
    ("pack", {"packages": [{"lines": [{"line": "1", "quantity": 1}]}]}, "lines.1"),
    ("pack", {"packages": [{"lines": [{"line": "1", "quantity": 2}, {"line": "2", "quantity": 1}], "weight_g": 0}]}, "weight_g"),
    ("pack", {"packages": [{"lines": [{"line": "1", "quantity": 2}], "weight_g": "1"}]}, "packages[0].weight_g"),
    ("pack", {"packages": [{"lines": [{"line": "1", "quantity": 2}], "colour": "red"}]}, "packages[0].colour"),
    ("pack", {"packages": [{"lines": [{"line": "1", "quantity": 1}]}] * 51}, "packages"),
    ("accept", {"eta": "soon"}, "eta"),
    ("ship", {"force": True}, "force"),
    ("reject", {"reason": "TIRED"}, "reason"),
    ("reject", {}, "reason"),
    ("reject", {"reason": "OTHER", "lines": ["9"]}, "line"),
    ("reject", {"reason": "OTHER", "lines": [1]}, "reason"),
]


@pytest.mark.parametrize(("verb", "body", "field"), BAD)
def test_bad_input_is_refused_by_name_and_changes_nothing(the: Floor, verb: str, body: dict, field: str) -> None:
    (fo,) = the.put()
    the.do(fo, *{"pick": ["accept"], "pack": ["accept", "pick"]}.get(verb, []))
    before = the.read(fo)
    reply = the.call("POST", f"/v1/fulfilment-orders/{fo}/{verb}", body, "reno")
    assert reply.status == 422, reply.content
    assert field in [error["field"] for error in reply.json()["errors"]]
    assert the.read(fo) == before


RUBBISH = [b"[]", b"nul", b"\xff", b'{"lines": NaN}', b'{"lines": 1e999}', b'{"a":1,"a":2}', b'{"lines":"\\ud800"}', b'{"l":"\\u0000"}', b"[" * 2000, b'{"q":' + b"9" * 5000 + b"}"]


@pytest.mark.parametrize("raw", RUBBISH)
def test_what_cannot_be_read_is_a_clear_400(the: Floor, raw: bytes) -> None:
    (fo,) = the.put()
    for verb in ("accept", "reject", "pick", "pack", "ship"):
        assert the.call("POST", f"/v1/fulfilment-orders/{fo}/{verb}", raw, "reno").status == 400
    assert the.knock("parcelway", raw).status in (400, 404, 422)
    assert the.told(fo) == ["requested"]


@pytest.mark.parametrize("query", ["status=closed", "limit=0", "limit=x", "limit=1000", "cursor=x", "cursor=e30", "cursor=eyJub2RlIjoibW9vbiIsImFmdGVyIjoiIn0"])
def test_lists_refuse_what_they_do_not_know(the: Floor, query: str) -> None:
    assert the.call("GET", f"/v1/fulfilment-orders?{query}").status == 400


