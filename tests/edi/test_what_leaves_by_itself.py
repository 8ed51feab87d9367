"""A channel that speaks EDI hears by 856 of what has left, and a node by 943 of what is on its way, without anybody's asking; each once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.edi.judge import strictly
from tests.edi.warehouse import SETTINGS, Warehouse
from tests.fulfilment.floor import floor
from tests.support.world import Reply
from waybill.aws.tables import commit
from waybill.edi.model import acknowledgement, documents, inventory_advice, shipping_order
from waybill.edi.model.inventory_advice import InventoryAdvice
from waybill.edi.model.x12 import Interchange, Party, written
from waybill.fulfilment.service import load, save
from waybill.shop import store

CHANNEL = {"id": "BIGBUYER", "our_id": "WAYBILL", "documents": ["856"]}


@pytest.fixture
def the() -> Iterator[Warehouse]:
    """`reno` speaks EDI, and so does the channel `api`, which has no address for webhooks."""
    with floor() as fresh:
        store.save(store.NODE, "reno", replace(store.node("reno"), kind="3pl", settings={"edi": SETTINGS}))
        _of_channel({"edi": CHANNEL})
        yield Warehouse(fresh)


def _of_channel(settings: dict[str, object]) -> None:
    store.save(store.CHANNEL, "api", replace(store.channel("api"), settings=settings))
    store.forget()


def _shipped(the: Warehouse, fo: str) -> None:
    """The bus tells the channel-acks queue."""
    work = load(fo)[1]
    entry = next(entry for entry in work.history if entry.type == "fulfilment_order.shipped")
    detail = {"specversion": "1.0", "id": f"{fo}:{entry.seq}", "source": "/waybill/local", "type": entry.type, "time": entry.at, "subject": work.order_id, "data": entry.data}
    assert the._delivered("channel_acks", json.dumps({"id": "d", "detail-type": entry.type, "source": "waybill", "detail": detail})) == []


def _for_the_channel(the: Warehouse) -> list[Interchange]:
    return replace(the, node="channel-api").got()


def test_a_channel_that_wants_it_has_an_856_with_cartons_and_numbers_once(the: Warehouse) -> None:
    fo = the.the.put_packed()[0]
    the.the.do(fo, "ship")
    _shipped(the, fo)
    _shipped(the, fo)
    (it,) = _for_the_channel(the)
    assert strictly([written(it)])[0]["refused"] == ""
    notice, wrong = documents.understood(it.sets[0])
    record, work = load(fo)
    (pack,) = notice.packs
    assert (wrong, it.receiver, it.sender) == ([], Party("BIGBUYER"), Party("WAYBILL"))
    assert (pack.order, dict(pack.units), pack.tracking_number, pack.sscc) == (record.order.external_reference, {"TEA": 2, "CUP": 1}, work.packages[0].tracking_number, work.packages[0].sscc)
    assert (notice.carrier, notice.ship_to["city"], shipping_order.fo_id_of(notice.number)) == ("Parcelway", "Denver", fo)
    assert [(each["node"], each["status"]) for each in the.shown()] == [("channel:api", "sent")]
    assert (len(the.shown(node="channel:api")), len(the.shown(node="reno"))) == (1, 0)
    assert the.the.call("GET", "/v1/edi/interchanges?node=channel:phone", who="support").status == 404


def test_its_997_is_awaited_and_taken_and_it_may_say_nothing_else(the: Warehouse) -> None:
    fo = the.the.put_packed()[0]
    the.the.do(fo, "ship")
    _shipped(the, fo)
    (it,) = _for_the_channel(the)
    buyer = replace(the, node="channel-api")
    heard = [("997", acknowledgement.write(group, {})) for group in it.groups]
    assert buyer.put(written(documents.enclosed(it.receiver, it.sender, 1, "202611292200", heard))) == []
    assert [each["status"] for each in the.shown(status="acknowledged")] == ["acknowledged"]
    counted = [("846", inventory_advice.write(InventoryAdvice("I1", "2026-11-29", {"TEA": 1})))]
    assert buyer.put(written(documents.enclosed(it.receiver, it.sender, 2, "202611292200", counted))) == []
    (parked,) = the.shown(status="parked")
    assert "acknowledgements and nothing else" in parked["parts"][0]["problem"]


def test_settings_under_which_no_edi_can_be_spoken_are_refused_when_the_channel_is_set_up(the: Warehouse) -> None:
    def put(says: object) -> Reply:
        return the.the.call("PUT", "/v1/channels/api", {"kind": "api", "name": "Trade", "settings": {"edi": says}})

    assert put(CHANNEL).status == 200
    wrong = put({**CHANNEL, "documents": ["850"], "id": "X"})
    assert (wrong.status, sorted(each["field"] for each in wrong.json()["errors"])) == (422, ["settings.edi.documents", "settings.edi.id"])
    assert put("yes").status == 422


@pytest.mark.parametrize("settings", [{}, {"edi": {**CHANNEL, "documents": []}}])
def test_a_channel_that_does_not_want_it_has_none(the: Warehouse, settings: dict[str, object]) -> None:
    _of_channel(settings)
    fo = the.the.put_packed()[0]
    the.the.do(fo, "ship")
    _shipped(the, fo)
    assert (_for_the_channel(the), the.shown()) == ([], [])


def test_what_x12_cannot_carry_waits_for_a_person_and_goes_once_it_is_repaired(the: Warehouse) -> None:
    fo = the.the.put_packed()[0]
    work = load(fo)[1]
    good = work.packages[0].tracking_number
    commit(save(replace(work, packages=(replace(work.packages[0], tracking_number="9" * 60),))))
    the.the.do(fo, "ship")
    _shipped(the, fo)
    (parked,) = the.shown(status="parked")
    assert _for_the_channel(the) == []
    shipped = load(fo)[1]
    commit(save(replace(shipped, packages=(replace(shipped.packages[0], tracking_number=good),))))
    assert the.the.call("POST", f"/v1/edi/interchanges/{parked['id']}:replay", who="support").json()["status"] == "sent"
    assert len(_for_the_channel(the)) == 1


# 943


def _round(the: Warehouse) -> None:
    the.the.world.handler("edi")({"detail-type": "Scheduled Event"}, None)


def _told_of(the: Warehouse) -> list[tuple[str, dict[str, int]]]:
    read = [documents.understood(it.sets[0])[0] for it in the.got() if it.sets[0].kind == "943"]
    return [(advice.number, dict(advice.units)) for advice in read]


def test_a_node_hears_by_itself_of_a_purchase_order_and_again_when_it_is_another(the: Warehouse) -> None:
    def ordered(units: int) -> None:
        assert the.the.call("PUT", "/v1/purchase-orders/PO-7", {"supplier": "Acme", "node": "reno", "lines": {"TEA": units}}, who="support").status == 200

    ordered(10)
    assert the.the.call("PUT", "/v1/purchase-orders/PO-8", {"supplier": "Acme", "node": "columbus", "lines": {"TEA": 1}}, who="support").status == 200
    _round(the)
    _round(the)
    assert _told_of(the) == [("PO-7", {"TEA": 10})]
    ordered(12)
    _round(the)
    assert _told_of(the) == [("PO-7", {"TEA": 10}), ("PO-7", {"TEA": 12})]
    assert [each["status"] for each in the.shown(status="sent")] == ["sent", "sent"], "its 997s are awaited"


def test_what_has_come_in_part_is_not_announced_again(the: Warehouse) -> None:
    the.the.call("PUT", "/v1/purchase-orders/PO-7", {"supplier": "Acme", "node": "reno", "lines": {"TEA": 10}}, who="support")
    _round(the)
    came = the.the.call("POST", "/v1/purchase-orders/PO-7/receive", {"lines": {"TEA": 4}}, who="support", idempotency_key="r1")
    assert came.status == 200, came.content
    _round(the)
    assert len(_told_of(the)) == 1


def test_a_purchase_order_that_x12_cannot_name_waits_for_a_person_and_keeps_no_other_from_being_told(the: Warehouse) -> None:
    for id in ("A" * 30, "PO-9"):
        assert the.the.call("PUT", f"/v1/purchase-orders/{id}", {"supplier": "Acme", "node": "reno", "lines": {"TEA": 1}}, who="support").status == 200
    _round(the)
    assert [number for number, _ in _told_of(the)] == ["PO-9"]
    assert [each["parts"][0]["about"] for each in the.shown(status="parked")] == ["A" * 30]
