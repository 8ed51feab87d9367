"""Raw documents are read again by today's normalisers, and their shape is watched."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.channels.documents import call, raw_body
from tests.channels.intake_world import orders, parked, stored_text, work
from waybill.channels import drift, registry, time_machine
from waybill.channels.model.shape import Drift, counted, paths
from waybill.channels.model.shape import drift as between
from waybill.channels.model.signature import signed
from waybill.kernel.errors import Malformed
from waybill.shop import store as shop


@pytest.fixture
def archive(world):
    for name in ("shopify_paid", "shopify_discount_tax_included", "woocommerce_processing", "api_card"):
        assert call(world, name).status < 300
    work(world)
    return world


def another(monkeypatch, kind, normalise):
    real = registry.adapter
    changed = dataclasses.replace(real(kind), normalise=normalise)
    monkeypatch.setattr(registry, "adapter", lambda asked: changed if asked == kind else real(asked))


def test_the_same_normaliser_makes_the_same_orders(archive):
    assert [found.outcome for found in time_machine.replay()] == ["same"] * 4
    assert {found.order_id for found in time_machine.replay()} == set(orders())


def test_another_normaliser_is_told_which_orders_it_would_change_and_in_what(archive, monkeypatch):
    real = registry.adapter("shopify").normalise

    def generous(channel, document, at):
        made = real(channel, document, at)
        return dataclasses.replace(made, order=dataclasses.replace(made.order, fees=made.order.fees + 1))

    another(monkeypatch, "shopify", generous)
    before = stored_text()
    found = list(time_machine.replay("shopify"))
    assert [(each.outcome, each.parts) for each in found] == [("differs", ("fees",))] * 2
    assert stored_text() == before, "it only reads"


def test_one_that_can_read_less_and_one_that_can_read_more_are_found(archive, monkeypatch):
    def refuses(channel, document, at):
        raise Malformed("no longer understood")

    raw = json.dumps(json.loads(raw_body("shopify_paid")) | {"id": 1, "currency": "ZZZ"}).encode()
    call(archive, "shopify_paid", raw, x_shopify_hmac_sha256=signed(raw, "shopify-secret"), x_shopify_webhook_id="z")
    work(archive)
    assert len(parked()) == 1
    real = registry.adapter("shopify").normalise
    another(monkeypatch, "woocommerce", refuses)
    assert {found.outcome for found in time_machine.replay("woocommerce")} == {"unreadable"}
    another(monkeypatch, "shopify", lambda channel, document, at: real(channel, {**document, "currency": "USD"}, at))
    assert sorted(found.outcome for found in time_machine.replay("shopify")) == ["readable", "same", "same"]


def test_the_shape_of_a_document_is_its_fields_not_its_data():
    body = {"id": 1, "lines": [{"sku": "A", "tax": None}, {"sku": "B", "gift": {"note": "x"}}], "by_day": {"2026-11-23": 4}}
    assert paths(body) == {"id", "lines[].sku", "lines[].gift.note", "by_day.*"}


def test_a_field_that_nobody_had_and_one_that_everybody_had_are_noticed():
    old, new = counted([frozenset({"a", "b"})] * 30), counted([frozenset({"a", "c"})] * 30)
    assert between(old, 30, new, 30) == Drift(("c",), ("b",))
    assert not between(old, 30, counted([frozenset({"a"})] * 5), 5), "five documents are too few to say that a field is gone"
    assert not between(counted([frozenset({"a"})] * 5), 5, new, 30), "and five too few to say what is new"
    assert not between(counted([*[frozenset({"a", "b"})] * 15, *[frozenset({"a"})] * 15]), 30, counted([frozenset({"a"})] * 30), 30)


def test_drift_is_told_once_a_day_and_not_again_for_the_same(world):
    first = datetime.now(UTC)
    for number in range(25):
        place(world, number)
    work(world)
    channel = shop.channel("shopify")
    assert drift.look(channel, lambda: first + timedelta(days=1)) == {}, "the first look only learns"
    for number in range(25, 50):
        place(world, number, carbon_offset="1.20")
    work(world)
    found = drift.look(channel, lambda: first + timedelta(days=1))
    assert found == {}, "it has looked at that day already"


def place(world, number, **more):
    raw = json.dumps({**json.loads(raw_body("shopify_paid")), "id": 800_000 + number, **more}).encode()
    assert call(world, "shopify_paid", raw, x_shopify_hmac_sha256=signed(raw, "shopify-secret"), x_shopify_webhook_id=f"d-{number}").status == 200


def test_a_field_that_appears_the_next_day_is_said(world, monkeypatch):
    bodies = [{"id": 1, "total": "1"}] * 25
    monkeypatch.setattr(drift, "_of_day", lambda channel, day: iter([("orders/create", body) for body in bodies]))
    day = datetime(2026, 11, 20, 12, tzinfo=UTC)
    channel = shop.channel("shopify")
    assert drift.look(channel, lambda: day) == {}
    bodies = [{"id": 1, "total": "1", "carbon_offset": "1.20"}] * 25
    assert drift.look(channel, lambda: day + timedelta(days=1)) == {"orders/create": Drift(("carbon_offset",), ())}
    assert drift.last("shopify")["found"]["orders/create"]["appeared"] == ["carbon_offset"]
    assert drift.look(channel, lambda: day + timedelta(days=2)) == {}, "what has been said is known"
    bodies = [{"id": 1, "total": "1"}] * 25
    assert drift.look(channel, lambda: day + timedelta(days=3)) == {}, "it was not in every document"
