"""Carriers set up and priced; labels bought, given back, waited for; parcels watched."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from tests.carriers.books import Books
from tests.carriers.direct_vendors import Ups
from tests.carriers.pricelist import CSV
from tests.carriers.strict_easypost import KEY
from tests.desk.person import Person
from tests.flow.life import Life, an_order
from tests.house.deeds import give_up, ok, placed
from tests.support.shop import _parcelway as parcelway
from waybill.aws import gate, secrets
from waybill.aws.clients import client as plain_client
from waybill.aws.outbound import Reply
from waybill.fulfilment.carriers.easypost import api
from waybill.fulfilment.carriers.karrio import connection
from waybill.kernel.errors import Unavailable
from waybill.orders.store import ORDERS
from waybill.shop import store as shop


def carriers_set_up(the: Life) -> None:
    ok(the.call("PUT", "/v1/carriers/swift", {"name": "Swift", "tracking_url": "https://swift.example/{tracking_number}"}))
    ok(the.call("PUT", "/v1/carriers/swift/tariff?from=2020-01-01", CSV.encode()))
    shop.forget()
    for path in ("", "/swift", "/swift/tariff"):
        ok(the.call("GET", f"/v1/carriers{path}"))
    assert ok(the.call("GET", "/v1/carriers/swift/tariff")).content.decode() == CSV
    work = the.work(placed(the, an_order(("TEA", 1))))[0]
    the.fulfil(work["order_id"], "accept", "pick", "pack")
    assert the.work(work["order_id"])[0]["packages"][0]["carrier"] in ("swift", "parcelway")
    for path in ("packages/1/void", "void"):
        ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/{path}", {}))
    the.fulfil(work["order_id"], "pack")
    ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/relabel", {}))
    give_up(the, work["order_id"])
    plain_client("dynamodb").delete_item(TableName="ShopTable", Key={"pk": {"S": "CARRIER"}, "sk": {"S": "swift"}})
    shop.forget()


def fetched_at_its_store(the: Life) -> None:
    """It is made ready, its customer is reminded, a person is told, and it is handed over."""
    order = an_order(("TEA", 1))
    order_id = placed(the, {**order, "shipping": {**order["shipping"], "pickup_node": "columbus"}})
    (work,) = the.fulfil(order_id, "accept", "pick", "ready")
    for _ in range(2):
        the.world.later(4 * 86_400)
        the.tick("parcels")
    (case,) = ok(the.call("GET", "/v1/parcel-cases?kind=not_collected")).json()["items"]
    assert case["fulfilment_order"] == work["id"]
    ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/collect", {"name": "Ada Byron"}, "columbus"))
    the.tick("parcels")
    assert ok(the.call("GET", "/v1/parcel-cases?kind=not_collected")).json()["items"] == []
    the.world.later(-8 * 86_400)


def labels_bought(the: Life) -> None:
    vendor = the.outside.carrier if the.outside else Books()

    def send(name: str, method: str, url: str, headers: dict[str, str], body: bytes = b"", seconds: float = 6.0) -> Reply:
        return gate.call(name, lambda: vendor.answer(method, url, headers, body))

    manager = plain_client("secretsmanager")
    before = json.loads(manager.get_secret_value(SecretId="waybill/local/carriers")["SecretString"])
    manager.put_secret_value(SecretId="waybill/local/carriers", SecretString=json.dumps({**before, "easypost": ["hook"], "easypost/account": {"api_key": KEY}}))
    with patch.object(api.Api.__init__, "__defaults__", (*api.Api.__init__.__defaults__[:-1], send)):
        ok(the.call("PUT", "/v1/carriers/easypost", {"name": "EasyPost", "kind": "easypost"}))
        given_up, watched = placed(the, an_order(("TEA", 1))), placed(the, an_order(("TEA", 1)))
        plain_client("dynamodb").delete_item(TableName="ShopTable", Key={"pk": {"S": "CARRIER"}, "sk": {"S": "parcelway"}})
        shop.forget()
        secrets.forget()
        the.fulfil(given_up, "accept", "pick", "pack")
        give_up(the, given_up)
        the.settle()
        assert [label.live for label in vendor.labels()] == [False]
        (work,) = the.work(watched)
        the.fulfil(watched, "accept", "pick")
        vendor.down = True
        assert the.ask("POST", f"/v1/fulfilment-orders/{work['id']}/pack", {}) is None  # 503: not now
        (case,) = ok(the.call("GET", "/v1/parcel-cases?kind=no_label")).json()["items"]
        asked = {"carrier": "easypost", "address": {"line1": "388 Townsend St", "city": "San Francisco", "region": "CA", "postal_code": "94107", "country": "US"}}
        assert the.ask("POST", "/v1/addresses/verify", asked) is None
        vendor.down = False
        assert ok(the.call("POST", "/v1/addresses/verify", asked)).json()["changed"] == ["line1"]
        the.world.later(120)
        the.tick("parcels")
        manifest = ok(the.call("POST", "/v1/manifests", {"node": work["node"], "carrier": "easypost", "date": "2026-11-30"})).json()
        assert ok(the.call("GET", manifest["links"]["form"])).content.startswith(b"%PDF")
        _vans_booked(the, vendor, work["node"])
        the.fulfil(watched, "ship")
        the.settle()
        vendor.tracked = ()
        days = [5, *[14] * 16]
        for each in days:
            the.world.later(each * 86_400 + 900)
            the.tick("parcels")
        the.settle()
        cases = ok(the.call("GET", "/v1/parcel-cases?kind=lost")).json()["items"]
        (lost,) = [each for each in cases if each["fulfilment_order"] == work["id"]]
        ok(the.call("POST", f"/v1/parcel-cases/{lost['id']}/close", {"why": "sent again"}))
        the.world.later(-sum(each * 86_400 + 900 for each in days) - 120)
    manager.put_secret_value(SecretId="waybill/local/carriers", SecretString=json.dumps(before))
    shop.save(shop.CARRIER, "parcelway", parcelway())
    plain_client("dynamodb").delete_item(TableName="ShopTable", Key={"pk": {"S": "CARRIER"}, "sk": {"S": "easypost"}})
    shop.forget()
    secrets.forget()


def _vans_booked(the: Life, vendor: Books, node: str) -> None:
    """One comes and is called off; one is booked by a round, for its carrier was silent."""
    days = [(the.world.now() + timedelta(days=ahead)).date().isoformat() for ahead in (1, 2)]
    one, other = ({"node": node, "carrier": "easypost", "date": day, "from": "14:00", "to": "18:00"} for day in days)
    van = ok(the.call("POST", "/v1/collections", one, idempotency_key="van")).json()
    assert (van["status"], len(vendor.coming())) == ("booked", 1)
    assert ok(the.call("GET", f"/v1/collections?node={node}")).json()["items"] == [ok(the.call("GET", f"/v1/collections/{van['id']}")).json()]
    assert ok(the.call("POST", f"/v1/collections/{van['id']}/cancel", {})).json()["status"] == "cancelled" and vendor.coming() == []
    vendor.down = True
    later = ok(the.call("POST", "/v1/collections", other)).json()
    assert later["status"] == "requested"
    vendor.down = False
    for _ in range(4):  # a circuit that is open closes again, and whoever died over it is waited for
        the.world.later(400)
        the.tick("parcels")
    assert ok(the.call("GET", f"/v1/collections/{later['id']}")).json()["status"] == "booked"
    the.world.later(-1600)
    _vans_at_the_desk(the, vendor, other)


def _vans_at_the_desk(the: Life, vendor: Books, said: dict[str, str]) -> None:
    """Booked and called off by a person: the carrier is spoken with by others."""
    person, page = Person(the.world, "key-support"), "/desk/fulfilment?queue=vans"
    person.get(page)
    before = len(vendor.coming())
    assert person.post("/desk/fulfilment/vans", **{**said, "from": "08:00", "to": "09:00"}) == 303
    the.settle()
    person.get(page)
    vans = re.findall(r'action="(/desk/fulfilment/vans/[^"]+/cancel)"', person.page)
    assert len(vans) == 2 and len(vendor.coming()) == before + 1
    assert person.post(vans[0]) == 303
    the.settle()
    assert len(vendor.coming()) == before


def labels_bought_direct(the: Life) -> None:
    """UPS by itself: rated, bought, looked after, given back; once its answer is lost, and a person says what became of it."""
    vendor = Ups()

    def send(name: str, *asked: object, **more: object) -> Reply:
        return gate.call(name, lambda: vendor.send(name, *asked, **more))

    manager = plain_client("secretsmanager")
    before = json.loads(manager.get_secret_value(SecretId="waybill/local/carriers")["SecretString"])
    manager.put_secret_value(SecretId="waybill/local/carriers", SecretString=json.dumps({**before, "ups/account": vendor.account}))
    with patch.object(connection.Connection.__init__, "__defaults__", (False, send)):
        ok(the.call("PUT", "/v1/carriers/ups", {"name": "UPS", "kind": "karrio", "settings": {"connector": "ups", "sandbox": True}}))
        watched, lost = placed(the, an_order(("TEA", 1))), placed(the, an_order(("TEA", 1)))
        plain_client("dynamodb").delete_item(TableName="ShopTable", Key={"pk": {"S": "CARRIER"}, "sk": {"S": "parcelway"}})
        shop.forget()
        secrets.forget()
        (sent,) = the.fulfil(watched, "accept", "pick", "pack", "ship")
        (work,) = the.work(lost)
        the.fulfil(lost, "accept", "pick")
        with gate.watching(_Loses()):
            assert the.ask("POST", f"/v1/fulfilment-orders/{work['id']}/pack", {}) is None
        the.fulfil(lost, "pack")  # the label that was bought already is there
        assert len(vendor.live()) == 2
        ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/void", {}))
        vendor.losses.append("buy")
        assert the.ask("POST", f"/v1/fulfilment-orders/{work['id']}/pack", {}) is None  # 503: not now
        the.world.later(120)
        the.tick("parcels")
        assert len(vendor.live()) == 2  # the first, and that of which nobody knows: no other
        (number,) = [each for each in vendor.live() if each != sent["packages"][0]["tracking_number"]]
        (asked,) = [item["key"] for item in ORDERS.scan() if item["pk"].startswith("BUY#") and item["state"] == "asked"]
        ok(the.call("POST", f"/v1/carriers/ups/purchases/{asked}", {"tracking_number": number}))
        the.world.later(90)
        ok(the.call("POST", f"/v1/fulfilment-orders/{work['id']}/void", {}))
        assert vendor.labels[number] is False
        the.fulfil(lost, "pack")
        give_up(the, lost)
        the.settle()
        assert len(vendor.live()) == 1
        the.world.later(20 * 3600)
        for _ in range(16):
            the.world.later(900)
            the.tick("parcels")
        assert any(method == "GET" for method, _, _ in vendor.calls)  # where is it?
        the.settle()
        the.world.later(-20 * 3600 - 16 * 900 - 210)
    manager.put_secret_value(SecretId="waybill/local/carriers", SecretString=json.dumps(before))
    shop.save(shop.CARRIER, "parcelway", parcelway())
    plain_client("dynamodb").delete_item(TableName="ShopTable", Key={"pk": {"S": "CARRIER"}, "sk": {"S": "ups"}})
    shop.forget()
    secrets.forget()


class _Loses:
    """The answer of the function that has bought gets lost on its way to the one that packs."""

    def __init__(self) -> None:
        self.lost = False

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        answer = thunk()
        if name == "lambda.Invoke" and b'"verb":"buy"' in detail["Payload"] and not self.lost:
            self.lost = True
            raise Unavailable("lost")
        return answer
