"""Price lists in the Shop table: `pk = TARIFF#<carrier>, sk = <version>`, compressed; the carrier's own record names from which day each holds. None is ever
changed or deleted, so that what a label cost can be explained."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from typing import Any

from waybill.aws.tables import Table, Write, WriteConflict, commit, overwrite
from waybill.fulfilment.model.tariff import Divisor, Lane, Service, Surcharge, Tariff, Zone
from waybill.kernel.errors import Conflict, NotFound, TooLarge
from waybill.kernel.plain import compact
from waybill.shop import store as shop
from waybill.shop.model import Carrier
from waybill.shop.places import distance_km, locate

_TABLE = Table("SHOP_TABLE")
_LARGEST = 350_000
_MOST_TABLES = 200


def on(carrier: Carrier, day: str) -> Tariff:
    """The price list that holds on a day: an imported one, else the record's own."""
    version = carrier.table_on(day)
    return stored(carrier.id, version) if version else shop.for_a_minute((f"TARIFF#{carrier.id}", ""), lambda: own(carrier))


def stored(carrier: str, version: str) -> Tariff:
    """Raises NotFound."""

    def load() -> Tariff:
        item = _TABLE.get(f"TARIFF#{carrier}", version, consistent=False) or _TABLE.get(f"TARIFF#{carrier}", version)
        if item is None:
            raise NotFound(f"{carrier[:64]} has no price list {version[:64]!r}")
        return _unpacked(item["says"])

    return shop.for_a_minute((f"TARIFF#{carrier}", version), load)


def file_of(carrier: str, version: str) -> str:
    """The file as it was imported. Raises NotFound."""
    item = _TABLE.get(f"TARIFF#{carrier}", version)
    if item is None:
        raise NotFound(f"{carrier[:64]} has no price list {version[:64]!r}")
    return zlib.decompress(bytes(item["file"])).decode()


def keep(tariff: Tariff, file: str) -> Carrier:
    """The list, and with the same write the carrier's record that names it; the same list from the same day changes nothing. Raises NotFound, TooLarge, Conflict."""
    raw = _TABLE.get(shop.CARRIER, tariff.carrier)
    if raw is None:
        raise NotFound(f"the shop has no carrier {tariff.carrier[:64]!r}")
    known, named = raw.get("tables", []), [tariff.since, tariff.version]
    if not known or named != max(reversed(known), key=lambda each: (each[0] <= tariff.since, each[0])):
        item = {"pk": f"TARIFF#{tariff.carrier}", "sk": tariff.version, "says": _packed(tariff), "file": zlib.compress(file.encode())}
        if len(item["says"]) + len(item["file"]) > _LARGEST:
            raise TooLarge("the price list is too large to be kept: split the carrier by its services")
        if len(known) >= _MOST_TABLES:
            raise TooLarge(f"a carrier has at most {_MOST_TABLES} price lists")
        try:
            commit(overwrite(_TABLE, item), over(raw, {**raw, "tables": [*known, named], "revision": raw.get("revision", 0) + 1}))
        except WriteConflict:
            raise Conflict("the carrier was changed by somebody else just now; try again") from None
        shop.forget()
    return shop.carrier(tariff.carrier)


def over(before: dict[str, Any], after: dict[str, Any]) -> Write:
    """The write of a carrier's record over the one that was read. `version` in it names its price list, so that its writes are counted in `revision`."""
    if "revision" not in before:
        return Write(_TABLE.name, after, "attribute_exists(pk) AND attribute_not_exists(revision)", {}, {})
    return Write(_TABLE.name, after, "revision = :seen", {}, {":seen": before["revision"]})


def own(carrier: Carrier) -> Tariff:
    """The table that a carrier's record has in itself: zones by distance, the last one without an end."""
    last = len(carrier.zones_km)
    zones = tuple(Zone(at, up_to_km=km if at < last else 0) for at, km in enumerate(carrier.zones_km, 1))
    services = tuple(
        Service(
            each.id,
            each.name,
            each.delivery_days,
            {at: tuple(zip(each.weight_breaks_g, prices, strict=False)) for at, prices in each.prices.items() if at in each.delivery_days},
        )
        for each in carrier.services
    )
    return Tariff(carrier.id, carrier.version, "", carrier.currency, zones, services)


def lane(here: Any, there: Any, leaves: str, residential: bool = True) -> Lane:
    """From one of our places to an address."""
    away = distance_km(locate(here), locate(there))
    return Lane(away, leaves, there.country, there.postal_code, here.country, here.postal_code, residential)


def _packed(tariff: Tariff) -> bytes:
    said = asdict(tariff) | {"holidays": sorted(tariff.holidays)}
    return zlib.compress(compact(said).encode())


def _unpacked(packed: Any) -> Tariff:
    said = json.loads(zlib.decompress(bytes(packed)))
    parts = {
        "zones": tuple(Zone(**each) for each in said["zones"]),
        "services": tuple(map(_service, said["services"])),
        "divisors": tuple(Divisor(**each) for each in said["divisors"]),
        "surcharges": tuple(Surcharge(**each) for each in said["surcharges"]),
        "holidays": frozenset(said["holidays"]),
    }
    return Tariff(**{**said, **parts})


def _service(said: dict[str, Any]) -> Service:
    days = {int(at): days for at, days in said["days"].items()}
    steps = {int(at): tuple((up_to, price) for up_to, price in steps) for at, steps in said["steps"].items()}
    return Service(**{**said, "days": days, "steps": steps, "weekdays": tuple(said["weekdays"])})
