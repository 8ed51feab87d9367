"""What stands on a label and on a packing slip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Label:
    """One parcel's label. The addresses are anything with name, line1, line2, city, region, postal_code, country."""

    ship_from: Any
    ship_to: Any
    carrier: str
    service: str
    tracking_number: str
    weight_g: int
    reference: str
    package: int
    packages: int
    marks: tuple[str, ...] = ()
    """What is dangerous in it, in words; the signs themselves are stuck on."""
    sscc: str = ""
    """The number of this very carton, 18 digits; empty where the shop has no GS1 prefix. With it `tracking_number` may be empty: the carrier's own label is beside this one."""
    title: str = "SHIP TO"


@dataclass(frozen=True, slots=True)
class Slip:
    """One parcel's packing slip; `lines` are (sku, title, quantity), `carton` what it is packed in, `marks` what must be on its outside."""

    order_number: str
    date: str
    node_name: str
    ship_to: Any
    lines: tuple[tuple[str, str, int], ...]
    package: int
    packages: int
    note: str = ""
    carton: str = ""
    marks: tuple[str, ...] = ()


def address_lines(place: Any) -> list[str]:
    """An address as it stands on paper, empty lines left out, each at most 60 characters."""
    city = f"{place.city}, {place.region} {place.postal_code}".strip(" ,")
    lines = [place.name, getattr(place, "company", ""), place.line1, place.line2, city, place.country]
    return [" ".join(line.split())[:60] for line in lines if line and line.strip()]
