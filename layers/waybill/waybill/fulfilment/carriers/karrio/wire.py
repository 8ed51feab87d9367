"""What is asked of `functions/direct_carriers` and what it answers, as JSON. Pure."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from waybill.fulfilment.model.tracking import Scan
from waybill.fulfilment.ports import Bought, Goods, Offer, Parcel, Sending
from waybill.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable, WaybillError
from waybill.orders.model.order import Address
from waybill.shop.model import Place

_PROBLEMS = {kind.__name__: kind for kind in (Conflict, InvalidInput, NotFound, Unavailable)}


def told(sending: Sending) -> dict[str, Any]:
    return asdict(sending)


def sending(told: Mapping[str, Any]) -> Sending:
    parcels = tuple(Parcel(**{**parcel, "goods": tuple(Goods(**goods) for goods in parcel["goods"])}) for parcel in told["parcels"])
    return Sending(**{**told, "sender": Place(**told["sender"]), "recipient": Address(**told["recipient"]), "parcels": parcels})


def offer(told: Mapping[str, Any]) -> Offer:
    return Offer(**told)


def scan(told: Mapping[str, Any]) -> Scan:
    return Scan(**told)


def bought_told(bought: Bought) -> dict[str, Any]:
    return {**asdict(bought), "label": {name: b64encode(content).decode() for name, content in bought.label.items()}}


def bought(told: Mapping[str, Any]) -> Bought:
    return Bought(**{**told, "label": {name: b64decode(content) for name, content in told["label"].items()}})


def problem_told(problem: WaybillError) -> dict[str, Any]:
    """By the nearest kind that goes over the wire."""
    kind = next((each.__name__ for each in type(problem).__mro__ if each.__name__ in _PROBLEMS), Unavailable.__name__)
    return {"kind": kind, "message": problem.message, "fields": dict(problem.fields)}


def problem(told: Mapping[str, Any]) -> WaybillError:
    return _PROBLEMS.get(told["kind"], Unavailable)(told["message"], fields=told["fields"])
