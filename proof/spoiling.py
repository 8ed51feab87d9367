"""Good documents spoilt: what no order has, put anywhere into one; and bytes that are no JSON at all. All from one seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

_DEEP = 2000
CARDS = ("4242 4242 4242 4242", "4242424242424242", "5555-5555-5555-4444")
"""Card numbers of nobody, that somebody sends: they may come up again nowhere."""
JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 10**15, 10**39, -(10**39), 0.1, 1e308, "", " ", "x", "0", "-1", "1", "NaN", "sNaN", "Infinity", "-Infinity", "1e999",
    "1e-999999999", "1_0", "1,50", "٣", "\ud800", "\x00", "\r\nBcc: x@example.com", "=1+1", "9" * 5000, "a" * 70_000, Decimal("1E+40"), Decimal("0.00000001"),
    [], {}, [[]], [None], [{}], {"a": {}}, {"$ref": "#"}, "2026-13-45T99:99:99Z", "+999999-01-01T00:00:00Z", "0000-00-00", "USD", "XXX", "KWD", "../../x", *CARDS,
)  # fmt: skip
"""Values that a field may turn out to have."""
BROKEN: tuple[bytes, ...] = (
    b"", b" ", b"null", b"1", b"[]", b"{", b'{"id": 1', b"[" * _DEEP, b'{"id":' + b"[" * _DEEP + b"]" * _DEEP + b"}", b'{"id": Infinity}', b'{"id": NaN}', b'{"id": 1e999}',
    b'{"id": ' + b"9" * 5000 + b"}", b'{"id": 1, "id": 2}', b'{"id": "\\ud800"}', b'{"id": "\\u0000"}', b'{"id": "\x00"}', b'{"id": "\xff"}', b"\xef\xbb\xbf{}", b"a=b&c=d", b"\x00" * 100,
)  # fmt: skip
"""Bodies that are no document."""

CELLS: tuple[bytes, ...] = (
    b"", b",", b"\n", b"\r", b'"', b'"",', b";", b"\t", b"\x00", b"\xff", b"\xef\xbb\xbf", b"=1+1", b"@SUM(A1)", b"-1", b"1e999", b"NaN", b"1,5", b"9" * 400, b"a" * 40_000, "é".encode(), b"4242 4242 4242 4242",
)  # fmt: skip
"""What may stand in a cell of a file, or between two."""


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value in a document."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*at, key)
        yield from places(inner, (*at, key))


class Good:
    """A good document, to be spoilt as often as one likes: only what leads to a spoilt place is copied."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.places = list(places(document))

    def spoilt(self, draw: random.Random) -> Any:
        """With one to three of its values replaced, taken out, doubled or joined by one that nobody knows. What is answered shares parts with the
        document: whoever reads it must not change it."""
        if not self.places:
            return draw.choice(JUNK)
        made = self.document
        for _ in range(draw.choice((1, 1, 2, 3))):
            made = _spoilt_at(made, draw.choice(self.places), draw)
        return made


def _spoilt_at(value: Any, way: tuple[Any, ...], draw: random.Random) -> Any:
    """The value with one place of it spoilt; as it is, where an earlier change has taken the place away."""
    key, *rest = way
    if not (isinstance(value, dict) and key in value or isinstance(value, list) and isinstance(key, int) and key < len(value)):
        return value
    made = value.copy()
    if rest:
        made[key] = _spoilt_at(value[key], tuple(rest), draw)
    else:
        _spoil(made, key, draw)
    return made


def _spoil(inside: Any, key: Any, draw: random.Random) -> None:
    how = draw.random()
    if how < 0.7:
        inside[key] = draw.choice(JUNK)
    elif how < 0.85:
        del inside[key]
    elif isinstance(inside, list):
        inside.extend([inside[key]] * draw.choice((1, 2, 300)))
    else:
        inside[f"{key}_"] = draw.choice(JUNK)


def as_bytes(document: Any, draw: random.Random) -> bytes:
    """The document as somebody might send it: mostly whole, sometimes cut short, sometimes with a byte changed, sometimes nothing of the kind."""
    how = draw.random()
    if how < 0.08:
        return draw.choice(BROKEN)
    raw = json.dumps(document, default=str).encode("utf-8", "surrogatepass")
    if how < 0.14:
        return raw[: draw.randrange(len(raw))]
    if how < 0.2:
        place = draw.randrange(len(raw))
        return raw[:place] + bytes([draw.randrange(256)]) + raw[place + 1 :]
    return raw


def damaged(file: bytes, draw: random.Random) -> bytes:
    """A file as it may arrive: cut short, with bytes changed, a cell that nobody expects, or nothing of the kind."""
    how = draw.random()
    if how < 0.05:
        return draw.choice(BROKEN)
    if how < 0.2:
        return file[: draw.randrange(len(file))]
    made = bytearray(file)
    for _ in range(draw.randint(1, 4)):
        place = draw.randrange(len(made))
        made[place : place + draw.choice((0, 1, 3))] = draw.choice(CELLS)
    return bytes(made)
