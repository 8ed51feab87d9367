"""A node finds that it is short when the cartons are closed already, or when some of them have left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.fulfilment.floor import Floor, floor
from tests.fulfilment.test_cancel_against_ship import CALLS, TakingTurns, interleavings
from tests.fulfilment.test_interruptions import verb
from waybill.fulfilment.model.fulfilment_order import Purchase
from waybill.fulfilment.model.packing import taken_apart
from waybill.fulfilment.service import load
from waybill.kernel.errors import IllegalTransition
from waybill.orders.model.check import violations
from waybill.shop import store as shop

TEA = {"lines": [{"line": "1", "quantity": 1}], "reason": "DAMAGED"}


@pytest.fixture
def the() -> Iterator[Floor]:
    with floor() as made:
        yield made


def packed(the: Floor, *parcels: dict[str, int]) -> str:
    """Two TEA on line 1, one CUP on line 2, in these parcels."""
    (fo,) = the.put()
    the.do(fo, "accept", "pick")
    said = [{"lines": [{"line": line, "quantity": units} for line, units in each.items()]} for each in parcels]
    assert verb(the, fo, "pack", {"packages": said} if said else {}).status == 200
    return fo


def holds(fo: str) -> None:
    record = load(fo)[0]
    assert violations(record.order, record.state, record.fulfilment_orders) == []


def test_what_is_packed_is_packed_anew_without_the_units_that_are_short(the: Floor) -> None:
    fo = packed(the)
    (before,) = the.numbers_of(fo)
    after = verb(the, fo, "short", TEA, "reno").json()
    assert (after["status"], after["packages"], after["lines"]["1"]["quantity"]) == ("picked", [], 1)
    assert load(fo)[0].state.unrouted() == {"1": 1}
    the.do(fo, "pack")
    (package,) = the.read(fo)["packages"]
    assert package["lines"] == {"1": 1, "2": 1} and package["tracking_number"] != before
    the.do(fo, "ship")
    assert the.status(fo) == ("partially_shipped", "shipped")
    holds(fo)


def test_of_what_has_left_in_part_the_rest_is_packed_anew_under_new_numbers(the: Floor) -> None:
    fo = packed(the, {"1": 1}, {"1": 1, "2": 1})
    verb(the, fo, "ship", {"packages": [1]})
    after = verb(the, fo, "short", TEA, "reno").json()
    assert (after["status"], [each["n"] for each in after["packages"]]) == ("partially_shipped", [1])
    assert after["supported_actions"] == ["pack", "short"]
    holds(fo)
    refused = verb(the, fo, "ship")
    assert refused.status == 409 and "packed before it leaves" in refused.json()["detail"]
    assert verb(the, fo, "ship", {"packages": [1]}).status == 200
    proposed = the.call("GET", f"/v1/fulfilment-orders/{fo}/packing").json()
    assert [each["lines"] for each in proposed["packages"]] == [{"2": 1}]
    for _ in range(2):
        the.do(fo, "pack")
    assert [(each["n"], each["lines"]) for each in the.read(fo)["packages"]] == [(1, {"1": 1}), (2, {"2": 1})]
    assert the.call("GET", f"/v1/fulfilment-orders/{fo}/packages/2/label").status == 200
    the.do(fo, "ship")
    assert the.status(fo)[1] == "shipped"
    holds(fo)


def test_short_of_all_that_has_not_left_is_all_there_is_to_it(the: Floor) -> None:
    fo = packed(the, {"1": 2}, {"2": 1})
    verb(the, fo, "ship", {"packages": [1]})
    (first, _) = the.read(fo)["packages"]
    the.scan(first, "delivered")
    assert the.status(fo)[1] == "partially_shipped"
    for _ in range(2):
        said = verb(the, fo, "short", {"line": "2", "there": 0, "reason": "NOT_IN_STOCK"}, "reno")
        assert (said.status, said.json()["status"]) == (200, "delivered")
    assert load(fo)[0].state.unrouted() == {"2": 1}
    holds(fo)


def test_short_of_all_that_is_packed_is_a_rejection(the: Floor) -> None:
    fo = packed(the)
    lines = [{"line": "1", "quantity": 2}, {"line": "2", "quantity": 1}]
    after = verb(the, fo, "short", {"lines": lines, "reason": "NOT_IN_STOCK"}).json()
    assert (after["status"], after["packages"]) == ("rejected", [])


def test_the_same_key_takes_no_more_out(the: Floor) -> None:
    fo = packed(the, {"1": 1}, {"1": 1, "2": 1})
    verb(the, fo, "ship", {"packages": [1]})
    for _ in range(2):
        assert the.call("POST", f"/v1/fulfilment-orders/{fo}/short", TEA, "reno", idempotency_key="s1").status == 200
    assert load(fo)[1].units() == {"1": 1, "2": 1}


@pytest.mark.parametrize("units", [2, 3])
def test_what_has_left_cannot_be_short(the: Floor, units: int) -> None:
    fo = packed(the, {"1": 1}, {"1": 1, "2": 1})
    verb(the, fo, "ship", {"packages": [1]})
    before = load(fo)
    refused = verb(the, fo, "short", {"lines": [{"line": "1", "quantity": units}], "reason": "OTHER"})
    assert refused.status == 422 and "1 units are here" in refused.json()["detail"]
    assert load(fo) == before


def test_a_parcel_on_its_carriers_list_stays_as_it_is(the: Floor) -> None:
    fo = packed(the)
    made = the.call("POST", "/v1/manifests", {"node": "reno", "carrier": "parcelway", "date": "2026-11-23"})
    assert made.status in (200, 201), made.content
    refused = verb(the, fo, "short", TEA)
    assert refused.status == 409 and "manifest" in refused.json()["detail"]


def test_units_that_nobody_gets_are_cancelled_and_the_order_is_shipped_with_the_rest(the: Floor) -> None:
    assert the.call("PUT", "/v1/policies/short_pick", {"then": "cancel"}).status == 200
    shop.forget()
    fo = packed(the, {"1": 2}, {"2": 1})
    verb(the, fo, "ship", {"packages": [1]})
    verb(the, fo, "short", {"lines": [{"line": "2", "quantity": 1}], "reason": "DAMAGED"})
    assert the.status(fo) == ("shipped", "shipped")
    (told,) = [entry for entry in load(fo)[0].state.history if entry.type == "order.lines_cancelled"]
    assert told.data["lines"] == {"2": 1}


def test_short_against_ship_has_a_whole_outcome_in_every_interleaving() -> None:
    ends = set()
    with floor() as the:
        (warm,) = the.put_packed()
        verb(the, warm, "ship"), verb(the, warm, "short", TEA)
        for turns in interleavings(CALLS, CALLS):
            (fo,) = the.put_packed()
            short, shipped = TakingTurns(turns).run(lambda fo=fo: verb(the, fo, "short", TEA), lambda fo=fo: verb(the, fo, "ship"))
            ends.add((the.status(fo), short.status, shipped.status))
    assert ends == {(("released", "picked"), 200, 409), (("shipped", "shipped"), 422, 200)}


def test_labels_that_are_just_given_back_are_not_forgotten_for_others(the: Floor) -> None:
    work = load(packed(the))[1]
    (ours,) = work.packages
    sold = replace(ours, shipment="shp_1")
    under_way = Purchase((replace(sold, shipment="shp_0"),), ("shp_0/",), f"{work.id}-1", "2026-11-30T08:00:00Z", giving_up="not wanted")
    with pytest.raises(IllegalTransition, match="try again in a moment"):
        taken_apart(replace(work, packages=(sold,), buying=under_way), "2026-11-30T08:00:10Z")
    assert taken_apart(replace(work, buying=under_way), "2026-11-30T08:00:10Z").buying == under_way
