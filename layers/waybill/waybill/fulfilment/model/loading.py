"""How pieces lie in one carton: maximal empty spaces. Pure, deterministic; millimetres and grams.

What is empty is kept as the largest boxes that can be drawn in it, overlapping each other; each piece goes into the lower left front corner of one of them. Pieces are tried
in five orders, and the place of each is judged in three ways: fifteen tries, of which the first that takes all, else the one that takes most, stands. Above a fragile piece
nothing lies: the space over it is taken with it. The method is that of Lai and Chan (1997), as container loading has used it since.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Lengths = tuple[int, int, int]
"""Length, width, height."""
Space = tuple[int, int, int, int, int, int]
"""The near corner and the far corner: x, y, z, x, y, z."""
Spot = tuple[int, Space]
"""The number of a kind, and the box that one of it takes up."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Pieces that are alike. `turns`: the distinct ways in which one may lie."""

    lengths: Lengths
    weight_g: int
    keep_upright: bool = False
    fragile: bool = False

    @property
    def volume(self) -> int:
        length, width, height = self.lengths
        return length * width * height

    @property
    def turns(self) -> tuple[Lengths, ...]:
        a, b, c = self.lengths
        upright = {(a, b, c), (b, a, c)}
        return tuple(sorted(upright if self.keep_upright else upright | {(a, c, b), (c, a, b), (b, c, a), (c, b, a)}))


_ORDERS: tuple[Callable[[Kind], tuple[int, ...]], ...] = (
    lambda kind: (-kind.volume, -max(kind.lengths)),
    lambda kind: (-max(kind.lengths), -kind.volume),
    lambda kind: (-kind.lengths[0] * kind.lengths[1], -kind.volume),
    lambda kind: (-kind.lengths[2], -kind.volume),
    lambda kind: (-sorted(kind.lengths)[1], -kind.volume),
)
_JUDGES = (0, 1, 2)
"""The lowest corner; the tightest fit; the lowest top."""


