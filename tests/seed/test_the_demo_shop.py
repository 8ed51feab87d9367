"""The demo shop: what is in it, and that seeding twice is seeding once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from local.seed.demo_shop import DemoShop
from local.seed.keys import presented
from local.seed.seeding import seed
from local.threepl.paperwork import CARRIER
from tests.support.cloud import cloud
from tests.support.template import ROOT
from waybill.accounting.model.chart import STANDARD
from waybill.aws import gate
from waybill.aws.clients import client
from waybill.bootstrap import inventory as inventory_root
from waybill.edi.partner import partners
from waybill.shop import store

ADDRESSES = {"receiver_url": "http://127.0.0.1:4574", "threepl_url": "http://127.0.0.1:4575"}


class FakeSecrets:
    """The same secret for the same kind and name."""

    ops_key = "ops-secret"

    def of(self, kind: str, name: str) -> str:
        return f"{kind}-{name}-secret"


class Calls:
    def __init__(self) -> None:
        self.names: list[str] = []

    def around(self, name: str, thunk: Any, detail: Any) -> Any:
        self.names.append(name)
        return thunk()


@pytest.fixture(scope="module")
def shop() -> DemoShop:
    return DemoShop.read(ADDRESSES)


@pytest.fixture(scope="module", autouse=True)
def seeded(shop: DemoShop) -> Iterator[None]:
    with cloud():
        assert seed(shop, FakeSecrets())
        yield


def test_it_has_four_nodes_thirty_items_three_channels_two_carriers() -> None:
    assert [node.id for node in store.nodes()] == ["allentown", "columbus", "dallas-3pl", "reno"]
    assert sorted(node.kind for node in store.nodes()) == ["3pl", "warehouse", "warehouse", "warehouse"]
    assert [item.sku for item in store.all_items()] == [f"WB-{n:03d}" for n in range(1, 31)]
    assert {channel.kind for channel in store.channels()} == {"shopify", "woocommerce", "api", "phone"}
    assert {carrier.id for carrier in store.carriers()} == {"parcelway", "bluebird"}


def test_every_item_has_a_weight_a_size_a_cost_and_a_price_above_it() -> None:
    for item in store.all_items():
        assert min(item.weight_g, item.length_mm, item.width_mm, item.height_mm, item.unit_cost) > 0
        assert item.unit_cost < item.price and item.title


def test_stock_is_spread_unevenly_and_one_item_has_none(shop: DemoShop) -> None:
    at = {sku: nodes for sku, nodes in shop.raw["stock"].items() if nodes}
    assert "WB-030" not in at and len(at) == 29
    assert any(len(nodes) == 1 for nodes in at.values()) and any(len(nodes) == 4 for nodes in at.values())
    proof = inventory_root.movements().proof("WB-029")
    assert proof["agrees"] and [node["node"] for node in proof["nodes"]] == ["dallas-3pl"]


def test_tariffs_are_complete_and_grow_with_weight_and_distance() -> None:
    for carrier in store.carriers():
        assert "{tracking_number}" in carrier.tracking_url and list(carrier.zones_km) == sorted(carrier.zones_km)
        for service in carrier.services:
            zones = range(1, len(carrier.zones_km) + 1)
            assert set(service.prices) == set(service.delivery_days) == set(zones)
            columns = list(zip(*(service.prices[zone] for zone in zones), strict=True))
            assert all(list(row) == sorted(row) for row in service.prices.values())
            assert all(list(column) == sorted(column) for column in columns)
            assert len(columns) == len(service.weight_breaks_g)


def test_neither_carrier_is_always_the_cheaper_one() -> None:
    ground = {carrier.id: carrier.services[0].prices[5] for carrier in store.carriers()}
    cheaper = [a < b for a, b in zip(ground["bluebird"], ground["parcelway"], strict=False)]
    assert True in cheaper and False in cheaper


def test_addresses_of_this_laptop_are_filled_in() -> None:
    assert store.channel("shopify").settings["admin_url"] == "http://127.0.0.1:4574/shopify"
    assert store.node("allentown").webhook_url.startswith("http://127.0.0.1:4575/")
    assert "{receiver_url}" not in DemoShop.read(ADDRESSES).text


def test_one_node_speaks_edi_and_its_carrier_has_a_code_that_x12_can_carry() -> None:
    assert [partner.node for partner in partners()] == ["dallas-3pl"]
    assert store.carrier("parcelway").settings["scac"] == CARRIER and len(CARRIER) == 4


def test_the_chart_of_accounts_knows_every_role_and_every_channels_clearing() -> None:
    accounts = {account.id: account.kind for account in store.accounts()}
    assert STANDARD.items() <= accounts.items()
    assert {f"clearing-{name}" for name in ("stripe", "shopify", "woocommerce", "api")} <= accounts.keys()


def test_keys_are_kept_as_hashes_and_do_what_they_are_for(shop: DemoShop) -> None:
    keys = dict(presented(FakeSecrets(), shop))
    for presented_key, may in keys.items():
        assert store.key(presented_key) == may
    assert store.key(FakeSecrets().of("api_keys", "shopify")).roles == ("channel",)
    assert store.key(FakeSecrets().of("api_keys", "api")).may("finance")
    stored = json.dumps(client("dynamodb").scan(TableName="ShopTable")["Items"])
    assert not any(presented_key in stored for presented_key in keys)


def test_a_second_seed_reads_one_marker_and_writes_nothing(shop: DemoShop) -> None:
    with gate.watching(Calls()) as calls:
        assert not seed(shop, FakeSecrets())
    assert calls.names == ["dynamodb.GetItem"]


def test_a_changed_shop_is_seeded_anew_and_stock_that_came_in_stays(shop: DemoShop) -> None:
    other = DemoShop(shop.text + " ", {**shop.raw, "stock": {**shop.raw["stock"], "WB-029": {"dallas-3pl": 99}}})
    assert seed(other, FakeSecrets())
    assert inventory_root.movements().proof("WB-029")["nodes"][0]["on_hand"] == 14


def test_the_items_that_the_channel_documents_order_exist() -> None:
    text = "".join(file.read_text() for file in (ROOT / "events/intake").glob("*.json"))
    known = {item.sku for item in store.all_items()}
    assert set(re.findall(r"WB-[0-9]{3}", text)) <= known
