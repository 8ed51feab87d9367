"""Code 128 (ISO/IEC 15417): letters in set B, the pairs of digits at the end in set C; with FNC1 in front it is GS1-128.

By ourselves, for what the drawing library has for it loads a third of that library with it.
"""

from __future__ import annotations

import re
from typing import Any

_WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 "
    "113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 "
    "212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 "
    "113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 "
    "314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 "
    "241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 "
    "214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 "
    "211232 2331112"
).split()
_TO_C, _FNC1, _START_B, _START_C, _STOP = 99, 102, 104, 105, 106


def widths(text: str, gs1: bool = False) -> list[int]:
    """Bar, space, bar, … in modules, without quiet zones. `text` is printable ASCII; raises ValueError for anything else. `gs1`: application identifiers and what belongs to
    them, none of variable length but the last (GS1 General Specifications, 5.4)."""
    split = re.fullmatch(r"([ -~]*?)((?:[0-9]{2})*)", text)
    if split is None:
        raise ValueError(f"Code 128 B has no sign for {text!r}")
    letters, digits = split.groups()
    values = [_START_B if letters else _START_C, *([_FNC1] if gs1 else ()), *(ord(letter) - 32 for letter in letters)]
    if letters and digits:
        values.append(_TO_C)
    values += [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    return [int(width) for value in (*values, check, _STOP) for width in _WIDTHS[value]]


def drawn(page: Any, bars: list[int], x: float, y: float, tall: float, module: float) -> None:
    """On a page of a PDF, from its lower left corner; everything in points."""
    for index, modules in enumerate(bars):
        if index % 2 == 0:
            page.rect(x, y, modules * module, tall, stroke=0, fill=1)
        x += modules * module
