"""Where goods lie at a node, and in which order one walks past. Pure."""

from __future__ import annotations

import re

from waybill.kernel.errors import InvalidInput

_PARTS = re.compile(r"([0-9]+)")
_BIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,31}\Z")


def walk_key(bin: str) -> tuple[object, ...]:
    """Sorts bins as a person walks: `A-2-1` before `A-10-1`; goods of which nobody knows where they lie come last."""
    parts = tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _PARTS.split(bin.upper()) if part)
    return (not bin, parts)


def checked(bin: str) -> str:
    """The bin's name. Raises InvalidInput for what cannot be read off a shelf."""
    name = bin.strip()
    if not _BIN.match(name):
        raise InvalidInput("a bin is named by 1 to 32 letters, digits, spaces, dots, dashes and slashes, as A-03-2", fields={"bin": "not a name"})
    return name
