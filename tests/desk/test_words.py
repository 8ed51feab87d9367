from __future__ import annotations

import pytest

from tests.desk.shop import HELD, NOW, SHIPPING, Shop, at, simple
from waybill.desk.model import words
from waybill.desk.model.flow import steps
from waybill.desk.model.search import readings
from waybill.desk.model.stock import by_sku
from waybill.desk.model.timeline import moments


@pytest.mark.parametrize(
    ("text", "by", "value"),
    [
        ("ord_abc", "order_id", "ord_abc"),
        ("https://shop.example/desk/orders/ord_abc/", "order_id", "ord_abc"),
        ("fo_abc-2", "order_id", "ord_abc"),
        ("Ada@Example.com ", "customer", "Ada@Example.com"),
        ("sku: WB-004", "sku", "WB-004"),
        ("ref:ord_1", "external_reference", "ord_1"),
        ("#1042", "external_reference", "#1042"),
        ("WB-004", "external_reference", "WB-004"),
    ],
)
def test_a_search_text_is_read_as_what_it_looks_like(text: str, by: str, value: str) -> None:
    first = readings(text)[0]
    assert (first.by, first.value) == (by, value)


def test_what_is_no_reference_may_be_a_sku() -> None:
    assert [reading.by for reading in readings("WB-004")] == ["external_reference", "sku"]
    assert readings("#1042")[-1].value == "1042"
    assert readings("  ") == []


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(123450, "USD", "$1,234.50"), (-5, "EUR", "−€0.05"), (1200, "JPY", "¥1,200"), (12345, "BHD", "BHD\u00a012.345"), (None, "USD", "–")],
)
def test_money_reads_as_money(minor: int | None, currency: str, text: str) -> None:
    assert words.money(minor, currency) == text


@pytest.mark.parametrize(("minutes", "text"), [(0.2, "just now"), (3, "3 min"), (72, "72 min"), (121, "2 h"), (60 * 50, "2 d")])
def test_time_past_reads_in_one_unit(minutes: float, text: str) -> None:
    assert words.ago(at(minutes), NOW) == text
    assert words.ago("nonsense", NOW) == ""


def test_the_timeline_runs_from_the_newest_to_the_oldest() -> None:
    told = moments(Shop().order(SHIPPING))
    assert [moment.at for moment in told] == sorted((moment.at for moment in told), reverse=True)
    assert told[-1].title == "Order received from northwind-shopify"
    assert told[0].title == "Columbus packed 2 units"


def test_an_event_that_nobody_put_into_words_is_shown_all_the_same() -> None:
    from dataclasses import replace

    from waybill.kernel.events import Entry

    order = replace(
        simple("ord_a", "1", "received", 5, 100), history=(("ord_a", Entry(1, "order.gift_wrapped", at(1), "x", {"reason": "asked_for"})),)
    )
    assert moments(order)[0].title == "Order gift wrapped"
    assert moments(order)[0].detail == "asked for"


def test_a_label_says_what_it_was_bought_for() -> None:
    from dataclasses import replace

    from waybill.kernel.events import Entry

    bought = Entry(1, "fulfilment_order.label_bought", at(1), "node:reno", {"package": 1, "carrier": "easypost", "cost": 607, "currency": "USD"})
    (moment,) = moments(replace(simple("ord_a", "1", "released", 5, 100), history=(("fo_a-1", bought),)))
    assert (moment.title, moment.detail) == ("Label of parcel 1 bought", "easypost · $6.07")


def test_the_flow_says_where_an_order_stands() -> None:
    shop = Shop()
    assert [(step.name, step.note) for step in steps(shop.order(SHIPPING)) if step.state == "now"] == [("Shipped", "1 of 2")]
    assert [(step.name, step.note) for step in steps(shop.order(HELD)) if step.state == "stuck"] == [("Payment", "Payment needs a person")]
    assert {step.state for step in steps(simple("ord_a", "1", "cancelled", 5, 1))} == {"done", "off"}


def test_an_order_under_way_stands_at_one_step() -> None:
    for order in Shop().known.values():
        here = [step for step in steps(order) if step.state in ("now", "stuck")]
        assert len(here) == (0 if order.row.status == "cancelled" else 1)


def test_stock_is_a_grid_with_gaps() -> None:
    nodes, rows = by_sku(Shop().stock())
    assert nodes == ["columbus", "dallas", "newark-3pl", "reno"]
    assert all(len(row.cells) == 4 for row in rows)
    assert any(cell is None for row in rows for cell in row.cells)
    assert all(row.available == sum(cell.available for cell in row.cells if cell) for row in rows)
