"""Every real document of an order that is at hand, by the kind of its channel: published ones, our own of events/intake, the benches', and one a
channel with every field that its vendor documents (tests/channels/full)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.channels.benches import BENCHES
from tests.channels.documents import EVENTS, SHARED
from tests.channels.leaves import plain
from tests.channels.ship_groups import GROUPED, grouped

FULL = Path(__file__).parent / "full"
FOLDERS = {"shopify": "shopify", "woocommerce": "woocommerce", "square": "square", "amazon_sp_api": "amazon", "commercetools": "commercetools", "magento": "magento"}
"""The folders of ../shared/samples, and whose documents are in them."""


def full(kind: str) -> dict[str, Any]:
    return plain((FULL / f"{kind}.json").read_bytes())


def documents(kind: str) -> Iterator[tuple[str, Any]]:
    """(where it is from, an order)."""
    yield "full", full(kind)
    if kind in GROUPED:
        yield "to two places", grouped(kind, full(kind))
    yield from ((f"bench {bench.kind}", plain(json.dumps(bench.document(1)))) for bench in BENCHES if bench.kind == kind)
    for file in sorted(EVENTS.glob(f"{kind}_*.json")):
        yield file.name, plain(file.read_bytes())["body"]
    for file in published(kind):
        yield from ((file.name, order) for order in orders_in(plain(file.read_bytes())))


def published(kind: str) -> list[Path]:
    folder = next((folder for folder, known in FOLDERS.items() if known == kind), "")
    return sorted((SHARED / "samples" / folder).glob("*.json")) if folder else []


def orders_in(document: Any) -> list[dict[str, Any]]:
    """Every whole order in a sample: alone, wrapped, in a list, or in a batch."""
    if isinstance(document, list):
        return [each for each in document if isinstance(each, dict) and "line_items" in each and "currency" in each]
    if "response" in document:  # Amazon's: a request and its answer
        answer = document["response"] or {}
        return [each for each in [answer.get("order"), *answer.get("orders", [])] if each and "orderItems" in each]
    if document.get("type") == "Order" or "lineItems" in document or ("line_items" in document and "currency" in document):
        return [document]
    wrapped = [document["order"]] if isinstance(document.get("order"), dict) else []
    lists = [each for name in ("orders", "create", "update", "delete") for each in document.get(name) or [] if isinstance(each, dict)]
    return [each for each in (*wrapped, *lists) if "line_items" in each or "total_price" in each]
