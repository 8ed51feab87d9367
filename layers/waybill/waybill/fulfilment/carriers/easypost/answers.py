"""What EasyPost answers, in our words; checked like any input. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from waybill.fulfilment.model.tracking import Scan
from waybill.fulfilment.ports import Offer, VanOffer
from waybill.kernel.cards import masked
from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import InvalidInput, Malformed, Unavailable
from waybill.kernel.money import minor_units
from waybill.orders.model.order import Address

STATUSES = {
    "pre_transit": "pre_transit",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "available_for_pickup": "available_for_pickup",
    "delivered": "delivered",
    "return_to_sender": "return_to_sender",
    "failure": "undeliverable",
    "error": "exception",
}
"""Its words of a tracker and ours. `unknown` says nothing, `cancelled` that the label was given back."""
TOO_LATE = ("rejected", "not_applicable")
"""What has become of a refund that will not be paid."""
CALLED_OFF = ("canceled", "cancelled")
_LONG_AGO_DAYS = 30
"""What is taken where it does not know how long a service takes: kept in no promise."""
_OUR_FIELDS = {"street1": "line1", "street2": "line2", "zip": "postal_code", "state": "region"}


def offers(carrier: str, place: int, shipment: Mapping[str, Any], services: tuple[str, ...]) -> Iterator[Offer]:
    """Every rate, or those of `services` (`USPS:GroundAdvantage`). The handle is what buys it."""
    for rate in _list(shipment, "rates"):
        service = f"{text(rate, 'carrier')}:{text(rate, 'service')}"
        if services and service not in services:
            continue
        currency, days = text(rate, "currency"), rate.get("delivery_days") or rate.get("est_delivery_days")
        price = money(rate.get("rate"), currency)
        known = days if isinstance(days, int) and 0 < days < 366 else _LONG_AGO_DAYS
        handle = f"{id_of(shipment, 'shp_')}/{id_of(rate, 'rate_')}"
        yield Offer(carrier, service, service.replace(":", " "), price, currency, known, place, handle, {"freight": price})


def no_offer(carrier: str, asked: Mapping[str, Any], why: str = "takes no such parcel there") -> InvalidInput:
    """Why nobody takes it, or comes, in the carriers' own words."""
    said = [f"{each.get('carrier', '')}: {each.get('message', '')}"[:200] for each in _list(asked, "messages")]
    return InvalidInput(f"{carrier} {why}" + (f" ({'; '.join(said[:5])})" if said else ""), fields={"carrier": carrier})


def vans(pickup: Mapping[str, Any]) -> Iterator[VanOffer]:
    """Every way in which a pickup could be bought."""
    for rate in _list(pickup, "pickup_rates"):
        carrier, service, currency = (text(rate, name) for name in ("carrier", "service", "currency"))
        yield VanOffer(f"{carrier}:{service}", money(rate.get("rate"), currency), currency, f"{id_of(pickup, 'pickup_')}/{carrier}/{service}")


def comes(pickup: Mapping[str, Any]) -> bool:
    return pickup.get("status") == "scheduled" and bool(pickup.get("confirmation"))


def is_bought(shipment: Mapping[str, Any]) -> bool:
    return bool(shipment.get("selected_rate")) and bool(shipment.get("postage_label")) and bool(shipment.get("tracking_code"))


def paid(shipment: Mapping[str, Any]) -> tuple[int, str]:
    """What the label costs, and in which currency."""
    rate = shipment.get("selected_rate")
    told = rate if isinstance(rate, dict) else {}
    return money(told.get("rate"), text(told, "currency")), text(told, "currency")


def label_url(shipment: Mapping[str, Any], kind: str = "label_url") -> str:
    label = shipment.get("postage_label")
    found = label.get(kind) if isinstance(label, dict) else None
    return found if isinstance(found, str) and found.startswith("https://") else ""


def scans(tracker: Mapping[str, Any]) -> list[Scan]:
    """All that a tracker tells, the carrier's own code or words beside ours; what says nothing is left out."""
    found = [scan for each in _list(tracker, "tracking_details") for scan in (_scan(each, each.get("datetime")),) if scan]
    now = _scan(tracker, tracker.get("updated_at"))
    if now and not any(scan.status == now.status for scan in found):
        found.append(now)
    return found


def address(told: Mapping[str, Any], asked: Address) -> Address:
    """As the carrier writes it, with what it does not know of as it was asked. Raises InvalidInput where it does not deliver there."""
    delivery = (told.get("verifications") or {}).get("delivery") or {}
    if delivery.get("success") is False:
        raise InvalidInput("the carrier does not know this address", fields=problems(delivery.get("errors")))

    def of(name: str, otherwise: str) -> str:
        value = told.get(name)
        return value if isinstance(value, str) and value else otherwise

    return Address(
        name=asked.name, company=asked.company, line1=of("street1", asked.line1), line2=told.get("street2") or "", city=of("city", asked.city),
        region=of("state", asked.region), postal_code=of("zip", asked.postal_code), country=of("country", asked.country), phone=asked.phone,
        instructions=asked.instructions,
    )  # fmt: skip


def problems(errors: Any) -> dict[str, str]:
    """{our field: the carrier's words}."""
    listed = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    named = ((str(each.get("field") or "address"), str(each.get("message") or "refused")[:200]) for each in listed[:20])
    return {_OUR_FIELDS.get(field, field)[:64]: words for field, words in named} or {"address": "refused"}


def text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value or len(value) > 200:
        raise Unavailable(f"EasyPost answers without {name}")
    return value


def id_of(raw: Mapping[str, Any], prefix: str) -> str:
    found = text(raw, "id")
    if not found.startswith(prefix) or not found.isascii() or not found.replace("_", "").isalnum():
        raise Unavailable(f"EasyPost answers {found[:40]!r} where an id {prefix}… is expected")
    return found


def money(value: Any, currency: str) -> int:
    try:
        return minor_units(str(value), currency)
    except (InvalidInput, Malformed):
        raise Unavailable(f"EasyPost answers the price {str(value)[:40]!r}") from None


def _scan(told: Mapping[str, Any], at: Any) -> Scan | None:
    status = STATUSES.get(str(told.get("status") or ""))
    if status is None or not isinstance(at, str):
        return None
    try:
        moment = instant(parse_instant(at))
    except (ValueError, OverflowError):
        return None
    code = str(told.get("carrier_code") or told.get("status_detail") or told.get("status"))
    return Scan(status, masked(code[:64]), moment)


def _list(raw: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = raw.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
