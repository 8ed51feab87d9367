"""`/v1/cases` through the function as it is deployed, the files of events/cases and events/payouts among it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.cloud import cloud
from tests.support.shop import headers, open_shop
from tests.support.template import ROOT
from tests.support.world import _load
from waybill.payments.model.cases import Case
from waybill.payments.model.settlement import Difference
from waybill.payments.reconciliation import table
from waybill.payments.stripe import books as stripe_books


@pytest.fixture(autouse=True)
def on_a_cloud() -> Iterator[None]:
    with cloud():
        open_shop()
        yield


def opened(number: int, kind: str = "missing_here", order_id: str = "") -> Case:
    case = Case(
        "stripe",
        f"charge/pi_{number}",
        order_id,
        Difference(kind, 100 + number, "USD", None, 100 + number),
        f"2026-11-{number + 1:02d}T00:00:00.000Z",
    )
    table.save(case)
    return case


def ask(method: str, path: str, who: str = "admin", body: Any = None, **query: str) -> tuple[int, dict[str, Any]]:
    event = {
        "rawPath": path, "headers": headers(who), "queryStringParameters": query, "body": json.dumps(body) if body is not None else "",
        "requestContext": {"http": {"method": method, "path": path}, "requestId": "r"},
    }  # fmt: skip
    answer = _load("cases").handler(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def ids(**query: str) -> list[str]:
    status, page = ask("GET", "/v1/cases", **query)
    assert status == 200, page
    return [case["id"] for case in page["items"]]


def test_a_case_shows_the_money_at_stake_and_whose_it_is() -> None:
    case = opened(1, order_id="ord_aaaaaaaaaaaaaaaaaaaa")
    status, page = ask("GET", "/v1/cases")
    (shown,) = page["items"]
    assert (status, page["next"], shown["id"], shown["kind"], shown["status"]) == (200, None, case.id, "missing_here", "open")
    assert (shown["amount"], shown["currency"], shown["ours"], shown["theirs"]) == ("1.01", "USD", None, "1.01")
    assert (shown["order_id"], shown["about"], shown["closed"]) == ("ord_aaaaaaaaaaaaaaaaaaaa", "charge/pi_1", None)


def test_cases_are_found_by_kind_and_status_oldest_first_page_by_page() -> None:
    here = [opened(number).id for number in (1, 2, 3)]
    there = opened(4, "missing_there").id
    assert ids(kind="missing_here") == here and ids(kind="missing_there") == [there] and ids() == [*here, there]
    assert ids(status="closed") == [] and ids(kind="fee_unknown") == []
    pages, cursor = [], ""
    while cursor is not None:
        _, page = ask("GET", "/v1/cases", limit="1", kind="missing_here", **({"cursor": cursor} if cursor else {}))
        pages += [case["id"] for case in page["items"]]
        cursor = page["next"]
    assert pages == here


def test_a_person_closes_a_case_saying_why_and_only_once() -> None:
    case = opened(1)
    status, shown = ask("POST", f"/v1/cases/{case.id}/close", body={"why": " a test payment "})
    assert (status, shown["status"], shown["why"], shown["by"]) == (200, "closed", "a test payment", "admin:admin")
    assert ids() == [] and ids(status="closed") == [case.id]
    assert ask("POST", f"/v1/cases/{case.id}/close", body={"why": "again"})[0] == 409
    assert table.cases([case.id])[case.id].why == "a test payment"


@pytest.mark.parametrize(
    "body", [None, [], {}, {"why": ""}, {"why": " "}, {"why": 1}, {"why": "x" * 201}, {"why": "a\nb"}, {"why": "x", "status": "closed"}]
)
def test_a_case_is_closed_for_a_reason_or_not_at_all(body: Any) -> None:
    case = opened(1)
    assert ask("POST", f"/v1/cases/{case.id}/close", body=body)[0] in (400, 422)
    assert ids() == [case.id]


@pytest.mark.parametrize("id", ["case_none", "CASE#x", "é", "x" * 3000])
def test_what_is_no_case_is_not_found(id: str) -> None:
    assert ask("POST", f"/v1/cases/{id}/close", body={"why": "x"})[0] == 404


@pytest.mark.parametrize("who", ["viewer", "support", "api", "reno"])
def test_only_finance_sees_and_closes_cases(who: str) -> None:
    case = opened(1)
    assert ask("GET", "/v1/cases", who)[0] == 403
    assert ask("POST", f"/v1/cases/{case.id}/close", who, {"why": "x"})[0] == 403


def test_what_makes_no_sense_is_refused() -> None:
    for number in (1, 2):
        opened(number)
    _, page = ask("GET", "/v1/cases", limit="1")
    for query in (
        {"status": "shut"},
        {"kind": "x"},
        {"limit": "0"},
        {"cursor": "x"},
        {"cursor": page["next"], "status": "closed"},
        {"cursor": page["next"], "kind": "fee_unknown"},
    ):
        assert ask("GET", "/v1/cases", **query)[0] == 400, query


def test_every_sample_event_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case("stripe", "charge/pi_demo", "", Difference("missing_here", 100, "USD", None, 100), "2026-11-23T00:00:00.000Z")
    table.save(case)
    for name in ("open", "close"):
        event = json.loads((ROOT / "events" / "cases" / f"{name}.json").read_text()) | {"headers": headers("admin")}
        answer = _load("cases").handler(event, None)
        assert answer["statusCode"] == 200 and case.id in answer["body"], name
    monkeypatch.setattr(stripe_books.StripeBooks, "_all", lambda *_: iter(()))
    assert _load("payouts").handler(json.loads((ROOT / "events" / "payouts" / "clock.json").read_text()), None) == {"open": 0}
