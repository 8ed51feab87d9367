"""What goes into which carton: as few cartons as can be found, each the cheapest that takes its pieces. Pure, deterministic; millimetres, grams, minor units.

First greedily: the cheapest carton that takes all that is left, else the one that takes the most of it. Then, as long as there are more cartons than volume and
weight alone would ask for, two are packed anew as one, or the pieces of one are spread over the others. What fits into no carton is left `loose`, to be sent as it is.
How pieces lie in one carton is in `loading.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from waybill.fulfilment.model.loading import Kind, Lengths, Loader, Spot, settled

_MOST_REPACKED = 40
"""Cartons up to which it is tried to do with fewer: the tries grow with their square."""
Counts = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Carton:
    """A box to pack into. `inner` lengths; `most_g` is what it may weigh with what is in it, itself `weight_g` included; `cost` of one."""

    id: str
    inner: Lengths
    outer: Lengths
    weight_g: int
    most_g: int
    cost: int = 0

    @property
    def volume(self) -> int:
        length, width, height = self.inner
        return length * width * height


@dataclass(frozen=True, slots=True)
class Piece:
    """One unit to pack; `name` says of what. It stands on its length and width if it must be kept upright; on what is fragile nothing is put."""

    name: str
    lengths: Lengths
    weight_g: int
    keep_upright: bool = False
    fragile: bool = False

    @property
    def kind(self) -> Kind:
        return Kind(self.lengths, self.weight_g, self.keep_upright, self.fragile)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a piece lies: its near, left, lower corner in the carton, and its lengths as it is turned."""

    piece: Piece
    at: Lengths
    lengths: Lengths


@dataclass(frozen=True, slots=True)
class Filled:
    """One carton and what lies in it, in the order in which it is put in."""

    carton: Carton
    placed: tuple[Placed, ...]

    @property
    def weight_g(self) -> int:
        return self.carton.weight_g + sum(each.piece.weight_g for each in self.placed)

    @property
    def units(self) -> dict[str, int]:
        """How many of each name."""
        names = [each.piece.name for each in self.placed]
        return {name: names.count(name) for name in dict.fromkeys(names)}


@dataclass(frozen=True, slots=True)
class Cartoning:
    """All pieces: in cartons, or `loose`, for no carton takes them."""

    filled: tuple[Filled, ...]
    loose: tuple[Piece, ...] = ()

    @property
    def cost(self) -> int:
        return sum(each.carton.cost for each in self.filled)


@dataclass(frozen=True, slots=True)
class _Load:
    """A carton, by its place among them, and what was put in."""

    carton: int
    counts: Counts
    spots: tuple[Spot, ...]
    volume: int


def cartoned(pieces: Iterable[Piece], cartons: Iterable[Carton]) -> Cartoning:
    """Every piece once, in the fewest cartons found; in whatever order pieces and cartons are given."""
    usable = tuple(sorted(cartons, key=lambda carton: (carton.cost, carton.volume, carton.id)))
    waiting: dict[Kind, list[Piece]] = {}
    for piece in sorted(pieces, key=lambda piece: (piece.lengths, piece.weight_g, piece.keep_upright, piece.fragile, piece.name)):
        waiting.setdefault(piece.kind, []).append(piece)
    packer = _Packer(usable, tuple(waiting))
    loose = [piece for n, alike in enumerate(waiting.values()) if not packer.takes(n) for piece in alike]
    counts = tuple(len(alike) if packer.takes(n) else 0 for n, alike in enumerate(waiting.values()))
    names = [iter(alike) for alike in waiting.values()]
    filled = []
    for load in packer.run(counts):
        placed = tuple(Placed(next(names[n]), (a, b, c), (d - a, e - b, f - c)) for n, (a, b, c, d, e, f) in settled(load.spots))
        filled.append(Filled(usable[load.carton], placed))
    return Cartoning(tuple(filled), tuple(loose))


