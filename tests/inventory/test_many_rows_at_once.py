"""Stock of many rows: each is done once or says which field is wrong; counts say what is there, whatever the row said before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.inventory import tables
from tests.inventory.house import House
from tests.inventory.test_the_doors import function, sample
from tests.support.cloud import cloud
from waybill.inventory.bulk import MOST_ROWS
from waybill.inventory.movements import COUNTED
from waybill.inventory.stock_table import StockTable
from waybill.kernel.errors import KeyReused, StockUnavailable

HEADER = "sku,node,kind,quantity,reason,reference\n"


@pytest.fixture
def shelves() -> Iterator[StockTable]:
    with cloud():
        tables.open_shop()
        yield StockTable()


def _sent(body: str | dict, key: str = "import-1", who: str = "key-admin", **query: str) -> tuple[int, Any]:
    path = "/v1/inventory/import"
    event = sample("inventory/list") | {"rawPath": path, "queryStringParameters": query}
    event["requestContext"]["http"] |= {"method": "POST", "path": path}
    event["headers"] |= {"x-api-key": who, "content-type": "text/csv" if isinstance(body, str) else "application/json"}
    event["headers"] |= {"idempotency-key": key} if key else {}
    event["body"] = body if isinstance(body, str) else json.dumps(body)
    answer = function("inventory")(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def _on_hand(table: StockTable) -> dict[tuple[str, str], int]:
    return {(row.sku, row.node): row.on_hand for row in table.rows(["A", "B"])}


def test_each_row_is_done_or_says_what_is_wrong_and_keeps_no_other_from_being_done(shelves: StockTable) -> None:
    status, told = _sent(
        HEADER + "A,N1,received,5,,PO-1\nZ,N1,received,5,,\nA,N9,received,5,,\nA,N1,received,1.5,,\nA,N1,received,-1,,\nA,N1,stolen,1,,\n"
        "B,N2,counted,7,,\nA,N1,adjusted,-2,,\nA,N1,adjusted,-2,broken,\nA,N1,adjusted,-9,lost,\nB,N2,counted,8,,\n,N1,received,1,,\nB,N1,received,1,,,x\n"
    )
    assert status == 200 and (told["done"], told["refused"]) == (3, 10)
    assert _on_hand(shelves) == {("A", "N1"): 3, ("B", "N2"): 7}
    wrong = {row["row"]: row["field"] for row in told["rows"] if row["status"] == "refused"}
    fields = {2: "sku", 3: "node", 4: "quantity", 5: "quantity", 6: "kind", 8: "reason", 10: "quantity", 11: "sku", 12: "sku", 13: "column beyond the last"}
    assert wrong == fields and all(row["problem"] for row in told["rows"] if row["status"] == "refused")
    assert {row["code"] for row in told["rows"] if row["status"] == "refused"} == {"invalid_input", "stock_unavailable"}
    assert [row["change"] for row in told["rows"] if row["status"] == "done"] == [5, 7, -2]


def test_a_file_sent_twice_under_its_key_happens_once_and_again_under_another(shelves: StockTable) -> None:
    rows = HEADER + "A,N1,received,5,,\nB,N1,counted,7,,\n"
    assert _sent(rows) == _sent(rows)
    assert _on_hand(shelves) == {("A", "N1"): 5, ("B", "N1"): 7}
    status, reused = _sent(HEADER + "A,N1,received,6,,\n")
    assert (status, reused["code"]) == (422, "idempotency_key_reused")
    _sent(rows, key="import-2")
    assert _on_hand(shelves) == {("A", "N1"): 10, ("B", "N1"): 7}


def test_a_dry_run_says_the_same_of_the_rows_and_moves_nothing(shelves: StockTable) -> None:
    status, told = _sent(HEADER + "A,N1,received,5,,\nZ,N1,received,5,,\n", key="", dryRun="true")
    assert (status, told["valid"], told["refused"], _on_hand(shelves)) == (200, 1, 1, {})


def test_json_rows_are_the_same_as_csv_rows(shelves: StockTable) -> None:
    rows = [{"sku": "A", "node": "N1", "kind": "received", "quantity": 5}, {"sku": "A", "node": "N1", "kind": "received", "quantity": 5.0}]
    rows += [
        {"sku": 7, "node": "N1", "kind": "received", "quantity": 5},
        {"sku": "A", "node": "N1", "kind": "received", "quantity": 5, "colour": "red"},
        {},
    ]
    told = _sent({"rows": rows})[1]
    assert [row.get("field", "") for row in told["rows"]] == ["", "quantity", "sku", "colour", "sku"]
    assert _on_hand(shelves) == {("A", "N1"): 5}


ROW = {"sku": "A", "node": "N1", "kind": "received", "quantity": 1}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", -1), ("quantity", 0), ("quantity", 0.5), ("quantity", "1.5"), ("quantity", "1e3"), ("quantity", "½"), ("quantity", "٣"), ("quantity", "--5"), ("quantity", ""),
        ("quantity", True), ("quantity", None), ("quantity", 10**30), ("quantity", [1]), ("sku", "Z"), ("sku", "a"), ("sku", ["A"]), ("sku", "A" * 3000), ("node", "atlantis"), ("node", "N" * 3000),
        ("node", None), ("kind", "stolen"), ("kind", ["received"]), ("reference", "\n"), ("colour", "red"),
    ],
)  # fmt: skip
def test_a_row_that_is_wrong_is_told_by_its_number_and_field_and_its_neighbours_are_done(shelves: StockTable, field: str, value: Any) -> None:
    told = _sent({"rows": [ROW, {**ROW, field: value}, ROW]})[1]
    assert [row["status"] for row in told["rows"]] == ["done", "refused", "done"]
    wrong = told["rows"][1]
    assert (wrong["row"], wrong["code"], wrong["field"]) == (2, "invalid_input", field) and wrong["problem"]
    assert _on_hand(shelves) == {("A", "N1"): 2}


def test_spaces_around_a_name_are_no_part_of_it(shelves: StockTable) -> None:
    assert _sent({"rows": [{**ROW, "sku": " A ", "node": "N1 "}]})[1]["done"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("", "sku"), ("\n\n", "sku"), (HEADER, "rows"), ("sku,node,kind\nA,N1,received\n", "quantity"), ("sku,sku,node,kind,quantity\n", "sku"),
        ("sku,node,kind,quantity,colour\nA,N1,received,1,red\n", "colour"), (HEADER + 'A,N1,"received,1\n', "body"), (HEADER + "A,N1,received,1,,\n" * (MOST_ROWS + 1), "rows"),
        ({}, "rows"), ({"rows": []}, "rows"), ({"rows": [1]}, "rows[0]"), ({"rows": [{}, 1]}, "rows[1]"), ({"rows": {}}, "rows"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_whole_and_says_where(shelves: StockTable, body: Any, field: str) -> None:
    status, told = _sent(body)
    assert status == 400 and [error["field"] for error in told["errors"]] == [field], told
    assert _on_hand(shelves) == {}


def test_a_spreadsheets_marks_blank_lines_and_capitals_are_read(shelves: StockTable) -> None:
    assert _sent('\ufeffSKU, Node ,Kind,Quantity\r\n\r\nA,"N1",received, 5 \r\n')[1]["done"] == 1
    assert _on_hand(shelves) == {("A", "N1"): 5}


def test_a_node_fills_its_own_shelves_alone_and_others_none(shelves: StockTable) -> None:
    told = _sent(HEADER + "A,N1,received,1,,\nA,N2,received,1,,\n", who="key-node")[1]
    assert [row["status"] for row in told["rows"]] == ["done", "refused"] and _on_hand(shelves) == {("A", "N1"): 1}
    for who, status in (("key-viewer", 403), ("key-channel", 403), ("nobody", 401)):
        assert _sent(HEADER + "A,N1,received,1,,\n", who=who)[0] == status
    assert _sent(HEADER + "A,N1,received,1,,\n", key="")[0] == 400


def test_a_count_is_what_is_there_and_its_repeat_changes_nothing_although_units_have_left_since() -> None:
    house = House(A={"N": 10})
    first = house.movements.record("A", "N", COUNTED, 8, "count-1", reason="cycle count")
    assert (first.quantity, house.numbers("A", "N")[0]) == (-2, 8)
    house.movements.adjust("A", "N", -3, "broken-1", "broken")
    assert house.movements.record("A", "N", COUNTED, 8, "count-1", reason="cycle count") == first
    assert house.numbers("A", "N")[0] == 5
    with pytest.raises(KeyReused):
        house.movements.record("A", "N", COUNTED, 9, "count-1", reason="cycle count")


def test_a_count_that_finds_no_difference_is_kept_and_one_below_what_is_reserved_is_refused() -> None:
    house = House(A={"N": 10})
    assert house.movements.record("A", "N", COUNTED, 10, "count-1").quantity == 0
    house.movements.adjust("A", "N", -1, "broken-1", "broken")
    house.movements.record("A", "N", COUNTED, 10, "count-1")
    assert house.numbers("A", "N")[0] == 9, "the repeat of a count of an hour ago finds nothing to add"
    house.reserve_so("o1", {"1": {"N": 4}})
    with pytest.raises(StockUnavailable):
        house.movements.record("A", "N", COUNTED, 3, "count-2")
    assert house.numbers("A", "N")[0] == 9 and house.movements.proof("A")["agrees"]


def test_a_count_and_its_twin_do_it_once(shelves: StockTable) -> None:
    for number in range(12):
        assert _sent(HEADER + "A,N1,counted,3,,\n", key="one")[1]["rows"][0]["change"] == 3, number
    for number in range(12):
        _sent(HEADER + "A,N1,received,1,,\n", key=f"more-{number}")
    assert _sent(HEADER + "A,N1,counted,3,,\n", key="one")[1]["rows"][0]["change"] == 3
    assert _on_hand(shelves) == {("A", "N1"): 15}
