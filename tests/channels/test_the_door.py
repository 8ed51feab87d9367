"""What is answered 2xx is kept and queued; the same call has the same answer; everything else is a clear 4xx."""

import json

import pytest

from tests.channels.documents import SECRETS, call, raw_body, sample
from tests.channels.intake_world import documents_kept, messages_waiting, orders, parked, stored_text, work
from waybill.channels.model.signature import signed
from waybill.shop import store as shop
from waybill.shop.model import Key

WEBHOOK = "/v1/channels/shopify/webhooks"


def body(**changed):
    return json.dumps({**json.loads(raw_body("api_card")), **changed}).encode()


def webhook(world, raw, channel="shopify", **headers):
    name = {"shopify": "x-shopify-hmac-sha256", "woocommerce": "x-wc-webhook-signature"}[channel]
    sent = {"x-shopify-topic": "orders/create", "x-wc-webhook-topic": "order.created", name: signed(raw, SECRETS[channel])}
    sent |= {key.replace("_", "-"): value for key, value in headers.items()}
    return world.call("POST", f"/v1/channels/{channel}/webhooks", raw, sent)


# ── our own API ──


def test_an_order_is_answered_202_with_its_id_and_where_to_find_it(world):
    reply = call(world, "api_card")
    answer = reply.json()
    assert reply.status == 202 and answer["status"] == "received" and answer["channel"] == "api"
    assert answer["links"]["self"] == f"/v1/orders/{answer['id']}" == reply.headers["location"]
    assert documents_kept() == messages_waiting() == 1


def test_same_key_and_body_is_the_same_answer_before_and_after_the_worker(world):
    first = call(world, "api_card")
    assert call(world, "api_card").json() == first.json()
    work(world)
    assert call(world, "api_card").json() == first.json()
    work(world)
    assert documents_kept() == len(orders()) == 1


@pytest.mark.parametrize("worked", [False, True])
@pytest.mark.parametrize("field", ["total", "external_reference", "note", "currency"])
def test_same_key_and_another_body_is_422_and_has_no_effect(world, field, worked):
    call(world, "api_card")
    if worked:
        work(world)
    before = documents_kept(), messages_waiting()
    reply = call(world, "api_card", body(**{field: {"total": "1.00", "currency": "EUR"}.get(field, "other")}))
    assert (reply.status, reply.json()["code"]) == (422, "idempotency_key_reused")
    assert (documents_kept(), messages_waiting()) == before


def test_a_new_key_for_the_same_order_is_the_same_order(world):
    first = call(world, "api_card")
    work(world)
    again = call(world, "api_card", idempotency_key="another")
    assert (again.status, again.json()) == (202, first.json())
    work(world)
    assert len(orders()) == 1 and not parked()


def test_a_new_key_with_other_content_for_the_same_reference_is_409(world):
    call(world, "api_card")
    work(world)
    reply = call(world, "api_card", body(total="97.89"), idempotency_key="another")
    assert (reply.status, reply.json()["code"]) == (409, "conflict")
    assert documents_kept() == 1


def test_two_contents_in_flight_at_once_leave_the_first_standing_and_the_second_parked(world):
    call(world, "api_card")
    assert call(world, "api_card", body(note="other"), idempotency_key="another").status == 202
    work(world)
    (order,) = orders().values()
    (waiting,) = parked()
    assert order.order.note == "" and waiting["problem"].startswith("differs:") and "note" in waiting["problem"]
    assert call(world, "api_card", body(note="other"), idempotency_key="another").status == 202, "the same answer still"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"idempotency_key": ""}, 400),
        ({"idempotency_key": "x" * 256}, 400),
        ({"idempotency_key": "käse"}, 400),
        ({"idempotency_key": "4242424242424242"}, 400),
        ({"x_api_key": ""}, 401),
        ({"x_api_key": "nobody"}, 401),
        ({"x_api_key": "key-viewer"}, 403),
        ({"x_api_key": "key-reno"}, 403),
    ],
)
def test_keys_are_asked_for(world, headers, status):
    reply = call(world, "api_card", **headers)
    assert reply.status == status and documents_kept() == 0
    if "idempotency_key" in headers:
        assert "Idempotency-Key" in reply.json()["detail"]


@pytest.mark.parametrize(
    ("key", "channel", "status"),
    [
        ("key-api", "api", 202),
        ("key-api", "shopify", 403),
        ("key-admin", "api", 202),
        ("key-admin", "nowhere", 422),
        ("key-admin", None, 422),
        ("key-admin", {"a": 1}, 422),
    ],
)
def test_a_channels_key_places_that_channels_orders_and_an_admin_names_the_channel(world, key, channel, status):
    assert call(world, "api_card", body(channel=channel), x_api_key=key).status == status


def test_a_body_beyond_a_mebibyte_is_413(world):
    assert call(world, "api_card", b" " * (1024 * 1024 + 1)).status == 413


def test_a_large_order_goes_to_the_files_bucket_and_comes_back(world):
    import random

    noise = random.Random(1)
    note = "".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _ in range(170_000))
    reply = webhook(world, json.dumps(json.loads(raw_body("shopify_paid")) | {"note_attributes": [note]}, ensure_ascii=False).encode())
    assert reply.status == 200
    work(world)
    assert len(orders()) == 1


def test_an_order_that_no_table_could_hold_is_413_and_not_a_promise(world):
    lines = [{"sku": f"WB-{n:03d}", "quantity": 1, "unit_price": "1", "title": "x" * 450} for n in range(900)]
    reply = call(world, "api_card", body(lines=lines))
    assert (reply.status, reply.json()["code"], documents_kept()) == (413, "too_large", 0)


