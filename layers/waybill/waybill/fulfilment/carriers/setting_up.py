"""Setting a carrier up, and changing it: checked, versioned, and written with who did it. Its price lists are `tables`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from waybill.fulfilment.carriers.registry import CONNECTORS, KARRIO, KINDS, TARIFF
from waybill.kernel.errors import InvalidInput
from waybill.kernel.money import exponent
from waybill.shop.calendar import time_of_day

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
_FIELDS = ("kind", "name", "currency", "tracking_url", "settings")
_LARGEST_SETTINGS = 4000
_SETTINGS = {
    "accounts": list, "services": list, "zpl": bool, "customs_signer": str, "eel_pfc": str, "hazmat": str, "api_base": str, "silent_days": int,
    "scac": str, "daily_collections": dict, "collection_cut_off": str,
    "connector": str, "sandbox": bool,
}  # fmt: skip
_SECRET = re.compile(r"key|secret|password|token", re.IGNORECASE)


def checked(id: str, body: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a carrier, over what stood `before`: its price lists stay. Raises InvalidInput naming each field that cannot be."""
    if not _ID.match(id):
        raise InvalidInput("a carrier's id has 1 to 64 lower case letters, digits, _ or -", fields={"carrier": "lower case letters, digits, _ -"})
    found = {"kind": TARIFF, "name": "", "currency": "USD", "tracking_url": "", "settings": {}, **{name: body[name] for name in _FIELDS if name in body}}
    wrong = {name[:100]: "is not known" for name in set(body) - set(_FIELDS)}
    wrong |= {name: says for name, fits, says in _rules(found, before) if not fits}
    if isinstance(found["settings"], dict):
        wrong |= {f"settings.{name}"[:100]: "is no setting of a carrier, or is of another kind" for name, value in found["settings"].items() if not _fits(name, value)}
        wrong |= {f"settings.{name}"[:100]: "is a secret: it belongs into Secrets Manager" for name in found["settings"] if _SECRET.search(name)}
    if wrong:
        field, says = next(iter(wrong.items()))
        raise InvalidInput(f"the carrier cannot be so: {field} {says}", fields=wrong)
    kept = {name: value for name, value in before.items() if name not in ("pk", "sk", "write_id")}
    return {"zones_km": [], "services": [], "version": "1", **kept, "id": id, **found}


def _rules(found: Mapping[str, Any], before: Mapping[str, Any]) -> list[tuple[str, bool, str]]:
    name, url = found["name"], found["tracking_url"]
    return [
        ("kind", found["kind"] in KINDS, f"is one of {', '.join(KINDS)}"),
        ("kind", not before or found["kind"] == before.get("kind", TARIFF), "stays as it is: its parcels are of that kind; set up another carrier"),
        ("name", isinstance(name, str) and 0 < len(name.strip()) <= 120 and name.isprintable(), "is a text of 1 to 120 characters"),
        ("currency", _is_currency(found["currency"]), "is a currency (ISO 4217)"),
        ("tracking_url", isinstance(url, str) and len(url) <= 300 and (not url or (url.startswith("https://") and "{tracking_number}" in url)), "is an https address with {tracking_number} in it"),
        ("settings.connector", _connects(found), f"is one of {', '.join(CONNECTORS)} where the kind is karrio, and is not told else"),
        ("settings", isinstance(found["settings"], dict) and len(str(found["settings"])) <= _LARGEST_SETTINGS, "is an object"),
    ]  # fmt: skip


def _connects(found: Mapping[str, Any]) -> bool:
    settings = found["settings"] if isinstance(found["settings"], dict) else {}
    return settings.get("connector") in CONNECTORS if found["kind"] == KARRIO else "connector" not in settings


def _fits(name: str, value: Any) -> bool:
    kind = _SETTINGS.get(name)
    if kind is None or not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        return False
    if kind is list:
        return all(isinstance(each, str) and 0 < len(each) <= 100 for each in value)
    if kind is dict:
        return len(value) <= 100 and all(isinstance(each, str) and time_of_day(each) is not None for each in value.values())
    if kind is int:
        return 0 < value <= 365
    if name == "collection_cut_off":
        return time_of_day(value) is not None
    return name != "api_base" or value.startswith(("https://", "http://127.0.0.1"))


def _is_currency(said: Any) -> bool:
    try:
        exponent(said if isinstance(said, str) else "")
    except InvalidInput:
        return False
    return True
