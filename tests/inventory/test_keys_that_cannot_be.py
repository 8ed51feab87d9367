"""What DynamoDB would refuse to look for is not there: a caller who asks for it is told so, and keeps nobody else from an answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.inventory import tables
from tests.support.cloud import cloud
from waybill.aws.tables import Table
from waybill.shop import store as shop

TOO_LONG = ["x" * 1025, "é" * 513, ""]


@pytest.fixture(autouse=True)
def _shop() -> Iterator[None]:
    with cloud():
        tables.open_shop()
        yield


@pytest.mark.parametrize("sk", TOO_LONG)
def test_a_key_that_is_too_long_or_empty_is_never_asked_for(sk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOWHERE", "there-is-no-such-table")  # a call would fail
    nowhere = Table("NOWHERE")
    assert nowhere.get("ITEM", sk) is None and nowhere.get_many([("ITEM", sk)]) == []
    assert nowhere.get("x" * 2049) is None and nowhere.page("x" * 2049).items == [] and nowhere.partition("") == []


def test_the_longest_keys_are_asked_for() -> None:
    assert Table("SHOP_TABLE").get("x" * 2048, "x" * 1024) is None


@pytest.mark.parametrize("sk", TOO_LONG)
def test_a_sku_that_cannot_be_keeps_no_other_from_being_found(sk: str) -> None:
    assert list(shop.items(["A", sk])) == ["A"]
