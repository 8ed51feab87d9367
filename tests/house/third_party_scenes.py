"""Third parties that ship for us: a warehouse that is spoken to through a folder, Amazon, and one that is told by webhook."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.edi.warehouse import SETTINGS, THEM, US, Warehouse, advice
from tests.flow.life import Life, an_order
from tests.house.deeds import give_up, ok, placed
from tests.mcf.amazon import Amazon
from waybill.aws import clients as boto
from waybill.aws import outbound, queues, secrets
from waybill.edi.model import documents, inventory_advice, receipt_advice, ship_notice
from waybill.edi.model.inventory_advice import InventoryAdvice
from waybill.edi.model.receipt_advice import ReceiptAdvice
from waybill.edi.model.ship_notice import Pack, ShipNotice
from waybill.edi.model.shipping_advice import Carton
from waybill.edi.model.x12 import written
from waybill.fulfilment.service import load
from waybill.shop import store


def spoken_to_by_edi(the: Life) -> None:
    before = store.node("columbus")
    store.save(store.NODE, "columbus", replace(before, webhook_url="", settings={"edi": SETTINGS}))
    channel = store.channel("api")
    store.save(store.CHANNEL, "api", replace(channel, settings={**channel.settings, "edi": {"id": "BUYER", "our_id": "WAYBILL", "documents": ["856"]}}))
    store.forget()
    columbus = Warehouse(the, "columbus")
    ships, ends = placed(the, an_order(("TEA", 2))), placed(the, an_order(("TEA", 1)))
    first, second = (the.order(each)["fulfilment_orders"][0]["id"] for each in (ships, ends))
    asked = {it.sets[0].kind: it for it in columbus.got()}
    columbus.acknowledge(asked["940"])
    columbus.send("945", advice(first, Carton({"TEA": 1}, "1ZHOUSE"), short={"TEA": 1}))
    the.settle()
    assert load(first)[1].status == "shipped"
    give_up(the, ends)
    assert load(second)[1].status in ("cancelled", "rejected")
    ok(the.call("PUT", "/v1/purchase-orders/PO-E", {"supplier": "Leaf & Co", "node": "columbus", "lines": {"TEA": 5}}))
    the.world.handler("edi")({"detail-type": "Scheduled Event"}, None)
    ok(the.call("POST", "/v1/edi/announcements", {"kind": "purchase_order", "id": "PO-E"}))
    columbus.send("856", ship_notice.write(ShipNotice("S1", "2026-11-29", "0900", (Pack("PO-E", {"TEA": 5}, "0" * 18),), expected="2030-01-02")))
    columbus.send("944", receipt_advice.write(ReceiptAdvice("PO-E", "R1", "2026-11-29", {"TEA": 4}, {"TEA": 1})))
    columbus.send("846", inventory_advice.write(InventoryAdvice("INV1", "2026-11-29", {"TEA": 1})))
    columbus.send("945", advice(second, Carton({"TEA": 1}, "1ZLATE")))
    _looked_at(the, columbus)
    assert replace(columbus, node="channel-api").got(), "the buyer hears of what has left"
    store.save(store.NODE, "columbus", before)
    store.save(store.CHANNEL, "api", channel)
    store.forget()


def _looked_at(the: Life, columbus: Warehouse) -> None:
    parked = columbus.shown(status="parked")[-1]
    ok(the.call("GET", f"/v1/edi/interchanges/{parked['id']}"))
    ok(the.call("GET", parked["links"]["raw"]))
    empty = written(documents.enclosed(THEM, US, int(parked["control"]), "202611292200", []))
    ok(the.call("POST", f"/v1/edi/interchanges/{parked['id']}:replay", empty.encode()))
    ok(the.call("POST", f"/v1/edi/interchanges/{parked['id']}:close", {}))
    sent = columbus.shown(status="sent")[0]
    ok(the.call("POST", f"/v1/edi/interchanges/{sent['id']}:resend", {}))
    assert the.call("POST", "/v1/edi/interchanges?node=columbus", b"Dear Sirs").status == 202
    the.world.handler("edi")({"detail-type": "Scheduled Event"}, None)


def shipped_by_amazon(the: Life) -> None:
    """Columbus is Amazon: asked, looked at, cancelled, heard of."""
    assert the.outside
    before, amazon = store.node("columbus"), Amazon()
    others, said = store.channel("shopify"), json.loads(boto.client("secretsmanager").get_secret_value(SecretId="waybill/local/channels")["SecretString"])
    account = {"refresh_token": "r", "client_id": "c", "client_secret": "s"}
    boto.client("secretsmanager").put_secret_value(SecretId="waybill/local/channels", SecretString=json.dumps({**said, "mcf/outbound": account}))
    store.save(store.CHANNEL, "mcf", replace(others, id="mcf", kind="amazon", settings={"api_url": "https://amazon.example", "marketplace_id": "M"}))
    store.save(store.NODE, "columbus", replace(before, webhook_url="", kind="mcf", settings={"mcf": {"channel": "mcf"}}))
    store.forget()
    secrets.forget()
    answers = the.outside.answer
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbound, "_send", lambda method, target, *rest: (amazon if target.netloc.endswith(("amazon.example", "amazon.com")) else answers)(method, target, *rest))
        ships, hears, ends = (placed(the, an_order(("TEA", 1))) for _ in range(3))
        first, second, third = (the.order(each)["fulfilment_orders"][0]["id"] for each in (ships, hears, ends))
        amazon.ships(first, {"items": {"TEA": 1}, "number": "TBA1"})
        the.world.handler("node_push")({"detail-type": "Scheduled Event"}, None)
        amazon.ships(second, {"items": {"TEA": 1}, "number": "TBA2"})
        queues.send("CHANNEL_CHANGES_QUEUE_URL", {"NotificationType": "FULFILLMENT_ORDER_STATUS", "Payload": {"FulfillmentOrderStatusNotification": {"SellerFulfillmentOrderId": second}}})
        the.settle()
        assert [load(each)[1].status for each in (first, second)] == ["shipped", "shipped"]
        ok(the.call("POST", f"/v1/orders/{ends}/cancel", {"reason": "no"}))
        the.settle()
        assert load(third)[1].status == "cancelled"
    store.save(store.NODE, "columbus", before)
    store.forget()


def told_again(the: Life) -> None:
    """A node that has not taken its work at first."""
    order = placed(the, an_order(("TEA", 1)))
    work = the.order(order)["fulfilment_orders"][0]
    items = ok(the.call("GET", f"/v1/node-deliveries?node={work['node']}&status=delivered")).json()["items"]
    ok(the.call("GET", f"/v1/node-deliveries?node={work['node']}"))
    ok(the.call("POST", f"/v1/node-deliveries/{items[0]['id']}:replay", {}))
    the.settle()
    give_up(the, order)
