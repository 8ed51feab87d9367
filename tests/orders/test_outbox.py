"""The outbox: what the history says is what the bus hears."""

from waybill.aws.attributes import pack_item
from waybill.orders.outbox import new_events


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


def test_what_nobody_listens_to_costs_nothing():
    assert list(new_events(_record([], ["fulfilment_order.picked"], "FO#1"))) == []
