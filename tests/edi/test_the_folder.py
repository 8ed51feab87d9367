"""A warehouse that speaks EDI: it is asked by 940, acknowledges, ships by 945, receives by 944, counts by 846; each file does once what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.edi.judge import strictly
from tests.edi.warehouse import SETTINGS, THEM, US, WHOLE, Warehouse, advice, bucket
from tests.support.cloud import plain_client
from waybill.bootstrap import inventory as inventory_root
from waybill.edi.model import acknowledgement, documents, inventory_advice, receipt_advice, ship_notice, shipping_order
from waybill.edi.model.inventory_advice import InventoryAdvice
from waybill.edi.model.problems import ELEMENT, Problem
from waybill.edi.model.receipt_advice import ReceiptAdvice
from waybill.edi.model.ship_notice import Pack, ShipNotice
from waybill.edi.model.shipping_advice import Carton
from waybill.edi.model.x12 import Party, written
from waybill.fulfilment.service import load
from waybill.orders.model.check import violations
from waybill.shop import store


def test_a_node_that_speaks_edi_gets_a_940_that_the_outside_parser_takes(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    assert reno.asked(fo) == []
    (it,) = reno.got()
    assert strictly([written(it)])[0]["refused"] == ""
    order, wrong = documents.understood(it.sets[0])
    assert wrong == []
    assert (shipping_order.fo_id_of(order.number), order.status, [(item.sku, item.units) for item in order.items]) == (fo, "N", [("TEA", 2), ("CUP", 1)])
    assert order.ship_to == {"name": "Ada Byron", "line1": "500 Main St", "city": "Denver", "region": "CO", "postal_code": "80202", "country": "US"}
    assert order.note == "Ring twice"


def test_the_same_event_writes_the_same_file_once(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    (first,) = reno.got()
    for key in plain_client("s3").list_objects_v2(Bucket=bucket(), Prefix="edi/reno/out/")["Contents"]:
        plain_client("s3").delete_object(Bucket=bucket(), Key=key["Key"])  # the warehouse has taken it
    reno.asked(fo)
    assert reno.got() == []
    (other,) = reno.the.put()
    reno.asked(other)
    assert [int(it.control) for it in reno.got()] == [int(first.control) + 1]


def test_an_acknowledged_940_is_accepted_work_and_nobody_waits_for_it_any_more(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    assert [each["status"] for each in reno.shown(status="sent")] == ["sent"]
    reno.acknowledge(reno.got()[0])
    assert load(fo)[1].status == "accepted"
    assert reno.shown(status="sent") == []
    assert [each["parts"][0]["about"] for each in reno.shown(status="acknowledged")] == [fo]


def test_a_940_that_they_refuse_stands_in_front_of_a_person_with_their_words(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    (it,) = reno.got()
    refused = acknowledgement.write(it.groups[0], {it.sets[0].control: [Problem(ELEMENT, "7", "not known", "W05", 2, 2, "x")]})
    reno.send("997", refused)
    (shown,) = reno.shown(status="rejected")
    assert shown["parts"][0]["problem"] == "W05 (segment 2): segment error 8; W05 (segment 2), element 2: element error 7, 'x'; transaction set error 5"
    assert load(fo)[1].status == "requested"


def test_a_945_ships_the_work_with_the_warehouses_own_numbers(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    reno.send("945", advice(fo, *WHOLE))
    record, work = load(fo)
    assert (work.status, [(p.tracking_number, p.carrier, p.sscc, dict(p.lines), p.weight_g) for p in work.packages]) == (
        "shipped",
        [("1Z999AA10123456784", "upsn", "0" * 17 + "9", {"1": 2}, 900), ("1Z999AA10123456785", "upsn", "", {"2": 1}, work.packages[1].weight_g)],
    )
    assert violations(record.order, record.state, record.fulfilment_orders) == []
    tracked = reno.the.call("GET", f"/v1/fulfilment-orders/{fo}", who="reno").json()
    assert [each["tracking_number"] for each in tracked["packages"]] == ["1Z999AA10123456784", "1Z999AA10123456785"]


def test_a_945_of_fewer_units_once_a_first_parcel_has_left_is_short_of_the_rest(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    reno.the.do(fo, "accept", "pick")
    apart = {"packages": [{"lines": [{"line": "1", "quantity": 2}]}, {"lines": [{"line": "2", "quantity": 1}]}]}
    reno.the.call("POST", f"/v1/fulfilment-orders/{fo}/pack", apart)
    reno.the.call("POST", f"/v1/fulfilment-orders/{fo}/ship", {"packages": [1]})
    (first, _) = reno.the.numbers_of(fo)
    reno.send("945", advice(fo, Carton({"TEA": 2}, first), short={"CUP": 1}))
    record, work = load(fo)
    assert (work.status, work.units(), record.state.unrouted(), [each.tracking_number for each in work.packages]) == ("shipped", {"1": 2}, {"2": 1}, [first])
    assert violations(record.order, record.state, record.fulfilment_orders) == []


def test_a_945_of_fewer_units_than_are_packed_ships_each_carton_under_its_own_number(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    reno.the.do(fo, "accept", "pick")
    apart = {"packages": [{"lines": [{"line": "1", "quantity": 2}]}, {"lines": [{"line": "2", "quantity": 1}]}]}
    reno.the.call("POST", f"/v1/fulfilment-orders/{fo}/pack", apart)
    first, second = reno.the.numbers_of(fo)
    reno.send("945", advice(fo, Carton({"TEA": 1}, first), Carton({"CUP": 1}, "1ZOTHER"), short={"TEA": 1}))
    record, work = load(fo)
    packages = [(each.n, each.tracking_number, dict(each.lines), each.labelled_by_node) for each in work.packages]
    assert (work.status, packages) == ("shipped", [(1, first, {"1": 1}, False), (3, "1ZOTHER", {"2": 1}, True)])
    assert record.state.unrouted() == {"1": 1} and second
    assert violations(record.order, record.state, record.fulfilment_orders) == []


def test_of_a_parcel_that_the_warehouse_has_labelled_itself_every_label_door_says_so(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    reno.send("945", advice(fo, *WHOLE))
    (first, _) = reno.the.read(fo)["packages"]
    assert (first["labelled_by_node"], first["links"]) == (True, {})
    doors = (("GET", "packages/1/label"), ("GET", "packages/1/packing-slip"), ("POST", "packages/1/reprint"), ("POST", "packages/1/void"), ("POST", "void"), ("POST", "relabel"))
    for method, path in doors:
        refused = reno.the.call(method, f"/v1/fulfilment-orders/{fo}/{path}", None if method == "GET" else {})
        assert refused.status == 409, (path, refused.content)
        assert "reno has labelled package 1 itself under 1Z999AA10123456784" in refused.json()["detail"], path
    (failed, _) = reno.the.call("POST", "/v1/labels/batch", {"fulfilment_orders": [fo]}).json()["failed"]
    assert "reno has labelled package 1 itself" in failed["problem"]


def test_whatever_comes_is_answered_by_a_997_that_the_outside_parser_takes(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.send("945", advice(fo, *WHOLE), number=77)
    (answer,) = reno.got()
    assert strictly([written(answer)])[0]["refused"] == ""
    verdict = acknowledgement.read(answer.sets[0])
    assert (verdict.functional, verdict.control, verdict.status, [each.status for each in verdict.answers]) == ("SW", "77", "A", ["A"])
    assert reno.inbox() == []


def test_the_same_file_again_is_answered_again_and_does_nothing(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    text = reno.send("945", advice(fo, *WHOLE))
    history = load(fo)[1].history
    for key in plain_client("s3").list_objects_v2(Bucket=bucket(), Prefix="edi/reno/out/")["Contents"]:
        plain_client("s3").delete_object(Bucket=bucket(), Key=key["Key"])
    assert reno.put(text) == []
    assert [acknowledgement.read(each.sets[0]).status for each in reno.got()] == ["A"]
    assert load(fo)[1].history == history
    assert len(reno.shown(status="applied")) == 1


def test_another_content_under_a_number_that_was_used_is_refused(reno: Warehouse) -> None:
    one, two = reno.the.put()[0], reno.the.put()[0]
    reno.send("945", advice(one, *WHOLE), number=9)
    other = (Carton({"TEA": 2, "CUP": 1}, "1ZOTHER"),)
    reno.send("945", advice(two, *other), number=9)
    assert load(two)[1].status == "requested"
    assert [acknowledgement.read(each.sets[0]).status for each in reno.got()] == ["A", "R"]
    (refused,) = reno.shown(status="refused")
    assert "another interchange came under this control number" in refused["problems"][0]


def test_what_is_short_goes_elsewhere_and_the_rest_ships(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.send("945", advice(fo, Carton({"TEA": 1}, "1ZA"), short={"TEA": 1, "CUP": 1}))
    record, work = load(fo)
    assert (work.status, work.units()) == ("shipped", {"1": 1})
    assert any(entry.type == "fulfilment_order.short" and entry.data["lines"] == {"1": 1, "2": 1} for entry in work.history)
    assert violations(record.order, record.state, record.fulfilment_orders) == []


def test_a_945_of_nothing_is_a_rejection(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.send("945", advice(fo, short={"TEA": 2, "CUP": 1}))
    assert load(fo)[1].status == "rejected"


@pytest.mark.parametrize(
    ("cartons", "says"),
    [
        ((Carton({"TEA": 3, "CUP": 1}, "1Z1"),), "1 more of TEA than were asked of reno"),
        ((Carton({"POT": 1}, "1Z1"),), "1 more of POT than were asked of reno"),
        ((Carton({"TEA": 2, "CUP": 1}),), "no carton has a tracking number"),
    ],
)
def test_a_945_that_cannot_be_applied_is_kept_shown_and_tried_again_once_repaired(reno: Warehouse, cartons: tuple[Carton, ...], says: str) -> None:
    (fo,) = reno.the.put()
    text = reno.send("945", advice(fo, *cartons))
    (parked,) = reno.shown(status="parked")
    assert says in parked["parts"][0]["problem"]
    assert load(fo)[1].status == "requested"
    raw = reno.the.call("GET", parked["links"]["raw"], who="support")
    assert raw.content == text.strip().encode()
    repaired = written(documents.enclosed(THEM, US, int(parked["control"]), "202611292200", [("945", advice(fo, *WHOLE))]))
    again = reno.the.call("POST", f"/v1/edi/interchanges/{parked['id']}:replay", repaired.encode(), who="support")
    assert (again.status, again.json()["status"]) == (200, "applied")
    assert load(fo)[1].status == "shipped"


def test_of_several_documents_one_that_cannot_be_applied_keeps_no_other(reno: Warehouse) -> None:
    one, two = reno.the.put()[0], reno.the.put()[0]
    reno.send("945", advice(one, Carton({"TEA": 9}, "1Z1")), advice(two, *WHOLE))
    assert (load(one)[1].status, load(two)[1].status) == ("requested", "shipped")
    (parked,) = reno.shown(status="parked")
    assert [part["status"] for part in parked["parts"]] == ["parked", "applied"]


@pytest.mark.parametrize("how", ["cut", "SE", "IEA", "sender", "receiver", "test", "words"])
def test_a_broken_or_misdirected_file_is_refused_kept_and_does_nothing(reno: Warehouse, how: str) -> None:
    (fo,) = reno.the.put()
    it = documents.enclosed(THEM, US, 88, "202611292200", [("945", advice(fo, *WHOLE))])
    text = {
        "cut": written(it)[:-40],
        "SE": written(it).replace("SE*", "SE*9"),
        "IEA": written(it).replace("IEA*1", "IEA*2"),
        "sender": written(replace(it, sender=Party("SOMEBODY"))),
        "receiver": written(replace(it, receiver=Party("SOMEBODY"))),
        "test": written(replace(it, test=True)),
        "words": "Dear Sirs, attached please find",
    }[how]
    assert reno.put(text) == []
    assert load(fo)[1].status == "requested"
    (refused,) = reno.shown(status="refused")
    assert refused["problems"] or refused["parts"][0]["problem"]
    assert reno.the.call("GET", refused["links"]["raw"], who="support").content == text.strip().encode()
    assert [acknowledgement.read(each.sets[0]).status for each in reno.got()] == ([] if how == "words" else ["R"])
    assert reno.inbox() == []


def test_a_944_is_a_receipt_once(reno: Warehouse) -> None:
    made = reno.the.call("PUT", "/v1/purchase-orders/PO-1", {"supplier": "Acme", "node": "reno", "lines": {"TEA": 10, "CUP": 5}}, who="support")
    assert made.status == 200, made.content
    receipt = receipt_advice.write(ReceiptAdvice("PO-1", "R1", "2026-11-29", {"TEA": 9, "CUP": 5}, {"TEA": 1}))
    reno.send("944", receipt)
    reno.send("944", receipt)  # under another control number: the receipt's own number is known
    order = reno.the.call("GET", "/v1/purchase-orders/PO-1", who="support").json()
    assert order["status"] == "received"
    assert [(line["sku"], line["received"], line["blocked"]) for line in order["lines"]] == [("CUP", 5, 0), ("TEA", 9, 1)]


def test_a_944_of_nothing_that_comes_here_is_parked(reno: Warehouse) -> None:
    reno.send("944", receipt_advice.write(ReceiptAdvice("PO-9", "R1", "2026-11-29", {"TEA": 1})))
    (parked,) = reno.shown(status="parked")
    assert "nothing called 'PO-9' comes to reno" in parked["parts"][0]["problem"]


def test_a_ship_notice_says_when_goods_come_and_a_943_what_is_coming(reno: Warehouse) -> None:
    reno.the.call("PUT", "/v1/purchase-orders/PO-2", {"supplier": "Acme", "node": "reno", "lines": {"TEA": 10}}, who="support")
    reno.send("856", ship_notice.write(ShipNotice("S1", "2026-11-29", "0900", (Pack("PO-2", {"TEA": 10}, "0" * 18),), expected="2026-12-03")))
    assert reno.the.call("GET", "/v1/purchase-orders/PO-2", who="support").json()["expected"] == "2026-12-03"
    said = reno.the.call("POST", "/v1/edi/announcements", {"kind": "purchase_order", "id": "PO-2"}, who="support")
    assert (said.status, said.json()["status"]) == (201, "sent")
    told = next(it for it in reno.got() if it.groups[0].functional == "AR")
    told_of, wrong = documents.understood(told.sets[0])
    assert (wrong, told_of.number, dict(told_of.units), told_of.expected) == ([], "PO-2", {"TEA": 10}, "2026-12-03")
    again = reno.the.call("POST", "/v1/edi/announcements", {"kind": "purchase_order", "id": "PO-2"}, who="support").json()
    assert again["id"] == said.json()["id"]


def test_an_846_overwrites_nothing_what_differs_is_a_count_for_a_person(reno: Warehouse) -> None:
    inventory_root.movements().receive("TEA", "reno", 10, "opening")
    inventory_root.movements().receive("POT", "reno", 3, "opening")
    before = _on_hand(reno, "TEA")
    told = {"TEA": before - 3, "POT": _on_hand(reno, "POT"), "CUP": _on_hand(reno, "CUP")}
    reno.send("846", inventory_advice.write(InventoryAdvice("INV1", "2026-11-29", told)))
    assert _on_hand(reno, "TEA") == before
    sheets = reno.the.call("GET", "/v1/counts", who="support").json()["items"]
    assert [(sheet["node"], sheet["status"], sheet["counts"]) for sheet in sheets] == [("reno", "in_review", {"to_review": 1})]
    lines = reno.the.call("GET", f"/v1/counts/{sheets[0]['id']}", who="support").json()["lines"]
    assert [(line["sku"], line["variance"]) for line in lines] == [("TEA", -3)]


def test_what_is_not_acknowledged_in_time_is_counted_and_shown(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.asked(fo)
    round_ = lambda: reno.the.world.handler("edi")({"detail-type": "Scheduled Event"}, None)  # noqa: E731
    assert round_() == {"unanswered": 0, "stopped": 0}
    reno.the.world.later(31 * 60)
    assert round_() == {"unanswered": 1, "stopped": 0}
    assert [each["overdue"] for each in reno.shown(status="sent")] == [True]
    (late,) = reno.shown(status="sent")
    closed = reno.the.call("POST", f"/v1/edi/interchanges/{late['id']}:close", who="support")
    assert closed.json()["status"] == "closed"
    assert round_() == {"unanswered": 0, "stopped": 0}


def test_an_address_that_x12_cannot_carry_waits_for_a_person_and_no_number_is_lost(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    store.save(store.NODE, "reno", replace(store.node("reno"), settings={"edi": {**SETTINGS, "our_id": "W"}}))
    store.forget()
    assert reno.asked(fo) == ["m"]  # settings that cannot be used: the message waits for them to be repaired
    store.save(store.NODE, "reno", replace(store.node("reno"), settings={"edi": SETTINGS}))
    store.forget()
    assert reno.asked(fo) == []
    assert [it.control for it in reno.got()] == ["000000001"]


def test_a_file_in_nobodys_folder_is_left_where_it_is(reno: Warehouse) -> None:
    plain_client("s3").put_object(Bucket=bucket(), Key="edi/nobody/in/x.edi", Body=b"ISA")
    assert reno.said("edi/nobody/in/x.edi") == []
    assert plain_client("s3").get_object(Bucket=bucket(), Key="edi/nobody/in/x.edi")["Body"].read() == b"ISA"
    assert reno.said("edi/reno/in/gone.edi") == []


def test_a_node_sees_its_own_interchanges_and_no_others(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    reno.send("945", advice(fo, *WHOLE))
    mine = reno.the.call("GET", "/v1/edi/interchanges", who="reno").json()["items"]
    assert {each["node"] for each in mine} == {"reno"}
    assert reno.the.call("GET", "/v1/edi/interchanges", who="columbus").json()["items"] == []
    for path in (f"/v1/edi/interchanges/{mine[0]['id']}", f"/v1/edi/interchanges/{mine[0]['id']}/raw", "/v1/edi/interchanges?node=reno"):
        assert reno.the.call("GET", path, who="columbus").status == 404
    assert reno.the.call("POST", f"/v1/edi/interchanges/{mine[0]['id']}:replay", who="reno").status == 403


def test_a_file_may_also_come_through_the_door(reno: Warehouse) -> None:
    (fo,) = reno.the.put()
    text = written(documents.enclosed(THEM, US, 3, "202611292200", [("945", advice(fo, *WHOLE))]))
    reply = reno.the.call("POST", "/v1/edi/interchanges", text.encode(), who="reno")
    assert (reply.status, [each["status"] for each in reply.json()["items"]]) == (202, ["applied"])
    assert load(fo)[1].status == "shipped"


def _on_hand(reno: Warehouse, sku: str) -> int:
    rows = reno.the.call("GET", f"/v1/inventory/{sku}", who="support").json()
    return next((row["on_hand"] for row in rows["nodes"] if row["node"] == "reno"), 0)
