"""Good documents spoilt: what no order has, put anywhere into one; and bytes that are no JSON at all. All from one seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

_DEEP = 2000
JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 10**15, 10**39, -(10**39), 0.1, 1e308, "", " ", "x", "0", "-1", "1", "NaN", "sNaN", "Infinity", "-Infinity", "1e999",
    "1e-999999999", "1_0", "1,50", "٣", "\ud800", "\x00", "\r\nBcc: x@example.com", "=1+1", "9" * 5000, "a" * 70_000, Decimal("1E+40"), Decimal("0.00000001"),
    [], {}, [[]], [None], [{}], {"a": {}}, {"$ref": "#"}, "2026-13-45T99:99:99Z", "+999999-01-01T00:00:00Z", "0000-00-00", "USD", "XXX", "KWD", "../../x", "4242 4242 4242 4242",
)  # fmt: skip
"""Values that a field may turn out to have."""
BROKEN: tuple[bytes, ...] = (
    b"", b" ", b"null", b"1", b"[]", b"{", b'{"id": 1', b"[" * _DEEP, b'{"id":' + b"[" * _DEEP + b"]" * _DEEP + b"}", b'{"id": Infinity}', b'{"id": NaN}', b'{"id": 1e999}',
    b'{"id": ' + b"9" * 5000 + b"}", b'{"id": 1, "id": 2}', b'{"id": "\\ud800"}', b'{"id": "\\u0000"}', b'{"id": "\x00"}', b'{"id": "\xff"}', b"\xef\xbb\xbf{}", b"a=b&c=d", b"\x00" * 100,
)  # fmt: skip
"""Bodies that are no document."""


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value in a document."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*at, key)
        yield from places(inner, (*at, key))


def spoilt(document: Any, draw: random.Random) -> Any:
    """A copy with one to three of its values replaced, taken out, doubled or joined by one that nobody knows."""
    copy = _copied(document)
    for _ in range(draw.randint(1, 3)):
        every = list(places(copy))
        if not every:
            return draw.choice(JUNK)
        *way, last = draw.choice(every)
        inside = copy
        for key in way:
            inside = inside[key]
        _spoil(inside, last, draw)
    return copy


def _spoil(inside: Any, key: Any, draw: random.Random) -> None:
    how = draw.random()
    if how < 0.7:
        inside[key] = _copied(draw.choice(JUNK))
    elif how < 0.85:
        del inside[key]
    elif isinstance(inside, list):
        inside.extend([_copied(inside[key])] * draw.choice((1, 2, 300)))
    else:
        inside[f"{key}_"] = _copied(draw.choice(JUNK))


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


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
