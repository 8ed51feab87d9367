"""A node that is Amazon: asked once under our id, cancelled while it can be, followed until its parcels have left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from local.settings import ROOT
from tests.fulfilment.floor import Floor, floor
from tests.mcf.amazon import Amazon
from waybill.aws import clients, outbound, secrets
from waybill.channels import oauth
from waybill.fulfilment.service import load
from waybill.kernel.errors import InvalidInput
from waybill.mcf.model import order as model
from waybill.orders.model.check import violations
from waybill.shop import store
from waybill.shop.model import Channel

SPEC = json.loads((Path(__file__).parents[1] / "channels" / "specs" / "amazon.json").read_text())
NOTICE = ROOT.parent / "shared" / "samples" / "amazon_sp_api" / "notification_FulfillmentOrderStatusNotification_1.json"
CREDENTIALS = {"refresh_token": "r", "client_id": "c", "client_secret": "s"}


@dataclass
class Mcf:
    the: Floor
    amazon: Amazon

    def told(self, fo: str, type: str = "requested", seq: int = 1, **data: Any) -> list[str]:
        order, full = load(fo)[0].order.id, f"fulfilment_order.{type}"
        detail = {"specversion": "1.0", "id": f"{fo}:{seq}", "source": "/waybill/local", "type": full, "time": "2026-11-29T22:00:00.000Z", "subject": order, "data": {"fo_id": fo, "node": "reno", "push": True, **data}}
        body = json.dumps({"id": "d", "detail-type": full, "source": "waybill", "detail": detail})
        answer = self.the.world.handler("node_push")({"Records": [{"messageId": "m", "body": body, "attributes": {}}]}, None)
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def look(self) -> Any:
        return self.the.world.handler("node_push")({"detail-type": "Scheduled Event"}, None)

    def asked(self) -> str:
        (fo,) = self.the.put()
        assert self.told(fo) == []
        return fo

    def status(self, fo: str) -> str:
        record, work = load(fo)
        if work.status != "rejected":
            assert violations(record.order, record.state, record.fulfilment_orders) == []
        return work.status


@pytest.fixture
def mcf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mcf]:
    amazon = Amazon()
    oauth.forget()
    with floor() as fresh:
        monkeypatch.setattr(outbound, "_send", amazon)
        store.save(store.CHANNEL, "amazon", Channel("amazon", "amazon", "Amazon", settings={"api_url": "https://amazon.example", "marketplace_id": "ATVPDKIKX0DER"}))
        store.save(store.NODE, "reno", replace(store.node("reno"), kind="mcf", settings={"mcf": {"channel": "amazon"}}))
        clients.client("secretsmanager").put_secret_value(SecretId="waybill/local/channels", SecretString=json.dumps({"amazon/outbound": CREDENTIALS}))
        store.forget()
        secrets.forget()
        yield Mcf(fresh, amazon)
    oauth.forget()


def test_work_is_asked_for_once_under_our_id_as_amazons_own_model_wants_it(mcf: Mcf) -> None:
    fo = mcf.asked()
    assert mcf.told(fo) == []
    ((said),) = [said for method, _, said in mcf.amazon.calls if method == "POST"]
    _fits("create_fulfillment_order_request", said)
    _fits("address", said["destinationAddress"])
    for item in said["items"]:
        _fits("create_fulfillment_order_item", item)
    assert (said["sellerFulfillmentOrderId"], [(item["sellerSku"], item["quantity"]) for item in said["items"]]) == (fo, [("TEA", 2), ("CUP", 1)])
    assert {f"{method} {path.replace(fo, '{sellerFulfillmentOrderId}')}" for method, path, _ in mcf.amazon.calls} <= set(SPEC["operations"])
    assert mcf.status(fo) == "accepted"


def test_an_answer_that_is_lost_asks_for_nothing_twice(mcf: Mcf) -> None:
    mcf.amazon.lost = 1
    (fo,) = mcf.the.put()
    assert mcf.told(fo) == ["m"]
    assert mcf.told(fo) == []
    assert len([1 for method, _, _ in mcf.amazon.calls if method == "POST"]) == 1
    assert mcf.status(fo) == "accepted"


def test_what_has_left_amazon_has_left_with_its_packages_and_numbers(mcf: Mcf) -> None:
    fo = mcf.asked()
    mcf.amazon.ships(fo, {"items": {"TEA": 2}, "number": "TBA1", "carrier": "AMZN_US"}, {"items": {"CUP": 1}, "number": "1Z2", "carrier": "UPS"})
    assert mcf.look() == {"looked_at": 1}
    work = load(fo)[1]
    assert [(p.tracking_number, p.carrier, dict(p.lines)) for p in work.packages] == [("TBA1", "amzn_us", {"1": 2}), ("1Z2", "ups", {"2": 1})]
    assert mcf.status(fo) == "shipped"
    assert mcf.look() == {"looked_at": 0}


def test_what_amazon_ships_in_part_is_short_of_the_rest(mcf: Mcf) -> None:
    fo = mcf.asked()
    mcf.amazon.ships(fo, {"items": {"TEA": 2}, "number": "TBA1"}, status="COMPLETE_PARTIALLED")
    mcf.look()
    assert (mcf.status(fo), load(fo)[1].units()) == ("shipped", {"1": 2})


@pytest.mark.parametrize(("status", "reason"), [("UNFULFILLABLE", "NOT_IN_STOCK"), ("INVALID", "OTHER"), ("CANCELLED", "OTHER")])
def test_what_amazon_will_not_ship_goes_elsewhere(mcf: Mcf, status: str, reason: str) -> None:
    fo = mcf.asked()
    mcf.amazon.orders[fo]["status"] = status
    mcf.look()
    assert mcf.status(fo) == "rejected"
    assert load(fo)[1].history[-1].data["reason"] == reason


@pytest.mark.parametrize(
    ("words", "reason"),
    [("Unable to complete this order because of lack of inventory", "NOT_IN_STOCK"), ("The destination address is invalid", "INCORRECT_ADDRESS"), ("no", "OTHER")],
)
def test_what_amazon_refuses_at_once_goes_elsewhere(mcf: Mcf, words: str, reason: str) -> None:
    mcf.amazon.refuses = words
    fo = mcf.asked()
    assert load(fo)[1].history[-1].data["reason"] == reason


def test_a_cancellation_is_asked_of_amazon_and_what_it_says_counts(mcf: Mcf) -> None:
    for late, after in ((False, "cancelled"), (True, "accepted")):
        mcf.amazon.late = late
        fo = mcf.asked()
        mcf.the.call("POST", f"/v1/orders/{load(fo)[0].order.id}/cancel", {"reason": "no"}, who="support")
        assert mcf.status(fo) == "cancellation_requested"
        assert mcf.told(fo, "cancellation_requested", load(fo)[1].history[-1].seq) == []
        assert mcf.status(fo) == after
        assert mcf.told(fo, "cancellation_requested", load(fo)[1].history[-1].seq) == []


def test_a_notification_only_has_the_work_looked_at(mcf: Mcf) -> None:
    fo = mcf.asked()
    mcf.amazon.ships(fo, {"items": {"TEA": 2, "CUP": 1}, "number": "TBA1"})
    if not NOTICE.exists():
        pytest.skip("the published samples are not beside this repository")
    notice = json.loads(NOTICE.read_text())
    notice["Payload"]["FulfillmentOrderStatusNotification"]["SellerFulfillmentOrderId"] = fo
    assert _noticed(mcf, notice) == []
    assert mcf.status(fo) == "shipped"
    notice["Payload"]["FulfillmentOrderStatusNotification"]["SellerFulfillmentOrderId"] = "somebody-elses"
    assert _noticed(mcf, notice) == []


def test_while_amazon_works_on_it_nothing_changes(mcf: Mcf) -> None:
    fo = mcf.asked()
    before = load(fo)[1].history
    for status in ("New", "RECEIVED", "Planning", "PROCESSING"):
        mcf.amazon.orders[fo]["status"] = status
        mcf.look()
    assert load(fo)[1].history == before


def test_settings_without_a_channel_that_can_be_called_are_said_and_lose_no_work(mcf: Mcf) -> None:
    (fo,) = mcf.the.put()
    store.save(store.NODE, "reno", replace(store.node("reno"), settings={"mcf": {"channel": "api"}}))
    store.forget()
    assert mcf.told(fo) == ["m"]
    assert mcf.status(fo) == "requested"


def test_a_promise_becomes_the_slowest_speed_that_keeps_it() -> None:
    assert [model.speed(days) for days in (-1, 0, 1, 2, 3, 9)] == ["Priority", "Standard", "Priority", "Expedited", "Standard", "Standard"]


def test_a_status_that_amazon_does_not_document_is_refused() -> None:
    with pytest.raises(InvalidInput):
        model.standing({"fulfillmentOrder": {"fulfillmentOrderStatus": "TYPE3945"}})


def _noticed(mcf: Mcf, notice: Any) -> list[str]:
    answer = mcf.the.world.handler("channel_changes")({"Records": [{"messageId": "m", "body": json.dumps(notice), "attributes": {}}]}, None)
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def _fits(name: str, said: dict[str, Any]) -> None:
    fields = SPEC["models"][name]
    assert set(said) <= set(fields), set(said) - set(fields)
    assert {field for field, needed in fields.items() if needed} <= {field for field, value in said.items() if value is not None}


