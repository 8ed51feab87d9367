"""Money that a channel holds goes back by the channel, where its settings say so: once, whatever dies, whoever else returns it, in whatever order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.channels.documents import sample
from tests.channels.intake_world import clear
from tests.channels.receiver_world import ADDRESSES
from tests.flow.life import Life
from tests.flow.lived import life
from tests.house.deeds import ok
from tests.support.faults import AFTER, BEFORE, CrashAt
from tests.support.template import resources
from tests.support.world import Crash
from waybill.aws import gate
from waybill.channels.model.signature import signed
from waybill.shop import store as shop
from waybill.shop.model import Channel

HIDDEN = resources("AWS::SQS::Queue")["ChannelAcksQueue"]["VisibilityTimeout"]
STOCK = {("TEA", "reno"): 40, ("CUP", "reno"): 40}
NAMES = {"shopify": "shopify_paid", "woocommerce": "woocommerce_processing"}
SECRETS = {"shopify": "shopify-newest", "woocommerce": "woocommerce-newest"}


class Shop:
    """A channel with an order that it has taken the money of."""

    def __init__(self, the: Life, channel: str) -> None:
        self.the, self.channel = the, channel
        self.body: dict[str, Any] = json.loads(json.dumps(sample(NAMES[channel])["body"], default=str))
        for line, sku in zip(self.body["line_items"], ("TEA", "CUP"), strict=True):
            line["sku"] = sku
        if channel == "shopify":
            paid = {"id": 71, "kind": "sale", "status": "success", "amount": self.body["total_price"], "gateway": "shopify_payments"}
            self.body["transactions"] = [paid]

    @property
    def reference(self) -> str:
        return str(self.body["id"])

    def switched(self, on: bool) -> None:
        known = shop.channel(self.channel)
        shop.save(shop.CHANNEL, self.channel, Channel(known.id, known.kind, known.name, settings={**known.settings, "refunds": on}))
        shop.forget()

    def ordered(self) -> str:
        shops = self.the.outside.shops
        lines = [{"id": str(line["id"]), "sku": line["sku"], "quantity": line["quantity"], "ships": True} for line in self.body["line_items"]]
        shops.place(self.channel, self.reference, lines)
        shops.document(self.channel, self.reference, self.body)
        raw = json.dumps(self.body).encode()
        made = {"shopify": ("x-shopify-hmac-sha256", "x-shopify-topic", "orders/create"), "woocommerce": ("x-wc-webhook-signature", "x-wc-webhook-topic", "order.created")}
        signature, topic, name = made[self.channel]
        reply = self.the.world.call("POST", f"/v1/channels/{self.channel}/webhooks", raw, {signature: signed(raw, secret(self.channel)), topic: name})
        self.the.settle()
        return str(ok(reply).json()["order_id"])

    def refund(self, order: str, amount: str, key: str) -> None:
        ok(self.the.call("POST", f"/v1/orders/{order}/refunds", {"goodwill": amount, "reason": "chipped"}, idempotency_key=key))
        self.the.settle()

    def watched(self) -> None:
        """The channel is asked what has changed."""
        self.the.world.later(600)
        self.the.world.handler("channel_changes")({"detail-type": "Scheduled Event"}, None)
        self.the.settle()

    def returned_by_hand(self, amount: str) -> None:
        document = self.the.outside.shops.order(self.channel, self.reference)["document"]
        if self.channel == "shopify":
            back = {"kind": "refund", "status": "success", "amount": amount, "gateway": "shopify_payments", "parent_id": 71}
            document["refunds"] = [*document["refunds"], {"note": "by hand", "refund_line_items": [], "transactions": [back]}]
        else:
            document["refunds"] = [*document["refunds"], {"id": 1, "reason": "by hand", "total": f"-{amount}"}]
        self.the.outside.shops.document(self.channel, self.reference, document)

    @property
    def returned(self) -> list[str]:
        """What the shop has returned, each."""
        found = self.the.outside.shops.order(self.channel, self.reference)["document"].get("refunds", [])
        amounts = [each["transactions"][0]["amount"] if self.channel == "shopify" else each["total"].lstrip("-") for each in found]
        return [str(Decimal(amount)) for amount in amounts]

    def balances(self, order: str) -> dict[str, str]:
        (tender,) = self.the.call("GET", f"/v1/orders/{order}/payments").json()["tenders"]
        found: dict[str, str] = tender["balances"]
        return found


def secret(channel: str) -> str:
    from waybill.aws.secrets import secret as known

    found = known("channels")[channel]
    return str(found if isinstance(found, str) else found[0])


@pytest.fixture(params=list(NAMES))
def at(request: pytest.FixtureRequest) -> Iterator[Shop]:
    assert set(NAMES) <= set(ADDRESSES)
    with life(STOCK) as the:
        made = Shop(the, request.param)
        made.switched(True)
        yield made
        assert not the.world.dead_letters()


def test_what_is_owed_is_returned_by_the_channel_and_its_word_settles_it(at):
    order = at.ordered()
    at.refund(order, "5.00", "one")
    assert at.returned == ["5.00"]
    at.watched()
    assert at.balances(order)["refunded"] == "5.00"


def test_without_the_switch_a_person_returns_it(at):
    at.switched(False)
    order = at.ordered()
    at.refund(order, "5.00", "one")
    assert at.returned == []


def test_several_refunds_are_returned_each_and_never_more_than_was_decided(at):
    order = at.ordered()
    for number, amount in enumerate(("5.00", "2.50", "5.00")):
        at.refund(order, amount, f"{number}")
    assert at.returned == ["5.00", "2.50", "5.00"]
    at.watched()
    assert at.balances(order)["refunded"] == "12.50"


def test_what_a_person_has_returned_meanwhile_is_not_returned_again(at):
    order = at.ordered()
    at.switched(False)
    at.refund(order, "5.00", "one")
    at.returned_by_hand("5.00")
    at.switched(True)
    at.refund(order, "2.00", "two")
    assert at.returned == ["5.00", "2.00"]


def test_what_a_person_has_returned_of_it_is_taken_off(at):
    order = at.ordered()
    messages = owed(at, order)
    at.returned_by_hand("2.00")
    taken(at, messages[0])
    assert at.returned == ["2.00", "3.00"]


def owed(at: Shop, order: str) -> list[dict[str, Any]]:
    """The events of what is owed, as the queue brings them, when nobody has acted on them."""
    at.switched(False)
    at.refund(order, "5.00", "one")
    at.refund(order, "2.50", "two")
    at.switched(True)
    clear("MessagesTable")
    found = [event for event in at.the.call("GET", f"/v1/orders/{order}/timeline").json()["items"] if event["type"] == "payment.refund_owed"]
    return [
        {"id": f"delivery-{number}", "detail-type": each["type"], "source": "waybill",
         "detail": {"specversion": "1.0", "id": f"{order}/pay1:{each['seq']}", "type": each["type"], "time": each["at"], "subject": order, "data": each["data"]}}
        for number, each in enumerate(found)
    ]  # fmt: skip


def taken(at: Shop, message: dict[str, Any]) -> bool:
    record = {"messageId": "m", "body": json.dumps(message), "attributes": {}}
    if not at.the.world.handler("channel_acks")({"Records": [record]}, None)["batchItemFailures"]:
        return True
    at.the.world.later(HIDDEN)
    return False


def test_in_whatever_order_they_come_and_however_often_each_is_returned_once(at):
    order = at.ordered()
    first, second = owed(at, order)
    assert not taken(at, second), "what was owed before is not returned yet"
    assert taken(at, first) and taken(at, second)
    clear("MessagesTable")
    for message in (second, first, first, second):
        assert taken(at, {**message, "id": "again"})
    assert at.returned == ["5.00", "2.50"]


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
def test_a_crash_at_any_call_returns_it_once(at, moment):
    order = at.ordered()
    messages = owed(at, order)
    struck = []
    for number in range(60):
        clear("MessagesTable")
        document = at.the.outside.shops.order(at.channel, at.reference)["document"]
        at.the.outside.shops.document(at.channel, at.reference, {**document, "refunds": []})
        at.the.outside.receiver.shelves.done.clear()
        fault = CrashAt(number, moment)
        with gate.watching(fault):
            for message in messages:
                for _ in range(3):
                    try:
                        if taken(at, message):
                            break
                    except Crash:
                        at.the.world.restart()
        assert at.returned == ["5.00", "2.50"], fault.struck
        if not fault.struck:
            break
        struck.append(fault.struck)
    assert any(name.startswith(at.channel) for name in struck)


def test_a_cancelled_order_s_money_goes_back_whole(at):
    order = at.ordered()
    ok(at.the.call("POST", f"/v1/orders/{order}/cancel", {"reason": "changed my mind"}))
    at.the.settle()
    total = at.body.get("total_price") or at.body["total"]
    assert at.returned == [total]
    at.watched()
    assert at.balances(order)["refunded"] == total
