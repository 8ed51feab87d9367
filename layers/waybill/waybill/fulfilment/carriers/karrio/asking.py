"""What karrio is asked in its unified shapes: pounds, inches, decimal money. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.fulfilment.ports import Goods, Parcel, Sending
from waybill.kernel.errors import InvalidInput
from waybill.kernel.money import decimal_string
from waybill.orders.model.order import Address
from waybill.shop.model import Place

_MM_OF_AN_INCH, _GRAMS_OF_A_POUND = 25.4, 453.59237


def rates(sending: Sending, parcel: Parcel, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A RateRequest for one parcel. `settings`: `services` (`ups_ground`; all where none), `customs_signer`."""
    return {**_both(sending, parcel, settings), "services": list(settings.get("services") or ())}


def shipment(sending: Sending, parcel: Parcel, service: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A ShipmentRequest for one parcel, paid by the account that asks."""
    return {**_both(sending, parcel, settings), "service": service, "payment": {"paid_by": "sender"}, "label_type": "PDF"}


def address(place: Address | Place, residential: bool = False) -> dict[str, Any]:
    told = {
        "person_name": place.name,
        "company_name": getattr(place, "company", "") or (place.name if isinstance(place, Place) else ""),
        "address_line1": place.line1,
        "address_line2": place.line2,
        "city": place.city,
        "state_code": place.region,
        "postal_code": place.postal_code,
        "country_code": place.country,
        "phone_number": place.phone,
    }
    return {"residential": residential, **{name: value for name, value in told.items() if value}}


def measures(parcel: Parcel) -> dict[str, Any]:
    """Rounded up, to a hundredth of a pound and a tenth of an inch, so that nothing is declared lighter or smaller than it is. Raises InvalidInput where it weighs nothing.
    In these units for every carrier: karrio's FedEx writes IN beside a length in centimetres."""
    if parcel.weight_g <= 0:
        raise InvalidInput("a parcel weighs something", fields={"weight_g": "at least 1"})
    sides = {"length": parcel.length_mm, "width": parcel.width_mm, "height": parcel.height_mm}
    told = {name: _up(mm / _MM_OF_AN_INCH, 10) for name, mm in sides.items()} | {"dimension_unit": "IN"} if all(sides.values()) else {}
    return {**told, "weight": _pounds(parcel.weight_g), "weight_unit": "LB", "packaging_type": "your_packaging"}


def _both(sending: Sending, parcel: Parcel, settings: Mapping[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "shipper": address(sending.sender),
        "recipient": address(sending.recipient, sending.residential),
        "parcels": [measures(parcel)],
        "options": {"shipment_date": sending.leaves, "currency": sending.currency},
        "reference": sending.reference[:35],
    }
    if sending.crosses_a_border:
        asked["customs"] = customs(sending, parcel, settings)
    return asked


def customs(sending: Sending, parcel: Parcel, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Duties are the recipient's. Raises InvalidInput where nobody is named who signs, or it is not known what is in the parcel."""
    if not settings.get("customs_signer"):
        raise InvalidInput("a parcel over a border needs customs_signer in the settings of its carrier", fields={"settings.customs_signer": "missing"})
    if not parcel.goods:
        raise InvalidInput("a parcel over a border needs to say what is in it", fields={"packages": "no goods"})
    value = sum(goods.value * goods.quantity for goods in parcel.goods)
    return {
        "certify": True,
        "signer": settings["customs_signer"],
        "content_type": "merchandise",
        "incoterm": "DDU",
        "invoice": sending.reference,
        "invoice_date": sending.leaves,
        "commercial_invoice": True,
        "duty": {"paid_by": "recipient", "currency": sending.currency, "declared_value": float(decimal_string(value, sending.currency))},
        "commodities": [_commodity(goods, sending.currency) for goods in parcel.goods],
    }


def _commodity(goods: Goods, currency: str) -> dict[str, Any]:
    """Weight and value are those of one unit."""
    told = {
        "sku": goods.sku,
        "title": goods.title[:100] or goods.sku,
        "quantity": goods.quantity,
        "weight": _pounds(max(goods.weight_g, 1)),
        "weight_unit": "LB",
        "value_amount": float(decimal_string(goods.value, currency)),
        "value_currency": currency,
        "hs_code": goods.hs_code,
        "origin_country": goods.origin,
    }
    return {name: value for name, value in told.items() if value not in ("", None)}


def _pounds(grams: int) -> float:
    return _up(grams / _GRAMS_OF_A_POUND, 100)


def _up(value: float, parts: int) -> float:
    """To the next of so many parts of one; what is a millionth above one is that one."""
    return -(-round(value * parts * 1_000_000) // 1_000_000) / parts
