"""The files of events/notifications, through the function as it is deployed."""

from __future__ import annotations

import json

import pytest

from tests.support.cloud import cloud
from tests.support.shop import open_shop
from tests.support.template import ROOT
from tests.support.world import World, _load
from waybill.notifications import preview
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
