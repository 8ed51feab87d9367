"""The lives an order can have, each told in a few calls: what the sweep crashes, and what it must end as whatever has crashed."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.channels.documents import SECRETS, sample
from tests.flow.acts import RECEIVED, cancelled, let_go, placed, stock_arrives, sums_off, worked
from tests.flow.interrupted import (
    a_part_cancelled_when_its_node_agrees,
    cancelled_as_its_node_cannot_ship_it_after_all,
    cancelled_when_its_node_agrees,
    its_other_parcel_cancelled,
    left_parcel_by_parcel,
    moved_to_the_other_node,
    not_cancelled_as_it_ships_instead,
    not_cancelled_as_its_node_will_not,
    short_and_a_person_is_asked,
    short_and_nobody_gets_the_rest,
    short_and_the_rest_from_elsewhere,
    short_where_nobody_else_has_it,
    split_and_put_together,
    the_rest_cancelled,
)
from tests.flow.life import DECLINED, Life, an_order, whole_life
from tests.routing.in_force import filled, stand
from waybill.channels.model.signature import signed
from waybill.shop import store as shop


@dataclass(frozen=True)
class Story:
    """`tell` answers the order's id; `ending` is the status it must have then; `stock` what lies in the warehouses before;
    `fill` what the rules say of an order for which that does not suffice; `asked`: whether nodes are asked before their work is cancelled."""

    tell: Callable[[Life], str]
    ending: str
    stock: dict[tuple[str, str], int] | None = None
    fill: str = ""
    asked: bool = False

    def set_up(self) -> None:
        """The shop as it is before anything happens."""
        if self.fill:
            stand(filled(self.fill))
        if self.asked:
            for node in shop.nodes():
                shop.save(shop.NODE, node.id, replace(node, cancels="asked"))
            shop.forget()


def delivered(the: Life) -> str:
    return whole_life(the, an_order())


def split_over_two_nodes(the: Life) -> str:
    return whole_life(the, an_order(("POT", 1), ("CUP", 1)))


def sent_to_two_places(the: Life) -> str:
    return whole_life(the, to_two_places())


def to_two_places(**changed: Any) -> dict[str, Any]:
    """Two TEA to Ada in Denver; one CUP and one TEA to Mary in Nevada, faster."""
    order = an_order(("TEA", 2), ("CUP", 1), ("TEA", 1))
    for line in order["lines"][1:]:
        line["group"] = "mum"
    mum = {"name": "Mary Byron", "line1": "9 Elm St", "city": "Carson City", "region": "NV", "postal_code": "89701"}
    return {**order, "groups": [{"id": "mum", "ship_to": mum, "method": "express", "promise_days": 2}], **changed}


def worked_by_one_who_does_not_ask_twice(the: Life) -> str:
    """After an error the node looks at its list, and goes on from what it says there."""
    order_id = placed(the, an_order())
    following = {"requested": "accept", "accepted": "pick", "picked": "pack", "packed": "ship"}
    for each in itertools.chain.from_iterable(iter(lambda: the.work(order_id), [])):
        the.ask("POST", f"/v1/fulfilment-orders/{each['id']}/{following[each['status']]}", {}, each["node"])
    the.settle()
    the.deliver(the.order(order_id)["fulfilment_orders"])
    the.settle()
    return order_id


def cancelled_in_time(the: Life) -> str:
    return cancelled(the, placed(the, an_order()))


def cancelled_by_one_who_does_not_ask_twice(the: Life) -> str:
    """Whoever closes the page after an error has still cancelled, if the order says so."""
    order_id = placed(the, an_order())
    the.ask("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"})
    the.settle()
    return order_id if the.order(order_id)["status"] == "cancelled" else cancelled(the, order_id)


def cancelled_when_packed(the: Life) -> str:
    order_id = placed(the, an_order())
    the.fulfil(order_id, "accept", "pick", "pack")
    return cancelled(the, order_id)


def cancelled_on_hold(the: Life) -> str:
    return cancelled(the, placed(the, sums_off()))


def cancelled_while_backordered(the: Life) -> str:
    return cancelled(the, placed(the, an_order(("TEA", 2))))


def declined_past_its_deadline(the: Life) -> str:
    order_id = placed(the, an_order(token=DECLINED))
    the.world.machine.time_out(order_id)
    the.settle()
    return order_id


def sums_off_and_released(the: Life) -> str:
    return let_go(the, placed(the, sums_off()))


def released_by_one_who_does_not_ask_twice(the: Life) -> str:
    order_id = placed(the, sums_off())
    (hold,) = the.order(order_id)["holds"]
    the.ask("POST", f"/v1/orders/{order_id}/holds/{hold['id']}/release", {"note": "seen"})
    the.settle()
    return order_id if the.order(order_id)["holds"][0]["status"] != "active" else let_go(the, order_id)


def backordered_till_stock_arrives(the: Life) -> str:
    order_id = placed(the, an_order(("TEA", 2)))
    stock_arrives(the)
    return order_id


def stocked_by_one_who_does_not_ask_twice(the: Life) -> str:
    order_id = placed(the, an_order(("TEA", 2)))
    the.ask("POST", "/v1/inventory/TEA/reno/movements", RECEIVED, idempotency_key="po-1")
    the.settle()
    if the.order(order_id)["status"] == "backordered":
        stock_arrives(the)
    return order_id


def shipped_in_parts(the: Life) -> str:
    """What there is goes, the rest when it comes."""
    order_id = placed(the, an_order(("TEA", 2)))
    first = the.fulfil(order_id)
    the.settle()
    stock_arrives(the)
    second = the.fulfil(order_id)
    the.settle()
    the.deliver([*first, *second])
    the.settle()
    return order_id


def gone_without_a_part(the: Life) -> str:
    return worked(the, placed(the, an_order(("TEA", 2))))


def held_by_a_person_meanwhile(the: Life) -> str:
    """A person stops a backorder; the stock that arrives does not set it going, the person does."""
    order_id = placed(the, an_order(("TEA", 2)))
    reply = the.call("POST", f"/v1/orders/{order_id}/holds", {"reason": "a word with the customer first"})
    assert reply.status == 201, reply.content
    stock_arrives(the)
    assert the.order(order_id)["status"] == "on_hold"
    return let_go(the, order_id)


def thought_over(the: Life) -> str:
    """It waits until nobody may think better of it, and goes on by itself."""
    reply = the.call("PUT", "/v1/policies/remorse", {"minutes": 10})
    assert reply.status == 200, reply.content
    order_id = placed(the, an_order())
    assert the.order(order_id)["status"] == "on_hold"
    the.world.later(602)
    the.settle()
    the.world.later(-602)
    return order_id


def edited_up(the: Life) -> str:
    """More of one thing, another beside it: reserved and authorised while it waits, shipped and captured with the rest."""
    order_id = _in_its_window(the)
    _edited(the, order_id, lines={"1": 3}, add=[{"sku": "POT", "title": "Pot", "quantity": 1, "unit_price": "10.00", "tax": "1.00"}])
    return worked(the, _window_over(the, order_id))


def edited_down_and_sent_elsewhere(the: Life) -> str:
    order_id = _in_its_window(the)
    ship_to = {"line1": "9 Other St", "city": "Reno", "region": "NV", "postal_code": "89501"}
    _edited(the, order_id, lines={"1": 1, "2": 0}, ship_to=ship_to, surcharges=[{"gross": "-1.20", "tax_percent": "20"}])
    return worked(the, _window_over(the, order_id))


def edited_and_undone(the: Life) -> str:
    order_id = _in_its_window(the)
    _edited(the, order_id, lines={"1": 3, "2": 0})
    _confirmed(the, order_id, f"/v1/orders/{order_id}/edits/1/undo", {}, "undo-1")
    the.settle()
    return worked(the, _window_over(the, order_id))


def edited_and_let_go_at_once(the: Life) -> str:
    """The person who lets it go does not wait until what the edit needs is there."""
    order_id = _in_its_window(the)
    _confirmed(the, order_id, f"/v1/orders/{order_id}/edits", {"lines": {"1": 3, "2": 2}}, "edit-1")
    the.call("POST", f"/v1/orders/{order_id}/holds/remorse/release", {})
    the.settle()
    return worked(the, order_id)


def edited_before_anybody_has_paid(the: Life) -> str:
    order_id = placed(the, sums_off())
    _edited(the, order_id, lines={"1": 3})
    return let_go(the, order_id)


def edited_out_of_a_backorder(the: Life) -> str:
    order_id = placed(the, an_order(("TEA", 2)))
    _edited(the, order_id, lines={"1": 1}, add=[{"sku": "CUP", "quantity": 1, "unit_price": "4.00", "tax": "0.40"}])
    return worked(the, order_id)


def _in_its_window(the: Life) -> str:
    reply = the.call("PUT", "/v1/policies/remorse", {"minutes": 10})
    assert reply.status == 200, reply.content
    return placed(the, an_order())


def _window_over(the: Life, order_id: str) -> str:
    the.world.later(602)
    the.settle()
    the.world.later(-602)
    return order_id


def _edited(the: Life, order_id: str, **change: Any) -> None:
    _confirmed(the, order_id, f"/v1/orders/{order_id}/edits", change, "edit-1")
    the.settle()


def _confirmed(the: Life, order_id: str, path: str, body: dict[str, Any], key: str) -> None:
    reply = the.call("POST", path, body, idempotency_key=key, if_match=str(the.order(order_id)["version"]))
    assert reply.status == 201, reply.content


def rejected_by_a_node(the: Life) -> str:
    order_id = placed(the, an_order(("TEA", 1)))
    for each in the.work(order_id):
        the.call("POST", f"/v1/fulfilment-orders/{each['id']}/reject", {"reason": "NOT_IN_STOCK"}, each["node"])
    the.settle()
    return order_id


def paid_on_shopify(the: Life) -> str:
    return worked(the, heard_of(the, "shopify_paid"))


def paid_on_woocommerce(the: Life) -> str:
    return worked(the, heard_of(the, "woocommerce_processing"))


def cancelled_though_paid_on_the_channel(the: Life) -> str:
    return cancelled(the, heard_of(the, "shopify_paid"))


def changed_by_its_channel(the: Life) -> str:
    """It goes elsewhere before a node has it, then nobody wants it: told by webhooks, the last of them twice."""
    document = sample("shopify_paid")
    body = {**document["body"], "financial_status": "pending", "updated_at": "2026-11-20T10:00:00Z"}
    for line, sku in zip(body["line_items"], ("TEA", "CUP"), strict=True):
        line["sku"] = sku
    lines = [{"id": str(line["id"]), "sku": line["sku"], "quantity": line["quantity"], "ships": True} for line in body["line_items"]]
    the.outside.shops.place("shopify", str(body["id"]), lines)
    moved = {**body, "updated_at": "2036-01-01T00:00:00Z", "shipping_address": {**body["shipping_address"], "address1": "9 Other St"}}
    gone = {**moved, "updated_at": "2036-01-02T00:00:00Z", "cancelled_at": "2036-01-02T00:00:00Z"}
    order_id = ""
    for number, said in enumerate((body, moved, gone, gone)):
        the.outside.shops.document("shopify", str(body["id"]), said)
        order_id = _webhook(the, said, number)
    assert the.order(order_id)["customer"]["ship_to"]["line1"] == "9 Other St"
    return order_id


def _webhook(the: Life, body: dict[str, Any], number: int) -> str:
    raw = json.dumps(body, default=str).encode()
    given = {"x_shopify_topic": "orders/updated", "x_shopify_hmac_sha256": signed(raw, SECRETS["shopify"]), "x_shopify_webhook_id": f"story-{number}"}
    reply = the.call("POST", "/v1/channels/shopify/webhooks", raw, "shopify", **given)
    assert reply.status == 200, reply.content
    the.settle()
    return str(reply.json()["order_id"])


_SHORT = {("TEA", "reno"): 1, ("CUP", "columbus"): 1}
STORIES = {
    "delivered": Story(delivered, "completed"),
    "worked-once": Story(worked_by_one_who_does_not_ask_twice, "completed"),
    "two-places": Story(sent_to_two_places, "completed"),
    "split": Story(split_over_two_nodes, "completed"),
    "shopify": Story(paid_on_shopify, "completed"),
    "woocommerce": Story(paid_on_woocommerce, "completed"),
    "cancelled": Story(cancelled_in_time, "cancelled"),
    "cancelled-once": Story(cancelled_by_one_who_does_not_ask_twice, "cancelled"),
    "cancelled-packed": Story(cancelled_when_packed, "cancelled"),
    "cancelled-on-hold": Story(cancelled_on_hold, "cancelled"),
    "cancelled-backordered": Story(cancelled_while_backordered, "cancelled", _SHORT),
    "cancelled-paid-outside": Story(cancelled_though_paid_on_the_channel, "cancelled"),
    "declined": Story(declined_past_its_deadline, "on_hold"),
    "sums-off": Story(sums_off_and_released, "released"),
    "released-once": Story(released_by_one_who_does_not_ask_twice, "released"),
    "backordered": Story(backordered_till_stock_arrives, "released", _SHORT),
    "stocked-once": Story(stocked_by_one_who_does_not_ask_twice, "released", _SHORT),
    "in-parts": Story(shipped_in_parts, "completed", _SHORT, "FillAll"),
    "without-a-part": Story(gone_without_a_part, "completed", _SHORT, "FillAllAvailable"),
    "held": Story(held_by_a_person_meanwhile, "released", _SHORT),
    "thought-over": Story(thought_over, "released"),
    "edited-up": Story(edited_up, "completed"),
    "edited-down": Story(edited_down_and_sent_elsewhere, "completed"),
    "edited-undone": Story(edited_and_undone, "completed"),
    "edited-let-go": Story(edited_and_let_go_at_once, "completed"),
    "edited-unpaid": Story(edited_before_anybody_has_paid, "released"),
    "edited-backorder": Story(edited_out_of_a_backorder, "completed", _SHORT),
    "changed-by-channel": Story(changed_by_its_channel, "cancelled"),
    "cancellation-accepted": Story(cancelled_when_its_node_agrees, "cancelled", asked=True),
    "cancellation-declined": Story(not_cancelled_as_its_node_will_not, "completed", asked=True),
    "cancellation-declined-rejected": Story(cancelled_as_its_node_cannot_ship_it_after_all, "cancelled", asked=True),
    "cancellation-too-late": Story(not_cancelled_as_it_ships_instead, "completed", asked=True),
    "cancellation-in-part": Story(a_part_cancelled_when_its_node_agrees, "completed", asked=True),
    "the-rest-cancelled": Story(the_rest_cancelled, "completed"),
    "its-other-parcel-cancelled": Story(its_other_parcel_cancelled, "completed", asked=True),
    "parcel-by-parcel": Story(left_parcel_by_parcel, "completed"),
    "short-rerouted": Story(short_and_the_rest_from_elsewhere, "completed"),
    "short-cancelled": Story(short_and_nobody_gets_the_rest, "completed"),
    "short-asked": Story(short_and_a_person_is_asked, "completed"),
    "short-of-the-last": Story(short_where_nobody_else_has_it, "completed", {("TEA", "reno"): 5}),
    "split-merged": Story(split_and_put_together, "completed"),
    "moved": Story(moved_to_the_other_node, "completed"),
    "rejected": Story(rejected_by_a_node, "released"),
}


def heard_of(the: Life, name: str) -> str:
    """The channel tells of an order that it has been paid for. Answers its id, once it is in."""
    document = sample(name)
    channel, body = document["channel"], document["body"]
    for line, sku in zip(body["line_items"], ("TEA", "CUP"), strict=True):
        line["sku"] = sku
    lines = [{"id": str(line["id"]), "sku": line["sku"], "quantity": line["quantity"], "ships": True} for line in body["line_items"]]
    the.outside.shops.place(channel, str(body["id"]), lines)
    raw = json.dumps(body, default=str).encode()
    header = {"shopify": "x-shopify-hmac-sha256", "woocommerce": "x-wc-webhook-signature"}[channel]
    reply = the.call("POST", f"/v1/channels/{channel}/webhooks", raw, **{**document["headers"], header: signed(raw, SECRETS[channel])})
    assert reply.status < 300, reply.content
    the.settle()
    (found,) = the.call("GET", f"/v1/orders?external_reference={body['id']}").json()["items"]
    return found["id"]
