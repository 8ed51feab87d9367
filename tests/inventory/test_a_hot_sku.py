"""Ten thousand orders a minute for one SKU, in a model of how DynamoDB takes writes to one item: what is asked for, and that the model can fail."""

from __future__ import annotations

import pytest

from bench import hot_sku

OURS, USUAL = hot_sku.WAYS


@pytest.mark.parametrize("stock", [10_000, 8_000])
@pytest.mark.parametrize("seed", [1, 2])
def test_ten_thousand_orders_a_minute_are_sold_what_there_is_at_the_first_attempt(stock: int, seed: int) -> None:
    found = hot_sku.sold_by(OURS, 10_000, stock, seed)
    assert (found["sold"], found["oversold"]) == (stock, 0)
    assert found["failed %"] < 1 and found["attempts/success"] < 1.2


def test_beyond_what_one_row_can_take_orders_come_later_and_none_is_lost_or_oversold() -> None:
    found = hot_sku.sold_by(OURS, 16_000, 15_000, 1)
    assert (found["sold"], found["oversold"], found["failed"]) == (15_000, 0, 0) and found["attempts/success"] > 1.2


def test_a_transaction_on_the_hot_row_fails_where_one_update_does_not() -> None:
    assert hot_sku.sold_by(USUAL, 10_000, 10_000, 1)["failed %"] > 9


def test_a_row_that_is_never_tidied_up_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hot_sku, "FOLD_EVERY", 10**9)
    assert hot_sku.sold_by(OURS, 10_000, 10_000, 1)["attempts/success"] > 1.2
