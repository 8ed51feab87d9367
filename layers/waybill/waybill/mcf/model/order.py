"""A fulfilment order as Amazon's Fulfillment Outbound API (2020-07-01) speaks of it. Pure.

Its `sellerFulfillmentOrderId` is the id of our fulfilment order, its `sellerFulfillmentOrderItemId` our line's: so the same work asked for twice is one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from waybill.kernel.errors import Malformed

TAKEN, SHIPPED, CANCELLED, UNFULFILLABLE, INVALID = "taken", "shipped", "cancelled", "unfulfillable", "invalid"
_MEANS = {
    "NEW": TAKEN,
    "RECEIVED": TAKEN,
    "PLANNING": TAKEN,
    "PROCESSING": TAKEN,
    "COMPLETE": SHIPPED,
    "COMPLETEPARTIALLED": SHIPPED,
    "CANCELLED": CANCELLED,
    "UNFULFILLABLE": UNFULFILLABLE,
    "INVALID": INVALID,
}
_LONGEST_ITEM_ID, _LONGEST_SKU, _LONGEST_ORDER_ID, _LONGEST_COMMENT = 50, 50, 40, 750
_SPEEDS = ((1, "Priority"), (2, "Expedited"))
_USUAL = "Standard"
_THANKS = "Thank you for your order!"
STATUS_NOTICE = "FULFILLMENT_ORDER_STATUS"


@dataclass(frozen=True, slots=True)
class Unit:
    """`line` of our order: so many of a SKU."""

    line: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """Units by SKU."""

    units: Mapping[str, int]
    tracking_number: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands at Amazon. `parcels`: those that have left, when all have that ever will. `word`: Amazon's own."""

    means: str
    word: str
    parcels: tuple[Parcel, ...] = field(default=())


def request(id: str, number: str, at: str, to: Mapping[str, str], units: Iterable[Unit], within: int, marketplace: str, comment: str) -> dict[str, Any]:
    """The body of createFulfillmentOrder. `within`: days that it may take, 0 where nothing is promised. What Amazon has not, it is to leave out and ship
    the rest. Raises Malformed for what Amazon's model has no room for."""
    lines = [{"sellerSku": _fits(each.sku, _LONGEST_SKU, "sku"), "sellerFulfillmentOrderItemId": item_id(each.line), "quantity": each.quantity} for each in units]
    body: dict[str, Any] = {
        "sellerFulfillmentOrderId": _fits(id, _LONGEST_ORDER_ID, "id"),
        "displayableOrderId": (number or id)[:_LONGEST_ORDER_ID],
        "displayableOrderDate": at,
        "displayableOrderComment": (comment or _THANKS)[:_LONGEST_COMMENT],
        "shippingSpeedCategory": speed(within),
        "destinationAddress": _address(to),
        "fulfillmentAction": "Ship",
        "fulfillmentPolicy": "FillAllAvailable",
        "items": lines,
    }
    return body | ({"marketplaceId": marketplace} if marketplace else {})


def speed(within: int) -> str:
    """The slowest of Amazon's speeds that keeps the promise; what is late already goes as fast as it can."""
    if within < 0:
        return _SPEEDS[0][1]
    return next((name for days, name in _SPEEDS if 0 < within <= days), _USUAL)


def item_id(line: str) -> str:
    return line if len(line) <= _LONGEST_ITEM_ID else hashlib.sha256(line.encode()).hexdigest()[:40]


def standing(answer: Any) -> Standing:
    """Of getFulfillmentOrder's `payload`. Raises Malformed for a status that Amazon does not document."""
    payload = answer if isinstance(answer, Mapping) else {}
    word = str((payload.get("fulfillmentOrder") or {}).get("fulfillmentOrderStatus", ""))
    means = _MEANS.get(word.upper().replace("_", "").replace(" ", ""))
    if means is None:
        raise Malformed(f"Amazon says {word[:40]!r} of a fulfilment order")
    shipments = [each for each in payload.get("fulfillmentShipments") or () if str(each.get("fulfillmentShipmentStatus", "")).upper() == "SHIPPED"]
    return Standing(means, word, tuple(parcel for each in shipments for parcel in _parcels(each)))


def _parcels(shipment: Mapping[str, Any]) -> list[Parcel]:
    """By package; what is in none that is named goes with the first. A shipment without packages has left without a number that Amazon tells."""
    packages = [each for each in shipment.get("fulfillmentShipmentPackage") or ()]
    numbers = [each.get("packageNumber") for each in packages] or [None]
    held: dict[Any, dict[str, int]] = {number: {} for number in numbers}
    for item in shipment.get("fulfillmentShipmentItem") or ():
        number = item.get("packageNumber") if item.get("packageNumber") in held else numbers[0]
        sku, units = str(item.get("sellerSku", "")), int(item.get("quantity", 0))
        held[number][sku] = held[number].get(sku, 0) + units
    told = {each.get("packageNumber"): each for each in packages}
    made = [Parcel(units, _number(told.get(number, {})), str(told.get(number, {}).get("carrierCode", "")) or "amazon") for number, units in held.items()]
    return [each for each in made if each.units]


def _number(package: Mapping[str, Any]) -> str:
    return str(package.get("trackingNumber") or package.get("amazonFulfillmentTrackingNumber") or "")


def _address(to: Mapping[str, str]) -> dict[str, str]:
    """Amazon's address; the company goes before the street, for it has no place of its own."""
    lines = [line for line in (to.get("company", ""), to.get("line1", ""), to.get("line2", "")) if line]
    told = {
        "name": to.get("name") or to.get("company", ""),
        **{f"addressLine{n}": line[:180] for n, line in enumerate(lines[:3], 1)},
        "city": to.get("city", ""),
        "stateOrRegion": to.get("region", ""),
        "postalCode": to.get("postal_code", ""),
        "countryCode": to.get("country", ""),
        "phone": to.get("phone", ""),
    }
    needed = ("name", "addressLine1", "postalCode", "countryCode")
    return {name: value for name, value in told.items() if value or name in needed}


def noticed(notice: Any) -> str:
    """The fulfilment order that a FULFILLMENT_ORDER_STATUS notification names; empty for any other notice."""
    if not isinstance(notice, Mapping) or notice.get("NotificationType") != STATUS_NOTICE:
        return ""
    payload = notice.get("Payload")
    told = payload.get("FulfillmentOrderStatusNotification") if isinstance(payload, Mapping) else None
    id = told.get("SellerFulfillmentOrderId") if isinstance(told, Mapping) else None
    return id if isinstance(id, str) else ""


def _fits(value: str, most: int, what: str) -> str:
    if not value or len(value) > most:
        raise Malformed(f"Amazon has room for {most} characters of a {what}, not for {value[:64]!r}", fields={what: "too long for Amazon"})
    return value