class Loader:
    """Loads cartons with pieces of the same kinds, again and again. `counts[n]` is always how many there are of `kinds[n]`."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self.kinds = tuple(kinds)
        self.volumes, self.weights = [kind.volume for kind in kinds], [kind.weight_g for kind in kinds]
        self._turns = [kind.turns for kind in kinds]
        self._shortest = [min(kind.lengths) for kind in kinds]
        rows = [sorted(range(len(kinds)), key=lambda n: (kinds[n].fragile, *order(kinds[n]), n)) for order in _ORDERS]
        self._orders = [list(row) for row in dict.fromkeys(map(tuple, rows))]

    def fits(self, inner: Lengths, kind: int) -> bool:
        """Whether one alone goes in."""
        return any(a <= inner[0] and b <= inner[1] and c <= inner[2] for a, b, c in self._turns[kind])

    def load(self, inner: Lengths, most_g: int, counts: Sequence[int], whole: bool) -> list[Spot]:
        """The pieces that were placed; `whole`: all, or none if not all are found a place."""
        wanted = sum(counts)
        if whole and not self._possible(inner, most_g, counts):
            return []
        best: list[Spot] = []
        most = -1
        for judge in _JUDGES:
            for order in self._orders:
                spots = self._try(inner, most_g, counts, [n for n in order if counts[n]], judge, whole)
                if len(spots) == wanted:
                    return spots
                volume = sum(self.volumes[kind] for kind, _ in spots)
                if volume > most:
                    best, most = spots, volume
        return [] if whole else best

    def _possible(self, inner: Lengths, most_g: int, counts: Sequence[int]) -> bool:
        volume = weight = 0
        for kind, count in enumerate(counts):
            if count:
                volume += count * self.volumes[kind]
                weight += count * self.weights[kind]
        room = inner[0] * inner[1] * inner[2]
        return volume <= room and weight <= most_g and all(not count or self.fits(inner, kind) for kind, count in enumerate(counts))

    def _try(self, inner: Lengths, most_g: int, counts: Sequence[int], order: list[int], judge: int, whole: bool) -> list[Spot]:
        spaces: list[Space] = [(0, 0, 0, *inner)]
        spots: list[Spot] = []
        narrowest = min((self._shortest[n] for n in order), default=1)
        for n in order:
            for _ in range(counts[n]):
                if self.weights[n] > most_g:
                    box = None
                else:
                    box = _place(spaces, self._turns[n], judge, spots if self.kinds[n].fragile else ())
                if box is None:
                    if whole:
                        return []
                    break
                most_g -= self.weights[n]
                spots.append((n, box))
                taken = (*box[:5], inner[2]) if self.kinds[n].fragile else box
                spaces = _without(spaces, taken, narrowest)
        return spots


def _place(spaces: list[Space], turns: Sequence[Lengths], judge: int, under: Sequence[Spot]) -> Space | None:
    """The best box for a piece; `under`: what must not lie above it."""
    best: tuple[int, ...] | None = None
    found: Space | None = None
    for x, y, z, far_x, far_y, far_z in spaces:
        length, width, height = far_x - x, far_y - y, far_z - z
        for a, b, c in turns:
            if a > length or b > width or c > height:
                continue
            if judge == 0:
                key = (z, y, x, c, length - a)
            elif judge == 1:
                gaps = sorted((length - a, width - b, height - c))
                key = (gaps[0], gaps[1], gaps[2], z, y, x)
            else:
                key = (z + c, y, x, length - a, width - b)
            if (best is None or key < best) and not (under and _covered(x, y, z, a, b, under)):
                best, found = key, (x, y, z, x + a, y + b, z + c)
    return found


def _covered(x: int, y: int, z: int, a: int, b: int, spots: Sequence[Spot]) -> bool:
    """Whether something lies anywhere above such a place."""
    return any(low_x < x + a and high_x > x and low_y < y + b and high_y > y and high_z > z for _, (low_x, low_y, _, high_x, high_y, high_z) in spots)


def _without(spaces: list[Space], box: Space, narrowest: int) -> list[Space]:
    """The largest spaces that are left when a box is taken from them; those too narrow for anything are dropped."""
    x0, y0, z0, x1, y1, z1 = box
    kept: list[Space] = []
    cut: list[Space] = []
    for space in spaces:
        a, b, c, d, e, f = space
        if x1 <= a or x0 >= d or y1 <= b or y0 >= e or z1 <= c or z0 >= f:
            kept.append(space)
            continue
        if x0 - a >= narrowest:
            cut.append((a, b, c, x0, e, f))
        if d - x1 >= narrowest:
            cut.append((x1, b, c, d, e, f))
        if y0 - b >= narrowest:
            cut.append((a, b, c, d, y0, f))
        if e - y1 >= narrowest:
            cut.append((a, y1, c, d, e, f))
        if z0 - c >= narrowest:
            cut.append((a, b, c, d, e, z0))
        if f - z1 >= narrowest:
            cut.append((a, b, z1, d, e, f))
    if len(cut) > 1:
        cut = [space for space in dict.fromkeys(cut) if not _inside_another(space, cut)]
    return kept + [space for space in cut if not _inside_another(space, kept)]


def _inside_another(space: Space, spaces: list[Space]) -> bool:
    a, b, c, d, e, f = space
    for other in spaces:
        if other[0] <= a and other[1] <= b and other[2] <= c and other[3] >= d and other[4] >= e and other[5] >= f and other != space:
            return True
    return False


def settled(spots: Sequence[Spot]) -> list[Spot]:
    """Every piece let down onto what lies under it, from the lowest up: the order in which they are put in."""
    done: list[Spot] = []
    for kind, (x0, y0, z0, x1, y1, z1) in sorted(spots, key=lambda spot: (spot[1][2], spot[1][1], spot[1][0])):
        floor = max((f for _, (a, b, _, d, e, f) in done if a < x1 and d > x0 and b < y1 and e > y0), default=0)
        done.append((kind, (x0, y0, floor, x1, y1, floor + z1 - z0)))
    return sorted(done, key=lambda spot: (spot[1][2], spot[1][1], spot[1][0]))
