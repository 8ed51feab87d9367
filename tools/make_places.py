"""Makes layers/waybill/waybill/shop/places.txt: where postal codes, states and countries lie, to a tenth of a degree or better.

Run once in an environment with `pip install zipcodes countryinfo` (both MIT): `python tools/make_places.py`. Each line: a key
(`US 100` a ZIP3, `US-NY` a state, `US` a country), latitude and longitude in hundredths of a degree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "layers/waybill/waybill/shop/places.txt"
Point = tuple[float, float]


def main() -> None:
    rows = sorted({**dict(_countries()), **dict(_united_states())}.items())
    OUT.write_text("".join(f"{key}\t{round(lat * 100)}\t{round(lon * 100)}\n" for key, (lat, lon) in rows))


def _united_states() -> Iterator[tuple[str, Point]]:
    """Means of the five-digit codes: of each ZIP3, and of each state; military post overseas is left out."""
    import zipcodes

    found: dict[str, list[Point]] = defaultdict(list)
    for row in zipcodes.list_all():
        point = (float(row["lat"] or 0), float(row["long"] or 0))
        if row["country"] == "US" and point != (0, 0):
            found[f"US {row['zip_code'][:3]}"].append(point)
            found[f"US-{row['state']}"].append(point)
    for key, points in found.items():
        yield key, (sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points))


def _countries() -> Iterator[tuple[str, Point]]:
    from countryinfo import all_countries

    for country in all_countries():
        code, point = country.iso().get("alpha2"), country.latlng()
        if code and len(point) == 2:
            yield code, (float(point[0]), float(point[1]))


if __name__ == "__main__":
    main()
