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
