"""The API of nodes and carriers, through the routes of the template."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pypdfium2
import pytest
import zxingcpp

from tests.fulfilment.floor import ONE, TWO, Floor, floor
from waybill.orders.model.order import Address


@pytest.fixture
def the() -> Iterator[Floor]:
    with floor() as fresh:
        yield fresh


def test_a_node_takes_picks_packs_and_ships_and_the_carrier_delivers(the: Floor) -> None:
    (fo,) = the.put()
    listed = the.call("GET", "/v1/fulfilment-orders?limit=100", who="reno").json()
    mine = next(item for item in listed["items"] if item["id"] == fo)
    assert mine["ship_to"]["city"] == "Denver"
    assert mine["lines"]["1"] == {"sku": "TEA", "title": "Green tea", "quantity": 2, "picked": 0, "packed": 0, "shipped": 0, "collected": 0}
    shipped = the.do(fo, "accept", "pick", "pack", "ship", who="reno")
    (package,) = shipped["packages"]
    assert (shipped["status"], package["weight_g"], package["status"]) == ("shipped", 2 * 250 + 400 + 80, "handed_over")
    assert the.status(fo) == ("shipped", "shipped")
    for hour, status in enumerate(("in_transit", "out_for_delivery", "delivered")):
        assert the.scan(package, status, f"2026-11-23T0{hour}:00:00Z").status == 202
    assert the.status(fo) == ("completed", "delivered")
    assert the.told(fo) == ["requested", "accepted", "picked", "packed", "shipped", "tracked", "tracked", "delivered"]
    assert the.told_of_order(fo)[-3:] == ["order.shipped", "order.delivered", "order.completed"]


def test_every_verb_may_be_repeated_and_answers_the_same(the: Floor) -> None:
    (fo,) = the.put()
    for verb in ("accept", "pick", "pack", "ship"):
        first = the.do(fo, verb, who="reno")
        assert the.do(fo, verb, who="reno") == first
    assert the.told(fo) == ["requested", "accepted", "picked", "packed", "shipped"]


def test_what_is_out_of_turn_is_told_what_is_allowed(the: Floor) -> None:
    (fo,) = the.put()
    for verb, allowed in (("pick", "accept"), ("pack", "accept"), ("ship", "accept")):
        reply = the.call("POST", f"/v1/fulfilment-orders/{fo}/{verb}", {}, "reno")
        assert (reply.status, reply.json()["code"]) == (409, "illegal_transition")
        assert allowed in reply.json()["detail"]
        assert reply.headers["content-type"] == "application/problem+json"
    assert the.told(fo) == ["requested"]


def test_the_kept_label_is_the_parcel_s_and_can_be_scanned(the: Floor) -> None:
    (fo,) = the.put()
    (package,) = the.do(fo, "accept", "pick", "pack")["packages"]
    label = the.call("GET", package["links"]["label"], who="reno")
    assert (label.status, label.headers["content-type"], label.content[:5]) == (200, "application/pdf", b"%PDF-")
    image = pypdfium2.PdfDocument(label.content)[0].render(scale=203 / 72).to_pil()
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [package["tracking_number"]]
    zpl = the.world.call("GET", package["links"]["label"] + "?format=zpl", headers={"x-api-key": "key-reno"})
    assert (zpl.status, package["tracking_number"].encode() in zpl.content) == (200, True)
    slip = the.call("GET", package["links"]["packing_slip"], who="viewer")
    assert "Green tea" in pypdfium2.PdfDocument(slip.content)[0].get_textpage().get_text_bounded()


def test_parcels_as_the_node_packed_them(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept", "pick")
    body = {"packages": [{"lines": [{"line": "1", "quantity": 2}], "weight_g": 640}, {"lines": [{"line": "2", "quantity": 1}]}]}
    reply = the.call("POST", f"/v1/fulfilment-orders/{fo}/pack", body, "reno").json()
    assert [(package["n"], package["lines"], package["weight_g"]) for package in reply["packages"]] == [(1, {"1": 2}, 640), (2, {"2": 1}, 480)]
    assert len({package["tracking_number"] for package in reply["packages"]}) == 2
    the.do(fo, "ship")
    the.scan(reply["packages"][1], "delivered")
    assert the.status(fo) == ("partially_delivered", "shipped")
    the.scan(reply["packages"][0], "delivered")
    assert the.status(fo) == ("completed", "delivered")


def test_the_cheapest_service_that_keeps_the_promise(the: Floor) -> None:
    for promise, service in ((0, "ground"), (6, "ground"), (3, "express"), (1, "express")):
        (fo,) = the.put(promise_days=promise)
        assert the.do(fo, "accept", "pick", "pack")["packages"][0]["service"] == service


def test_a_split_order_is_shipped_with_its_last_parcel(the: Floor) -> None:
    reno, columbus = the.put(TWO)
    the.do(reno, "accept", "pick", "pack", "ship", who="reno")
    assert the.status(reno) == ("partially_shipped", "shipped")
    the.do(columbus, "accept", "pick", "pack", "ship", who="columbus")
    assert the.status(columbus) == ("shipped", "shipped")
    assert "order.shipped" in the.told_of_order(reno)


def test_a_node_sees_its_own_work_alone(the: Floor) -> None:
    reno, columbus = the.put(TWO)
    items = the.call("GET", "/v1/fulfilment-orders?limit=100", who="reno").json()["items"]
    assert {item["node"] for item in items} == {"reno"} and reno in [item["id"] for item in items]
    assert the.world.call("GET", "/v1/fulfilment-orders?node=columbus", headers={"x-api-key": "key-reno"}).status == 404
    the.do(columbus, "accept", "pick", "pack")
    for method, path in (
        ("GET", ""), ("POST", "/accept"), ("POST", "/reject"), ("POST", "/pick"), ("POST", "/pack"), ("POST", "/ship"),
        ("GET", "/packages/1/label"), ("GET", "/packages/1/packing-slip"),
    ):  # fmt: skip
        body = {"reason": "OTHER"} if path == "/reject" else {}
        assert the.call(method, f"/v1/fulfilment-orders/{columbus}{path}", body, "reno").status == 404, path
    assert the.told(columbus) == ["requested", "accepted", "picked", "packed"]


def test_papers_that_are_not_there(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept", "pick", "pack")
    for place in ("2/label", "0/label", "01x/label", "9999/label", "1/manifest", "1/label?format=docx", "1/../label"):
        assert the.call("GET", f"/v1/fulfilment-orders/{fo}/packages/{place}").status == 404, place


def test_lists_page_through_all_nodes_and_leave_out_what_has_left(the: Floor) -> None:
    made = {fo for number in range(1, 8) for fo in the.put(TWO if number % 2 else ONE)}
    gone = the.put(ONE)[0]
    the.do(gone, "accept", "pick", "pack", "ship")
    seen: list[str] = []
    path = "/v1/fulfilment-orders?limit=2"
    while path:
        page = the.call("GET", path).json()
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        path = f"/v1/fulfilment-orders?limit=2&cursor={page['next']}" if page["next"] else ""
    assert sorted(seen) == sorted(made)
    assert [item["id"] for item in the.call("GET", "/v1/fulfilment-orders?status=shipped").json()["items"]] == [gone]
    assert the.call("GET", "/v1/fulfilment-orders?status=accepted&node=reno").json()["items"] == []
    the.do(seen[0], "accept")
    assert [item["id"] for item in the.call("GET", "/v1/fulfilment-orders?status=accepted").json()["items"]] == [seen[0]]


def test_an_address_that_no_table_knows_still_gets_a_label(the: Floor) -> None:
    (fo,) = the.put(ship_to=Address(name="Ŵ", line1="1 渋谷", city="Tōkyō", postal_code="150-0002", country="JP"))
    assert the.do(fo, "accept", "pick", "pack")["packages"][0]["service"] == "ground"


def test_too_heavy_for_every_carrier_is_told_as_such(the: Floor) -> None:
    (fo,) = the.put()
    the.do(fo, "accept", "pick")
    lines = [{"line": "1", "quantity": 2}, {"line": "2", "quantity": 1}]
    reply = the.call("POST", f"/v1/fulfilment-orders/{fo}/pack", {"packages": [{"lines": lines, "weight_g": 60_000}]}, "reno")
    assert (reply.status, "no carrier takes" in reply.json()["detail"]) == (422, True)


# The carriers' door


def test_a_carrier_s_signature_is_over_the_bytes_and_young(the: Floor) -> None:
    (fo,) = the.put()
    (package,) = the.do(fo, "accept", "pick", "pack", "ship")["packages"]
    raw = json.dumps({"tracking_number": package["tracking_number"], "status": "delivered", "at": "2026-11-23T04:00:00Z"}).encode()
    old = str(int(time.time()) - 301)
    assert the.knock("parcelway", raw, key="guessed").status == 401
    assert the.knock("parcelway", raw, stamp=old).status == 401
    assert the.knock("parcelway", raw, stamp="soon").status == 401
    assert the.knock("pigeon", raw).status == 404
    assert the.call("POST", "/v1/carriers/parcelway/events", raw).status == 401
    assert the.status(fo) == ("shipped", "shipped")
    assert the.knock("parcelway", raw).status == 202
    assert the.status(fo) == ("completed", "delivered")


def test_a_carrier_speaks_of_its_own_parcels_alone(the: Floor) -> None:
    (fo,) = the.put()
    (package,) = the.do(fo, "accept", "pick", "pack", "ship")["packages"]
    assert the.scan({**package, "carrier": "bluebird"}, "delivered").status == 404
    assert the.scan({**package, "tracking_number": "PA0000000000000000"}, "delivered").status == 404
    assert the.status(fo) == ("shipped", "shipped")


def test_statements_that_make_no_sense_are_refused(the: Floor) -> None:
    (fo,) = the.put()
    (package,) = the.do(fo, "accept", "pick", "pack", "ship")["packages"]
    for more in (
        {"status": "teleported"}, {"status": None}, {"at": "yesterday"}, {"at": 5}, {"at": "9999-12-31T23:59:59Z"}, {"code": "x" * 65}, {"code": 7},
    ):  # fmt: skip
        assert the.scan(package, "in_transit", more=more).status == 422, more
    assert the.read(fo)["packages"][0]["tracking"] is None


def test_a_carrier_that_is_faster_than_the_node_s_own_word(the: Floor) -> None:
    (fo,) = the.put()
    (package,) = the.do(fo, "accept", "pick", "pack")["packages"]
    the.scan(package, "pre_transit")
    assert the.status(fo) == ("released", "packed")
    the.scan(package, "delivered")
    assert the.status(fo) == ("completed", "delivered")
    assert the.do(fo, "ship")["status"] == "delivered"
    assert the.told(fo).count("shipped") == 1


def test_a_parcel_of_a_cancelled_order_that_travels_is_seen_to(the: Floor) -> None:
    (fo,) = the.put()
    done = the.do(fo, "accept", "pick", "pack")
    assert the.call("POST", f"/v1/orders/{done['order_id']}/cancel", {}).status == 200
    assert the.scan(done["packages"][0], "in_transit").status == 202
    assert the.status(fo) == ("cancelled", "cancelled")
    assert the.told(fo)[-2:] == ["cancelled", "tracked"]
