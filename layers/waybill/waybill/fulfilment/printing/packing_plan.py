"""A picture for the packer: how the units lie in their carton, numbered in the order in which they are put in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from waybill.fulfilment.printing.sheet import LEFT, WIDTH, Sheet

_RIGHT, _UP = 0.45, 0.35
"""How far a millimetre of depth goes to the right, and up."""
_TALLEST = 320
_MOST_DRAWN = 60
_SHADES = ((0.97, 0.95, 0.88), (0.90, 0.94, 0.97), (0.92, 0.96, 0.90), (0.96, 0.91, 0.93), (0.93, 0.92, 0.97))
Point = tuple[float, float]
Three = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Laid:
    """One unit: what it is called, its left front lower corner, its lengths as it lies, in millimetres."""

    name: str
    at: Three
    lengths: Three


def pdf(title: str, carton: str, inner: Three, units: Sequence[Laid]) -> bytes:
    """The picture, and the list under it."""
    sheet = Sheet(title)
    sheet.text([f"{carton}: {inner[0]} × {inner[1]} × {inner[2]} mm inside. Put in from 1 on; x from the left, y from the front, z from the floor."])
    if len(units) <= _MOST_DRAWN:
        _picture(sheet, inner, units)
    columns = [("No.", 36.0, True), ("SKU", 170.0, False), ("x, y, z mm", 130.0, False), ("long × wide × high mm", 168.0, False)]
    sheet.table(columns, [[str(n), unit.name, ", ".join(map(str, unit.at)), " × ".join(map(str, unit.lengths))] for n, unit in enumerate(units, 1)])
    return sheet.done()


def _picture(sheet: Sheet, inner: Three, units: Sequence[Laid]) -> None:
    """Seen from the front, above and to the right; what is behind, below and to the left is drawn first."""
    length, width, height = inner
    scale = min(WIDTH / (length + _RIGHT * width), _TALLEST / (height + _UP * width))
    sheet.room((height + _UP * width) * scale + 30)
    x0, y0 = LEFT, sheet.y - (height + _UP * width) * scale

    def seen(x: float, y: float, z: float) -> Point:
        return x0 + (x + _RIGHT * y) * scale, y0 + (z + _UP * y) * scale

    names = list(dict.fromkeys(unit.name for unit in units))
    _edges(sheet.page, seen, inner, behind=True)
    for n in _drawn(units):
        _box(sheet.page, seen, units[n], _SHADES[names.index(units[n].name) % len(_SHADES)], str(n + 1))
    _edges(sheet.page, seen, inner, behind=False)
    sheet.y = y0 - 22


def _drawn(units: Sequence[Laid]) -> list[int]:
    """The places of the units in the order in which none hides one that is drawn later."""
    left = {n: {m for m, other in enumerate(units) if m != n and _hides(units[n], other)} for n in range(len(units))}
    order: list[int] = []
    while left:
        following = min(left, key=lambda n: (len(left[n]), n))
        del left[following]
        for waits_for in left.values():
            waits_for.discard(following)
        order.append(following)
    return order


def _hides(one: Laid, other: Laid) -> bool:
    """Whether `one` may hide `other`: it lies in front of it, above it, or to the right of it."""
    in_front = one.at[1] + one.lengths[1] <= other.at[1]
    above, right = one.at[2] >= other.at[2] + other.lengths[2], one.at[0] >= other.at[0] + other.lengths[0]
    return (in_front or above or right) and not _hides_back(one, other)


def _hides_back(one: Laid, other: Laid) -> bool:
    return one.at[1] >= other.at[1] + other.lengths[1] or one.at[2] + one.lengths[2] <= other.at[2] or one.at[0] + one.lengths[0] <= other.at[0]


def _box(page: Any, seen: Any, unit: Laid, shade: tuple[float, float, float], number: str) -> None:
    (x, y, z), (a, b, c) = unit.at, unit.lengths
    top = [seen(x, y, z + c), seen(x + a, y, z + c), seen(x + a, y + b, z + c), seen(x, y + b, z + c)]
    front = [seen(x, y, z), seen(x + a, y, z), seen(x + a, y, z + c), seen(x, y, z + c)]
    side = [seen(x + a, y, z), seen(x + a, y + b, z), seen(x + a, y + b, z + c), seen(x + a, y, z + c)]
    for face, light in ((top, 1.0), (front, 0.93), (side, 0.86)):
        page.setFillColorRGB(*(light * part for part in shade))
        _face(page, face)
    page.setFillColorRGB(0, 0, 0)
    page.setFont("Helvetica-Bold", 8)
    page.drawCentredString(sum(px for px, _ in front) / 4, sum(py for _, py in front) / 4 - 3, number)


def _face(page: Any, corners: Sequence[Point]) -> None:
    path = page.beginPath()
    path.moveTo(*corners[0])
    for corner in corners[1:]:
        path.lineTo(*corner)
    path.close()
    page.setLineWidth(0.6)
    page.drawPath(path, stroke=1, fill=1)


def _edges(page: Any, seen: Any, inner: Three, behind: bool) -> None:
    """The carton's own edges: those behind its units, or those in front of them."""
    a, b, c = inner
    back = [((0, 0, 0), (0, b, 0)), ((0, b, 0), (a, b, 0)), ((0, b, 0), (0, b, c)), ((a, b, 0), (a, b, c)), ((0, b, c), (a, b, c))]
    front = [((0, 0, 0), (a, 0, 0)), ((a, 0, 0), (a, b, 0)), ((0, 0, 0), (0, 0, c)), ((a, 0, 0), (a, 0, c))]
    page.setLineWidth(0.8)
    page.setDash(3, 2)
    for one, other in back if behind else front:
        page.line(*seen(*one), *seen(*other))
    page.setDash()
