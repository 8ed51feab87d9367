"""Reading what a channel sent: tolerant of what is absent, firm about what is there and cannot be.

Every reader raises Malformed naming the field, never anything else; a document that cannot be read is parked for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from waybill.kernel.clock import instant, parse_instant
from waybill.kernel.errors import InvalidInput, Malformed
from waybill.kernel.money import MOST_MINOR_UNITS, exponent, minor_units
from waybill.orders.countries import alpha2
from waybill.orders.model.order import Address, Line

Body = Mapping[str, Any]
MOST_LINES = 1000
MOST_UNITS = 100_000
_MOST_CUSTOM = 50
_RESERVED = ("channel_order", "content_sha256", "document", "bundle", "customer_tags", "customer_group", "tax_exempt", "fulfilled_by")
"""Attributes that are ours, or the channel's own word: no field of a buyer's or an app's making is taken for them."""


def text(body: Body, *names: str, limit: int = 500) -> str:
    """The first of the named fields that says something, trimmed and cut to `limit`; "" where none does."""
    for name in names:
        value = body.get(name)
        if isinstance(value, (dict, list, bool)):
            raise _wrong(name, "text")
        if value is not None and str(value).strip():
            return str(value).strip()[:limit]
    return ""


def plain(body: Body, *names: str, limit: int = 500) -> str:
    """Text that a channel may have written as HTML: `Ship &ndash; Black` → `Ship – Black`."""
    import html  # its table of entities is not for the door to load

    return html.unescape(text(body, *names, limit=limit))


def reference(body: Body, *names: str) -> str:
    """An id that the channel gave, as text. Raises Malformed where there is none."""
    found = text(body, *names, limit=200)
    if not found or len(found) > 128:
        raise Malformed(f"the document has no {names[0]}: it is no order", fields={names[0]: "required"})
    return found


def currency_of(body: Body) -> str:
    """The document's currency. Raises InvalidInput for one that we do not know."""
    currency = text(body, "currency", limit=8)
    exponent(currency)
    return currency


def money(body: Body, name: str, currency: str) -> int:
    """Minor units of a decimal string or JSON number; 0 where the field is absent or empty. Raises Malformed for an amount that says another
    currency beside it."""
    value = body.get(name)
    of_its_own = body.get("currencyCode") or body.get("currency_code") or body.get("currency") if name in ("amount", "value") else None
    if isinstance(of_its_own, str) and of_its_own != currency:
        raise _wrong(name, f"in {currency}")
    if value is None or value == "":
        return 0
    if not isinstance(value, (str, int, Decimal)) or isinstance(value, bool):
        raise _wrong(name, "an amount")
    try:
        return minor_units(value, currency)
    except InvalidInput as problem:
        raise Malformed(f"{name}: {problem.message}", fields={name: problem.message}) from None


def minor(body: Body, name: str, currency: str) -> int:
    """An amount that comes in minor units, of a money object {amount or centAmount, currency or currencyCode, fractionDigits}; 0 where it is absent."""
    raw = part(body, name)
    amount = raw.get("centAmount", raw.get("amount", 0))
    if isinstance(amount, bool) or not isinstance(amount, int) or abs(amount) > MOST_MINOR_UNITS:
        raise _wrong(name, "a whole number of minor units")
    if raw and text(raw, "currencyCode", "currency", limit=8) != currency:
        raise _wrong(name, f"in {currency}")
    if raw.get("type") != "highPrecision" and raw.get("fractionDigits", exponent(currency)) != exponent(currency):
        raise _wrong(name, f"in units of which {exponent(currency)} decimals make one {currency}")
    return amount


def quantity(body: Body, name: str = "quantity") -> int:
    """Units of a line: a whole number from 0."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_UNITS:
        raise _wrong(name, f"a whole number from 0 to {MOST_UNITS}")
    return value


def flag(body: Body, name: str, default: bool) -> bool:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise _wrong(name, "true or false")
    return value


def part(body: Body, name: str) -> Body:
    """An object inside; {} where it is absent. WooCommerce's PHP writes an empty object as []."""
    value = body.get(name)
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise _wrong(name, "an object")
    return value


def parts(body: Body, name: str) -> list[Body]:
    """A list of objects inside; [] where it is absent."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(inner, dict) for inner in value):
        raise _wrong(name, "a list of objects")
    if len(value) > MOST_LINES:
        raise _wrong(name, f"at most {MOST_LINES} entries, not {len(value)}")
    return value


def moment(body: Body, *names: str, default: str) -> str:
    """The first of the fields as an instant in UTC; `default` where none is readable (WooCommerce's *_gmt has no offset)."""
    for name in names:
        try:
            return instant(parse_instant(text(body, name, limit=40)))
        except (ValueError, OverflowError):
            continue
    return default


def address(
    body: Body, *, line1: str, line2: str, region: tuple[str, ...], postal_code: str, country: tuple[str, ...], city: str = "city", phone: str = "phone"
) -> Address:
    """An address under a channel's own field names. A country that nobody knows is as good as missing: it is held for its address."""
    name = text(body, "name", limit=200) or " ".join(filter(None, (text(body, "first_name", limit=100), text(body, "last_name", limit=100))))
    return Address(
        name=name,
        company=text(body, "company", limit=200),
        line1=text(body, line1, limit=200),
        line2=text(body, line2, limit=200),
        city=text(body, city, limit=120),
        region=text(body, *region, limit=60),
        postal_code=text(body, postal_code, limit=20).upper(),
        country=alpha2(text(body, *country, limit=60)),
        phone=text(body, phone, limit=40),
    )


def distinct(lines: list[Line]) -> tuple[Line, ...]:
    """The lines, if no id stands twice. Raises Malformed."""
    ids = [line.id for line in lines]
    twice = next((id for id in ids if ids.count(id) > 1), None) if len(set(ids)) < len(ids) else None
    if twice:
        raise Malformed(f"two lines have the id {twice[:64]!r}", fields={"lines": "ids must differ"})
    return tuple(lines)


def custom(pairs: Any, name: str = "name", value: str = "value") -> dict[str, Any]:
    """Fields of the shop's own making, as attributes that rules can ask for: what is no text, number or flag is left to the raw document."""
    found: dict[str, Any] = {}
    for pair in pairs if isinstance(pairs, list) else []:
        key, said = (pair.get(name), pair.get(value)) if isinstance(pair, dict) else (None, None)
        if not isinstance(key, str) or not isinstance(said, (str, int, bool)) or key in _RESERVED or len(found) == _MOST_CUSTOM:
            continue
        if key.strip() and not key.startswith("_") and said != "":
            found[key.strip()[:100]] = said.strip()[:500] if isinstance(said, str) else said
    return found


def locale(found: str) -> str:
    """`en`, `en-GB`, `pt_BR` → `en_US`, `en_GB`, `pt_BR`; what is no locale is en_US."""
    language, _, country = found.replace("-", "_").partition("_")
    if not (language.isascii() and language.isalpha() and len(language) == 2):
        return "en_US"
    if country.isascii() and country.isalpha() and len(country) == 2:
        return f"{language.lower()}_{country.upper()}"
    return "en_US" if language.lower() == "en" else language.lower()


def _wrong(name: str, wanted: str) -> Malformed:
    return Malformed(f"{name} must be {wanted}", fields={name: f"must be {wanted}"})
