"""The channel is told what has shipped and what was cancelled: once, at most once more per fault inside the call."""

import json

import pytest

from tests.channels.documents import call, sample
from tests.channels.intake_world import clear, orders, work
from tests.channels.receiver_world import listening, point_at
from tests.support.faults import AFTER, BEFORE, CrashAt
from tests.support.template import resources
from tests.support.world import Crash
from waybill.aws import gate, secrets
from waybill.shop import store as shop

NAMES = {"shopify": "shopify_paid", "woocommerce": "woocommerce_processing", "api": "api_card"}
LINES = {"shopify": {"14100000001": 2, "14100000002": 1}, "woocommerce": {"411": 1, "412": 3}, "api": {"1": 1, "2": 4}}
HIDDEN = resources("AWS::SQS::Queue")["ChannelAcksQueue"]["VisibilityTimeout"]
PARCEL = {"n": 1, "carrier": "parcelway", "service": "ground", "tracking_number": "PW1"}


class CrashOn:
    """The process dies before the call of this name."""

    def __init__(self, name):
        self.name = name

    def around(self, name, thunk, detail):
        if name == self.name:
            raise Crash(name)
        return thunk()


@pytest.fixture
def receiver(world, tmp_path):
    with listening(tmp_path) as made:
        point_at(made.base)
        yield made


def placed(world, receiver, channel):
    """An order of the channel, known to both sides. Answers its id and the channel's own number."""
    call(world, NAMES[channel])
    work(world)
    ((id, record),) = orders().items()
    lines = [{"id": line.id, "sku": line.sku, "quantity": line.quantity, "ships": line.ships} for line in record.order.lines]
    receiver.receiver.shops.place(channel, record.order.external_reference, lines)
    return id, record.order.external_reference


def shipped(order, lines, seq=5, packages=(PARCEL,), last=True, fo=1):
    fo_id = f"fo_{order[4:]}-{fo}"
    data = {"fo_id": fo_id, "node": "reno", "lines": lines, "packages": list(packages), "last": last}
    return event("fulfilment_order.shipped", f"{fo_id}:{seq}", order, data)


def event(type, id, order, data, delivery="delivery-1"):
    detail = {"specversion": "1.0", "id": id, "type": type, "time": "2026-11-23T04:00:00.000Z", "subject": order, "data": data}
    return {"id": delivery, "detail-type": type, "source": "waybill", "detail": detail}


def deliver(world, message, tries=1):
    """Hands the message to the function; again after a failure or crash, as the queue does. Answers whether it went through."""
    record = {"messageId": "m", "body": json.dumps(message), "attributes": {}}
    for _ in range(tries):
        try:
            if not world.handler("channel_acks")({"Records": [record]}, None)["batchItemFailures"]:
                return True
        except Crash:
            world.restart()
        world.later(HIDDEN)
    return False


@pytest.mark.parametrize(("channel", "kinds"), [("shopify", ["fulfillmentCreate"]), ("woocommerce", ["note", "order"]), ("api", ["order.shipped"])])
def test_a_shipment_is_told_once_however_often_it_is_delivered(world, receiver, channel, kinds):
    order, reference = placed(world, receiver, channel)
    message = shipped(order, LINES[channel])
    assert deliver(world, message) and deliver(world, message) and deliver(world, {**message, "id": "published-again"})
    assert receiver.kinds() == kinds
    assert all(told["order"] == reference for told in receiver.told(channel))
    assert "PW1" in json.dumps(receiver.told())


def test_shopify_hears_the_lines_the_carrier_and_the_tracking_link_and_mails_nobody(world, receiver):
    order, _ = placed(world, receiver, "shopify")
    deliver(world, shipped(order, LINES["shopify"]))
    (told,) = receiver.told()
    assert told["detail"]["lines"] == LINES["shopify"] and told["detail"]["notify"] is False
    assert told["detail"]["tracking"] == [{"company": "Parcelway", "number": "PW1", "url": "https://track.example/PW1"}]


