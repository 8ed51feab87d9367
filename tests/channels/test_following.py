"""What a channel does to an order that stands here already: once, in any order of its documents, and never taken back."""

from __future__ import annotations

import copy
import itertools
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.channels.documents import sample
from tests.flow.life import Life
from tests.flow.lived import life
from tests.house.deeds import ok, webhook

STOCK = {("TEA", "reno"): 40, ("CUP", "reno"): 40}
LATER, LATEST = "2036-01-01T00:00:00Z", "2036-01-02T00:00:00Z"
TEA, CUP = "14100000001", "14100000002"


@pytest.fixture
def the():
    with life(STOCK) as the:
        yield the
        assert not the.world.dead_letters(), "whatever a channel says, somebody could handle it"


def order(number: int = 91_001, sku: str = "TEA", **changed: Any) -> dict[str, Any]:
    body = json.loads(json.dumps(sample("shopify_paid")["body"], default=str))
    for line, known in zip(body["line_items"], (sku, "CUP"), strict=True):
        line["sku"] = known
    return {**body, "id": number, **changed}


def told(the: Life, body: dict[str, Any], topic: str = "orders/updated") -> str:
    """The shop has it, as it stands there, and says so."""
    if the.outside.shops.order("shopify", str(body["id"])) is None:
        lines = [{"id": str(line["id"]), "sku": line["sku"], "quantity": line["quantity"], "ships": True} for line in body["line_items"]]
        the.outside.shops.place("shopify", str(body["id"]), lines)
    if body.get("updated_at", "") >= (the.outside.shops.order("shopify", str(body["id"])).get("document") or {}).get("updated_at", ""):
        the.outside.shops.document("shopify", str(body["id"]), body)
    reply = ok(webhook(the, json.dumps(body).encode(), topic)).json()
    the.settle()
    return reply["order_id"]


def waiting(the: Life, **changed: Any) -> tuple[str, dict[str, Any]]:
    """An order that no node has: there is not enough of its first SKU."""
    body = order(**changed)
    body["line_items"][0]["sku"] = "POT"
    return told(the, body, "orders/create"), body


def holds(the: Life, order_id: str) -> list[dict[str, Any]]:
    return [hold for hold in the.order(order_id)["holds"] if hold["status"] == "active"]


def units(the: Life, order_id: str, line: str) -> dict[str, int]:
    return next(each["quantities"] for each in the.order(order_id)["lines"] if each["id"] == line)


def removing(body: dict[str, Any], line: str, count: int, amount: str = "0.00") -> dict[str, Any]:
    refund = {"refund_line_items": [{"line_item_id": int(line), "quantity": count, "restock_type": "cancel"}]}
    money = [{"kind": "refund", "status": "success", "amount": amount}] if amount != "0.00" else []
    return {**body, "updated_at": LATER, "refunds": [*body.get("refunds", []), {**refund, "transactions": money}]}


def test_an_order_that_its_channel_cancels_is_cancelled_and_its_stock_is_free(the):
    order_id = told(the, order(), "orders/create")
    told(the, order(cancelled_at=LATER, cancel_reason="customer", updated_at=LATER), "orders/cancelled")
    assert the.order(order_id)["status"] == "cancelled"
    assert the.call("GET", "/v1/inventory?sku=TEA").json()["items"][0]["reserved"] == 0


def test_a_cancellation_is_not_undone_by_an_older_document_that_comes_late(the):
    body = order()
    order_id = told(the, {**body, "cancelled_at": LATEST, "updated_at": LATEST}, "orders/cancelled")
    told(the, body, "orders/create")
    assert the.order(order_id)["status"] == "cancelled"


