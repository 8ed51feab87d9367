"""Many labels in one file, in the order in which they were asked for; one label once more, from our own copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest

from tests.fulfilment.floor import Floor, floor
from tests.fulfilment.printed import labels, scanned
from tests.fulfilment.test_manifests import packed
from waybill.aws import files
from waybill.fulfilment import papers
from waybill.fulfilment.service import load


@pytest.fixture
def the() -> Iterator[Floor]:
    with floor() as it:
        yield it


def batch(the: Floor, who: str = "admin", **body: Any) -> dict[str, Any]:
    reply = the.call("POST", "/v1/labels/batch", body, who)
    assert reply.status == 200, reply.content
    return reply.json()


def fetched(printed: dict[str, Any]) -> bytes:
    """The file under the address that was answered."""
    key = printed["url"].split("?")[0].partition("batches/")[2]
    return files.get(f"batches/{key}")


def numbers(pdf: bytes) -> list[str]:
    return [scanned(page.render(scale=203 / 72).to_pil().convert("L"))[0][1] for page in pypdfium2.PdfDocument(pdf)]


def test_labels_come_in_the_order_in_which_they_were_asked_for(the: Floor) -> None:
    one, two, three = packed(the), packed(the, apart=True), packed(the)
    printed = batch(the, fulfilment_orders=[three, two, one, two])
    assert [(each["fulfilment_order"], each["package"]) for each in printed["printed"]] == [(three, 1), (two, 1), (two, 2), (one, 1)]
    assert numbers(fetched(printed)) == [*the.numbers_of(three), *the.numbers_of(two), *the.numbers_of(one)]
    assert (printed["failed"], printed["more"]) == ([], False)
    assert batch(the, fulfilment_orders=[three, two, one])["url"].split("?")[0] == printed["url"].split("?")[0]


@pytest.mark.parametrize("dpi", [203, 300])
def test_a_stream_of_zpl_is_all_labels_one_after_the_other(the: Floor, dpi: int) -> None:
    one, two = packed(the), packed(the)
    stream = fetched(batch(the, fulfilment_orders=[two, one], format="zpl", dpi=dpi))
    assert [scanned(image) for image in labels(stream, dpi)] == [[("]C0", the.numbers_of(fo)[0])] for fo in (two, one)]


def test_what_cannot_be_printed_is_named_and_the_others_are_printed(the: Floor) -> None:
    void, left, cancelled = packed(the, apart=True), packed(the), packed(the)
    waits = the.put()[0]
    the.call("POST", f"/v1/fulfilment-orders/{void}/packages/1/void", {})
    the.do(left, "ship")
    the.call("POST", f"/v1/orders/{the.order_of(cancelled)}/cancel", {"reason": "changed my mind"})
    printed = batch(the, fulfilment_orders=["fo_nothing-1", waits, left, void, cancelled])
    assert [(each["fulfilment_order"], each["package"]) for each in printed["printed"]] == [(void, 2)]
    why = {(each["fulfilment_order"], each["package"]): each["problem"] for each in printed["failed"]}
    assert list(why) == [("fo_nothing-1", None), (waits, None), (left, 1), (void, 1), (cancelled, 1)]
    for key, word in zip(why, ("there is no", "no label yet", "left", "given back", "cancelled"), strict=True):
        assert word in why[key]
    assert numbers(fetched(printed)) == [the.numbers_of(void)[1]]


def test_where_nothing_can_be_printed_there_is_no_file(the: Floor) -> None:
    printed = batch(the, fulfilment_orders=["fo_nothing-1"])
    assert printed["url"] is None and printed["printed"] == [] and len(printed["failed"]) == 1


def test_a_carriers_label_that_cannot_be_read_does_not_spoil_the_others(the: Floor) -> None:
    one, two = packed(the), packed(the)
    work = load(one)[1]
    papers.keep(work, 1, {"label.pdf": b"<html>busy</html>"})
    printed = batch(the, fulfilment_orders=[one, two])
    assert [each["fulfilment_order"] for each in printed["printed"]] == [two]
    assert [(each["fulfilment_order"], each["package"]) for each in printed["failed"]] == [(one, 1)]
    assert numbers(fetched(printed)) == the.numbers_of(two)


def test_all_that_stands_labelled_at_a_node_is_printed(the: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [packed(the), packed(the, apart=True), packed(the)]
    elsewhere = packed(the, split=(("columbus", {"1": 2, "2": 1}),))
    the.put()
    the.do(made[0], "ship")
    the.call("POST", f"/v1/fulfilment-orders/{made[1]}/packages/2/void", {})
    printed = batch(the, node="reno", who="reno")
    assert numbers(fetched(printed)) == [the.numbers_of(made[1])[0], *the.numbers_of(made[2])] and printed["failed"] == []
    assert elsewhere not in [each["fulfilment_order"] for each in printed["printed"]]
    monkeypatch.setattr("waybill.fulfilment.batching.MOST", 1)
    first = batch(the, node="reno")
    assert len(first["printed"]) == 1 and first["more"]


def test_a_wave_is_printed_in_the_order_of_its_slots(the: Floor) -> None:
    made = [the.put()[0] for _ in range(2)]
    wave = the.call("POST", "/v1/waves", {"node": "reno", "fulfilment_orders": list(reversed(made))}, "reno", idempotency_key="w").json()
    for fo in made:
        the.do(fo, "pick", "pack")
    printed = batch(the, who="reno", wave=wave["id"])
    assert [each["fulfilment_order"] for each in printed["printed"]] == list(reversed(made))


def test_a_node_prints_its_own_labels_alone(the: Floor) -> None:
    fo = packed(the)
    assert batch(the, "columbus", fulfilment_orders=[fo])["printed"] == []
    assert the.call("POST", "/v1/labels/batch", {"node": "reno"}, "columbus").status == 404
    assert the.call("POST", f"/v1/fulfilment-orders/{fo}/packages/1/reprint", {}, "columbus").status == 404


@pytest.mark.parametrize(
    "body",
    [{}, {"node": "reno", "wave": "x"}, {"fulfilment_orders": []}, {"fulfilment_orders": ["x"] * 101}, {"fulfilment_orders": [1]}, {"node": 1}, {"node": "reno", "format": "png"}, {"node": "reno", "dpi": 600}, {"node": "reno", "dpi": [1]}, {"node": "reno", "x": 1}],
)
def test_what_is_asked_wrongly_is_refused(the: Floor, body: dict[str, Any]) -> None:
    assert the.call("POST", "/v1/labels/batch", body).status == 422


def test_a_reprint_is_the_same_bytes_and_is_counted(the: Floor) -> None:
    fo = packed(the)
    path = f"/v1/fulfilment-orders/{fo}/packages/1"
    before = the.call("GET", f"{path}/label").content
    assert the.read(fo)["packages"][0]["reprints"] == 0 and "reprinted" not in the.told(fo)
    assert the.call("POST", f"{path}/reprint", {}, "reno").content == before
    assert the.call("POST", f"{path}/reprint", {"format": "zpl", "dpi": 300}).content == papers.read(fo, 1, "label-300.zpl")[0]
    assert the.read(fo)["packages"][0]["reprints"] == 2
    assert [entry.data["times"] for entry in load(fo)[1].history if entry.type.endswith("reprinted")] == [1, 2]


def test_a_label_that_must_not_be_used_is_not_printed_again(the: Floor) -> None:
    fo, left = packed(the, apart=True), packed(the)
    the.call("POST", f"/v1/fulfilment-orders/{fo}/packages/1/void", {})
    the.do(left, "ship")
    for path in (f"{fo}/packages/1", f"{left}/packages/1"):
        assert the.call("POST", f"/v1/fulfilment-orders/{path}/reprint", {}).status == 409
    assert "reprinted" not in the.told(fo) + the.told(left)
    assert the.call("POST", f"/v1/fulfilment-orders/{fo}/packages/9/reprint", {}).status == the.call("POST", f"/v1/fulfilment-orders/{fo}/packages/x/reprint", {}).status == 404
