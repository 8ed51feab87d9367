"""Races at the doors: the same order by one door or two, and what its channel says of it later."""

from __future__ import annotations

import json
from typing import Any

from proof.interleaving import Told
from proof.living import Dweller
from proof.race import ALL_IN_PROOF, ONE_BY_ONE, Look, Race, Work, asked, deliveries, settled, statuses
from tests.channels.documents import SECRETS, sample
from tests.flow.life import an_order
from tests.imports.desk import row, sheet
from waybill.channels.model.signature import signed

Begun = tuple[list[Work], Look]


def _same_request(many: int) -> Any:
    """The same order at the door, under one key."""

    def begin(the: Dweller) -> Begun:
        work = asked(the, "/v1/orders", an_order(("TEA", 1), reference="race"), "api", idempotency_key="race")

        def look(told: Told) -> list[str]:
            ids = {reply.json().get("id") for reply in told.answers}
            return [] if len(ids) == 1 and None not in ids else [f"the same request was answered {[reply.content for reply in told.answers]}"]

        return [work] * many, settled(the, look)

    return begin


def _two_keys(the: Dweller) -> Begun:
    """The same order twice at the door, under two keys."""
    for number in (1, 2):
        the.place(an_order(("TEA", 1), reference="race"), key=f"race-{number}")
    return deliveries(the, "IntakeQueue", 2), settled(the, lambda told: _one_order(the))


def _one_order(the: Dweller) -> list[str]:
    found = the.call("GET", "/v1/orders").json()["items"]
    return [] if len(found) == 1 else [f"one order of the channel is {len(found)}"]


def _two_topics(the: Dweller) -> Begun:
    """The channel tells of a new order by two webhooks."""
    bodies = _shopify(the)
    for number, topic in enumerate(("orders/create", "orders/paid")):
        _webhook(the, bodies, number, topic)
    return deliveries(the, "IntakeQueue", 2), settled(the, lambda told: _one_order(the))


def _request_and_spreadsheet(the: Dweller) -> Begun:
    """An order comes over the API and in a spreadsheet of the same channel."""
    the.place(an_order(("TEA", 2), reference="race"), key="race")
    reply = the.call("POST", "/v1/imports?channel=api", sheet(row("race")), "admin", idempotency_key="sheet", content_type="text/csv")
    assert reply.status == 202, reply.content
    return deliveries(the, "IntakeQueue", 2), settled(the, lambda told: _one_order(the))


def _channel_cancels_against_ship(the: Dweller) -> Begun:
    """The channel's customer cancels as the parcel is handed over here."""
    body = _shopify(the)
    id = _webhook(the, body, 0, "orders/create")
    the.settle()
    (work, *_) = the.carry_out(the.work(id), "accept", "pick", "pack")
    works = [asked(the, f"/v1/fulfilment-orders/{work['id']}/ship", {}, work["node"])]
    gone = {**body, "updated_at": "2036-01-02T00:00:00Z", "cancelled_at": "2036-01-02T00:00:00Z"}
    the.outside.shops.document("shopify", str(body["id"]), gone)
    _webhook(the, gone, 1, "orders/updated")
    works += deliveries(the, "ChannelChangesQueue", 1)

    def look(told: Told) -> list[str]:
        order, (shipped,) = the.order(id), statuses(told)
        fits = shipped == 200 and "shipped" in order["status"] or shipped == 409 and order["status"] == "cancelled"
        return [] if fits else [f"shipping was answered {shipped}, and the order is {order['status']}"]

    return works, settled(the, look)


def _shopify(the: Dweller) -> dict[str, Any]:
    body: dict[str, Any] = {**sample("shopify_paid")["body"], "updated_at": "2026-11-20T10:00:00Z"}
    for line, sku in zip(body["line_items"], ("TEA", "CUP"), strict=True):
        line["sku"] = sku
    lines = [{"id": str(line["id"]), "sku": line["sku"], "quantity": line["quantity"], "ships": True} for line in body["line_items"]]
    the.outside.shops.place("shopify", str(body["id"]), lines)
    the.outside.shops.document("shopify", str(body["id"]), body)
    return body


def _webhook(the: Dweller, body: dict[str, Any], number: int, topic: str) -> str:
    raw = json.dumps(body, default=str).encode()
    given = {"x_shopify_topic": topic, "x_shopify_hmac_sha256": signed(raw, SECRETS["shopify"]), "x_shopify_webhook_id": f"race-{number}"}
    reply = the.call("POST", "/v1/channels/shopify/webhooks", raw, "shopify", **given)
    assert reply.status == 200, reply.content
    return str(reply.json()["order_id"])


def _followed(the: Dweller) -> Begun:
    """A channel's word of an order, as it was changed and cancelled, in whatever order it comes; the newest twice."""
    body = _shopify(the)
    said = [{**body, "updated_at": f"2036-01-0{day}T00:00:00Z", "shipping_address": {**body["shipping_address"], "address1": f"{day} Other St"}} for day in (1, 2, 3)]
    gone = {**said[-1], "updated_at": "2036-01-04T00:00:00Z", "cancelled_at": "2036-01-04T00:00:00Z"}
    ids = set[str]()

    def heard(number: int, document: dict[str, Any]) -> None:
        ids.add(_webhook(the, document, number, "orders/updated"))
        the.settle()

    def look(told: Told) -> list[str]:
        (id,) = ids
        order = the.order(id)
        return [] if order["status"] == "cancelled" else [f"the channel has cancelled it, and it is {order['status']}"]

    return [lambda number=number, document=document: heard(number, document) for number, document in enumerate((body, *said, gone, gone))], settled(the, look)


DOORS = {
    "the same request twice": Race(_same_request(2)),
    "the same request thrice": Race(_same_request(3)),
    "the same order under two keys": Race(_two_keys),
    "two webhooks of a new order": Race(_two_topics),
    "a request and a spreadsheet": Race(_request_and_spreadsheet),
    "the channel cancels, the node ships": Race(_channel_cancels_against_ship),
    "a channel's six webhooks": Race(_followed, {("TEA", "reno"): 5, ("CUP", "reno"): 5}, tried=ALL_IN_PROOF, how=ONE_BY_ONE),
}