class _Packer:
    """One run over pieces of some kinds: what was tried once is not tried again."""

    def __init__(self, cartons: Sequence[Carton], kinds: Sequence[Kind]) -> None:
        self._cartons, self._loader = cartons, Loader(kinds)
        self._tried: dict[tuple[int, Counts], _Load | None] = {}

    def takes(self, kind: int) -> bool:
        return any(self._takes(n, kind) for n in range(len(self._cartons)))

    def run(self, counts: Counts) -> list[_Load]:
        """The loads, the fullest first."""
        loads = self._greedy(counts)
        if 1 < len(loads) <= _MOST_REPACKED:
            loads = self._fewer(loads, self._fewest(counts))
        best = [self._all(load.counts) or load for load in loads]
        return sorted(best, key=lambda load: (-load.volume, load.carton, load.counts))

    def _takes(self, carton: int, kind: int) -> bool:
        box = self._cartons[carton]
        return self._loader.weights[kind] <= box.most_g - box.weight_g and self._loader.fits(box.inner, kind)

    def _greedy(self, left: Counts) -> list[_Load]:
        loads = []
        while any(left):
            load = self._all(left) or self._most(left)
            loads.append(load)
            left = _less(left, load.counts)
        return loads

    def _fewer(self, loads: list[_Load], fewest: int) -> list[_Load]:
        """One carton less, again and again, until none can be saved or the bound is met."""
        while len(loads) > fewest:
            less = self._joined(loads) or self._spread(loads)
            if less is None:
                break
            loads = less
        return loads

    def _joined(self, loads: list[_Load]) -> list[_Load] | None:
        by_volume = sorted(loads, key=lambda load: load.volume)
        for one in range(len(by_volume)):
            for other in range(one + 1, len(by_volume)):
                whole = self._all(_more(by_volume[one].counts, by_volume[other].counts))
                if whole:
                    return [whole, *(load for n, load in enumerate(by_volume) if n not in (one, other))]
        return None

    def _spread(self, loads: list[_Load]) -> list[_Load] | None:
        """The emptiest first; its pieces, the largest first, each into the first of the others that takes it as well."""
        by_volume = sorted(loads, key=lambda load: load.volume)
        largest_first = sorted(range(len(by_volume[0].counts)), key=lambda n: (-self._loader.volumes[n], n))
        for place, given_up in enumerate(by_volume):
            others = by_volume[:place] + by_volume[place + 1 :]
            if all(self._into_another(others, n) for n in largest_first for _ in range(given_up.counts[n])):
                return others
        return None

    def _into_another(self, loads: list[_Load], kind: int) -> bool:
        for place, load in enumerate(loads):
            more = self._all(tuple(count + (n == kind) for n, count in enumerate(load.counts)))
            if more:
                loads[place] = more
                return True
        return False

    def _all(self, counts: Counts) -> _Load | None:
        """All of the pieces in the cheapest carton that takes them."""
        for carton in range(len(self._cartons)):
            key = (carton, counts)
            if key not in self._tried:
                load = self._load(carton, counts, whole=True)
                self._tried[key] = load if load.counts == counts else None
            if self._tried[key]:
                return self._tried[key]
        return None

    def _most(self, counts: Counts) -> _Load:
        loads = [self._load(carton, counts, whole=False) for carton in range(len(self._cartons))]
        return max(loads, key=lambda load: (load.volume, -load.carton))

    def _load(self, carton: int, counts: Counts, whole: bool) -> _Load:
        box = self._cartons[carton]
        spots = tuple(self._loader.load(box.inner, box.most_g - box.weight_g, counts, whole))
        held = [0] * len(counts)
        for kind, _ in spots:
            held[kind] += 1
        return _Load(carton, tuple(held), spots, sum(self._loader.volumes[kind] for kind, _ in spots))

    def _fewest(self, counts: Counts) -> int:
        """No number of cartons below this can be enough, by volume and by weight."""
        volume = sum(count * each for count, each in zip(counts, self._loader.volumes, strict=True))
        weight = sum(count * each for count, each in zip(counts, self._loader.weights, strict=True))
        room = max(carton.volume for carton in self._cartons)
        most = max(carton.most_g - carton.weight_g for carton in self._cartons)
        return max(-(-volume // room), -(-weight // most) if most else 1)


def _less(counts: Counts, taken: Counts) -> Counts:
    return tuple(count - gone for count, gone in zip(counts, taken, strict=True))


def _more(counts: Counts, added: Counts) -> Counts:
    return tuple(count + more for count, more in zip(counts, added, strict=True))
