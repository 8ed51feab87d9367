"""From a kept document to one order, one execution, and a person where a person is needed."""

import json

import pytest

from tests.channels.documents import call, raw_body, samples
from tests.channels.intake_world import dead_letters, documents_kept, enqueue, orders, parked, work
from waybill.orders import documents
from waybill.shop import store as shop
from waybill.shop.model import Channel

HELD = {"shopify_sums_off": ["sums"], "woocommerce_bank_transfer": ["payment"]}


@pytest.mark.parametrize("name", samples())
def test_every_document_of_the_demo_becomes_one_order_and_one_execution(world, name):
    assert call(world, name).status < 300
    work(world)
    ((id, record),) = orders().items()
    assert list(world.machine.executions) == [id]
    assert world.machine.executions[id].input == {"order_id": id, "run": 0}, "ids alone pass into workflows"
    assert [hold.kind for hold in record.state.active_holds] == HELD.get(name, [])
    assert record.state.status == ("on_hold" if name in HELD else "received")
    assert not parked()


def test_events_of_an_import_hold_no_personal_data(world):
    for name in samples():
        call(world, name)
    work(world)
    told = json.dumps([entry.to_dict() for record in orders().values() for entry in record.state.history]).lower()
    for personal in ("maria", "alvarez", "example.com", "market st", "94103", "5550123", "5550147", "555-0134"):
        assert personal not in told


def test_lines_that_do_not_ship_have_no_units_to_route(world):
    call(world, "shopify_digital_and_gift")
    work(world)
    (record,) = orders().values()
    assert set(record.state.lines) == {"14100000041"} and len(record.order.lines) == 2


def test_a_document_that_is_no_order_is_parked_visible_and_recoverable(world):
    raw = json.dumps(json.loads(raw_body("shopify_paid")) | {"currency": "ZZZ"}).encode()
    from waybill.channels.model.signature import signed

    assert call(world, "shopify_paid", raw, x_shopify_hmac_sha256=signed(raw, "shopify-secret")).status == 200
    work(world)
    (waiting,) = parked()
    assert not orders() and "currency" in waiting["problem"]
    documents.redrive(waiting["id"])
    work(world)
    assert len(parked()) == 1, "nothing has changed, so it stays"


def test_a_parked_document_that_is_redriven_after_the_repair_becomes_its_order(world):
    call(world, "woocommerce_processing")
    shop.save(shop.CHANNEL, "woocommerce", Channel("woocommerce", "unknown-kind", "Woo"))
    shop.forget()
    work(world)
    (waiting,) = parked()
    shop.save(shop.CHANNEL, "woocommerce", Channel("woocommerce", "woocommerce", "Woo"))
    shop.forget()
    documents.redrive(waiting["id"])
    work(world)
    assert len(orders()) == 1 and not parked()


def test_a_message_for_a_document_that_was_never_kept_ends_as_a_dead_letter(world):
    enqueue(json.dumps({"document": "api#nothing"}))
    enqueue("not json")
    call(world, "api_card")
    work(world)
    assert len(orders()) == 1 and dead_letters() == 2


def test_a_dead_letter_redriven_weeks_later_changes_nothing(world):
    call(world, "api_card")
    work(world)
    (before,) = orders().values()
    documents.enqueue("api#demo-api-0001")
    work(world)
    (after,) = orders().values()
    assert after.state == before.state and len(world.machine.executions) == documents_kept() == 1


def test_an_order_that_is_over_is_not_started_again(world):
    from waybill.bootstrap import orders as orders_root

    call(world, "api_card")
    work(world)
    ((id, _),) = orders().items()
    orders_root.orders().cancel(id, "test", "test")
    world.machine.executions.clear()
    documents.enqueue("api#demo-api-0001")
    work(world)
    assert not world.machine.executions
