"""Drafts over their doors: half an order is kept and told what it lacks, a whole one goes the way of every order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.drafts.counter import WHOLE, Counter, counter, lacks, open_phone, shown
from waybill.orders.store import ORDERS
from waybill.shop import store
from waybill.shop.model import Channel


@pytest.fixture(scope="module")
def shared() -> Iterator[Counter]:
    with counter() as made:
        yield made


@pytest.fixture
def desk(shared: Counter) -> Counter:
    open_phone()
    return shared


def test_nothing_at_all_is_a_draft_that_says_what_it_lacks(desk: Counter) -> None:
    draft = desk.open({}, "nothing")
    assert draft["status"] == "open" and draft["channel"] == "phone" and draft["totals"]["total"] == "0.00"
    assert {"customer", "ship_to", "lines"} <= lacks(draft).keys()


def test_each_field_that_still_lacks_is_named(desk: Counter) -> None:
    body = {"customer": {"name": "Ada"}, "ship_to": {"line1": "500 Main St"}, "lines": [{"sku": "TEA", "quantity": 1}, {"sku": "NONE", "quantity": 2}]}
    told = lacks(desk.open(body, "half"))
    assert told["customer.email"] == "is required" and told["ship_to.city"] == "is required"
    assert {"ship_to.region", "ship_to.postal_code", "tenders"} <= told.keys()
    assert told["lines[1].sku"] == "the shop has no such SKU" and "lines[0].sku" not in told and "lines[0].unit_price" not in told


@pytest.mark.parametrize(
    ("address", "missing"),
    [({"country": "DE", "city": "Berlin"}, {"line1", "postal_code"}), ({"country": "IE", "line1": "1 Quay"}, {"city"}), ({"line1": "500 Main St", "city": "Denver", "postal_code": "80202"}, set())],
)
def test_an_address_lacks_what_its_country_asks_for(desk: Counter, address: dict[str, str], missing: set[str]) -> None:
    told = lacks(desk.open({**WHOLE, "ship_to": address}, str(address)))
    assert {at.removeprefix("ship_to.") for at in told if at.startswith("ship_to")} == missing


def test_what_is_wrong_is_kept_and_said(desk: Counter) -> None:
    draft = desk.open({**WHOLE, "customer": {"email": "ada@"}, "lines": [{"sku": "TEA", "quantity": "two"}]}, "wrong")
    assert draft["draft"]["customer"]["email"] == "ada@"
    assert {"customer.email", "lines[0].quantity"} <= lacks(draft).keys()


def test_a_currency_that_there_is_not_lacks_and_nothing_is_summed(desk: Counter) -> None:
    draft = desk.open({**WHOLE, "currency": "XYZ"}, "currency")
    assert "currency" in lacks(draft) and draft["totals"] == {"currency": "XYZ"} and draft["findings"] == []


def test_the_total_is_ours_and_the_shop_says_what_nobody_has(desk: Counter) -> None:
    draft = desk.open(WHOLE, "priced")
    assert draft["lacks"] == [] and draft["totals"] == {
        "currency": "USD", "goods": "11.50", "shipping": "5.00", "fees": "0.00", "tax": "0.40", "total": "16.90"
    }  # fmt: skip
    assert [(line["title"], line["unit_price"], line["net"]) for line in draft["lines"]] == [("Tea", "4.00", "8.00"), ("Cup", "3.50", "3.50")]


def test_payments_that_do_not_sum_to_the_total_are_said_and_not_placed(desk: Counter) -> None:
    draft = desk.open({**WHOLE, "tenders": [{"kind": "terms", "amount": "10.00"}]}, "short")
    assert lacks(draft) == {"tenders": "the payments sum to 10.00, the total is 16.90"}
    refused = desk.ask("POST", f"/{draft['id']}/place")
    assert refused.status == 422 and refused.json()["errors"] == [{"field": "tenders", "message": "the payments sum to 10.00, the total is 16.90"}]


def test_a_part_by_gift_card_and_the_rest_by_card_and_no_code_is_kept(desk: Counter) -> None:
    tenders = [{"kind": "gift_card", "token": "WBQ7KM2XT4VN", "amount": "6.90"}, {"kind": "card", "token": "tok_good"}]
    draft = desk.open({**WHOLE, "tenders": tenders}, "gift")
    assert draft["lacks"] == [] and "WBQ7KM2XT4VN" not in str(ORDERS.get(f"DRAFT#{draft['id']}", "DRAFT"))


def test_a_card_number_is_refused_wherever_it_stands(desk: Counter) -> None:
    for body in ({"note": "4242 4242 4242 4242"}, {"customer": {"name": "4242424242424242"}}, {"tenders": [{"token": "4242424242424242"}]}):
        assert desk.ask("POST", "", body, idempotency_key="card").status == 422


@pytest.mark.parametrize("body", [{"total": "1.00"}, {"lines": [{"skew": "TEA"}]}, {"external_reference": "x"}, {"lines": {}}, {"lines": [{}] * 101}, []])
def test_what_nobody_would_read_is_refused_by_name(desk: Counter, body: Any) -> None:
    refused = desk.ask("POST", "", body, idempotency_key="odd")
    assert refused.status == 422 and refused.json()["errors"]


def test_too_much_is_too_much(desk: Counter) -> None:
    assert desk.ask("POST", "", b'{"note": "' + b" " * 100_000 + b'"}', idempotency_key="huge").status == 413


def test_the_same_call_opens_one_draft_and_another_body_is_told(desk: Counter) -> None:
    first, again = desk.open(WHOLE, "twice"), desk.open(WHOLE, "twice")
    assert first["id"] == again["id"] and again["version"] == 1
    assert desk.ask("POST", "", {}, idempotency_key="twice").status == 422
    assert desk.ask("POST", "", {}).status == 400


def test_what_somebody_else_has_changed_is_not_overwritten(desk: Counter) -> None:
    draft = desk.open(WHOLE, "two people")
    assert shown(desk.ask("PUT", f"/{draft['id']}", {**WHOLE, "note": "ring twice"}, if_match='"1"'))["version"] == 2
    assert desk.ask("PUT", f"/{draft['id']}", WHOLE, if_match='"1"').status == 412
    assert desk.ask("PUT", f"/{draft['id']}", WHOLE, if_match="x").status == 400
    assert shown(desk.ask("GET", f"/{draft['id']}"))["draft"]["note"] == "ring twice"


def test_what_the_shop_would_hold_it_for_is_shown_before_it_is_placed(desk: Counter) -> None:
    store.save(store.POLICY, "limits", {"units": 2})
    store.save(store.POLICY, "destinations", {"po_boxes": False})
    store.forget()
    draft = desk.open({**WHOLE, "ship_to": {**WHOLE["ship_to"], "line1": "PO Box 7"}}, "found")
    assert {each["kind"] for each in draft["findings"]} == {"manual", "address"} and draft["lacks"] == []
    for policy in ("limits", "destinations"):
        store.save(store.POLICY, policy, {})
    store.forget()


def test_a_half_draft_is_not_scolded_for_what_it_lacks_already(desk: Counter) -> None:
    assert desk.open({"lines": [{"sku": "TEA", "quantity": 1}]}, "early")["findings"] == []


def test_what_may_be_sold_now_stands_beside_what_is_wanted_and_can_be_kept(desk: Counter) -> None:
    draft = desk.open(WHOLE, "kept")
    assert draft["stock"] == [{"sku": "CUP", "wanted": 1, "sellable": 5, "kept": 0}, {"sku": "TEA", "wanted": 2, "sellable": 20, "kept": 0}]
    kept = shown(desk.ask("POST", f"/{draft['id']}/hold"))
    assert kept["stock"] == [{"sku": "CUP", "wanted": 1, "sellable": 4, "kept": 1}, {"sku": "TEA", "wanted": 2, "sellable": 18, "kept": 2}]
    assert kept["kept_until"] > kept["changed_at"]
    shown(desk.ask("DELETE", f"/{draft['id']}"))
    assert desk.open(WHOLE, "after")["stock"][0]["sellable"] == 5


def test_more_than_there_is_cannot_be_kept(desk: Counter) -> None:
    draft = desk.open({"lines": [{"sku": "TEA", "quantity": 999}]}, "too many")
    assert desk.ask("POST", f"/{draft['id']}/hold").status == 409
    shown(desk.ask("DELETE", f"/{draft['id']}"))
    nothing = desk.open({}, "nothing to keep")
    assert desk.ask("POST", f"/{nothing['id']}/hold").status == 422


def test_a_placed_draft_is_an_order_of_its_channel_and_keeps_nothing_of_a_person(desk: Counter) -> None:
    draft = desk.open(WHOLE, "placed")
    shown(desk.ask("POST", f"/{draft['id']}/hold"))
    placed = shown(desk.ask("POST", f"/{draft['id']}/place", if_match=f'"{draft["version"]}"'), 202)
    desk.the.settle()
    order = desk.the.order(placed["order_id"])
    assert placed["status"] == "placed" and placed["allowed"] == [] and placed["links"]["order"] == f"/v1/orders/{placed['order_id']}"
    assert (order["channel"], order["external_reference"], order["totals"]["total"], order["status"]) == ("phone", draft["id"], "16.90", "released")
    assert desk.the.call("GET", "/v1/carts/" + draft["id"] + "?channel=phone").json()["status"] == "ordered"
    kept = str(ORDERS.get(f"DRAFT#{draft['id']}", "DRAFT"))
    assert "ada" not in kept.lower() and "Main St" not in kept and "tok_good" not in kept
    assert placed["totals"]["total"] == "16.90"


def test_pressed_twice_it_is_placed_once(desk: Counter) -> None:
    draft = desk.open(WHOLE, "double")
    replies = [shown(desk.ask("POST", f"/{draft['id']}/place", if_match='"1"'), 202) for _ in range(3)]
    desk.the.settle()
    assert len({reply["order_id"] for reply in replies}) == 1
    assert [order["external_reference"] for order in desk.orders()].count(draft["id"]) == 1


def test_how_it_is_paid_may_be_said_when_it_is_placed(desk: Counter) -> None:
    draft = desk.open({**WHOLE, "tenders": []}, "paid last")
    assert lacks(draft) == {"tenders": "say how it is paid"}
    assert desk.ask("POST", f"/{draft['id']}/place", {"tenders": [{"kind": "shells"}]}).status == 422
    assert desk.ask("POST", f"/{draft['id']}/place", {"payment": "cod"}).status == 422
    placed = shown(desk.ask("POST", f"/{draft['id']}/place", {"tenders": [{"kind": "cod"}]}), 202)
    desk.the.settle()
    assert desk.the.order(placed["order_id"])["totals"]["total"] == "16.90"


def test_what_is_placed_or_discarded_stays_so(desk: Counter) -> None:
    placed, gone = desk.open(WHOLE, "over 1")["id"], desk.open(WHOLE, "over 2")["id"]
    shown(desk.ask("POST", f"/{placed}/place"), 202)
    for _ in range(2):
        assert shown(desk.ask("DELETE", f"/{gone}"))["status"] == "discarded"
    for id in (placed, gone):
        assert desk.ask("PUT", f"/{id}", WHOLE).status == desk.ask("POST", f"/{id}/hold").status == 409
    assert desk.ask("DELETE", f"/{placed}").status == desk.ask("POST", f"/{gone}/place").status == 409


def test_what_is_discarded_keeps_nothing_of_a_person(desk: Counter) -> None:
    draft = desk.open(WHOLE, "forgotten")
    assert shown(desk.ask("DELETE", f"/{draft['id']}"))["draft"] == {"lines": WHOLE["lines"], "shipping": {"amount": "5.00"}}


def test_a_list_shows_those_of_a_status_the_last_first(desk: Counter) -> None:
    first, last = desk.open({**WHOLE, "note": "1"}, "list 1"), desk.open({**WHOLE, "note": "2"}, "list 2")
    listed = shown(desk.ask("GET", "?limit=2"))
    assert [each["id"] for each in listed["items"]] == [last["id"], first["id"]] and listed["next"]
    assert listed["items"][0]["totals"]["total"] == "16.90" and "draft" not in listed["items"][0]
    assert first["id"] not in str(shown(desk.ask("GET", "?status=placed")))
    assert desk.ask("GET", "?status=lost").status == 400


def test_another_channel_is_named_from_the_start_and_must_be_one_that_people_sell_by(desk: Counter) -> None:
    assert desk.ask("POST", "", {"channel": "api"}, idempotency_key="c1").status == 422
    store.save(store.CHANNEL, "showroom", Channel("showroom", "phone", "Showroom", "EUR"))
    store.forget()
    assert desk.ask("POST", "", {}, idempotency_key="c2").json()["errors"] == [{"field": "channel", "message": "is one of phone, showroom"}]
    draft = desk.open({"channel": "showroom", "lines": [{"sku": "TEA", "quantity": 1}]}, "c3")
    assert draft["totals"]["currency"] == "EUR" and "lines[0].unit_price" in lacks(draft)
    assert desk.ask("PUT", f"/{draft['id']}", {"channel": "phone"}).status == 422
    store.save(store.CHANNEL, "showroom", Channel("showroom", "api", "Showroom"))
    store.forget()


def test_drafts_are_for_support_and_above(desk: Counter) -> None:
    id = desk.open(WHOLE, "roles")["id"]
    calls = [("POST", ""), ("GET", ""), ("GET", f"/{id}"), ("PUT", f"/{id}"), ("DELETE", f"/{id}"), *(("POST", f"/{id}/{verb}") for verb in ("hold", "quote", "reopen", "place"))]
    for method, path in calls:
        for who in ("viewer", "api", "reno"):
            assert desk.ask(method, path, {}, who, idempotency_key="r").status == 403, (method, path, who)
    for who in ("support", "finance", "admin"):
        assert desk.ask("GET", f"/{id}", who=who).status == 200
    assert desk.ask("GET", "/dr_none").status == 404


def test_nothing_of_a_draft_goes_on_the_bus(desk: Counter) -> None:
    from waybill.aws.attributes import pack_item
    from waybill.orders.outbox import new_events

    item = ORDERS.get(f"DRAFT#{desk.open(WHOLE, 'bus')['id']}", "DRAFT")
    assert item and not list(new_events({"dynamodb": {"SequenceNumber": "1", "NewImage": pack_item(item)}}))