def test_a_card_number_is_refused_and_nothing_of_it_is_kept(world):
    reply = call(world, "api_card", body(note="pay with 4242 4242 4242 4242"))
    assert reply.status == 422 and reply.json()["errors"][0]["field"] == "note" and documents_kept() == 0


# ── webhooks ──


@pytest.mark.parametrize("name", ["shopify_paid", "woocommerce_processing"])
def test_a_signed_webhook_is_kept_queued_and_answered_200(world, name):
    reply = call(world, name)
    assert reply.status == 200 and reply.json()["status"] == "kept"
    work(world)
    assert list(orders()) == [reply.json()["order_id"]]


def test_a_webhook_delivered_again_makes_no_second_document_and_no_second_order(world):
    for _ in range(3):
        assert call(world, "shopify_paid").status == 200
    work(world)
    assert (documents_kept(), len(orders()), len(world.machine.executions)) == (1, 1, 1)


def test_one_delivery_number_with_another_body_is_kept_beside_the_first(world):
    call(world, "shopify_paid")
    other = json.loads(raw_body("shopify_paid")) | {"note": "changed"}
    assert call(world, "shopify_paid", json.dumps(other).encode()).status == 200
    work(world)
    assert documents_kept() == 2 and len(orders()) == 1


@pytest.mark.parametrize("signature", ["", "AAAA", signed(b"other", "shopify-secret")])
def test_a_wrong_signature_is_401_and_nothing_is_kept(world, signature):
    assert call(world, "shopify_paid", x_shopify_hmac_sha256=signature).status == 401
    assert documents_kept() == 0


def test_the_older_secret_is_still_believed(world):
    raw = raw_body("shopify_paid")
    assert call(world, "shopify_paid", x_shopify_hmac_sha256=signed(raw, "old-shopify-secret")).status == 200


def test_the_signature_is_over_the_bytes_not_over_the_meaning(world):
    raw = raw_body("shopify_paid")
    assert call(world, "shopify_paid", raw + b"\n", x_shopify_hmac_sha256=signed(raw, SECRETS["shopify"])).status == 401


@pytest.mark.parametrize("channel", ["nowhere", "api", "%00", "shopify%2F..", "x" * 300])
def test_a_channel_without_webhooks_is_404(world, channel):
    assert world.call("POST", f"/v1/channels/{channel}/webhooks", b"{}", {}).status == 404


def test_a_body_beyond_five_mebibytes_is_413(world):
    assert webhook(world, b" " * (5 * 1024 * 1024 + 1)).status == 413


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b'"x"', b"\xff\xfe", b"null", b'{"id":1,"id":2}', b'{"no":"id"}', b'{"id":NaN}'])
def test_a_signed_body_that_can_never_be_an_order_is_parked_and_answered_400(world, raw):
    reply = webhook(world, raw)
    assert reply.status == 400 and len(parked()) == documents_kept() == 1
    work(world)
    assert not orders()


@pytest.mark.parametrize("topic", ["products/update", "app/uninstalled", ""])
def test_other_topics_are_kept_visibly_and_not_processed(world, topic):
    reply = webhook(world, raw_body("shopify_paid"), x_shopify_topic=topic)
    assert (reply.status, reply.json()["status"]) == (200, "parked")
    work(world)
    assert not orders() and "not processed yet" in parked()[0]["problem"]


def test_woocommerce_may_try_its_new_webhook_with_an_unsigned_form(world):
    reply = world.call("POST", "/v1/channels/woocommerce/webhooks", b"webhook_id=7", {"content-type": "application/x-www-form-urlencoded"})
    assert reply.status == 200 and documents_kept() == 0
    assert world.call("POST", "/v1/channels/woocommerce/webhooks", b"webhook_id=7&x=1", {}).status == 401
    assert world.call("POST", WEBHOOK, b"webhook_id=7", {}).status == 401


def test_a_card_number_in_a_webhook_is_masked_before_it_is_kept_and_the_order_goes_on(world):
    numbers = {"note": "card 4242-4242-4242-4242", "note_attributes": [{"v": 4242424242424242}]}
    raw = json.dumps(json.loads(raw_body("shopify_paid")) | numbers)
    assert webhook(world, raw.encode()).status == 200
    work(world)
    assert len(orders()) == 1
    kept = stored_text()
    assert "4242-4242" not in kept and "4242424242424242" not in kept


def test_a_card_number_in_an_unreadable_webhook_is_masked_too(world):
    assert webhook(world, b'{"note": "4242424242424242"').status == 400
    assert "4242424242424242" not in stored_text()


def test_an_order_that_waits_for_the_worker_can_be_found_already(world):
    reply = call(world, "shopify_paid")
    found = world.call("GET", f"/v1/orders/{reply.json()['order_id']}", headers={"x-api-key": "key-admin"})
    assert found.status in (200, 404)


def test_the_same_order_by_two_doors_is_one_order(world):
    hooked = call(world, "shopify_paid").json()["order_id"]
    work(world)
    reference = str(sample("shopify_paid")["body"]["id"])
    reply = call(world, "api_card", body(external_reference=reference, channel="shopify"), x_api_key="key-admin")
    assert reply.status == 409 and list(orders()) == [hooked]


def test_a_key_that_names_no_channel_item_still_names_its_channel(world):
    shop.save(shop.KEY, shop.key_hash("key-fresh"), Key(("channel",), "fresh"))
    assert call(world, "api_card", x_api_key="key-fresh").json()["channel"] == "fresh"


def test_the_many_orders_of_one_channel_are_a_group_of_their_own_in_the_queue(world):
    from tests.channels.intake_world import groups_waiting

    call(world, "api_card")
    call(world, "shopify_paid")
    assert groups_waiting() == {"api", "shopify"}
