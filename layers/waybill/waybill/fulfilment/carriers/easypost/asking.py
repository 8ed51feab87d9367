"""What we ask EasyPost in its own shapes: inches, ounces, decimal money. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.fulfilment.ports import Goods, Parcel, Sending, Van
from waybill.kernel.errors import InvalidInput
from waybill.kernel.money import decimal_string
from waybill.orders.model.order import Address
from waybill.shop.model import Place

_MM_OF_AN_INCH, _GRAMS_OF_AN_OUNCE = 25.4, 28.349523125


def shipment(sending: Sending, parcel: Parcel, reference: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The body that creates a shipment, and so has it priced. `settings`: `accounts` of carriers to ask, `customs_signer`, `eel_pfc`, `hazmat`."""
    asked: dict[str, Any] = {
        "to_address": address(sending.recipient),
        "from_address": address(sending.sender),
        "parcel": measures(parcel),
        "options": options(sending, parcel, settings),
        "reference": reference,
    }
    if settings.get("accounts"):
        asked["carrier_accounts"] = list(settings["accounts"])
    if sending.crosses_a_border:
        asked["customs_info"] = customs(sending, parcel, settings)
    return {"shipment": asked}


def pickup(van: Van) -> dict[str, Any]:
    """The body that creates a pickup, and so has it priced. One shipment stands for all that are ready. Raises InvalidInput without one."""
    if not van.shipment:
        raise InvalidInput("none of the parcels was bought at this carrier", fields={"carrier": "has sold none of the labels"})
    asked: dict[str, Any] = {
        "address": address(van.place),
        "shipment": {"id": van.shipment},
        "min_datetime": van.earliest,
        "max_datetime": van.latest,
        "instructions": ". ".join(filter(None, (van.where, van.note))),
        "reference": van.reference,
    }
    return {"pickup": asked}


def address(place: Address | Place) -> dict[str, str]:
    told = {
        "name": place.name,
        "company": getattr(place, "company", ""),
        "street1": place.line1,
        "street2": place.line2,
        "city": place.city,
        "state": place.region,
        "zip": place.postal_code,
        "country": place.country,
        "phone": place.phone,
    }
    return {name: value for name, value in told.items() if value}


def measures(parcel: Parcel) -> dict[str, float]:
    """Rounded up to a tenth, so that nothing is declared lighter or smaller than it is."""
    sides = {"length": parcel.length_mm, "width": parcel.width_mm, "height": parcel.height_mm}
    told = {name: _up(mm / _MM_OF_AN_INCH) for name, mm in sides.items()} if all(sides.values()) else {}
    return {**told, "weight": _up(parcel.weight_g / _GRAMS_OF_AN_OUNCE)}


def options(sending: Sending, parcel: Parcel, settings: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"label_format": "PDF", "label_size": "4x6", "label_date": f"{sending.leaves}T12:00:00Z"}
    if sending.reference:
        told["print_custom_1"] = sending.reference[:35]
    if any(goods.hazard for goods in parcel.goods):
        told["hazmat"] = settings["hazmat"]
    return told


def customs(sending: Sending, parcel: Parcel, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Raises InvalidInput where nobody is named who signs, or it is not known what is in the parcel."""
    if not settings.get("customs_signer"):
        raise InvalidInput("a parcel over a border needs customs_signer in the settings of its carrier", fields={"settings.customs_signer": "missing"})
    if not parcel.goods:
        raise InvalidInput("a parcel over a border needs to say what is in it", fields={"packages": "no goods"})
    return {
        "customs_certify": True,
        "customs_signer": settings["customs_signer"],
        "contents_type": "merchandise",
        "contents_explanation": "",
        "restriction_type": "none",
        "non_delivery_option": "return",
        "eel_pfc": settings.get("eel_pfc") or "NOEEI 30.37(a)",
        "customs_items": [_item(goods, sending.currency) for goods in parcel.goods],
    }


def _item(goods: Goods, currency: str) -> dict[str, Any]:
    told = {
        "description": goods.title[:100] or goods.sku,
        "quantity": goods.quantity,
        "weight": _up(goods.weight_g * goods.quantity / _GRAMS_OF_AN_OUNCE),
        "value": decimal_string(goods.value * goods.quantity, currency),
        "hs_tariff_number": goods.hs_code,
        "origin_country": goods.origin,
        "code": goods.sku[:50],
    }
    return {name: value for name, value in told.items() if value not in ("", None)}


def _up(value: float) -> float:
    return -(-round(value * 1000) // 100) / 10
