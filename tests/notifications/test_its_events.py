"""The files of events/notifications, through the function as it is deployed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.support.cloud import cloud
from tests.support.shop import open_shop
from tests.support.template import ROOT
from tests.support.world import World, _load
from waybill.notifications import preview, rendering
from waybill.notifications.letter import letter
from waybill.orders.model import state as verbs
from waybill.orders.model.order import Line, Order, Shipping
from waybill.orders.store import add

ID = "ord_demo2345demo2345demo"


@pytest.mark.parametrize("path", sorted((ROOT / "events/notifications").glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_is_one_mail_and_what_is_unreadable_goes_back(path) -> None:
    with cloud():
        open_shop()
        order = Order(ID, "api", "demo", preview.AT, "USD", (Line("1", "TEA", "Tea", 2, 2400),), Shipping("ground", 799), (), 5599)
        state = verbs.received(ID, {"1": 2}, preview.AT, "test", {})
        if path.stem == "order_backordered":
            state = verbs.backorder(state, {"1": 2}, preview.AT, "test")
        add(order, preview.record().customer, state)
        failed = _load("notifications").handler(json.loads(path.read_text()), None)["batchItemFailures"]
        assert len(failed) == (1 if path.stem == "one_unreadable" else 0)
        assert len(World.mails(None)) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize(("reason", "sold_out"), [("out_of_stock", True), ("changed my mind", False), ("by the channel", False)])
def test_only_what_nobody_has_is_called_sold_out(reason: str, sold_out: bool, locale: str) -> None:
    told = preview.event("order.lines_cancelled")
    told = replace(told, data={**told.data, "reason": reason})
    known = preview.record()
    known = replace(known, customer=replace(known.customer, locale=locale))
    words = str(rendering.mail(letter(told, known, preview.BRAND, lambda carrier: (carrier, "")), "e:1", "a@b.example"))
    assert ("sold out" in words or "ausverkauft" in words) is sold_out
