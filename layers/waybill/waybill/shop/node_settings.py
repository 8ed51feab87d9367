"""A node from what somebody sent: where it is, when it ships, how it is told of its work. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import InvalidInput
from waybill.shop.calendar import leaves_on
from waybill.shop.model import Node, Place
from waybill.shop.reading import Read, flag, like, read, text, whole

KINDS = ("warehouse", "store", "3pl", "vendor", "mcf")
EVENTS = tuple(f"fulfilment_order.{what}" for what in ("requested", "cancellation_requested", "cancelled", "reduced", "rejected"))
"""What a node may be told by webhook."""
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
_SECRET = re.compile(r"key|secret|password|token", re.IGNORECASE)
_MOST_DEAR, _MOST_LISTED, _MOST_SETTINGS = 10**9, 400, 8000


def node(id: str, raw: Mapping[str, Any]) -> Node:
    """A node under its id. What is left out is as `shop.model.Node` has it. Raises InvalidInput that names each field that is wrong; what `settings.edi` and `settings.mcf` say is
    checked by who speaks so."""
    if not _ID.match(id):
        raise InvalidInput("a node's id has 1 to 64 lower case letters, digits, _ or -", fields={"id": "lower case letters, digits, _ -"})
    made = Node(**{"id": id, **read(raw, _NODE, required=("name", "kind", "place"))})
    wrong = {}
    if (made.kind == "mcf") != ("mcf" in made.settings):
        wrong["settings.mcf"] = "is what a node of the kind mcf has, and no other"
    if "mcf" in made.settings and "edi" in made.settings:
        wrong["settings.edi"] = "is not told beside mcf: a node is told of its work in one way"
    if "events" in made.settings and not made.webhook_url:
        wrong["settings.events"] = "are those that go to webhook_url, which is empty"
    if wrong:
        raise InvalidInput(f"the node {id} cannot be so: " + "; ".join(f"{name} {says}" for name, says in wrong.items()), fields=wrong)
    leaves_on(made, datetime(2026, 1, 1, tzinfo=UTC))
    return made


def _optional(longest: int) -> Read:
    some = text(longest)
    return lambda value: "" if value == "" else some(value)


def _list_of(each: Read, says: str) -> Read:
    def one(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)) or len(value) > _MOST_LISTED:
            raise ValueError(f"is a list of {says}")
        try:
            return tuple(dict.fromkeys(each(inner) for inner in value))
        except (ValueError, TypeError):
            raise ValueError(f"is a list of {says}") from None

    return one


def _place(value: Any) -> Place:
    if not isinstance(value, Mapping):
        raise ValueError("is an object with name, line1, city, region, postal_code and country")
    return Place(**read(value, _PLACE, required=("name", "line1", "city", "region", "postal_code", "country")))


def _address(value: Any) -> str:
    local = ("http://127.0.0.1", "http://localhost")
    if value == "" or (isinstance(value, str) and len(value) <= 500 and re.fullmatch(r"https?://[^\s@]+", value) and value.startswith(("https://", *local))):
        return str(value)
    raise ValueError("is an https address without a name or password in it, or empty where it asks for its list")


def _zone(value: Any) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise ValueError("is a time zone, as America/Los_Angeles") from None


def _day(value: Any) -> str:
    return date.fromisoformat(value).isoformat()


def _outage(value: Any) -> tuple[str, str]:
    start, end = (instant(parse_instant(moment)) for moment in value)
    if start >= end:
        raise ValueError
    return start, end


def _settings(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or len(str(value)) > _MOST_SETTINGS:
        raise ValueError("is an object")
    wrong = {name[:64]: "is a secret: it belongs into Secrets Manager" for name in value if _SECRET.search(name)}
    found = read({name: each for name, each in value.items() if name[:64] not in wrong}, _SETTINGS, required=())
    if wrong:
        raise InvalidInput("secrets are kept elsewhere", fields=wrong)
    return found


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("is an object")
    return dict(value)


_PLACE: dict[str, Read] = {
    "name": text(100), "line1": text(100), "line2": _optional(100), "city": text(100), "region": _optional(60), "postal_code": text(20),
    "country": like("[A-Z]{2}", "is a country of two letters, as US"), "phone": _optional(30),
}  # fmt: skip
_SETTINGS: dict[str, Read] = {
    "edi": _object,
    "mcf": _object,
    "events": _list_of(like("|".join(map(re.escape, EVENTS)), "one of them"), ", ".join(EVENTS)),
    "opening_hours": _optional(300),
}
_NODE: dict[str, Read] = {
    "name": text(120),
    "kind": like("|".join(KINDS), f"is one of {', '.join(KINDS)}"),
    "place": _place,
    "handling_per_parcel": whole(0, _MOST_DEAR),
    "handling_per_unit": whole(0, _MOST_DEAR),
    "active": flag,
    "webhook_url": _address,
    "tags": _list_of(like(r"[^\s,]{1,60}", "a tag"), "tags without spaces"),
    "priority": whole(0, 1_000_000),
    "parcels_per_day": whole(0, 10_000_000),
    "closed": _list_of(_outage, "[from, until], instants as 2026-12-24T18:00:00Z, the first before the second"),
    "timezone": _zone,
    "cut_off": like("|([01][0-9]|2[0-3]):[0-5][0-9]", "is HH:MM in its time zone, or empty: midnight"),
    "workdays": _list_of(whole(1, 7), "days of the week, 1 (Monday) to 7"),
    "holidays": _list_of(_day, "dates as 2026-12-25"),
    "cancels": like("|at_once|asked", "is at_once, asked, or empty: a 3PL is asked, our own houses are not"),
    "settings": _settings,
}
