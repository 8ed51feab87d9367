"""Reno is a warehouse that is not ours and speaks EDI."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.edi.warehouse import SETTINGS, Warehouse
from tests.fulfilment.floor import floor
from waybill.shop import store


@pytest.fixture
def reno() -> Iterator[Warehouse]:
    with floor() as fresh:
        store.save(store.NODE, "reno", replace(store.node("reno"), kind="3pl", settings={"edi": SETTINGS}))
        store.forget()
        yield Warehouse(fresh)
