"""Whether pieces can lie as they are said to: asked without anything of the packer's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from waybill.fulfilment.model.cartons import Carton, Cartoning, Filled, Piece, Placed


def faults(packed: Cartoning, pieces: Sequence[Piece], cartons: Sequence[Carton]) -> list[str]:
    """What is wrong, in words; nothing, if it is right. Every unit once, each carton as `faults_in` asks, and nothing loose that a carton would take."""
    seen = Counter(placed.piece for filled in packed.filled for placed in filled.placed) + Counter(packed.loose)
    found = [] if seen == Counter(pieces) else [f"not every unit once: {seen - Counter(pieces)} too many, {Counter(pieces) - seen} missing"]
    found += [f"{piece.name} is loose, and {carton.id} takes it" for piece in packed.loose for carton in cartons if _goes_in(carton, piece)]
    return found + [fault for filled in packed.filled for fault in faults_in(filled)]


def faults_in(filled: Filled) -> list[str]:
    """Of one carton: empty, too heavy, a piece turned as it must not be, outside, in another, or on a fragile one."""
    carton = filled.carton
    found = [] if filled.placed else [f"{carton.id} is empty"]
    weight = carton.weight_g + sum(each.piece.weight_g for each in filled.placed)
    found += [f"{carton.id} weighs {weight}"] if weight > carton.most_g or weight != filled.weight_g else []
    for each in filled.placed:
        if sorted(each.lengths) != sorted(each.piece.lengths) or (each.piece.keep_upright and each.lengths[2] != each.piece.lengths[2]):
            found.append(f"{each.piece.name} is turned to {each.lengths}")
        if min(each.at) < 0 or any(start + length > room for start, length, room in zip(each.at, each.lengths, carton.inner, strict=True)):
            found.append(f"{each.piece.name} sticks out")
    for one, other in combinations(filled.placed, 2):
        if all(_overlap(one, other, axis) for axis in range(3)):
            found.append(f"{one.piece.name} lies in {other.piece.name}")
        for under, over in ((one, other), (other, one)):
            if under.piece.fragile and _overlap(one, other, 0) and _overlap(one, other, 1) and over.at[2] >= under.at[2] + under.lengths[2]:
                found.append(f"{over.piece.name} is above fragile {under.piece.name}")
    return found


def _overlap(one: Placed, other: Placed, axis: int) -> bool:
    return one.at[axis] < other.at[axis] + other.lengths[axis] and other.at[axis] < one.at[axis] + one.lengths[axis]


def _goes_in(carton: Carton, piece: Piece) -> bool:
    if piece.weight_g + carton.weight_g > carton.most_g:
        return False
    if piece.keep_upright:
        floor, base = sorted(carton.inner[:2]), sorted(piece.lengths[:2])
        return base[0] <= floor[0] and base[1] <= floor[1] and piece.lengths[2] <= carton.inner[2]
    return all(length <= room for length, room in zip(sorted(piece.lengths), sorted(carton.inner), strict=True))
