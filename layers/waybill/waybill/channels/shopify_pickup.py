"""Shopify's local pickup: where an order is fetched, as its documents have it."""

from __future__ import annotations

from waybill.channels import pickup
from waybill.channels.imported import Finding
from waybill.channels.reading import Body, flag, part, parts, text

_OVER = ("closed", "cancelled")


def fetched(body: Body, shipping_lines: list[Body]) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """How Shopify names the place at which its customer fetches it, and what a person must look at.

    Its fulfilment orders say so where the document has them (a webhook has not), by the location's id and name. Else its shipping lines do, which have the
    name alone: those that are of the category, and Shopify's own method of an order of things that ship, to no address.
    """
    works = [raw for raw in parts(body, "fulfillment_orders") if text(raw, "status", limit=40).lower() not in _OVER]
    names, rest = _of_works(works) if works else _of_lines(body, shipping_lines)
    found = tuple(dict.fromkeys(name for name in names if name))
    return ((), (pickup.partly(found),)) if found and rest else (found, ())


def _of_works(works: list[Body]) -> tuple[list[str], int]:
    """The names, and how many are sent."""
    places = [part(raw, "assigned_location") for raw in works if _is_pickup(text(part(raw, "delivery_method"), "method_type", limit=40))]
    return [name for place in places for name in (text(place, "location_id", limit=64), text(place, "name", limit=200))], len(works) - len(places)


def _of_lines(body: Body, lines: list[Body]) -> tuple[list[str], int]:
    to_nobody = not text(part(body, "shipping_address"), "address1", limit=200) and any(flag(raw, "requires_shipping", True) for raw in parts(body, "line_items"))
    found = [raw for raw in lines if _is_pickup(text(raw, "delivery_category", limit=40)) or (to_nobody and text(raw, "source", limit=40) == "shopify")]
    return [name for raw in found for name in (text(raw, "code", limit=200), text(raw, "title", limit=200))], len(lines) - len(found)


def _is_pickup(said: str) -> bool:
    """`pick_up`, as its API has it, in whatever spelling."""
    return said.lower().replace("-", "").replace("_", "") == "pickup"
