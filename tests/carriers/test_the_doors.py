"""Carriers and their price lists over HTTP: whole or not at all, by day, and the same for routing and for the label."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.carriers.pricelist import CSV
from tests.fulfilment.floor import Floor, floor
from waybill.aws.clients import client
from waybill.fulfilment.carriers import tables
from waybill.fulfilment.model.tariff import TARE_G, Box, Lane
from waybill.routing.tariffs import rate
from waybill.shop import store

SWIFT = {"name": "Swift", "tracking_url": "https://swift.example/{tracking_number}"}
CHEAP = CSV.replace("1 lb,7.00,2", "1 lb,0.10,2").replace("30 kg,15.00,4", "30 kg,0.20,4").replace("30 kg,12.50,", "30 kg,0.15,")


def put(the: Floor, path: str, body: Any, who: str = "admin") -> Any:
    reply = the.call("PUT", f"/v1/carriers/{path}", body, who)
    store.forget()
    return reply


def test_a_list_that_has_a_gap_is_refused_with_its_zone_and_weights_and_nothing_of_it_is_taken() -> None:
    with floor() as the:
        assert put(the, "swift", SWIFT).status == 200
        refused = put(the, "swift/tariff", CSV.replace(",1 lb,30 kg,12.50", ",2 lb,30 kg,12.50").encode())
        assert refused.status == 422
        assert refused.json()["errors"] == [{"field": "ground, zone 1, 454 g to 908 g", "message": "has no price: rows 8 and 9 leave a hole"}]
        assert the.call("GET", "/v1/carriers/swift").json()["tariffs"] == []
        assert the.call("GET", "/v1/carriers/swift/tariff").status == 404


def test_yesterdays_list_is_kept_and_answers_for_its_day() -> None:
    with floor() as the:
        put(the, "swift", SWIFT)
        first = put(the, "swift/tariff?from=2026-01-01", CSV.encode()).json()["imported"]
        second = put(the, "swift/tariff?from=2026-12-01", CHEAP.encode()).json()
        assert [each["from"] for each in second["tariffs"]] == ["2026-01-01", "2026-12-01"]
        assert put(the, "swift/tariff?from=2026-12-01", CHEAP.encode()).json()["tariffs"] == second["tariffs"], "the same once more changes nothing"
        for day, told in (("2026-11-30", CSV), ("2026-12-01", CHEAP)):
            assert the.call("GET", f"/v1/carriers/swift/tariff?on={day}").content.decode() == told
        assert the.call("GET", "/v1/carriers/swift/tariff?on=2025-12-31").status == 404
        assert the.call("GET", f"/v1/carriers/swift/tariff?version={first['version']}").content.decode() == CSV
        assert put(the, "swift", {**SWIFT, "name": "Swifter"}).json()["tariffs"] == second["tariffs"], "its lists stay"
        lane = Lane(100, "2026-11-30", "US", "89501", residential=False)
        carrier = store.carrier("swift")
        assert [tables.on(carrier, day).quotes(lane, Box(400))[0].made_of["freight"] for day in ("2026-11-30", "2026-12-01")] == [700, 10]


def test_routing_and_the_label_price_by_the_same_list() -> None:
    with floor() as the:
        put(the, "swift", SWIFT)
        put(the, "swift/tariff?from=2020-01-01", CHEAP.encode())
        (fo,) = the.put()
        the.do(fo, "accept", "pick")
        (package,) = the.do(fo, "pack")["packages"]
        assert package["carrier"] == "swift"
        node, there = store.node("reno"), the.read(fo)["ship_to"]
        lane = tables.lane(node.place, type("A", (), there)(), (the.world.now() + timedelta(days=0)).date().isoformat())
        routed, _ = rate([tables.on(carrier, lane.leaves) for carrier in store.carriers()], lane)
        assert routed is not None
        assert abs(routed.price(package["weight_g"] - TARE_G) - package["cost"]) <= 0


@pytest.mark.parametrize(
    ("id", "body", "field"),
    [
        ("Swift", SWIFT, "carrier"),
        ("swift", {}, "name"),
        ("swift", {**SWIFT, "kind": "pigeon"}, "kind"),
        ("swift", {**SWIFT, "currency": "XQX"}, "currency"),
        ("swift", {**SWIFT, "tracking_url": "http://swift.example/{tracking_number}"}, "tracking_url"),
        ("swift", {**SWIFT, "colour": "red"}, "colour"),
        ("swift", {**SWIFT, "settings": {"api_key": "EZAK"}}, "settings.api_key"),
        ("swift", {**SWIFT, "settings": {"services": "USPS"}}, "settings.services"),
        ("swift", {**SWIFT, "settings": {"silent_days": 0}}, "settings.silent_days"),
        ("swift", {**SWIFT, "settings": []}, "settings"),
    ],
)
def test_a_carrier_that_cannot_be_so_is_refused_by_field(id: str, body: dict[str, Any], field: str) -> None:
    with floor() as the:
        refused = put(the, id, body)
        assert refused.status == 422 and field in {each["field"] for each in refused.json()["errors"]}
        assert the.call("GET", "/v1/carriers/swift").status == 404


def test_the_kind_of_a_carrier_stays() -> None:
    with floor() as the:
        put(the, "swift", SWIFT)
        assert put(the, "swift", {**SWIFT, "kind": "easypost"}).status == 422


def test_a_list_of_nobody_and_a_day_that_is_none_are_refused() -> None:
    with floor() as the:
        assert put(the, "nobody/tariff", CSV.encode()).status == 404
        assert put(the, "parcelway/tariff?from=soon", CSV.encode()).status == 400
        assert put(the, "parcelway/tariff", b"\xff\xfe").status == 400


def test_only_an_admin_sets_carriers_up_and_only_people_of_support_close_cases() -> None:
    with floor() as the:
        for who in ("support", "finance", "viewer", "reno", "api"):
            assert put(the, "swift", SWIFT, who).status == 403
            assert put(the, "parcelway/tariff", CSV.encode(), who).status == 403
        assert the.call("GET", "/v1/parcel-cases", who="reno").status == 403
        assert the.call("POST", "/v1/parcel-cases/sx_x/close", {"why": "x"}, who="viewer").status == 403
        assert the.call("POST", "/v1/parcel-cases/sx_x/close", {"why": "x"}).status == 404
        assert the.call("POST", "/v1/parcel-cases/sx_x/close", {"why": ""}).status == 422
        for query in ("status=lost", "kind=pigeon", "cursor=e30"):
            assert the.call("GET", f"/v1/parcel-cases?{query}").status == 400


def test_of_two_who_change_a_carrier_at_once_one_is_told() -> None:
    from waybill.aws.tables import WriteConflict, commit

    with floor() as the:
        put(the, "swift", SWIFT)
        raw = tables._TABLE.get(store.CARRIER, "swift")
        assert raw is not None and client("dynamodb")
        put(the, "swift/tariff", CSV.encode())
        with pytest.raises(WriteConflict):
            commit(tables.over(raw, {**raw, "name": "Late", "revision": raw["revision"] + 1}))