def test_two_parcels_from_two_nodes_are_two_fulfillments(world, receiver):
    order, _ = placed(world, receiver, "shopify")
    other = {**PARCEL, "tracking_number": "PW2"}
    assert deliver(world, shipped(order, {"14100000001": 1}, last=False))
    assert deliver(world, shipped(order, {"14100000001": 1, "14100000002": 1}, packages=[other, {**PARCEL, "tracking_number": "PW3"}], fo=2))
    assert [told["detail"]["lines"] for told in receiver.told()] == [{"14100000001": 1}, {"14100000001": 1, "14100000002": 1}]
    assert [info["number"] for info in receiver.told()[1]["detail"]["tracking"]] == ["PW2", "PW3"]


def test_woocommerce_is_completed_with_the_last_parcel_only(world, receiver):
    order, _ = placed(world, receiver, "woocommerce")
    deliver(world, shipped(order, {"411": 1}, last=False))
    deliver(world, shipped(order, {"412": 3}, packages=[{**PARCEL, "tracking_number": "PW2"}], fo=2))
    statuses = [told["detail"].get("status") for told in receiver.told() if told["kind"] == "order"]
    assert statuses == [None, "completed"]


def test_woocommerce_is_completed_when_nothing_is_left_that_could_leave(world, receiver):
    order, _ = placed(world, receiver, "woocommerce")
    deliver(world, shipped(order, {"411": 1}, last=False))
    for seq, last in ((4, False), (5, True), (6, True)):
        deliver(world, event("order.lines_cancelled", f"{order}:{seq}", order, {"reason": "no", "lines": {"412": 1}, "before": {}, "last": last}))
    statuses = [told["detail"].get("status") for told in receiver.told() if told["kind"] == "order"]
    assert statuses == [None, "completed"]


def test_what_the_merchant_fulfilled_by_hand_is_not_fulfilled_again(world, receiver):
    order, reference = placed(world, receiver, "shopify")
    known = receiver.receiver.shops.order("shopify", reference)
    known["fulfillments"].append({"id": "1", "lines": {"14100000001": 2}, "tracking": []})
    receiver.receiver.shops.save("shopify", known)
    assert deliver(world, shipped(order, LINES["shopify"]))
    assert [told["detail"]["lines"] for told in receiver.told()] == [{"14100000002": 1}]


@pytest.mark.parametrize(("channel", "told"), [("api", ["order.cancellation_declined"]), ("shopify", []), ("woocommerce", [])])
def test_a_channel_that_has_a_word_for_it_hears_that_its_cancellation_came_too_late(world, receiver, channel, told):
    order, _ = placed(world, receiver, channel)
    message = event("order.cancellation_declined", f"{order}:4", order, {"fo_id": f"fo_{order[4:]}-1", "lines": LINES[channel], "reason": "on the truck"})
    assert deliver(world, message) and deliver(world, message)
    assert receiver.kinds() == told


@pytest.mark.parametrize(("channel", "kind"), [("shopify", "orderCancel"), ("woocommerce", "order"), ("api", "order.cancelled")])
def test_a_cancelled_order_is_cancelled_at_the_channel(world, receiver, channel, kind):
    order, _ = placed(world, receiver, channel)
    message = event("order.cancelled", f"{order}:3", order, {"reason": "customer asked", "lines": LINES[channel]})
    assert deliver(world, message) and deliver(world, message)
    assert receiver.kinds() == [kind]


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
@pytest.mark.parametrize("channel", list(NAMES))
def test_a_crash_at_any_call_tells_once(world, receiver, channel, moment):
    struck = []
    order, reference = placed(world, receiver, channel)
    shops = receiver.receiver.shops
    lines = shops.order(channel, reference)["lines"]
    for number in range(40):
        clear("MessagesTable")
        shops.place(channel, reference, lines)
        receiver.receiver.seen.clear()
        before = len(receiver.told())
        world.restart()
        shop.forget()
        secrets.forget()
        fault = CrashAt(number, moment)
        with gate.watching(fault):
            assert deliver(world, shipped(order, LINES[channel]), tries=3)
        told = [line for line in receiver.told()[before:] if line["kind"] not in ("note",)]
        assert len(told) == 1, fault.struck
        if not fault.struck:
            break
        struck.append(fault.struck)
    assert any(name.startswith(("shopify.", "woocommerce.", "channel.")) for name in struck)
    assert struck.count("dynamodb.PutItem") == 2, "claimed before, done after"


