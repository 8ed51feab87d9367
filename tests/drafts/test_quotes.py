"""A quote: its prices stand until its day is over, whatever the shop's do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.drafts.counter import WHOLE, Counter, counter, lacks, shown
from waybill.drafts.model.draft import DISCARDED, EXPIRED
from waybill.drafts.table import DraftsTable
from waybill.orders.store import ORDERS
from waybill.shop import store

UNPAID = {**WHOLE, "tenders": []}
DAY = 86_400


@pytest.fixture
def desk() -> Iterator[Counter]:
    with counter() as made:
        yield made


def _quoted(desk: Counter, days: int = 7) -> dict:
    id = desk.open(UNPAID)["id"]
    until = desk.the.world.now().date() + timedelta(days=days)
    return shown(desk.ask("POST", f"/{id}/quote", {"expires_on": until.isoformat()}))


def _dearer() -> None:
    store.save(store.ITEM, "TEA", replace(store.item("TEA"), price=900))
    store.forget()


def test_what_was_quoted_is_what_is_paid(desk: Counter) -> None:
    quote = _quoted(desk)
    _dearer()
    assert desk.open(UNPAID, "another")["totals"]["total"] == "26.90"
    assert shown(desk.ask("GET", f"/{quote['id']}"))["totals"]["total"] == "16.90"
    placed = shown(desk.ask("POST", f"/{quote['id']}/place", {"tenders": [{"kind": "terms"}]}), 202)
    desk.the.settle()
    assert desk.the.order(placed["order_id"])["totals"]["total"] == "16.90"


def test_what_was_placed_stays_what_it_was(desk: Counter) -> None:
    id = desk.open(WHOLE)["id"]
    shown(desk.ask("POST", f"/{id}/place"), 202)
    _dearer()
    assert shown(desk.ask("GET", f"/{id}"))["totals"]["total"] == "16.90"


def test_a_quote_asks_for_all_but_how_it_is_paid(desk: Counter) -> None:
    half = desk.open({"lines": WHOLE["lines"]}, "half")["id"]
    refused = desk.ask("POST", f"/{half}/quote", {"expires_on": "2027-01-31"})
    fields = {each["field"] for each in refused.json()["errors"]}
    assert refused.status == 422 and {"customer", "ship_to"} <= fields and "tenders" not in fields
    assert lacks(_quoted(desk)) == {"tenders": "say how it is paid"}


def test_a_quote_is_not_changed_but_opened_again_with_its_prices(desk: Counter) -> None:
    quote = _quoted(desk)
    assert desk.ask("PUT", f"/{quote['id']}", WHOLE).status == 409
    _dearer()
    opened = shown(desk.ask("POST", f"/{quote['id']}/reopen", if_match=f'"{quote["version"]}"'))
    assert (opened["status"], opened["totals"]["total"], opened.get("expires_on")) == ("open", "16.90", None)
    assert shown(desk.ask("PUT", f"/{quote['id']}", WHOLE))["totals"]["total"] == "26.90"


def test_a_quote_whose_day_is_over_is_not_placed(desk: Counter) -> None:
    quote = _quoted(desk, 1)
    desk.the.world.later(2 * DAY)
    assert shown(desk.ask("GET", f"/{quote['id']}"))["status"] == EXPIRED
    refused = desk.ask("POST", f"/{quote['id']}/place", {"tenders": [{"kind": "terms"}]})
    assert refused.status == 409 and "expired" in refused.json()["detail"]
    assert desk.the.world.handler("drafts")({"detail-type": "Scheduled Event"}, None) == {"placed": 0, "expired": 1, "discarded": 0}
    assert DraftsTable().load(quote["id"]).status == EXPIRED
    assert desk.the.world.handler("drafts")({"detail-type": "Scheduled Event"}, None)["expired"] == 0


def test_what_nobody_has_touched_for_a_month_is_forgotten_with_its_person(desk: Counter) -> None:
    quote, draft = _quoted(desk, 1), desk.open(WHOLE, "left")
    desk.the.world.later(20 * DAY)
    desk.the.world.handler("drafts")({"detail-type": "Scheduled Event"}, None)
    assert DraftsTable().load(draft["id"]).status == "open"
    desk.the.world.later(31 * DAY)
    assert desk.the.world.handler("drafts")({"detail-type": "Scheduled Event"}, None)["discarded"] == 2
    for id in (quote["id"], draft["id"]):
        kept = ORDERS.get(f"DRAFT#{id}", "DRAFT")
        assert kept and kept["status"] == DISCARDED and "ada" not in str(kept).lower()


@pytest.mark.parametrize("body", [{}, {"expires_on": 7}, {"expires_on": "2020-01-01"}, {"expires_on": "soon"}, {"until": "2027-01-31"}])
def test_a_quote_says_until_when(desk: Counter, body: dict) -> None:
    assert desk.ask("POST", f"/{desk.open(UNPAID)['id']}/quote", body).status == 422