def test_a_cancellation_after_the_parcel_has_left_is_put_in_front_of_a_person_once(the):
    order_id = told(the, order(), "orders/create")
    the.fulfil(order_id)
    the.settle()
    for at in (LATER, LATEST):
        told(the, order(cancelled_at=LATER, updated_at=at), "orders/cancelled")
    (hold,) = holds(the, order_id)
    assert hold["kind"] == "changed" and "too late" in hold["reason"]
    ok(the.call("POST", f"/v1/orders/{order_id}/holds/{hold['id']}/release", {"note": "it comes back"}))
    told(the, order(cancelled_at=LATER, updated_at="2036-01-03T00:00:00Z"), "orders/updated")
    assert not holds(the, order_id), "who has decided is not asked again"


def test_units_that_a_refund_takes_off_are_cancelled_once_however_often_it_is_said(the):
    order_id, body = waiting(the)
    less = removing(body, TEA, 1)
    for at in (LATER, LATER, LATEST):
        told(the, {**less, "updated_at": at})
    assert units(the, order_id, TEA)["cancelled"] == 1
    told(the, {**removing(less, TEA, 1), "updated_at": LATEST})
    assert units(the, order_id, TEA)["cancelled"] == 2 and the.order(order_id)["status"] != "cancelled"


def test_goods_that_came_back_take_nothing_off_an_order(the):
    order_id, body = waiting(the)
    back = removing(body, TEA, 1)
    back["refunds"][0]["refund_line_items"][0]["restock_type"] = "return"
    told(the, back)
    assert "cancelled" not in units(the, order_id, TEA)


def test_when_every_unit_is_taken_off_the_order_is_cancelled(the):
    order_id, body = waiting(the)
    told(the, removing(removing(body, TEA, 2), CUP, 1))
    assert the.order(order_id)["status"] == "cancelled"


def test_money_that_the_channel_returned_is_noted_once_and_owed_by_nobody(the):
    order_id, body = waiting(the)
    for at in (LATER, LATEST):
        told(the, {**removing(body, TEA, 1, "26.07"), "updated_at": at})
    (tender,) = the.call("GET", f"/v1/orders/{order_id}/payments").json()["tenders"]
    assert tender["balances"]["refunded"] == "26.07"
    refunds = [entry for entry in the.call("GET", f"/v1/journal?order={order_id}").json()["items"] if "refund" in entry["event"].lower() or "refund" in str(entry).lower()]
    assert len(refunds) == 1, "in the books once"


@pytest.mark.parametrize("order_of_coming", list(itertools.permutations(range(3))))
def test_documents_in_any_order_leave_the_same_address(the, order_of_coming):
    body = order(shipping_lines=[])
    said = []
    for number, at in enumerate(("2030-01-01T00:00:00Z", LATER, LATEST)):
        each = copy.deepcopy(body) | {"updated_at": at}
        each["line_items"][0]["sku"] = "POT"
        each["shipping_address"]["address1"] = f"{number} Main St"
        said.append(each)
    ids = {told(the, said[place]) for place in order_of_coming}
    (order_id,) = ids
    assert the.order(order_id)["customer"]["ship_to"]["line1"] == "2 Main St"


def test_the_same_address_otherwise_written_is_no_other_address(the):
    order_id, body = waiting(the)
    before = the.order(order_id)
    spelt = copy.deepcopy(body) | {"updated_at": LATER}
    spelt["shipping_address"] |= {"province_code": "California", "zip": f" {body['shipping_address']['zip']} "}
    told(the, spelt)
    assert the.order(order_id)["customer"] == before["customer"] and not holds(the, order_id)


def test_another_address_is_looked_at_and_written_like_the_first(the):
    order_id, body = waiting(the)
    moved = copy.deepcopy(body) | {"updated_at": LATER}
    moved["shipping_address"] |= {"address1": "1 Rideau St", "city": "Ottawa", "province_code": "Ontario", "zip": "k1n8s7", "country_code": "CA"}
    told(the, moved)
    assert the.order(order_id)["customer"]["ship_to"].items() >= {"region": "ON", "postal_code": "K1N 8S7"}.items() and not holds(the, order_id)
    moved = copy.deepcopy(moved) | {"updated_at": LATEST}
    moved["shipping_address"]["zip"] = "80202"
    told(the, moved)
    assert [hold["reason"] for hold in holds(the, order_id)] == ["CA has no such postal_code"]


