"""A channel hears in its own words that something waits for its customer, and that he has it; twice said, it hears it once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.receiver.shelves import Shelves
from local.receiver.shopify import ShopifyShop
from local.receiver.shops import Shops, nobody_knows
from proof.living import living
from proof.scheduler import First
from proof.stories import fetched_at
from tests.channels.test_outgoing import calling
from tests.flow.life import Life
from waybill.channels import acks
from waybill.channels.model.shipment import Ready, Shipment
from waybill.channels.quiet import Quiet
from waybill.channels.shopify_admin import Shopify

LINES = [{"id": "11", "sku": "TEA", "quantity": 3}, {"id": "12", "sku": "CUP", "quantity": 1}]


@dataclass
class Caller:
    """Shopify, at the other end of the line."""

    shop: ShopifyShop

    def json(self, name: str, method: str, path: str, body: Any) -> Any:
        return json.loads(json.dumps(self.shop.answer(body)))


@pytest.fixture
def shops(tmp_path: Path) -> Shops:
    made = Shops(tmp_path, nobody_knows)
    made.save("shopify", {**made.place("shopify", "77", LINES), "method": "PICK_UP"})
    return made


def remote(shops: Shops, tmp_path: Path, tells_ready: bool = True) -> Shopify:
    return Shopify(Caller(ShopifyShop("shopify", shops, Shelves(tmp_path / "shelves", {"TEA"}))), "1", tells_ready)  # type: ignore[arg-type]


def ready(**in_all: int) -> Ready:
    return Ready("fo_1-1:4", "ord_1", "77", "fo_1-1", {}, {line[1:]: units for line, units in in_all.items()})


def fetched(lines: dict[str, int], in_all: dict[str, int], part: int = 0) -> Shipment:
    return Shipment(f"fo_1-1:{part}", "ord_1", "77", "fo_1-1", lines, (), False, "2026-11-23T10:00:00.000Z", part, in_all)


def kinds(shops: Shops) -> list[str]:
    return [told["kind"] for told in shops.received("shopify", "77")]


def fulfilled(shops: Shops) -> list[dict[str, int]]:
    order = shops.order("shopify", "77")
    assert order is not None
    return [made["lines"] for made in order["fulfillments"]]


def test_shopify_prepares_what_waits_once(shops: Shops, tmp_path: Path) -> None:
    for _ in range(2):
        remote(shops, tmp_path).ready(ready(l11=3, l12=1))
    assert kinds(shops) == ["preparedForPickup"]


def test_shopify_hears_nothing_before_all_of_it_waits(shops: Shops, tmp_path: Path) -> None:
    remote(shops, tmp_path).ready(ready(l11=3))
    assert kinds(shops) == []


def test_shopify_hears_it_only_where_its_settings_say_so(shops: Shops, tmp_path: Path) -> None:
    remote(shops, tmp_path, tells_ready=False).ready(ready(l11=3, l12=1))
    assert kinds(shops) == []


def test_what_is_sent_is_not_prepared(shops: Shops, tmp_path: Path) -> None:
    shops.save("shopify", {**shops.place("shopify", "77", LINES), "method": "SHIPPING"})
    remote(shops, tmp_path).ready(ready(l11=3, l12=1))
    assert kinds(shops) == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 0, 1), (0, 1, 0), (1, 0, 1)])
def test_each_unit_is_picked_up_once_in_whatever_order_it_is_told(shops: Shops, tmp_path: Path, order: tuple[int, ...]) -> None:
    """What has been fetched in all is what stands when it is told."""
    visits = [fetched({"11": 1}, {"11": 2}, 0), fetched({"11": 1}, {"11": 2}, 1)]
    for visit in order:
        remote(shops, tmp_path).shipped(visits[visit])
    assert sum(made.get("11", 0) for made in fulfilled(shops)) == 2


def test_what_left_in_a_parcel_is_not_taken_for_what_was_fetched(shops: Shops, tmp_path: Path) -> None:
    remote(shops, tmp_path).shipped(fetched({"11": 1}, {"11": 1}))
    remote(shops, tmp_path).shipped(fetched({"11": 1}, {"11": 2}, 1))
    assert fulfilled(shops) == [{"11": 1}, {"11": 1}]


def square(monkeypatch: pytest.MonkeyPatch, type: str) -> tuple[Any, Any]:
    order = {"id": "SQ1", "state": "OPEN", "location_id": "L1", "version": 1, "fulfillments": [{"uid": "f", "type": type, "state": "PROPOSED"}]}

    def put(said: Any) -> Any:
        for change in said["order"].get("fulfillments", ()):
            order["fulfillments"][0]["state"] = change["state"]  # type: ignore[index]
        return {"order": order}

    return calling("square", monkeypatch, [(r"GET /v2/orders/SQ1", {"order": order}), (r"PUT /v2/orders/SQ1", put)])


def test_square_prepares_a_pickup_once_and_completes_it_with_the_last_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seller, vendor = square(monkeypatch, "PICKUP")
    for _ in range(2):
        seller.ready(Ready("e:1", "ord_1", "SQ1", "fo_1-1", {}, {}))
    for last in (False, True, True):
        seller.shipped(Shipment("e:2", "ord_1", "SQ1", "fo_1-1", {"a": 1}, (), last))
    assert [said["order"]["fulfillments"][0]["state"] for _, _, said in vendor.told()] == ["PREPARED", "COMPLETED"]


def test_square_prepares_no_parcel(monkeypatch: pytest.MonkeyPatch) -> None:
    seller, vendor = square(monkeypatch, "SHIPMENT")
    seller.ready(Ready("e:1", "ord_1", "SQ1", "fo_1-1", {}, {}))
    assert vendor.told() == []


class Noted(Quiet):
    """A channel that remembers what it was told."""

    def __init__(self) -> None:
        self.heard: list[Ready | Shipment] = []

    def ready(self, ready: Ready) -> None:
        self.heard.append(ready)

    def shipped(self, shipment: Shipment) -> None:
        self.heard.append(shipment)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Noted:
    there = Noted()
    monkeypatch.setattr(acks, "remote", lambda channel, clock: there)
    return there


@pytest.fixture
def the() -> Iterator[Life]:
    with living(None, First(), 0) as made:
        yield made


def test_a_channel_is_told_what_waits_and_what_has_been_fetched_in_all(the: Life, told: Noted) -> None:
    order_id = the.place(fetched_at("columbus", ("TEA", 3)))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick", "ready")
    the.settle()
    for units in (1, 2):
        the.call("POST", f"/v1/fulfilment-orders/{work['id']}/collect", {"name": "Ada Byron", "lines": [{"line": "1", "quantity": units}]}, "columbus")
        the.settle()
    waits, first, second = told.heard
    assert isinstance(waits, Ready) and (waits.lines, waits.in_all) == ({"1": 3}, {"1": 3})
    assert isinstance(first, Shipment) and (first.name, first.lines, first.fetched, first.last) == (work["id"], {"1": 1}, {"1": 1}, False)
    assert isinstance(second, Shipment) and (second.name, second.lines, second.fetched, second.last) == (f"{work['id']}-p1", {"1": 2}, {"1": 3}, True)


def test_what_was_fetched_before_the_channel_could_be_told_is_not_said_to_wait(the: Life, told: Noted) -> None:
    order_id = the.place(fetched_at("columbus", ("TEA", 1)))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick", "ready")
    the.call("POST", f"/v1/fulfilment-orders/{work['id']}/collect", {"name": "Ada Byron"}, "columbus")
    the.settle()
    assert [type(each) for each in told.heard] == [Shipment]


def test_what_was_sent_to_the_store_is_told_to_wait_there(the: Life, told: Noted) -> None:
    order_id = the.place(fetched_at("reno", ("CUP", 1)))
    the.settle()
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.settle()
    parcel, waits = told.heard
    assert isinstance(parcel, Shipment) and parcel.fetched is None
    assert isinstance(waits, Ready) and (waits.lines, waits.in_all) == ({"1": 1}, {})
