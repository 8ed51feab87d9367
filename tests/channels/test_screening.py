"""What the shop's policies stop for a person: too much, too dear, somewhere it does not send, or at a risk."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.routing.test_policies import put
from waybill.kernel.errors import InvalidInput
from waybill.orders import documents
from waybill.orders.model import destinations, limits, risk
from waybill.orders.model.order import Address


@pytest.fixture
def the():
    with life() as life_:
        yield life_


def held(the: Life, name: str, policy: dict[str, Any], order: dict[str, Any]) -> dict[str, str]:
    """{kind: reason} of the holds that an order comes with under a policy."""
    answer = put(the, name, policy)
    assert answer.status == 200, answer.content
    order_id = the.place(order)
    the.settle()
    return {hold["kind"]: hold["reason"] for hold in the.order(order_id)["holds"] if hold["status"] == "active"}


def to(**address: str) -> dict[str, Any]:
    order = an_order()
    return {**order, "ship_to": {**order["ship_to"], **address}}


def test_without_policies_nothing_is_stopped(the):
    order_id = the.place({**to(line1="PO Box 7", region="AK", postal_code="99501"), "attributes": {"risk_score": 99}})
    the.settle()
    assert the.order(order_id)["holds"] == [] and the.order(order_id)["status"] == "released"


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ({"units": 2}, "3 units in all, at most 2 go without a look"),
        ({"units_per_line": 1}, "2 units of line 1, at most 1 go without a look"),
        ({"total": {"USD": "17.79"}}, "the total is 17.80 USD, at most 17.79 goes without a look"),
        ({"unit_price": {"USD": {"most": "3.99"}}}, "line 1 costs 4.00 USD each, more than 3.99; line 2 costs 4.00 USD each, more than 3.99"),
        ({"unit_price": {"USD": {"least": "4.01"}}}, "line 1 costs 4.00 USD each, less than 4.01; line 2 costs 4.00 USD each, less than 4.01"),
    ],
)
def test_an_order_beyond_a_limit_is_held_with_what_there_is_and_what_may_be(the, policy, reason):
    assert held(the, "limits", policy, an_order()) == {"manual": reason}


def test_an_order_at_its_limits_goes_on(the):
    policy = {"units": 3, "units_per_line": 2, "total": {"USD": "17.80", "JPY": "1"}, "unit_price": {"USD": {"least": "4.00", "most": "4.00"}}}
    assert held(the, "limits", policy, an_order()) == {}


def test_a_limit_counts_a_bundle_as_it_was_sold(the):
    put(the, "bundles", {"POT": {"TEA": 2, "CUP": 1}})
    assert held(the, "limits", {"units": 1, "unit_price": {"USD": {"least": "4.00"}}}, an_order(("POT", 1))) == {}


@pytest.mark.parametrize(
    ("policy", "address", "reason"),
    [
        ({"only": ["CA", "US"]}, {}, ""),
        ({"only": ["CA"]}, {}, "the shop does not send to US"),
        ({"po_boxes": False}, {"line2": "P.O. Box 12"}, "the address is a PO box"),
        ({"po_boxes": True}, {"line1": "PO Box 12"}, ""),
        ({"military": False}, {"city": "APO", "region": "AE", "postal_code": "09001"}, "the address is a base of the forces (APO, FPO, DPO)"),
        ({"not": [{"country": "US", "regions": ["AK", "CO"]}]}, {}, "restricted destination (rule 1)"),
        ({"not": [{"country": "US", "regions": ["AK"]}, {"country": "CA"}]}, {}, ""),
        ({"not": [{"country": "US", "postal_codes": ["802"], "reason": "no carrier"}]}, {}, "restricted destination (rule 1): no carrier"),
        ({"not": [{"country": "US", "skus": ["CUP"]}]}, {}, "restricted destination (rule 1, line 2)"),
        ({"not": [{"country": "US", "skus": ["POT"]}]}, {}, ""),
    ],
)
def test_an_order_is_held_where_the_shop_does_not_send(the, policy, address, reason):
    assert held(the, "destinations", policy, to(**address)) == ({"address": reason} if reason else {})


def test_a_part_of_a_bundle_may_be_closed_to_a_destination(the):
    put(the, "bundles", {"POT": {"TEA": 2, "CUP": 1}})
    found = held(the, "destinations", {"not": [{"country": "US", "skus": ["TEA"]}]}, an_order(("POT", 1)))
    assert found == {"address": "restricted destination (rule 1, line 1.1)"}


@pytest.mark.parametrize(
    "line",
    ["PO Box 1", "P.O. Box 12", "p o box 3", "P.O.Box 99", "POBox 5", "Post Office Box 4", "Postal Office Box 4", "GPO Box 7", "Locked Bag 2", "Private Bag X1",
     "Postfach 10 01", "Postbus 33", "Boîte postale 8", "BP 123", "B.P. 9", "Casella Postale 5", "Apartado 44", "Apartado de Correos 2", "Caixa Postal 11"],
)  # fmt: skip
def test_a_post_office_box_is_known_by_its_names(line):
    assert destinations.is_po_box(Address(line1=line)) and destinations.is_po_box(Address(line1="Building 2", line2=line))


@pytest.mark.parametrize("line", ["12 Boxwood Lane", "Poboxe Street 3", "500 Main St", "7 Post Office Road", "1 Bpark 12", "Apartado Street", "Box Hill 4", "Depot Box Store 2"])
def test_a_street_is_no_post_office_box(line):
    assert not destinations.is_po_box(Address(line1=line))


@pytest.mark.parametrize(
    ("policy", "address", "reason"),
    [
        ({}, {"region": "Colorado", "postal_code": "802021234"}, ""),
        ({}, {"postal_code": "8020"}, "US has no such postal_code"),
        ({"unchecked": ["US"]}, {"postal_code": "8020"}, ""),
        ({}, {"country": "DE", "postal_code": ""}, "the shipping address lacks postal_code"),
        ({}, {"country": "XX"}, "the country is unknown"),
        ({}, {"region": "NV"}, ""),
        ({"doubtful": "hold"}, {"region": "NV"}, "the postal_code is another region's"),
        ({"phone": "required"}, {"phone": "+1 303 555 0100"}, ""),
        ({"phone": "required"}, {"phone": "12"}, "no phone number that could be called, and the shop's carriers need one"),
    ],
)
def test_an_order_is_held_for_an_address_that_no_carrier_could_deliver_to(the, policy, address, reason):
    assert held(the, "addresses", policy, to(**address)) == ({"address": reason} if reason else {})


def test_an_address_is_written_as_its_country_writes_it_and_its_document_says_what_came(the):
    order_id = the.place(to(region="colorado", postal_code="802021234", phone="(303) 555-0100"))
    the.settle()
    assert the.order(order_id)["customer"]["ship_to"].items() >= {"region": "CO", "postal_code": "80202-1234", "phone": "+13035550100"}.items()
    assert all(said in documents.newest(order_id).body.decode() for said in ("colorado", "802021234", "(303) 555-0100"))


def test_the_reason_of_a_hold_says_nothing_of_the_address_but_its_country(the):
    policy = {"only": ["CA"], "po_boxes": False, "not": [{"country": "US", "postal_codes": ["8"]}]}
    reason = held(the, "destinations", policy, to(line1="PO Box 4711"))["address"]
    assert not [part for part in ("4711", "Denver", "80202", "Ada") if part in reason]


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        (74, ""),
        (75, "the risk score is 75, from 75 on a person looks"),
        ("80", "the risk score is 80, from 75 on a person looks"),
        ("high", "the risk score is no whole number from 0 to 100"),
        (-1, "the risk score is no whole number from 0 to 100"),
        (True, "the risk score is no whole number from 0 to 100"),
    ],
)
def test_an_order_at_a_risk_is_held_and_a_score_that_cannot_be_read_is_not_taken_for_none(the, score, reason):
    order = {**an_order(), "attributes": {"risk_score": score}}
    assert held(the, "fraud", {"hold_from": 75}, order) == ({"fraud": reason} if reason else {})


def test_what_is_held_for_fraud_takes_neither_stock_nor_money_until_a_person_releases_it(the):
    put(the, "fraud", {"hold_from": 50})
    order_id = the.place({**an_order(), "attributes": {"risk_score": 50}})
    the.settle()
    assert the.order(order_id)["status"] == "on_hold" and not the.gateway.of(order_id)
    answer = the.call("POST", f"/v1/orders/{order_id}/holds/fraud/release", {"note": "spoke to her"}, "support")
    the.settle()
    assert answer.status == 200 and the.order(order_id)["status"] == "released"


def test_what_is_held_for_fraud_can_be_cancelled_by_a_person(the):
    put(the, "fraud", {"hold_from": 50})
    order_id = the.place({**an_order(), "attributes": {"risk_score": 50}})
    the.settle()
    the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "fraud"}, "support")
    the.settle()
    assert the.order(order_id)["status"] == "cancelled" and not the.gateway.of(order_id)


@pytest.mark.parametrize(
    ("check", "policy", "field"),
    [
        (limits.check, {"units": 0}, "units"),
        (limits.check, {"units": 1.5}, "units"),
        (limits.check, {"units_per_line": True}, "units_per_line"),
        (limits.check, {"weight": 1}, "weight"),
        (limits.check, {"total": "5.00"}, "total"),
        (limits.check, {"total": {"USD": 5}}, "total.USD"),
        (limits.check, {"total": {"JPY": "5.00"}}, ""),
        (limits.check, {"total": {"JPY": "5.50"}}, "total.JPY"),
        (limits.check, {"total": {"XXX": "5"}}, "total.XXX"),
        (limits.check, {"total": {"USD": "NaN"}}, "total.USD"),
        (limits.check, {"unit_price": {"USD": {}}}, "unit_price.USD"),
        (limits.check, {"unit_price": {"USD": {"most": "-1"}}}, "unit_price.USD.most"),
        (limits.check, {"unit_price": {"USD": {"least": "2", "most": "1"}}}, "unit_price.USD.least"),
        (limits.check, {"unit_price": []}, "unit_price"),
        (destinations.check, {"only": ["usa"]}, "only"),
        (destinations.check, {"only": "US"}, "only"),
        (destinations.check, {"po_boxes": "no"}, "po_boxes"),
        (destinations.check, {"never": []}, "never"),
        (destinations.check, {"not": {"country": "US"}}, "not"),
        (destinations.check, {"not": ["US"]}, "not[0]"),
        (destinations.check, {"not": [{"regions": ["AK"]}]}, "not[0].country"),
        (destinations.check, {"not": [{"country": "US", "regions": ["ak"]}]}, "not[0].regions"),
        (destinations.check, {"not": [{"country": "US", "postal_codes": [" "]}]}, "not[0].postal_codes"),
        (destinations.check, {"not": [{"country": "US", "skus": "POT"}]}, "not[0].skus"),
        (destinations.check, {"not": [{"country": "US", "city": "Nome"}]}, "not[0].city"),
        (destinations.check, {"not": [{"country": "US", "reason": 1}]}, "not[0].reason"),
        (risk.check, {"hold_from": 101}, "hold_from"),
        (risk.check, {"hold_from": "75"}, "hold_from"),
        (risk.check, {"cancel_from": 90}, "cancel_from"),
    ],
)
def test_a_policy_that_could_not_be_obeyed_names_its_field(check, policy, field):
    if not field:
        check(policy)
        return
    with pytest.raises(InvalidInput) as refused:
        check(policy)
    assert list(refused.value.fields) == [field]
