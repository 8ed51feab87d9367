"""An order that its customer fetches, as each channel says so: the channel's settings say which store it is; a place that they do not name is before a person."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.channels.documents import AT, call, sample
from tests.channels.intake_world import orders, work
from tests.support.shop import headers
from waybill.channels import amazon, ebay, magento, pickup, shopify, shopify_orders, square, woocommerce
from waybill.channels.imported import Imported, fingerprint
from waybill.channels.model.signature import signed
from waybill.shop import store as shop
from waybill.shop.model import Channel

LINE = {"title": "Downtown", "code": "Downtown", "price": "0.00", "source": "shopify"}
SENT = {"title": "Ground", "code": "ground", "price": "0.00", "source": "shopify"}
MAP = {"pickup": {"Downtown": "columbus", "655441491": "reno"}}


def at_shopify(**changed: Any) -> dict[str, Any]:
    """A paid order without a place to send it to."""
    return {**copy.deepcopy(sample("shopify_paid")["body"]), "shipping_address": None, "shipping_lines": [LINE], **changed}


def at_woocommerce(*lines: dict[str, Any]) -> dict[str, Any]:
    return {**copy.deepcopy(sample("woocommerce_processing")["body"]), "shipping_lines": list(lines)}


def works(*methods: str) -> list[dict[str, Any]]:
    location = {"location_id": 655441491, "name": "Downtown"}
    return [{"status": "open", "delivery_method": {"method_type": method}, "assigned_location": location} for method in methods]


def placed(imported: Imported, settings: Any = MAP) -> tuple[str, list[str]]:
    """(the store, kinds of what a person must look at that came of it)."""
    after = pickup.placed(imported, settings)
    return after.order.shipping.pickup_node, [finding.kind for finding in after.findings if finding not in imported.findings]


def read(document: dict[str, Any]) -> Imported:
    return shopify.normalise("shopify", document, AT)


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({}, ("Downtown",)),
        ({"shipping_lines": [{**LINE, "delivery_category": "pickup", "title": "Pick up in store"}]}, ("Downtown", "Pick up in store")),
        ({"shipping_lines": [{**LINE, "delivery_category": "pick-up", "source": "some app"}]}, ("Downtown",)),
        ({"fulfillment_orders": works("pick_up")}, ("655441491", "Downtown")),
        ({"fulfillment_orders": works("pick-up")}, ("655441491", "Downtown")),
        ({"fulfillment_orders": works("shipping")}, ()),
        ({"fulfillment_orders": [{**works("pick_up")[0], "status": "cancelled"}]}, ("Downtown",)),
        ({"shipping_lines": [{**LINE, "source": "some app"}]}, ()),
        ({"shipping_lines": []}, ()),
        ({"shipping_address": sample("shopify_paid")["body"]["shipping_address"]}, ()),
    ],
)
def test_shopify_says_where_it_is_fetched(changed: dict[str, Any], names: tuple[str, ...]) -> None:
    assert read(at_shopify(**changed)).fetched_at == names


def test_what_is_sent_is_fetched_nowhere() -> None:
    for document in (sample(name)["body"] for name in ("shopify_paid", "shopify_digital_and_gift")):
        assert read(document).fetched_at == ()


def test_its_location_is_known_by_its_id_before_its_name() -> None:
    assert placed(read(at_shopify(fulfillment_orders=works("pick_up")))) == ("reno", [])
    assert placed(read(at_shopify())) == ("columbus", [])


def test_a_place_that_nobody_has_named_is_before_a_person_and_the_order_says_nothing_less() -> None:
    imported = read(at_shopify())
    assert placed(imported, {}) == ("", ["address"])
    assert fingerprint(imported) == fingerprint(pickup.placed(imported, {}))
    assert "Downtown" in pickup.placed(imported, {}).findings[-1].reason


def test_a_shop_with_one_store_names_it_for_every_place() -> None:
    assert placed(read(at_shopify()), {"pickup": {"*": "reno"}}) == ("reno", [])


@pytest.mark.parametrize("changed", [{"fulfillment_orders": works("pick_up", "shipping")}, {"shipping_lines": [{**LINE, "delivery_category": "pickup"}, {**SENT, "source": "app"}]}])
def test_an_order_of_which_only_some_is_fetched_is_before_a_person(changed: dict[str, Any]) -> None:
    imported = read(at_shopify(**changed))
    assert imported.fetched_at == () and [finding.kind for finding in imported.findings][-1] == "manual"


def test_an_order_that_we_asked_shopify_for_says_the_same_as_its_webhook_would() -> None:
    known = {"status": "OPEN", "deliveryMethod": {"methodType": "PICK_UP"}, "assignedLocation": {"name": "Downtown", "location": {"id": "gid://shopify/Location/655441491"}}}
    assert [shopify_orders._work(known)] == works("pick_up")
    assert shopify_orders._work({"status": "OPEN", "deliveryMethod": None, "assignedLocation": {"name": "x", "location": None}})["delivery_method"] == {"method_type": ""}


@pytest.mark.parametrize(
    ("line", "known", "node"),
    [
        ({"method_id": "local_pickup", "instance_id": "3", "method_title": "Local pickup"}, {"local_pickup:3": "reno"}, "reno"),
        ({"method_id": "local_pickup", "instance_id": "3"}, {"local_pickup": "reno"}, "reno"),
        ({"method_id": "pickup_location", "meta_data": [{"key": "pickup_location", "value": "Downtown"}, {"key": "pickup_address", "value": "2 High St"}]}, {"Downtown": "columbus"}, "columbus"),
        ({"method_id": "local_pickup_plus", "meta_data": [{"key": "_pickup_location_id", "value": "44"}]}, {"44": "reno"}, "reno"),
        ({"method_id": "pickup_location", "meta_data": [{"key": "pickup_location", "value": "Uptown"}]}, {"Downtown": "columbus"}, ""),
    ],
)
def test_woocommerce_says_where_it_is_fetched(line: dict[str, Any], known: dict[str, str], node: str) -> None:
    imported = woocommerce.normalise("woocommerce", at_woocommerce(line), AT)
    assert placed(imported, {"pickup": known}) == (node, [] if node else ["address"])


def test_woocommerce_that_sends_a_part_is_before_a_person() -> None:
    imported = woocommerce.normalise("woocommerce", at_woocommerce({"method_id": "local_pickup"}, {"method_id": "flat_rate"}), AT)
    assert imported.fetched_at == () and imported.findings[-1].kind == "manual"


def test_square_fetches_at_the_location_of_the_order() -> None:
    money = {"amount": 400, "currency": "USD"}
    line = {"uid": "a", "name": "Tea", "quantity": "1", "base_price_money": money, "gross_sales_money": money, "total_money": money, "total_tax_money": {"amount": 0, "currency": "USD"}}
    fetched = {"type": "PICKUP", "state": "PROPOSED", "uid": "f", "pickup_details": {"recipient": {"display_name": "Ada Byron"}, "note": "at noon"}}
    document = {"order": {"id": "o1", "location_id": "L1", "line_items": [line], "total_money": money, "fulfillments": [fetched]}, "skus": {}}
    imported = square.normalise("square", document, AT)
    assert placed(imported, {"pickup": {"L1": "reno"}}) == ("reno", []) and imported.order.lines[0].ships
    assert (imported.customer.name, imported.order.note) == ("Ada Byron", "at noon")
    both = {"order": {**document["order"], "fulfillments": [fetched, {"type": "SHIPMENT", "uid": "g", "state": "PROPOSED"}]}, "skus": {}}
    assert square.normalise("square", both, AT).findings[-1].kind == "manual"


def test_magento_ebay_and_amazon_name_the_store() -> None:
    assert magento._fetched({"extension_attributes": {"pickup_location_code": "downtown", "shipping_assignments": [{"shipping": {"method": "instore_pickup"}}]}}) == ("downtown", "instore_pickup")
    assert magento._fetched({"extension_attributes": {"shipping_assignments": [{"shipping": {"method": "flatrate_flatrate"}}]}}) == ()
    step = {"fulfillmentInstructionsType": "PREPARE_FOR_PICKUP", "pickupStep": {"merchantLocationKey": "store-7"}}
    assert ebay._fetched({"fulfillmentStartInstructions": [step]}) == ("store-7",)
    assert ebay._fetched({"fulfillmentStartInstructions": [{"fulfillmentInstructionsType": "SHIP_TO"}]}) == ebay._fetched({}) == ()
    place = {"recipient": {"deliveryAddress": {"name": "Test Store #1234", "companyName": "Test Store"}}}
    assert amazon._fetched({**place, "programs": ["IN_STORE_PICK_UP"]})[0] == "Test Store #1234"
    assert amazon._fetched({**place, "programs": ["PRIME"]}) == amazon._fetched(place) == ()


def arrive(world: Any, document: dict[str, Any]) -> None:
    lines = [{**line, "price": "6.95"} for line in document["shipping_lines"]]
    raw = json.dumps({**document, "shipping_lines": lines}, default=str).encode()
    assert call(world, "shopify_paid", raw, x_shopify_hmac_sha256=signed(raw, "shopify-secret")).status == 200
    work(world)


def set_up(settings: dict[str, Any]) -> None:
    known = shop.channel("shopify")
    shop.save(shop.CHANNEL, "shopify", Channel("shopify", "shopify", known.name, known.currency, {**known.settings, **settings}))
    shop.forget()


def test_it_becomes_an_order_that_its_store_hands_over(world) -> None:
    set_up(MAP)
    arrive(world, at_shopify())
    ((_, record),) = orders().items()
    assert record.order.shipping.pickup_node == "columbus" and not record.state.active_holds
    assert record.customer.ship_to.line1 == shop.node("columbus").place.line1


def test_where_the_store_is_unknown_the_order_is_kept_and_held(world) -> None:
    set_up({"pickup": {}})
    arrive(world, at_shopify())
    ((_, record),) = orders().items()
    (hold,) = record.state.active_holds
    assert (record.order.shipping.pickup_node, hold.kind) == ("", "address") and "Downtown" in hold.reason


def test_a_node_that_is_gone_since_is_a_finding_too(world) -> None:
    set_up({"pickup": {"Downtown": "atlantis"}})
    arrive(world, at_shopify())
    ((_, record),) = orders().items()
    assert "address" in [hold.kind for hold in record.state.active_holds]


@pytest.mark.parametrize("wrong", [["reno"], {"Downtown": "atlantis"}, {"Downtown": 7}, {"": "reno"}, {"x" * 201: "reno"}])
def test_a_setting_that_cannot_be_is_refused_by_name(world, wrong: Any) -> None:
    body = {"kind": "shopify", "name": "Shop", "currency": "USD", "settings": {"pickup": wrong}}
    reply = world.call("PUT", "/v1/channels/shopify", body, headers("admin"))
    assert reply.status == 422 and b"settings.pickup" in reply.content, reply.content


def test_a_setting_that_can_be_is_kept(world) -> None:
    body = {"kind": "shopify", "name": "Shop", "currency": "USD", "settings": {"pickup": {"Downtown": "reno", "*": "columbus"}}}
    reply = world.call("PUT", "/v1/channels/shopify", body, headers("admin"))
    assert reply.status < 300, reply.content
