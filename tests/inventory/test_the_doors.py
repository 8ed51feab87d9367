"""The functions `inventory`, `reserve` and `stock_worker`, called as Lambda calls them."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.inventory import tables
from tests.support.cloud import cloud
from tests.support.said import said_by
from tests.support.template import ROOT
from waybill.aws import clients
from waybill.bootstrap import inventory as inventory_root
from waybill.inventory.messages import Worker
from waybill.inventory.movements import Movements
from waybill.inventory.orders_table import OrdersTable
from waybill.inventory.stock_table import StockTable
from waybill.orders import store

ORDER = "ord_mzxw6ytboi4dcmjrgezd"
TOKEN = "AQB8AAAAKgAAAAMAAAAA-sample"


@pytest.fixture(autouse=True)
def _shop() -> Iterator[None]:
    with cloud():
        tables.open_shop()
        yield


def function(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"function_{name}", ROOT / "functions" / name / "app.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler


def sample(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "events" / f"{name}.json").read_text())


class Caller:
    """Knocks at the door of `functions/inventory`."""

    def __init__(self, key: str = "key-admin") -> None:
        self.key, self.handler = key, function("inventory")

    def __call__(self, method: str, path: str, body: Any = None, /, **query: str) -> tuple[int, Any]:
        idempotency_key = query.pop("key", None)
        event = sample("inventory/list") | {"rawPath": path, "queryStringParameters": query}
        event["requestContext"]["http"] |= {"method": method, "path": path}
        event["headers"] |= {"x-api-key": self.key} | ({"idempotency-key": idempotency_key} if idempotency_key else {})
        if body is not None:
            event["body"] = body if isinstance(body, str) else json.dumps(body)
        answer = self.handler(event, None)
        return answer["statusCode"], json.loads(answer["body"])


def test_the_list_has_one_row_a_sku_and_node() -> None:
    tables.stock(A={"N1": 5, "N2": 3}, B={"N1": 1})
    status, body = Caller()("GET", "/v1/inventory")
    assert status == 200 and body["next"] is None
    assert body["items"][0] == {"sku": "A", "node": "N1", "on_hand": 5, "reserved": 0, "blocked": 0, "available": 5, "title": "Thing A"}
    assert [(row["sku"], row["node"]) for row in body["items"]] == [("A", "N1"), ("A", "N2"), ("B", "N1")]


def test_the_list_narrows_to_a_sku_and_to_a_node() -> None:
    tables.stock(A={"N1": 5, "N2": 3}, B={"N1": 1})
    call = Caller()
    assert [row["node"] for row in call("GET", "/v1/inventory", sku="A")[1]["items"]] == ["N1", "N2"]
    assert [row["sku"] for row in call("GET", "/v1/inventory", node="N1")[1]["items"]] == ["A", "B"]
    assert call("GET", "/v1/inventory", sku="NONE")[1]["items"] == []
    assert call("GET", "/v1/inventory", node="NONE")[0] == 404


def test_a_long_list_comes_in_pages_that_miss_nothing() -> None:
    skus = [f"S{n:03d}" for n in range(60)]
    tables.open_shop(skus=skus)  # type: ignore[arg-type]
    tables.stock(**{sku: {"N1": 1} for sku in skus})
    call, seen, cursor = Caller(), [], ""
    for _ in range(3):
        _, body = call("GET", "/v1/inventory", **({"cursor": cursor} if cursor else {}))
        seen += [row["sku"] for row in body["items"]]
        cursor = body["next"]
    assert seen == skus and cursor is None
    assert call("GET", "/v1/inventory", cursor="what?")[0] == 400


def test_one_sku_is_summed_over_its_nodes() -> None:
    tables.stock(A={"N1": 5, "N2": 3})
    status, body = Caller()("GET", "/v1/inventory/A")
    assert status == 200 and (body["on_hand"], body["available"], body["title"]) == (8, 8, "Thing A")
    assert Caller()("GET", "/v1/inventory/B")[1]["nodes"] == []
    assert Caller()("GET", "/v1/inventory/NONE")[0] == 404


def test_a_delivery_is_booked_once_under_its_key_and_another_under_the_same_key_is_refused() -> None:
    call = Caller()
    body = {"kind": "received", "quantity": 12, "reference": "PO-4711"}
    answers = [call("POST", "/v1/inventory/A/N1/movements", body, key="k1") for _ in range(3)]
    assert {status for status, _ in answers} == {201} and answers[0] == answers[1] == answers[2]
    assert call("GET", "/v1/inventory/A")[1]["on_hand"] == 12
    assert call("POST", "/v1/inventory/A/N1/movements", body | {"quantity": 13}, key="k1")[0] == 422
    assert call("GET", "/v1/inventory/A")[1]["on_hand"] == 12


def test_the_samples_of_the_write_door_are_taken() -> None:
    handler = function("inventory")
    for name in ("received", "adjusted"):
        event = sample(f"inventory/{name}")
        event["headers"]["x-api-key"] = "key-admin"
        assert handler(event, None)["statusCode"] == 201
    for name in ("list", "one_sku", "ledger", "proof"):
        event = sample(f"inventory/{name}")
        event["headers"]["x-api-key"] = "key-admin"
        assert handler(event, None)["statusCode"] == 200
    assert StockTable().rows(["A"])[0].on_hand == 11


def test_the_ledger_shows_every_movement_page_by_page() -> None:
    tables.stock(A={"N1": 5, "N2": 3})
    call = Caller()
    for number in range(5):
        call("POST", "/v1/inventory/A/N1/movements", {"kind": "adjusted", "quantity": 1, "reason": "found"}, key=f"k{number}")
    seen, cursor = [], ""
    for _ in range(10):
        _, body = call("GET", "/v1/inventory/A/movements", limit="2", **({"cursor": cursor} if cursor else {}))
        seen += body["items"]
        cursor = body["next"]
        if cursor is None:
            break
    assert len(seen) == 7 and len({(move["node"], move["id"]) for move in seen}) == 7
    assert sum(move["on_hand"] for move in seen) == 13
    assert {move.get("note") for move in seen} == {None, "found"}
    assert [move["node"] for move in call("GET", "/v1/inventory/A/movements", node="N2")[1]["items"]] == ["N2"]


def test_the_proof_names_what_does_not_agree() -> None:
    tables.stock(A={"N1": 5})
    tables.place("ord_1", {"A": 2})
    inventory_root.inventory().reserve("ord_1")
    status, body = Caller()("GET", "/v1/proof/inventory/A")
    assert status == 200 and body["agrees"] and body["nodes"][0]["claims"] == {"ord_1": 2}
    clients.client("dynamodb").update_item(
        TableName="InventoryTable",
        Key={"pk": {"S": "SKU#A"}, "sk": {"S": "NODE#N1"}},
        UpdateExpression="SET on_hand = on_hand + :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    _, body = Caller()("GET", "/v1/proof/inventory/A")
    assert not body["agrees"] and any(text.startswith("I1") for text in body["nodes"][0]["differences"])


BODY = '{"kind": "received", "quantity": %s}'
NONSENSE = [
    *(
        BODY % number
        for number in ("Infinity", "NaN", "1e999", "9" * 5000, "1.5", '"5"', "true", "null", "0", "-1", "10000000000", "[]", "{}")
    ),
    "",
    "null",
    "[]",
    "{",
    '{"kind": "received"}',
    '{"kind": "stolen", "quantity": 1}',
    '{"kind": "adjusted", "quantity": -1}',
    '{"kind": "received", "quantity": 1, "quantity": 2}',
    '{"kind": "received", "quantity": 1, "colour": "red"}',
    '{"kind": "adjusted", "quantity": 1, "reason": "\\ud800"}',
    '{"kind": "adjusted", "quantity": 1, "reason": "\\u0000"}',
    '{"kind": "adjusted", "quantity": 1, "reason": "%s"}' % ("x" * 500),
    "[" * 2000 + "]" * 2000,
]


def test_nonsense_is_refused_clearly_and_moves_nothing() -> None:
    call = Caller()
    for body in NONSENSE:
        status, answer = call("POST", "/v1/inventory/A/N1/movements", body, key="k1")
        assert 400 <= status < 500 and answer["detail"], (body[:60], answer)
    assert StockTable().rows(["A"]) == []


def test_a_movement_needs_a_key_a_known_sku_and_a_known_node() -> None:
    call, body = Caller(), {"kind": "received", "quantity": 1}
    assert call("POST", "/v1/inventory/A/N1/movements", body)[0] == 400
    assert call("POST", "/v1/inventory/A/N1/movements", body, key="x" * 300)[0] == 422
    assert call("POST", "/v1/inventory/NONE/N1/movements", body, key="k")[0] == 404
    assert call("POST", "/v1/inventory/A/NONE/movements", body, key="k")[0] == 404
    assert StockTable().rows(["A", "NONE"]) == []


ROLES = {  # read, write, proof
    "key-admin": (200, 201, 200),
    "key-viewer": (200, 403, 200),
    "key-node": (200, 201, 403),
    "key-channel": (200, 403, 403),
    "key-carrier": (403, 403, 403),
    "nobody": (401, 401, 401),
}


def test_who_may_do_what() -> None:
    tables.stock(A={"N1": 1})
    for key, (read, write, proof) in ROLES.items():
        call = Caller(key)
        assert call("GET", "/v1/inventory")[0] == read, key
        assert call("GET", "/v1/inventory/A")[0] == read, key
        assert call("GET", "/v1/inventory/A/movements")[0] == read, key
        assert call("POST", "/v1/inventory/A/N1/movements", {"kind": "received", "quantity": 1}, key="k")[0] == write, key
        assert call("GET", "/v1/proof/inventory/A")[0] == proof, key


def test_a_node_sees_and_moves_its_own_shelves_alone() -> None:
    tables.stock(A={"N1": 1, "N2": 2})
    call = Caller("key-node")
    assert [row["node"] for row in call("GET", "/v1/inventory")[1]["items"]] == ["N1"]
    assert [row["node"] for row in call("GET", "/v1/inventory/A")[1]["nodes"]] == ["N1"]
    assert {move["node"] for move in call("GET", "/v1/inventory/A/movements")[1]["items"]} == {"N1"}
    assert call("GET", "/v1/inventory", node="N2")[0] == 404
    assert call("POST", "/v1/inventory/A/N2/movements", {"kind": "received", "quantity": 1}, key="k")[0] == 404


# ── reserve and stock_worker ──


def two_lines(**stock: dict[str, int]) -> None:
    tables.stock(**(stock or {"A": {"N1": 5}, "B": {"N1": 5}}))
    tables.place(ORDER, {"A": 2, "B": 1})


def numbers(sku: str) -> tuple[int, int, int]:
    (row,) = StockTable().rows([sku])
    return row.on_hand, row.reserved, row.available


class Answers:
    """Remembers which tokens were answered, and what was handed on to payment."""

    def __init__(self) -> None:
        self.succeeded: list[str] = []
        self.failed: list[tuple[str, str]] = []
        self.paid: list[dict[str, Any]] = []

    def succeed(self, token: str, output: dict[str, Any]) -> bool:
        self.succeeded.append(token)
        return True

    def fail(self, token: str, error: str, cause: str = "") -> bool:
        self.failed.append((token, error))
        return True


def told(name: str) -> Answers:
    answers = Answers()
    worker = Worker(inventory_root.inventory(), answers, answers.paid.append)
    assert worker.batch(sample(f"stock_worker/{name}")) == {"batchItemFailures": []}
    return answers


def test_what_is_reserved_goes_on_to_payment_with_its_token_however_often_it_is_told() -> None:
    two_lines()
    for _ in range(2):
        answers = told("reserve")
        assert [(paid["command"], paid["order_id"], paid["token"]) for paid in answers.paid] == [("authorise", ORDER, TOKEN)]
        assert (answers.succeeded, answers.failed) == ([], [])
    assert numbers("A") == (5, 2, 3)


def test_what_is_released_answers_its_token() -> None:
    two_lines()
    told("reserve")
    for _ in range(2):
        answers = told("release")
        assert (answers.succeeded, answers.paid) == ([TOKEN], [])
    assert numbers("A") == (5, 0, 5)


def test_what_cannot_be_reserved_fails_under_a_name_that_the_machine_catches() -> None:
    two_lines(A={"N1": 1}, B={"N1": 5})
    answers = told("reserve")
    assert (answers.failed, answers.paid) == ([(TOKEN, "StockUnavailable")], [])
    function("stock_worker")(sample("stock_worker/order_cancelled"), None)
    assert told("reserve").failed == [(TOKEN, "OrderCancelled")]


def test_a_cancelled_order_and_a_shipped_parcel_move_stock_once_however_often_they_are_told() -> None:
    two_lines()
    inventory_root.inventory().reserve(ORDER)
    worker = function("stock_worker")
    for _ in range(3):
        assert worker(sample("stock_worker/parcel_shipped"), None) == {"batchItemFailures": []}
    assert numbers("A") == (3, 0, 3) and numbers("B") == (4, 0, 4)
    for _ in range(2):
        assert worker(sample("stock_worker/order_cancelled"), None) == {"batchItemFailures": []}
    assert numbers("A") == (3, 0, 3)
    assert all(Movements(StockTable(), OrdersTable()).proof(sku)["agrees"] for sku in "AB")


def test_a_poisoned_message_fails_alone() -> None:
    two_lines()
    inventory_root.inventory().reserve(ORDER)
    failed = function("stock_worker")(sample("stock_worker/one_unreadable"), None)["batchItemFailures"]
    assert [failure["itemIdentifier"][-2:] for failure in failed] == ["00"]
    assert numbers("A") == (3, 0, 3)


def test_a_parcel_of_an_order_that_holds_nothing_goes_back_to_the_queue() -> None:
    two_lines()
    assert function("stock_worker")(sample("stock_worker/parcel_shipped"), None)["batchItemFailures"] != []
    assert numbers("A") == (5, 0, 5)


class Told:
    """Stands in for the workflow: remembers which tokens were answered."""

    def __init__(self) -> None:
        self.meta, self.exceptions = said_by("stepfunctions")
        self.tokens: list[str] = []

    def send_task_success(self, *, taskToken: str, output: str) -> dict[str, str]:
        self.tokens.append(taskToken)
        return {}


def test_growth_wakes_those_who_wait_and_nothing_else_does() -> None:
    told = Told()
    clients.substitute("stepfunctions", told)
    two_lines(A={"N1": 12}, B={"N1": 1})
    demand = OrdersTable().demand(ORDER)
    OrdersTable().want(ORDER, demand.placed_at, demand.missing)
    worker = function("stock_worker")
    worker(sample("stock_worker/stock_has_grown"), None)
    assert told.tokens == []  # it waits for nothing yet
    store.remember_wait(ORDER, "stock", "the token", tables.AT)
    worker(sample("stock_worker/nothing_has_grown"), None)
    assert told.tokens == []
    worker(sample("stock_worker/stock_has_grown"), None)
    assert told.tokens == ["the token"]
    store.remember_wait(ORDER, "payment", "another token", tables.AT)
    worker(sample("stock_worker/stock_has_grown"), None)
    assert told.tokens == ["the token"]