@pytest.mark.parametrize("status", [500, 503, 408])
def test_a_channel_that_is_down_is_asked_again_by_the_queue(world, receiver, status):
    order, _ = placed(world, receiver, "shopify")
    receiver.receiver.faults.append((status, {}))
    message = shipped(order, LINES["shopify"])
    assert not deliver(world, message)
    assert deliver(world, message) and len(receiver.told()) == 1


def test_a_channel_that_asks_to_wait_is_left_alone_for_that_long(world, receiver):
    order, _ = placed(world, receiver, "shopify")
    receiver.receiver.faults.append((429, {"Retry-After": "60"}))
    message = shipped(order, LINES["shopify"])
    assert not deliver(world, message)
    world.later(-HIDDEN)
    assert not deliver(world, message), "not called again before its time"
    world.later(61 - HIDDEN)
    assert deliver(world, message) and len(receiver.told()) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_channel_that_refuses_leaves_the_message_to_its_dead_letters(world, receiver, status):
    order, _ = placed(world, receiver, "woocommerce")
    receiver.receiver.faults.extend([(status, {})] * 2)
    assert not deliver(world, shipped(order, LINES["woocommerce"]), tries=2)


def test_another_worker_with_the_same_event_waits_until_the_first_is_surely_gone(world, receiver):
    order, _ = placed(world, receiver, "shopify")
    message = shipped(order, LINES["shopify"])
    with gate.watching(CrashOn("shopify.fulfillmentCreate")):
        assert not deliver(world, message)
    world.later(-HIDDEN)
    assert not deliver(world, message)
    assert deliver(world, message)


def test_a_channel_without_an_address_is_told_nothing(world, receiver):
    order, _ = placed(world, receiver, "api")
    from waybill.shop.model import Channel

    shop.save(shop.CHANNEL, "api", Channel("api", "api", "Own"))
    shop.forget()
    assert deliver(world, shipped(order, LINES["api"])) and not receiver.told()


def test_other_events_are_let_pass(world, receiver):
    assert deliver(world, event("order.released", "x:1", "ord_nobody", {}))


def test_a_redirect_is_not_followed_and_an_error_page_is_not_believed(world, receiver):
    order, _ = placed(world, receiver, "shopify")
    receiver.receiver.faults.append((302, {"Location": "http://169.254.169.254/latest/meta-data"}))
    assert not deliver(world, shipped(order, LINES["shopify"])) and not receiver.told()


def test_the_samples_of_events_are_taken(world, receiver):
    call(world, "shopify_paid")
    work(world)
    ((order, record),) = orders().items()
    lines = [{"id": line.id, "sku": line.sku, "quantity": line.quantity} for line in record.order.lines]
    receiver.receiver.shops.place("shopify", str(sample("shopify_paid")["body"]["id"]), lines)
    from tests.support.template import ROOT

    for name in ("shipped", "cancelled"):
        batch = json.loads((ROOT / "events" / "channel_acks" / f"{name}.json").read_text())
        assert json.loads(batch["Records"][0]["body"])["detail"]["subject"] == order
        failed = world.handler("channel_acks")(batch, None)["batchItemFailures"]
        assert bool(failed) == (name == "cancelled"), "what has shipped there cannot be cancelled there"
