"""What karrio makes of a carrier's answer, in our words; checked like any input. Pure: its objects come as plain dicts."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from waybill.fulfilment.model.tracking import Scan
from waybill.fulfilment.ports import Bought, Offer
from waybill.kernel.cards import masked
from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import InvalidInput, Malformed, Unavailable
from waybill.kernel.money import exponent, minor_units

STATUSES = {
    "pending": "pre_transit",
    "picked_up": "in_transit",
    "in_transit": "in_transit",
    "delivery_delayed": "in_transit",
    "on_hold": "exception",
    "out_for_delivery": "out_for_delivery",
    "ready_for_pickup": "available_for_pickup",
    "delivery_failed": "undeliverable",
    "return_to_sender": "return_to_sender",
    "delivered": "delivered",
}
"""Its words of a parcel and ours. `unknown` says nothing, `cancelled` that the label was given back."""
_LONG_AGO_DAYS, _LIKELY_DAYS = 30, 45
"""What is taken where it is not known how long a service takes: kept in no promise. More than so many days are a date that was read against another day."""
_CLOCKS = ("%H:%M", "%I:%M %p", "%H:%M:%S")


def offers(carrier: str, place: int, rates: Iterable[Mapping[str, Any]], services: tuple[str, ...]) -> Iterator[Offer]:
    """Every rate, or those of `services` (`ups_ground`), which is also what buys it."""
    for rate in rates:
        service, currency = text(rate, "service"), text(rate, "currency")
        if services and service not in services:
            continue
        price, days = money(rate.get("total_charge"), currency), rate.get("transit_days")
        known = days if isinstance(days, int) and 0 < days <= _LIKELY_DAYS else _LONG_AGO_DAYS
        name = str((rate.get("meta") or {}).get("service_name") or service).replace("_", " ")
        yield Offer(carrier, service, name, price, currency, known, place, service, {"freight": price})


def bought(shipment: Mapping[str, Any], offer: Offer) -> Bought:
    """With its label as a PDF. What it costs is the offer's where the carrier does not say it again. Raises Unavailable where the answer makes no sense."""
    rate = shipment.get("selected_rate") or {}
    said = bool(rate.get("total_charge")) and bool(rate.get("currency"))
    price, currency = (money(rate["total_charge"], text(rate, "currency")), text(rate, "currency")) if said else (offer.price, offer.currency)
    try:
        label = b64decode((shipment.get("docs") or {}).get("label") or "", validate=True)
    except (ValueError, TypeError):
        raise Unavailable("the label cannot be read") from None
    if not label:
        raise Unavailable("the answer has no label")
    return Bought(text(shipment, "tracking_number"), text(shipment, "shipment_identifier"), price, currency, {"label.pdf": label})


def scans(details: Iterable[Mapping[str, Any]]) -> list[Scan]:
    """All that the carrier has seen, its own code beside our word. Where an event itself has no word of karrio's the newest one has the parcel's; the others say nothing."""
    found = []
    for parcel in details:
        events = [(at, event) for event in parcel.get("events") or [] for at in (_moment(event),) if at]
        newest = max((at for at, _ in events), default="")
        for at, event in events:
            status = STATUSES.get(str(event.get("status") or (parcel.get("status") if at == newest else "")))
            if status:
                found.append(Scan(status, masked(str(event.get("code") or event.get("status") or status)[:64]), at))
    return found


def words(messages: Iterable[Mapping[str, Any]]) -> str:
    """The carrier's own, at most five of them."""
    return "; ".join(f"{each.get('code') or ''} {each.get('message') or ''}".strip()[:200] for each in list(messages)[:5])


def text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value or len(value) > 200:
        raise Unavailable(f"the carrier answers without {name}")
    return value


def money(value: Any, currency: str) -> int:
    """karrio gives floats, rounded to cents."""
    try:
        places = Decimal(1).scaleb(-exponent(currency))
        price = minor_units(Decimal(str(value)).quantize(places), currency)
    except (InvalidInput, Malformed, ArithmeticError, ValueError):
        raise Unavailable(f"the carrier answers the price {str(value)[:40]!r} {currency[:10]!r}") from None
    if price < 0:
        raise Unavailable("the carrier answers a price below nothing")
    return price


def _moment(event: Mapping[str, Any]) -> str:
    """An instant; "" where the event has none. A clock without a zone is read as UTC, as karrio gives none."""
    try:
        if event.get("timestamp"):
            return instant(parse_instant(str(event["timestamp"])))
        day = datetime.fromisoformat(str(event.get("date") or "")).replace(tzinfo=UTC)
    except (ValueError, OverflowError, InvalidInput):
        return ""
    for clock in _CLOCKS:
        try:
            told = datetime.strptime(str(event.get("time") or ""), clock)
        except ValueError:
            continue
        return instant(day.replace(hour=told.hour, minute=told.minute, second=told.second))
    return instant(day)