def test_what_left_from_elsewhere_and_what_was_added_is_asked_of_a_person(the):
    order_id, body = waiting(the)
    told(the, {**body, "updated_at": LATER, "fulfillments": [{"status": "success", "line_items": [{"id": int(TEA), "quantity": 1}]}]})
    added = copy.deepcopy(body["line_items"][1]) | {"id": 14100000009, "quantity": 3}
    told(the, {**body, "updated_at": LATEST, "line_items": [*body["line_items"], added]})
    reasons = sorted(hold["reason"] for hold in holds(the, order_id))
    assert ["elsewhere" in reasons[1] or "elsewhere" in reasons[0], any("14100000009 was added (CUP × 3)" in reason for reason in reasons)] == [True, True]


def test_what_we_have_told_the_channel_comes_back_as_no_news(the):
    order_id = told(the, order(), "orders/create")
    the.fulfil(order_id)
    the.settle()
    before = the.order(order_id)["version"]
    lines = [{"id": int(TEA), "quantity": 2}, {"id": int(CUP), "quantity": 1}]
    told(the, order(updated_at=LATER, fulfillments=[{"status": "success", "line_items": lines}]), "orders/fulfilled")
    assert the.order(order_id)["version"] == before


def test_an_order_that_waited_for_its_money_goes_on_when_the_channel_has_it(the):
    unpaid = order(financial_status="pending")
    order_id = told(the, unpaid, "orders/create")
    assert the.order(order_id)["status"] == "on_hold"
    told(the, order(updated_at=LATER, financial_status="paid"), "orders/paid")
    assert the.order(order_id)["status"] == "released"


# ── word alone, and what nobody said ──


def word(the: Life, number: int, topic: str = "refunds/create") -> None:
    ok(webhook(the, json.dumps({"id": number * 10, "order_id": number}).encode(), topic))
    the.settle()


def test_a_document_that_only_names_an_order_is_looked_up_at_the_channel(the):
    order_id, body = waiting(the, number=91_002)
    the.outside.shops.document("shopify", "91002", removing(body, TEA, 1))
    word(the, 91_002)
    assert units(the, order_id, TEA)["cancelled"] == 1


def test_word_of_an_order_that_we_do_not_have_makes_it(the):
    the.outside.shops.document("shopify", "91003", order(number=91_003))
    word(the, 91_003)
    (found,) = the.call("GET", "/v1/orders?external_reference=91003&channel=shopify").json()["items"]
    assert found["status"] == "released"


def test_word_that_nobody_can_explain_is_parked_and_goes_on_with_its_order(the):
    word(the, 91_004)
    (parked,) = the.call("GET", "/v1/documents?status=parked").json()["items"]
    assert "91004" in parked["problem"]
    body = order(number=91_004)
    the.outside.shops.document("shopify", "91004", body | {"cancelled_at": LATER, "updated_at": LATER})
    order_id = told(the, body, "orders/create")
    assert the.order(order_id)["status"] == "cancelled"
    assert not the.call("GET", "/v1/documents?status=parked").json()["items"]


def test_the_same_order_by_webhook_and_by_asking_is_the_same(the):
    from waybill.channels import connecting, shopify
    from waybill.channels.imported import differences
    from waybill.kernel import json as strict_json
    from waybill.shop import store as shop

    body = removing(order(number=91_005, current_subtotal_price="1.00"), TEA, 1, "26.07")
    the.outside.shops.document("shopify", "91005", body)
    many = [copy.deepcopy(body["line_items"][1]) | {"id": 14_100_000_100 + number} for number in range(70)]
    body = body | {"line_items": [*body["line_items"], *many]}
    the.outside.shops.document("shopify", "91005", body)
    remote = connecting.remote(shop.channel("shopify"), the.world.now)
    read = shopify.normalise("shopify", strict_json.parse(json.dumps(remote.order("91005")).encode()), LATER)
    assert len(read.order.lines) == 72, "more than one answer holds"
    heard = shopify.normalise("shopify", body, LATER)
    by_webhook_alone = ("product_id", "variant_id", "weight_g")
    plain = [replace(line, attributes={name: said for name, said in line.attributes.items() if name not in by_webhook_alone}) for line in heard.order.lines]
    heard = replace(heard, order=replace(heard.order, lines=tuple(plain)))
    assert set(differences(read, heard)) <= {"tenders"} and read.standing == heard.standing
    assert [tender.amount for tender in read.order.tenders] == [tender.amount for tender in heard.order.tenders]


