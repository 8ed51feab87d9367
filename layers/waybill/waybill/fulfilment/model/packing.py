"""Units go into parcels, and out of them again: all that was picked, or the rest of which a part has left already. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from waybill.fulfilment.model.buying import set_aside
from waybill.fulfilment.model.fulfilment_order import AtNode, FulfilmentOrder, go, known, told
from waybill.fulfilment.model.machine import PARTLY_LEFT
from waybill.fulfilment.model.manifest import refuse_listed
from waybill.fulfilment.model.parcel import Package, held
from waybill.kernel.errors import IllegalTransition, InvalidInput

HEAVIEST_G = 70_000
"""No parcel weighs more."""


def unpacked(work: FulfilmentOrder) -> FulfilmentOrder:
    """The work as if there were nothing but what is to be packed now."""
    if not work.packages:
        return work
    return replace(work, packages=(), lines={line: AtNode(units, units) for line, units in work.to_pack().items()})


def numbered_on(work: FulfilmentOrder, packages: Sequence[Package]) -> tuple[Package, ...]:
    """New parcels, under numbers after those that it has."""
    most = max((package.n for package in work.packages), default=0)
    return tuple(replace(package, n=package.n + most) for package in packages) if most else tuple(packages)


def pack(work: FulfilmentOrder, packages: tuple[Package, ...], at: str, actor: str) -> FulfilmentOrder:
    """Every picked unit that is in no parcel yet is in exactly one of these, each with its label. A repeat changes nothing: one live label a package (I23)."""
    if work.status in ("packed", *PARTLY_LEFT) and not work.to_pack():
        return work
    packed = go(work, "pack")
    refuse_fetched(work)
    refuse_misfit(unpacked(work), packages)
    lines = {line: replace(at_node, packed=at_node.quantity) for line, at_node in work.lines.items()}
    data = {"packages": [{"n": package.n, "tracking_number": package.tracking_number} for package in packages]}
    return told(replace(packed, lines=lines, packages=(*work.packages, *packages)), "packed", at, actor, data)


def taken_apart(work: FulfilmentOrder, at: str, kept: tuple[Package, ...] | None = None) -> FulfilmentOrder:
    """Its parcels that have not left are no more, their labels are to be given back, and what was in them is to be packed anew. `kept`: all its parcels from now
    on, with what is in each; of those only that are not among them the labels are. Raises IllegalTransition for one that is on a list of its carrier."""
    after = kept if kept is not None else tuple(package for package in work.packages if package.left)
    numbers = {package.n for package in after}
    gone = tuple(package for package in work.staying() if package.n not in numbers)
    refuse_listed(work, [package.n for package in gone])
    inside = held(after)
    lines = {line: replace(each, packed=inside.get(line, 0)) for line, each in work.lines.items()}
    buying = set_aside(replace(work, packages=gone), at)
    state = go(work, "unpack") if work.status == "packed" and kept is None else work
    return replace(state, packages=after, lines=lines, buying=buying)


def refuse_fetched(work: FulfilmentOrder) -> None:
    """Raises IllegalTransition for work that no parcel is made of."""
    if work.is_fetched_here:
        raise IllegalTransition(f"{work.id} is fetched at {work.node}: there is nothing to pack; say that it is ready")


def refuse_misfit(work: FulfilmentOrder, packages: tuple[Package, ...]) -> None:
    """Raises InvalidInput where the packages do not hold exactly what was picked, or weigh nothing or too much."""
    for package in packages:
        if not 0 < package.weight_g <= HEAVIEST_G:
            raise InvalidInput(f"package {package.n} weighs between 1 and {HEAVIEST_G} g", fields={"weight_g": "out of range"})
        for line in package.lines:
            known(work, line)
    packed = held(packages)
    for line, at_node in work.lines.items():
        if packed.get(line, 0) != at_node.quantity:
            message = f"line {line}: {at_node.quantity} units are to pack, the packages hold {packed.get(line, 0)}"
            raise InvalidInput(message, fields={f"lines.{line}": "does not add up"})
