"""The outbox: what the history says is what the bus hears."""

import pytest

from tests.support.cloud import cloud
from tests.support.faults import Recorder
from waybill.aws import gate
from waybill.aws.attributes import pack_item
from waybill.orders.outbox import new_events, publish


def _record(old: list[str], new: list[str], sort_key: str = "STATE") -> dict:
    def image(types: list[str]) -> dict:
        entries = [{"seq": n, "type": kind, "at": "2026-11-23T00:00:00.000Z", "actor": "a", "data": {}} for n, kind in enumerate(types, 1)]
        return pack_item({"pk": "ORDER#ord_ab", "sk": sort_key, "history": entries, "version": len(types)})

    stream = {"SequenceNumber": "1", "NewImage": image(new)}
    return {"dynamodb": stream | ({"OldImage": image(old)} if old else {})}


def test_a_new_record_tells_its_whole_history():
    told = list(new_events(_record([], ["order.received", "order.held"])))
    assert [(event.id, event.type) for event in told] == [("ord_ab:1", "order.received"), ("ord_ab:2", "order.held")]


def test_a_change_tells_only_what_is_new():
    told = list(new_events(_record(["order.received"], ["order.received", "order.confirmed"])))
    assert [event.id for event in told] == ["ord_ab:2"]


def test_events_of_a_fulfilment_order_bear_its_own_id():
    told = list(new_events(_record([], ["fulfilment_order.requested"], "FO#2")))
    assert [event.id for event in told] == ["fo_ab-2:1"]


def _published(types: list[str]) -> list[str]:
    recorder = Recorder()
    with gate.watching(recorder):
        publish([_record([], types)])
    return [entry["DetailType"] for _, detail in recorder.calls for entry in detail["Entries"]]


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch):
    with cloud():
        yield monkeypatch


def test_what_nobody_listens_to_costs_nothing(bus):
    assert _published(["order.received", "order.confirmed", "order.released"]) == ["order.confirmed"]


@pytest.mark.parametrize(
    "what, field", [("label_voided", "shipment"), ("return_labelled", "shipment"), ("return_voided", "shipment"), ("return_tracked", "cost"), ("reduced", "push")]
)
def test_what_concerns_nobody_of_those_who_listen_costs_nothing(bus, what: str, field: str):
    for data, times in (({}, 0), ({field: 607}, 1)):
        record = _record([], [f"fulfilment_order.{what}"], "FO#1")
        record["dynamodb"]["NewImage"]["history"]["L"][0]["M"]["data"] = pack_item({"data": data})["data"]
        recorder = Recorder()
        with gate.watching(recorder):
            publish([record])
        assert len(recorder.calls) == times


def test_a_shop_hears_what_it_asks_for(bus):
    bus.setenv("ALSO_PUBLISH", "order.released, order.completed")
    assert _published(["order.received", "order.confirmed", "order.released"]) == ["order.confirmed", "order.released"]


def test_a_shop_that_asks_for_all_hears_all(bus):
    bus.setenv("ALSO_PUBLISH", "*")
    assert _published(["order.received", "order.released"]) == ["order.received", "order.released"]