def test_a_risk_that_the_channel_sees_later_holds_the_order_and_one_that_it_no_longer_sees_lets_it_go(the):
    order_id, body = waiting(the, number=91_008)
    seen = body | {"risk": {"recommendation": "INVESTIGATE"}, "updated_at": LATER}
    the.outside.shops.document("shopify", "91008", seen)
    for _ in range(2):
        ok(webhook(the, json.dumps({"order_id": 91_008, "provider_id": 1}).encode(), "orders/risk_assessment_changed"))
        the.settle()
    (hold,) = [hold for hold in holds(the, order_id) if hold["kind"] == "fraud"]
    assert hold["reason"] == "shopify says the risk is 50, and to review"
    the.outside.shops.document("shopify", "91008", seen | {"risk": {"recommendation": "ACCEPT"}, "updated_at": LATEST})
    ok(webhook(the, json.dumps({"order_id": 91_008, "provider_id": 2}).encode(), "orders/risk_assessment_changed"))
    the.settle()
    assert not [hold for hold in holds(the, order_id) if hold["kind"] == "fraud"]


def test_what_every_webhook_missed_is_found_by_asking_and_only_once(the):
    now = the.world.now().isoformat()[:19] + "Z"
    the.outside.shops.document("shopify", "91006", order(number=91_006, updated_at=now, created_at=now))
    over = order(number=91_007, updated_at=now, created_at=now, cancelled_at=now)
    the.outside.shops.document("shopify", "91007", over)
    for _ in range(3):
        the.world.later(300)
        the.world.handler("channel_changes")({"detail-type": "Scheduled Event"}, None)
        the.settle()
    found = the.call("GET", "/v1/orders?external_reference=91006&channel=shopify").json()["items"]
    assert len(found) == 1
    assert not the.call("GET", "/v1/orders?external_reference=91007&channel=shopify").json()["items"], "it was over before it was ours"


def test_a_channel_that_cannot_be_asked_leaves_the_others_alone(the):
    from waybill.shop import store as shop
    from waybill.shop.model import Channel

    shop.save(shop.CHANNEL, "broken", Channel("broken", "shopify", "No credentials", settings={"admin_url": "http://outside.example/broken"}))
    shop.forget()
    seen = the.world.handler("channel_changes")({"detail-type": "Scheduled Event"}, None)
    assert seen["broken"] == "unavailable" and seen["woocommerce"] == 0


# ── what is told back ──


def test_an_order_that_is_confirmed_is_told_where_the_deployment_says_so(the):
    from tests.flow.life import an_order

    the.place(an_order(), "quiet")
    the.settle()
    assert not [said for said in the.outside.shops.told if said["kind"] == "order.confirmed"]
    the.world.tell_accepted()
    the.place(an_order(reference="second"), "told")
    the.settle()
    assert len([said for said in the.outside.shops.told if said["kind"] == "order.confirmed"]) == 1


def test_a_refund_of_ours_is_told_to_our_own_channel_and_one_of_the_channels_to_nobody(the):
    from tests.flow.life import an_order

    order_id = the.place(an_order(), "refunded")
    the.settle()
    the.fulfil(order_id)
    the.settle()
    ok(the.call("POST", f"/v1/orders/{order_id}/refunds", {"shipping": "all"}, idempotency_key="r1"))
    the.settle()
    (told_of,) = [said for said in the.outside.shops.told if said["kind"] == "order.refunded"]
    assert told_of["detail"]["amount"] > 0 and told_of["detail"]["currency"] == "USD"
