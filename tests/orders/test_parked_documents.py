"""A parked document says why, whatever it was that it quotes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.support.world import World, world
from waybill.orders import documents
from waybill.orders.documents import Document


@pytest.fixture
def the() -> Iterator[World]:
    with world() as the:
        yield the


def test_a_problem_that_quotes_half_of_a_surrogate_pair_can_be_stored_and_shown(the: World) -> None:
    kept = Document("shopify", "one", "webhook", "", b"{}", "2026-11-23T08:00:00.000Z")
    documents.keep(kept, "no number: \ud800")
    documents.keep(later := Document("shopify", "two", "webhook", "", b"{}", "2026-11-23T08:00:01.000Z"))
    documents.park(later.id, "no number: \udfff" + "x" * 2000)
    found, _ = documents.parked(10, None)
    assert [each["problem"][:12] for each in found] == ["no number: ?"] * 2
    assert json.dumps(found, ensure_ascii=False).encode()
