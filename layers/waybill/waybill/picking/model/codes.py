"""What a scanner reads, and which goods it means. Pure."""

from __future__ import annotations

import re

_GTIN = re.compile(r"[0-9]{8,14}\Z")
_CARRIED = re.compile(r"(?:\](?:C1|d2|Q3|e0))?01([0-9]{14})")
"""A GTIN inside a longer GS1 code (application identifier 01), with or without the symbology's name before it."""


def normal(code: str) -> str:
    """A code as it is compared: an EAN, a UPC, a GTIN-14 and a GS1 code of the same goods are the same; anything else is itself, capitals or not."""
    text = code.strip()
    carried = _CARRIED.match(text)
    if carried:
        text = carried[1]
    return text.lstrip("0").rjust(8, "0") if _GTIN.match(text) else text.upper()


def valid_gtin(code: str) -> bool:
    """8, 12, 13 or 14 digits of which the last is GS1's check digit."""
    if len(code) not in (8, 12, 13, 14) or not code.isascii() or not code.isdecimal():
        return False
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(code[:-1])))
    return int(code[-1]) == -total % 10
