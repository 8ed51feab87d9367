"""Bundles: SKUs that are sold as one thing and ship as several. The policy `bundles`: {bundle: {part: units}}; a part may be a bundle itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.shop import store

POLICY = "bundles"
MOST_PARTS, MOST_UNITS = 50, 10_000

Parts = Mapping[str, int]
"""Units of each SKU in one bundle, none of them a bundle."""


def bundles() -> Mapping[str, Parts]:
    """Those of the shop, read once a minute. Raises InvalidInput where somebody has written past the door."""
    return store.for_a_minute((POLICY, "READ"), lambda: read(store.policy(POLICY)))


def check(raw: Mapping[str, Any], known: Callable[[list[str]], Iterable[str]]) -> None:
    """Raises InvalidInput as `read` does, and for SKUs of which `known` does not answer them."""
    read(raw)
    named = {sku for parts in raw.values() for sku in parts} | set(raw)
    strangers = named - set(known(sorted(named)))
    wrong = {bundle: "the shop has no such SKU" for bundle in raw if bundle in strangers}
    wrong |= {f"{bundle}.{part}": "the shop has no such SKU" for bundle, parts in raw.items() for part in parts if part in strangers}
    _refuse(wrong)


def read(raw: Mapping[str, Any]) -> Mapping[str, Parts]:
    """Every bundle with its parts, bundles among them taken apart. Raises InvalidInput with the bundle and the part that are wrong."""
    wrong: dict[str, str] = {}
    for bundle, parts in raw.items():
        if not isinstance(parts, Mapping) or not 0 < len(parts) <= MOST_PARTS:
            wrong[bundle] = f"is an object of 1 to {MOST_PARTS} parts, each with its units"
            continue
        for part, units in parts.items():
            if isinstance(units, bool) or not isinstance(units, int) or not 0 < units <= MOST_UNITS:
                wrong[f"{bundle}.{part}"] = f"is a whole number from 1 to {MOST_UNITS}"
    _refuse(wrong)
    flat: dict[str, Counter[str]] = {}
    for bundle in raw:
        _taken_apart(raw, bundle, (), flat, wrong)
    _refuse(wrong)
    return flat


def least_part(parts: Parts, units: Mapping[str, int]) -> int:
    """How many bundles can be made of so many units of each SKU."""
    return min(max(0, units.get(sku, 0)) // each for sku, each in parts.items())


def in_parts(units: Mapping[str, int], known: Mapping[str, Parts]) -> dict[str, int]:
    """Units of SKUs with each bundle as its parts."""
    total = Counter[str]()
    for sku, quantity in units.items():
        total.update({part: each * quantity for part, each in known.get(sku, {sku: 1}).items()})
    return dict(total)


def _taken_apart(raw: Mapping[str, Any], bundle: str, above: tuple[str, ...], flat: dict[str, Counter[str]], wrong: dict[str, str]) -> Counter[str]:
    if bundle in above:
        wrong[f"{above[-1]}.{bundle}"] = "the bundle contains itself: " + " > ".join((*above[above.index(bundle) :], bundle))
        return Counter()
    if bundle not in flat:
        parts = Counter[str]()
        for part, units in raw[bundle].items():
            inner = _taken_apart(raw, part, (*above, bundle), flat, wrong) if part in raw else {part: 1}
            parts.update({sku: each * units for sku, each in inner.items()})
        flat[bundle] = parts
    return flat[bundle]


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        told = "; ".join(f"{place}: {what}" for place, what in list(wrong.items())[:3])
        raise InvalidInput(f"the bundles cannot be used: {told}", fields=dict(wrong))
