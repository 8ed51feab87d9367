"""What channels are told and asked, call by call: held against the vendors' own models where they publish them, told once, at the pace that they ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs

import jsonschema
import pytest

from tests.channels.benches import AMAZON, BENCHES, BIGCOMMERCE, COMMERCETOOLS, EBAY, MAGENTO, SQUARE
from waybill.aws import outbound
from waybill.channels import oauth, registry
from waybill.channels.model.shipment import Acceptance, Cancellation, GivenBack, Parcel, Reduction, Refund, Shipment
from waybill.channels.ports import AskedToWait, ChannelRefused, Outgoing, Remote
from waybill.kernel import json as strict_json
from waybill.kernel.errors import NotFound, Unavailable
from waybill.shop.model import Channel

SPECS = {name: json.loads((Path(__file__).with_name("specs") / f"{name}.json").read_text()) for name in ("square", "amazon")}
PARCEL = Parcel("Parcelway", "ground", "PW-1", "https://track.example/PW-1")
CREDENTIALS = {name: name for name in ("access_token", "refresh_token", "client_id", "client_secret", "consumer_key", "consumer_secret", "signing_secret")}
SETTINGS = {"location_id": "L1", "marketplace_id": "ATVPDKIKX0DER", "project_key": "demo", "auth_url": "https://auth.example"}
LINES = {"square": {"a": 2}, "bigcommerce": {"1": 2}, "amazon": {"1": 2}, "commercetools": {"l1": 2}, "magento": {"1": 2}, "ebay": {"1": 2}}


@dataclass
class Vendor:
    """Plays the vendor: answers each `METHOD path` by pattern, first fit, and remembers what it was sent. `state` is what it was told so far."""

    kind: str
    answers: list[tuple[str, Any]]
    calls: list[tuple[str, str, dict[str, list[str]], Any]] = field(default_factory=list)
    faults: list[outbound.Reply] = field(default_factory=list)

    def __call__(self, method: str, target: SplitResult, headers: Any, body: bytes, seconds: float) -> outbound.Reply:
        if "token" in target.path:
            return outbound.Reply(200, {}, b'{"access_token": "t", "expires_in": 3600}')
        said = json.loads(body) if body else None
        self.calls.append((method, target.path, parse_qs(target.query), said))
        if self.faults:
            return self.faults.pop(0)
        for pattern, answer in self.answers:
            if re.fullmatch(pattern, f"{method} {target.path}"):
                found = answer(said) if callable(answer) else answer
                return outbound.Reply(200, {}, b"" if found is None else json.dumps(found).encode())
        return outbound.Reply(404, {}, b"{}")

    def told(self) -> list[tuple[str, str, Any]]:
        """What changes something."""
        return [(method, path, said) for method, path, _, said in self.calls if method in ("POST", "PUT") and "search" not in path and "batch-retrieve" not in path]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    oauth.forget()
    yield
    oauth.forget()


def calling(kind: str, monkeypatch: pytest.MonkeyPatch, answers: list[tuple[str, Any]]) -> tuple[Remote, Vendor]:
    adapter, vendor = registry.adapter(kind), Vendor(kind, answers)
    monkeypatch.setattr(outbound, "_send", vendor)
    channel = Channel(kind, kind, kind, settings={adapter.address: "https://vendor.example", **SETTINGS})
    assert adapter.remote is not None
    return adapter.remote(Outgoing(channel, CREDENTIALS, lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))), vendor


def shipment(kind: str, reference: str, last: bool = True) -> Shipment:
    return Shipment("e:1", "ord_1", reference, "fo_1-1", LINES[kind], (PARCEL,), last, "2026-11-23T10:00:00.000Z")


# ── Square, judged by its OpenAPI ──


def square(monkeypatch: pytest.MonkeyPatch) -> tuple[Remote, Vendor]:
    order = SQUARE.document(1)["order"]

    def put(said: Any) -> Any:
        order["state"] = said["order"].get("state", order["state"])
        for change in said["order"].get("fulfillments", ()):
            next(each for each in order["fulfillments"] if each["uid"] == change["uid"])["state"] = change["state"]
        return {"order": order}

    skus = {"objects": [{"id": "CAT-TEA", "item_variation_data": {"sku": "TEA"}}, {"id": "CAT-CUP", "item_variation_data": {"sku": "CUP"}}]}
    found = {"orders": [order], "cursor": "more"}
    answers = [(r"GET /v2/orders/SQ1", {"order": order}), (r"PUT /v2/orders/SQ1", put), (r"POST /v2/orders/search", found), (r"POST .*batch-retrieve", skus)]
    return calling("square", monkeypatch, answers)


def test_square_would_take_every_body_that_we_send(monkeypatch):
    remote, vendor = square(monkeypatch)
    remote.shipped(shipment("square", "SQ1"))
    remote.cancelled(Cancellation("e:2", "ord_1", "SQ1", "changed my mind"))
    remote.changed("2026-11-23T00:00:00.000Z", "2026-11-23T01:00:00.000Z", "cursor")
    sent = [(method, path, said) for method, path, _, said in vendor.calls if said is not None]
    assert len(sent) == 4
    for method, path, said in sent:
        _square(f"{method} {path.replace('SQ1', '{order_id}')}", said)


def test_the_judge_refuses_a_field_that_square_does_not_have():
    with pytest.raises(jsonschema.ValidationError):
        _square("PUT /v2/orders/{order_id}", {"order": {"location_id": "L1", "fulfilments": []}})


def _square(request: str, body: Any) -> None:
    spec = SPECS["square"]
    jsonschema.Draft202012Validator({**spec["requests"][request], "components": spec["components"]}).validate(body)


def test_square_is_told_with_the_last_parcel_only_and_its_lines_have_the_catalogues_skus(monkeypatch):
    remote, vendor = square(monkeypatch)
    remote.shipped(shipment("square", "SQ1", last=False))
    assert not vendor.told()
    remote.shipped(shipment("square", "SQ1"))
    (change,) = vendor.told()
    assert change[2]["order"]["version"] == 3 and change[2]["order"]["fulfillments"][0]["state"] == "COMPLETED"
    page = remote.changed("2026-11-23T00:00:00.000Z", "2026-11-23T01:00:00.000Z", "")
    assert page.next == "more" and page.orders[0][1]["skus"] == {"CAT-TEA": "TEA", "CAT-CUP": "CUP"}


# ── Amazon, judged by its SDK's models ──


def amazon(monkeypatch: pytest.MonkeyPatch) -> tuple[Remote, Vendor]:
    order = AMAZON.document(1)

    def confirmed(said: Any) -> None:
        order.setdefault("packages", []).append({"trackingNumber": said["packageDetail"]["trackingNumber"]})

    orders = {"orders": [order], "pagination": {"nextToken": "n/2="}}
    path = "/orders/2026-01-01/orders"
    answers = [(rf"GET {path}/111-.*", {"order": order}), (rf"GET {path}", orders), (r"POST /orders/v0/orders/111-.*/shipmentConfirmation", confirmed)]
    return calling("amazon", monkeypatch, answers)


def test_amazon_would_take_every_call_that_we_make(monkeypatch):
    remote, vendor = amazon(monkeypatch)
    reference = AMAZON.reference(AMAZON.document(1))
    remote.shipped(shipment("amazon", reference))
    remote.changed("2026-11-23T00:00:00.000Z", "2026-11-23T01:00:00.000Z", "n/1=")
    operations, models = SPECS["amazon"]["operations"], SPECS["amazon"]["models"]
    for method, path, query, said in vendor.calls:
        name = f"{method} {path.replace(reference, '{orderId}')}"
        assert set(query) <= set(operations[name]), name
        if said is not None:
            _amazon(models["confirm_shipment_request"], said)
            _amazon(models["package_detail"], said["packageDetail"])
            for item in said["packageDetail"]["orderItems"]:
                _amazon(models["confirm_shipment_order_item"], item)
            assert said["packageDetail"]["packageReferenceId"].isdecimal(), "only positive numbers are supported"
    assert vendor.calls[-1][2]["paginationToken"] == ["n/1="]


def _amazon(model: dict[str, bool], said: dict[str, Any]) -> None:
    assert set(said) <= set(model) and {name for name, needed in model.items() if needed} <= {name for name, value in said.items() if value is not None}


def test_amazon_is_asked_for_nothing_newer_than_it_lists(monkeypatch):
    remote, vendor = amazon(monkeypatch)
    remote.changed("2026-11-23T11:00:00.000Z", "2026-11-23T12:00:00.000Z", "")
    assert vendor.calls[0][2]["lastUpdatedBefore"] == ["2026-11-23T11:57:00.000Z"]
    assert remote.changed("2026-11-23T11:58:00.000Z", "2026-11-23T12:00:00.000Z", "").orders == () and len(vendor.calls) == 1


# ── the others ──


def bigcommerce(monkeypatch: pytest.MonkeyPatch) -> tuple[Remote, Vendor]:
    whole = BIGCOMMERCE.document(1)
    order, shipments = whole["order"] | {"status_id": 9}, list[Any]()
    path = f"/v2/orders/{order['id']}"
    answers = [
        (rf"GET {path}", order),
        (rf"PUT {path}", lambda said: order.update(said) or order),
        (rf"GET {path}/products", whole["products"]),
        (rf"GET {path}/shipping_addresses", whole["shipping_addresses"]),
        (rf"GET {path}/shipments", lambda said: shipments or None),
        (rf"POST {path}/shipments", lambda said: shipments.append(said) or said),
        (r"GET /v2/orders", [order]),
    ]
    return calling("bigcommerce", monkeypatch, answers)


def commercetools(monkeypatch: pytest.MonkeyPatch) -> tuple[Remote, Vendor]:
    order = COMMERCETOOLS.document(1)

    def change(said: Any) -> Any:
        assert said["version"] == order["version"], "409: somebody was faster"
        order["version"] += 1
        for action in said["actions"]:
            if action["action"] == "addDelivery":
                order["shippingInfo"]["deliveries"].append({"key": action["deliveryKey"], "items": action["items"]})
            else:
                name = {"changeOrderState": "orderState", "changeShipmentState": "shipmentState"}[action["action"]]
                order[name] = action[name]
        return order

    answers = [(r"GET /orders/.*", order), (r"POST /orders/.*", change), (r"GET /orders", {"results": [order]})]
    return calling("commercetools", monkeypatch, answers)


def magento(monkeypatch: pytest.MonkeyPatch) -> tuple[Remote, Vendor]:
    order, shipments, comments = MAGENTO.document(1), list[Any](), list[Any]()
    id = order["entity_id"]
    answers = [
        (rf"GET /rest/V1/orders/{id}", order),
        (r"GET /rest/V1/orders", {"items": [order], "total_count": 51}),
        (rf"GET /rest/V1/orders/{id}/comments", lambda said: {"items": comments}),
        (rf"POST /rest/V1/orders/{id}/comments", lambda said: comments.append(said["statusHistory"]) or True),
        (rf"POST /rest/V1/orders/{id}/cancel", lambda said: order.update(state="canceled") or True),
        (r"GET /rest/V1/shipments", lambda said: {"items": shipments}),
        (rf"POST /rest/V1/order/{id}/ship", lambda said: shipments.append(said) or 9),
    ]
    return calling("magento", monkeypatch, answers)


def ebay(monkeypatch: pytest.MonkeyPatch) -> tuple[Remote, Vendor]:
    order, made = EBAY.document(1), list[Any]()
    path = f"/sell/fulfillment/v1/order/{order['orderId']}"
    answers = [
        (rf"GET {path}", order),
        (r"GET /sell/fulfillment/v1/order", {"orders": [order], "total": 1}),
        (rf"GET {path}/shipping_fulfillment", lambda said: {"fulfillments": made}),
        (rf"POST {path}/shipping_fulfillment", lambda said: made.append({"shipmentTrackingNumber": said["trackingNumber"]})),
    ]
    return calling("ebay", monkeypatch, answers)


VENDORS = {"square": square, "amazon": amazon, "bigcommerce": bigcommerce, "commercetools": commercetools, "magento": magento, "ebay": ebay}
FIRST = {bench.kind: bench.reference(bench.document(1)) for bench in BENCHES}
CANCELS = ("square", "bigcommerce", "commercetools", "magento")
ACCEPTS = ("bigcommerce", "commercetools", "magento")


@pytest.mark.parametrize("kind", VENDORS)
def test_a_shipment_is_told_once_however_often_it_is_repeated(monkeypatch, kind):
    remote, vendor = VENDORS[kind](monkeypatch)
    for _ in range(3):
        remote.shipped(shipment(kind, FIRST[kind]))
    (told,) = vendor.told()
    number = "PW1" if kind == "ebay" else "PW-1"
    assert number in json.dumps(told[2]) and next(iter(LINES[kind])) in json.dumps(told[2]) or kind == "square"


@pytest.mark.parametrize("kind", VENDORS)
def test_a_cancellation_is_told_once_where_the_channel_has_a_word_for_it(monkeypatch, kind):
    remote, vendor = VENDORS[kind](monkeypatch)
    for _ in range(2):
        remote.cancelled(Cancellation("e:2", "ord_1", FIRST[kind], "no"))
    assert len(vendor.told()) == (1 if kind in CANCELS else 0)


@pytest.mark.parametrize("kind", VENDORS)
def test_an_acceptance_is_told_once_where_the_channel_has_a_word_for_it(monkeypatch, kind):
    remote, vendor = VENDORS[kind](monkeypatch)
    for _ in range(2):
        remote.accepted(Acceptance("e:0", "ord_1", FIRST[kind]))
    assert len(vendor.told()) == (1 if kind in ACCEPTS else 0)


@pytest.mark.parametrize("kind", VENDORS)
def test_what_a_channel_has_no_word_for_is_told_in_silence(monkeypatch, kind):
    remote, vendor = VENDORS[kind](monkeypatch)
    remote.reduced(Reduction("e:3", "ord_1", FIRST[kind], LINES[kind], "no"))
    remote.given_back(GivenBack("e:4", "ord_1", FIRST[kind], 100, "USD"))
    assert not vendor.told()


@pytest.mark.parametrize("kind", VENDORS)
def test_that_nothing_more_will_leave_is_told_once_where_the_channel_waits_for_the_last_parcel(monkeypatch, kind):
    remote, vendor = VENDORS[kind](monkeypatch)
    for _ in range(2):
        remote.reduced(Reduction("e:3", "ord_1", FIRST[kind], LINES[kind], "no", last=True))
    assert len(vendor.told()) == (1 if kind in ("square", "commercetools") else 0)


def test_square_is_asked_for_a_refund_as_it_wants_and_under_the_same_key_however_often(monkeypatch):
    remote, vendor = calling("square", monkeypatch, [(r"POST /v2/refunds", {"refund": {"id": "r1", "status": "PENDING"}})])
    for _ in range(2):
        remote.refund(Refund("ord_1/pay1:3", "ord_1", "SQ1", "pay-1", 1250, "USD"))
    (_, _, said), again = vendor.told()
    _square("POST /v2/refunds", said)
    assert said == again[2] and len(said["idempotency_key"]) <= 45 and (said["payment_id"], said["amount_money"]["amount"]) == ("pay-1", 1250)


def test_bigcommerce_returns_money_once_by_the_way_that_it_names_itself(monkeypatch):
    made = list[Any]()
    cash, card = {"provider_id": "cod", "amount": 12.5, "offline": True}, {"provider_id": "braintree", "amount": 12.5, "offline": False}
    quote = {"data": {"refund_methods": [[{"provider_id": "storecredit", "amount": 12.5, "offline": False}], [cash], [card]]}}
    path = "/v3/orders/1/payment_actions"
    answers = [
        (rf"GET {path}/refunds", lambda said: {"data": made}),
        (rf"POST {path}/refund_quotes", quote),
        (rf"POST {path}/refunds", lambda said: made.append(said) or {"data": said}),
    ]
    remote, _ = calling("bigcommerce", monkeypatch, answers)
    for _ in range(2):
        remote.refund(Refund("ord_1/pay1:3", "ord_1", "1", "", 1250, "USD"))
    (said,) = made
    assert said["payments"] == [card] and said["items"] == [{"item_type": "ORDER", "item_id": 1, "amount": 12.5}] and said["reason"] == "Waybill ord_1/pay1:3"
    quote["data"]["refund_methods"] = [[cash]]
    with pytest.raises(ChannelRefused, match="by hand"):
        remote.refund(Refund("ord_1/pay1:4", "ord_1", "1", "", 1250, "USD"))


@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize(("status", "error"), [(429, AskedToWait), (503, Unavailable), (401, Unavailable), (422, ChannelRefused)])
def test_a_refund_that_is_refused_becomes_the_right_error(monkeypatch, kind, status, error):
    remote, vendor = VENDORS[kind](monkeypatch)
    if registry.adapter(kind).refunds:
        vendor.faults.append(outbound.Reply(status, {"retry-after": "17"} if status == 429 else {}, b"{}"))
        with pytest.raises(error):
            remote.refund(Refund("e:5", "ord_1", FIRST[kind], "p1", 100, "USD"))
    else:
        remote.refund(Refund("e:5", "ord_1", FIRST[kind], "p1", 100, "USD"))
        assert not vendor.calls, "a person returns it there"


@pytest.mark.parametrize("kind", VENDORS)
def test_an_order_that_is_asked_for_is_read_like_one_that_was_told(monkeypatch, kind):
    remote, _ = VENDORS[kind](monkeypatch)

    def normalise(document: Any) -> Any:  # as it is read once it is kept
        return registry.adapter(kind).normalise(kind, strict_json.parse(json.dumps(document).encode()), "2026-11-23T12:00:00.000Z")

    asked = normalise(remote.order(FIRST[kind]))
    (listed,) = [each for _, each in remote.changed("2026-11-01T00:00:00.000Z", "2026-11-23T00:00:00.000Z", "").orders]
    assert asked.order.discrepancy == 0 and [line.sku for line in asked.order.lines] == ["TEA", "CUP"]
    assert normalise(listed).order.external_reference == asked.order.external_reference


@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [(429, {"retry-after": "17"}, AskedToWait), (503, {}, Unavailable), (401, {}, Unavailable), (404, {}, NotFound), (422, {}, ChannelRefused)],
)
def test_every_refusal_becomes_the_right_error(monkeypatch, kind, status, headers, error):
    remote, vendor = VENDORS[kind](monkeypatch)
    vendor.faults.append(outbound.Reply(status, headers, b"{}"))
    with pytest.raises(error) as raised:
        remote.order(FIRST[kind])
    if status == 429:
        assert raised.value.seconds == 17


def test_a_token_is_asked_for_once_and_its_refusal_says_what_to_do(monkeypatch):
    asked: list[bytes] = []

    def send(method: str, target: SplitResult, headers: Any, body: bytes, seconds: float) -> outbound.Reply:
        asked.append(body)
        return outbound.Reply(200 if len(asked) == 1 else 400, {}, b'{"access_token": "t", "expires_in": 3600}')

    monkeypatch.setattr(outbound, "_send", send)
    form = {"grant_type": "refresh_token", "refresh_token": "r"}
    assert {oauth.token("x.token", "https://auth.example/token", form) for _ in range(3)} == {"t"} and len(asked) == 1
    with pytest.raises(ChannelRefused, match="runbook"):
        oauth.token("x.token", "https://auth.example/token", {**form, "refresh_token": "other"})
