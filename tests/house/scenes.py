"""Everything that the functions do in production: every door, every kind of message, every kind of ending."""

from __future__ import annotations

import json

import pytest

from tests.channels.documents import SECRETS, sample
from tests.desk.person import Person
from tests.flow.life import DECLINED, Life, an_order
from tests.flow.stories import heard_of
from tests.house.books_scenes import reconciled
from tests.house.channel_scenes import channels_followed, channels_looked_at, imported_from_a_spreadsheet, secrets_rotated
from tests.house.deeds import arrives, documents_parked, give_up, let_go, move, ok, paid_outside, placed, sums_off, webhook, work_off
from tests.house.desk_scenes import at_the_desk, decided_at_the_desk, in_the_console, money_at_the_desk, work_at_the_desk
from tests.house.draft_scenes import drafts_made, orders_taken_at_the_desk
from tests.house.edit_scenes import edited
from tests.house.finance_scenes import credits_kept, given_as_credit, paid_by_hand, tried_again
from tests.house.floor_scenes import goods_described, picked_on_a_walk
from tests.house.gateway_scenes import an_authorisation_ends, paid_at_adyen, paid_at_paypal, paid_later_in_part, told_by_stripe, waited_for_a_gateway
from tests.house.hand_over_scenes import handed_over_on_a_list
from tests.house.life_scenes import asked_before_cancelling, divided_and_moved, kept_from_its_node, short_and_in_parcels
from tests.house.parcel_scenes import carriers_set_up, fetched_at_its_store, labels_bought, labels_bought_direct
from tests.house.rules_scenes import brokered, policies_written, rules_made, scarcity_priced
from tests.house.supply_scenes import channels_told_of_stock, counted, supply_ordered_sent_and_received
from tests.house.third_party_scenes import shipped_by_amazon, spoken_to_by_edi, told_again
from waybill.channels.model.signature import signed
from waybill.orders import documents
from waybill.shop import store
from waybill.shop.model import Channel

# ── orders ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def bought_whole(the: Life) -> None:
    work_off(the, placed(the, an_order()))


def split_over_two_nodes(the: Life) -> None:
    order_id = work_off(the, placed(the, an_order(("POT", 1), ("CUP", 1))))
    assert len(the.order(order_id)["fulfilment_orders"]) == 2


def paid_on_the_channels(the: Life) -> None:
    work_off(the, heard_of(the, "shopify_paid"))
    work_off(the, heard_of(the, "woocommerce_processing"))
    give_up(the, placed(the, paid_outside(an_order())))


def refunded(the: Life) -> None:
    order_id = work_off(the, placed(the, an_order()))
    store.save(store.POLICY, "refunds", {"limit": {"USD": 500}})
    path = f"/v1/orders/{order_id}/refunds"
    ok(the.call("POST", path, {"shipping": "all", "dryRun": True}, idempotency_key="none"))
    ok(the.call("POST", path, {"shipping": "all"}, idempotency_key=f"{order_id}-1"))
    ok(the.call("POST", path, {"everything": True}, "support", idempotency_key=f"{order_id}-2"))
    ok(the.call("POST", f"{path}/2/approve", {}))
    the.settle()
    assert [refund["status"] for refund in ok(the.call("GET", path)).json()["items"]] == ["paid", "paid"]
    assert the.call("POST", f"{path}/2/retry", {}).status == the.call("POST", f"{path}/2/reject", {}).status == 409


def cancelled(the: Life) -> None:
    give_up(the, placed(the, an_order()))
    packed = placed(the, an_order())
    the.fulfil(packed, "accept", "pick", "pack")
    give_up(the, packed)
    give_up(the, placed(the, sums_off()))
    give_up(the, placed(the, an_order(("POT", 90))))


def declined(the: Life) -> None:
    order_id = placed(the, an_order(token=DECLINED))
    let_go(the, order_id)
    the.world.machine.time_out(order_id)
    the.settle()
    give_up(the, order_id)


