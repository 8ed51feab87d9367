"""Where on earth an address lies, as nearly as its postal code tells; and how far two of them are apart.

The table (`places.txt`, made by `tools/make_places.py`) has every three-digit ZIP of the United States, its states, and the
countries. An address is never an error: what is unknown falls back from the ZIP to the state, to the country, to `ELSEWHERE`.
"""

from __future__ import annotations

from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Protocol

Point = tuple[float, float]
"""Latitude and longitude in degrees."""

ELSEWHERE: Point = (0.0, -160.0)
"""Where an address of an unknown country is taken to lie: in mid-ocean, far from every node, so that it falls into the dearest zone."""

_EARTH_KM = 6371.0


class Addressed(Protocol):
    """Anything with an address: `shop.model.Place`, `orders.model.order.Address`."""

    @property
    def region(self) -> str: ...
    @property
    def postal_code(self) -> str: ...
    @property
    def country(self) -> str: ...


def locate(place: Addressed) -> Point:
    """The best point that is known for an address. An address without a country is taken to be in the United States."""
    return point(place.postal_code, place.region, place.country)


@cache
def _table() -> dict[str, Point]:
    rows = (line.split("\t") for line in (Path(__file__).parent / "places.txt").read_text("ascii").splitlines())
    return {key: (int(lat) / 100, int(lon) / 100) for key, lat, lon in rows}


def point(postal_code: str, region: str, country: str) -> Point:
    """The same from the parts of an address, however they are written."""
    known, home = _table(), country.strip().upper() or "US"
    zip3 = postal_code.strip()[:3] if home == "US" else ""
    for key in (f"US {zip3}", f"{home}-{region.strip().upper().removeprefix(home + '-')}", home):
        if key in known:
            return known[key]
    return ELSEWHERE


def distance_km(here: Point, there: Point) -> int:
    """Along the great circle, in whole kilometres."""
    lat1, lon1, lat2, lon2 = (radians(degrees) for degrees in (*here, *there))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * _EARTH_KM * asin(min(1.0, sqrt(half))))
