"""Several ways to put the same pieces into cartons, for a tariff to choose from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from waybill.fulfilment.model.cartons import Carton, Cartoning, Piece, cartoned

_MANY = 60
"""Pieces from which on only the most promising ways are tried: each takes long, and among so many one carton more or less changes little."""
_PARTS = (2, 3)


def cartonings(pieces: Sequence[Piece], cartons: Iterable[Carton]) -> list[Cartoning]:
    """The first is the one with the fewest cartons, each the cheapest. The others: cartons that take the least room outside, for room is weighed; none of the
    largest, for length is surcharged; lighter ones, for weight is. None leaves a piece loose that the first has packed, none is there twice."""
    known = sorted(cartons, key=lambda carton: (_room(carton), carton.id))
    first = cartoned(pieces, known)
    found = {_signature(first): first}
    for fewer in _sets(pieces, known):
        way = cartoned(pieces, fewer)
        if len(way.loose) == len(first.loose):
            costed = replace(way, filled=tuple(replace(each, carton=next(carton for carton in known if carton.id == each.carton.id)) for each in way.filled))
            found.setdefault(_signature(costed), costed)
    return list(found.values())


def _sets(pieces: Sequence[Piece], cartons: list[Carton]) -> Iterator[list[Carton]]:
    yield [replace(carton, cost=_room(carton)) for carton in cartons]
    total = sum(piece.weight_g for piece in pieces)
    for part in _PARTS:
        yield [replace(carton, most_g=min(carton.most_g, carton.weight_g + -(-total // part))) for carton in cartons]
    if len(pieces) <= _MANY:
        for largest in range(len(cartons) - 1, 0, -1):
            yield cartons[:largest]


def _signature(way: Cartoning) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    return tuple(sorted((each.carton.id, tuple(sorted(each.units.items()))) for each in way.filled))


def _room(carton: Carton) -> int:
    length, width, height = carton.outer
    return length * width * height