def held(the: Life) -> None:
    let_go(the, placed(the, sums_off()))
    order_id = placed(the, an_order(("POT", 90)))
    for advice in ("review", "accept"):
        ok(the.call("POST", f"/v1/orders/{order_id}/risk", {"score": 60, "source": "signals", "recommendation": advice}))
    ok(the.call("POST", f"/v1/orders/{order_id}/holds", {"reason": "a word with the customer first"}))
    arrives(the, "POT", 100)
    assert the.order(order_id)["status"] == "on_hold"
    let_go(the, order_id)
    assert the.order(order_id)["status"] == "released"


def thought_better_of(the: Life) -> None:
    ok(the.call("PUT", "/v1/policies/remorse", {"minutes": 20}))
    store.forget()
    kept, dropped = placed(the, an_order(("TEA", 1))), placed(the, an_order(("TEA", 1)))
    give_up(the, dropped)
    the.world.later(21 * 60)
    the.settle()
    the.world.later(-21 * 60)
    assert the.order(kept)["status"] == "released"
    give_up(the, kept)
    ok(the.call("PUT", "/v1/policies/remorse", {}))
    store.forget()


def backordered(the: Life) -> None:
    order_id = placed(the, an_order(("CUP", 50)))
    assert the.order(order_id)["status"] == "backordered"
    arrives(the, "CUP", 80)
    assert the.order(order_id)["status"] == "released"


def rejected(the: Life) -> None:
    for reason in ("NOT_IN_STOCK", "OTHER", "INCORRECT_ADDRESS"):
        order_id = placed(the, an_order(("TEA", 1)))
        (work,) = the.work(order_id)
        ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/reject", {"reason": reason}, work["node"]))
        the.settle()


def lost_and_found(the: Life) -> None:
    lost, waiting = placed(the, an_order()), placed(the, an_order(("TEA", 120)))
    the.world.machine.lose(lost)
    move(the, "TEA", "reno", {"kind": "received", "quantity": 150})
    told = the.world.handler("reconciler")({}, None)  # before the stream has told of the stock
    assert (told["restarted"], told["woken"]) == (1, 1), told
    the.settle()
    assert the.order(waiting)["status"] == "released"


def waited_long_enough(the: Life) -> None:
    store.save(store.POLICY, "patience", {"backordered": 1})
    waiting = placed(the, an_order(("TEA", 999)))
    assert ok(the.call("GET", f"/v1/orders/{waiting}")).json()["cancels_at"]
    the.world.later(2 * 86_400)
    the.world.handler("reconciler")({}, None)
    the.settle()
    assert the.order(waiting)["status"] == "cancelled"


# ── documents ────────────────────────────────────────────────────────────────────────────────────────────────────────


def the_same_order_again(the: Life) -> None:
    order = an_order(reference="again")
    placed(the, order)
    placed(the, order)
    assert the.call("POST", "/v1/orders", {**order, "note": "other"}, "api", idempotency_key="again").status == 422
    assert the.call("POST", "/v1/orders", {**order, "note": "other"}, "api", idempotency_key="other").status == 409
    ok(the.call("POST", "/v1/orders", {**an_order(), "channel": "api"}, idempotency_key="by-an-admin"))


