"""Setting a channel up, and changing it: checked against what its adapter needs, versioned, and written with who did it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from waybill.aws.config import is_local
from waybill.channels import pickup, registry
from waybill.channels.model import settings
from waybill.channels.pace import LIMITS
from waybill.channels.ports import Adapter
from waybill.kernel.errors import InvalidInput, NotFound, StaleVersion
from waybill.kernel.money import exponent
from waybill.shop import store as shop
from waybill.shop import versions
from waybill.shop.versions import Kept

Fields = dict[str, str]
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
_FIELDS = ("kind", "name", "currency", "settings")
_LONGEST_NAME = 120


def put(id: str, body: Mapping[str, Any], seen: str, at: str, by: str) -> Kept:
    """The whole channel as it is to be. `seen`: the version that the caller has read, "" for whichever stands. Raises InvalidInput naming each
    field, StaleVersion."""
    if not _ID.match(id):
        raise InvalidInput("a channel's id has 1 to 64 lower case letters, digits, _ or -", fields={"channel": "lower case letters, digits, _ -"})
    before = versions.load(shop.CHANNEL, id)
    if seen and seen != str(before.version):
        raise StaleVersion(f"the channel {id} has been changed since: read it again", fields={"If-Match": "stale"})
    wanted = {"id": id, **checked(body, before.says)}
    return before if wanted == before.says else versions.write(before, wanted, at, by)


def checked(body: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a channel, `before` it is changed. Raises InvalidInput naming each field that cannot be."""
    wrong: Fields = {name[:100]: "is not known" for name in set(body) - set(_FIELDS)}
    found = {"name": "", "currency": "USD", "settings": {}, **{name: body[name] for name in _FIELDS if name in body}}
    wrong |= _wrong_words(found)
    adapter = _adapter(found.get("kind"), before, wrong)
    if not isinstance(found["settings"], dict):
        wrong["settings"] = "is an object"
    elif adapter:
        wrong |= settings.problems(found["settings"], adapter.settings, LIMITS, plain_http=is_local()) | pickup.problems(found["settings"], _is_node)
    if wrong:
        field, says = next(iter(wrong.items()))
        raise InvalidInput(f"the channel cannot be so: {field} {says}", fields=wrong)
    return found


def _adapter(kind: Any, before: Mapping[str, Any], wrong: Fields) -> Adapter | None:
    if before and kind != before.get("kind"):
        wrong["kind"] = f"stays {before.get('kind')}: its orders are of that kind; set up another channel"
        return None
    try:
        return registry.adapter(kind if isinstance(kind, str) else "")
    except NotFound:
        wrong["kind"] = f"is one of {', '.join(sorted({*registry.KINDS, *registry.OUR_OWN} - {*registry.OUR_OWN.values()}))}"
        return None


def _is_node(id: str) -> bool:
    try:
        shop.node(id)
    except NotFound:
        return False
    return True


def _wrong_words(found: Mapping[str, Any]) -> Fields:
    name, wrong = found["name"], Fields()
    if not isinstance(name, str) or not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        wrong["name"] = f"is a text of 1 to {_LONGEST_NAME} characters"
    try:
        exponent(found["currency"] if isinstance(found["currency"], str) else "")
    except InvalidInput:
        wrong["currency"] = "is a currency (ISO 4217)"
    return wrong
