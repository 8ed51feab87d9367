"""What a person means by the words in the search box."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meant:
    """One reading of the text: `by` is order_id, customer, sku, external_reference."""

    by: str
    value: str


_LONGEST = 200


def readings(text: str) -> list[Meant]:
    """The ways to read a search text, most certain first: the first that finds something is the answer.

    `ord_…`, `fo_…-1` and a pasted address of an order's page are an order; what has an `@` is a customer; `sku:`, `ref:`
    and `customer:` say what they are; anything else is the channel's own number, and then a SKU.
    """
    text = text.strip()[:_LONGEST]
    label, colon, rest = text.partition(":")
    if colon and label.lower() in _LABELS and rest.strip():
        return [Meant(_LABELS[label.lower()], rest.strip())]
    tail = text.rstrip("/").rpartition("/")[2]
    if tail.startswith("ord_"):
        return [Meant("order_id", tail)]
    if tail.startswith("fo_") and "-" in tail:
        return [Meant("order_id", "ord_" + tail[3:].rpartition("-")[0])]
    if "@" in text:
        return [Meant("customer", text)]
    if not text:
        return []
    return [Meant("external_reference", text), Meant("sku", text), Meant("external_reference", text.removeprefix("#"))][: 3 if text[0] == "#" else 2]


_LABELS = {"sku": "sku", "ref": "external_reference", "reference": "external_reference", "customer": "customer", "order": "order_id"}