def a_large_document(the: Life) -> None:
    """As one beyond 300 KB; what matters is where it lies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "_LARGEST_INLINE", 10)
        order = an_order(reference="large")
        placed(the, order)
        assert the.call("POST", "/v1/orders", {**order, "note": "other"}, "api", idempotency_key="large").status == 422
        assert webhook(the, b'{"id": 1}', "products/update").status == 200
        person = Person(the.world, "key-support")
        for document in documents_parked(the):
            ok(the.call("GET", f"/v1/documents/{document['id']}"))
            assert person.get(f"/desk/documents/{document['id']}") == 200


def parked_and_sent_again(the: Life) -> None:
    assert webhook(the, b"{", "orders/create").status == 400
    placed(the, an_order(reference="twofold"))
    for number in range(2):
        body = {**sample("shopify_discount_tax_included")["body"], "note": str(number)}
        assert webhook(the, json.dumps(body, default=str).encode(), "orders/create").status == 200
    the.settle()
    _while_the_channel_is_another(the)
    for document in documents_parked(the):
        ok(the.call("GET", f"/v1/documents/{document['id']}"))
        ok(the.call("POST", f"/v1/documents/{document['id']}/redrive"))
    the.settle()


def _while_the_channel_is_another(the: Life) -> None:
    """A document that could not be understood then, and can be now."""
    known = store.channel("woocommerce")
    store.save(store.CHANNEL, "woocommerce", Channel("woocommerce", "api", "For now"))
    raw = json.dumps(sample("woocommerce_bank_transfer")["body"], default=str).encode()
    given = {**sample("woocommerce_bank_transfer")["headers"], "x-wc-webhook-signature": signed(raw, SECRETS["woocommerce"])}
    store.save(store.CHANNEL, "woocommerce", known)
    ok(the.world.call("POST", "/v1/channels/woocommerce/webhooks", raw, given))
    store.save(store.CHANNEL, "woocommerce", Channel("woocommerce", "api", "For now"))
    the.settle()
    store.save(store.CHANNEL, "woocommerce", known)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def orders_read(the: Life) -> None:
    order_id = placed(the, an_order(reference="read"))
    for who in ("admin", "api"):
        for query in ("?external_reference=read", "?external_reference=read&channel=api", "?customer=ada@example.com", "?status=released"):
            assert order_id in ok(the.call("GET", f"/v1/orders{query}", who=who)).content.decode()
        for part in ("", "/timeline", "/payments", "/decisions", "/holds"):
            ok(the.call("GET", f"/v1/orders/{order_id}{part}", who=who))
    on_its_way = ok(the.call("POST", "/v1/orders", an_order(reference="on-its-way"), "api", idempotency_key="on-its-way")).json()["id"]
    assert the.order(on_its_way)["status"] == "received"
    ok(the.call("GET", "/v1/documents"))
    ok(the.call("GET", "/v1/openapi.json"))


def work_read(the: Life) -> None:
    (done,) = the.fulfil(placed(the, an_order(("TEA", 1))), "accept", "pick", "pack")
    for who in ("admin", done["node"]):
        for query in ("", "?status=packed", "?status=shipped", f"?node={done['node']}"):
            ok(the.call("GET", f"/v1/fulfilment-orders{query}", who=who))
        ok(the.call("GET", f"/v1/fulfilment-orders/{done['id']}", who=who))
        for paper in ("label", "label?format=zpl", "packing-slip"):
            ok(the.call("GET", f"/v1/fulfilment-orders/{done['id']}/packages/1/{paper}", who=who))
    ok(the.call("POST", f"/v1/fulfilment-orders/{done['id']}/pack", {}, done["node"]))


def stock_read_and_moved(the: Life) -> None:
    for _ in range(2):
        move(the, "TEA", "columbus", {"kind": "received", "quantity": 5, "reference": "PO-7"}, key="PO-7")
    move(the, "TEA", "columbus", {"kind": "adjusted", "quantity": -1, "reason": "broken"})
    move(the, "CUP", "reno", {"kind": "received", "quantity": 1})
    for who in ("admin", "reno", "api"):
        for path in ("", "?sku=TEA", "?node=reno", "/TEA", "/TEA/movements", "/TEA/movements?node=reno"):
            ok(the.call("GET", f"/v1/inventory{path}", who=who))
    assert ok(the.call("GET", "/v1/proof/inventory/TEA")).json()["agrees"]
    rows = [{"sku": "TEA", "node": "reno", "kind": kind, "quantity": 40} for kind in ("received", "counted")]
    assert ok(the.call("POST", "/v1/inventory/import", {"rows": rows}, idempotency_key="many")).json()["done"] == 2
    supply_ordered_sent_and_received(the)
    proven = the.world.handler("stock_proof")({}, None)
    assert proven["wrong"] == proven["left"] == 0 < proven["proven"]


def orders_proven(the: Life) -> None:
    delivered = work_off(the, placed(the, an_order(("TEA", 1), reference="proven")))
    assert ok(the.call("GET", f"/v1/proof/orders/{delivered}")).json()["holds"]
    the.world.later(86_400)
    for again in (False, True):
        assert bool(the.world.handler("proof")({"detail-type": "Scheduled Event"}, None)["proven"]) is not again
    the.world.later(-86_400)
    assert ok(the.call("GET", "/v1/proof")).json()["last_round"]["orders"]


def carts_kept(the: Life) -> None:
    wish = {"lines": [{"sku": "TEA", "quantity": 2}, {"sku": "CUP", "quantity": 1}]}
    for cart in ("one", "two", "three"):
        assert ok(the.call("PUT", f"/v1/carts/{cart}", wish, who="api")).json()["status"] == "kept"
    ok(the.call("PUT", "/v1/carts/two", {"lines": [{"sku": "TEA", "quantity": 1}]}, who="api"))
    ok(the.call("DELETE", "/v1/carts/two", who="api"))
    order_id = placed(the, {**an_order(("TEA", 2)), "attributes": {"cart": "one"}})
    assert ok(the.call("GET", "/v1/carts/one", who="api")).json()["status"] == "ordered"
    assert the.order(order_id)["status"] == "released"
    the.world.later(3600)
    assert the.world.handler("carts")({"detail-type": "Scheduled Event"}, None)["expired"] == 2
    assert ok(the.call("GET", "/v1/carts/three", who="api")).json()["status"] == "ended"
    for sku in ("TEA", "CUP"):
        assert ok(the.call("GET", f"/v1/proof/inventory/{sku}")).json()["agrees"]


def a_customer_changed(the: Life) -> None:
    order_id = placed(the, an_order(reference="whose"))
    ok(the.call("PUT", f"/v1/orders/{order_id}/customer", {"email": "guest@example.com", "name": "A guest"}, "support"))
    moved = ok(the.call("POST", "/v1/customers/merge", {"from": "guest@example.com", "into": "known@example.com"}, "support"))
    assert moved.json()["moved"] == [order_id]


def books_read(the: Life) -> None:
    order_id = work_off(the, placed(the, an_order(("CUP", 1))))
    for who in ("admin", "api"):
        for query in ("", f"?order={order_id}"):
            assert ok(the.call("GET", f"/v1/journal{query}", who=who)).json()["items"]
    ok(the.call("GET", "/v1/journal/export"))


SCENES = (
    bought_whole,
    orders_read,
    a_customer_changed,
    at_the_desk,
    work_read,
    goods_described,
    picked_on_a_walk,
    orders_proven,
    books_read,
    in_the_console,
    split_over_two_nodes,
    paid_on_the_channels,
    refunded,
    reconciled,
    paid_at_paypal,
    paid_at_adyen,
    told_by_stripe,
    waited_for_a_gateway,
    an_authorisation_ends,
    paid_later_in_part,
    credits_kept,
    paid_by_hand,
    tried_again,
    given_as_credit,
    edited,
    cancelled,
    declined,
    held,
    thought_better_of,
    backordered,
    rejected,
    asked_before_cancelling,
    short_and_in_parcels,
    divided_and_moved,
    stock_read_and_moved,
    the_same_order_again,
    a_large_document,
    parked_and_sent_again,
    channels_looked_at,
    secrets_rotated,
    decided_at_the_desk,
    money_at_the_desk,
    rules_made,
    policies_written,
    scarcity_priced,
    brokered,
    lost_and_found,
    waited_long_enough,
    carts_kept,
    drafts_made,
    orders_taken_at_the_desk,
    channels_told_of_stock,
    counted,
    channels_followed,
    imported_from_a_spreadsheet,
    carriers_set_up,
    fetched_at_its_store,
    kept_from_its_node,
    labels_bought,
    handed_over_on_a_list,
    labels_bought_direct,
    spoken_to_by_edi,
    shipped_by_amazon,
    told_again,
    work_at_the_desk,
)
