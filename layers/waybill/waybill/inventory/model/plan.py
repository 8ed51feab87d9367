"""Which nodes give how much. The default plan: as few nodes as possible, then those that have most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

Available = Mapping[str, Mapping[str, int]]
"""Units that can still be reserved: {sku: {node: units}}."""

Plan = dict[str, dict[str, int]]
"""Units of each line by node: {line: {node: units}}."""

_EXACT_UP_TO = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of one line that no reservation covers yet."""

    line: str
    sku: str
    quantity: int


def fewest_nodes(order: object, wanted: tuple[Wanted, ...], available: Available) -> Plan | None:
    """A plan over the fewest nodes, exact up to 12 nodes; among equals the one with most units. None where stock does not suffice."""
    need = Counter[str]()
    for want in wanted:
        need[want.sku] += want.quantity
    nodes = sorted({node for sku in need for node, units in available.get(sku, {}).items() if units > 0})
    if not covers(nodes, need, available):
        return None
    return _filled(wanted, _chosen(nodes, need, available), available)


def shortage(wanted: Iterable[Wanted], available: Available) -> dict[str, int]:
    """Units by line that all nodes together could not reserve now; the first lines are served first."""
    left = {sku: sum(max(0, units) for units in at.values()) for sku, at in available.items()}
    short: dict[str, int] = {}
    for want in wanted:
        served = min(want.quantity, left.get(want.sku, 0))
        left[want.sku] = left.get(want.sku, 0) - served
        if served < want.quantity:
            short[want.line] = short.get(want.line, 0) + want.quantity - served
    return short


def covers(nodes: Iterable[str], need: Mapping[str, int], available: Available) -> bool:
    """Whether these nodes together have all that is needed."""
    chosen = tuple(nodes)
    return all(sum(max(0, available.get(sku, {}).get(node, 0)) for node in chosen) >= units for sku, units in need.items())


def _chosen(nodes: list[str], need: Mapping[str, int], available: Available) -> tuple[str, ...]:
    wealth = {node: sum(max(0, available.get(sku, {}).get(node, 0)) for sku in need) for node in nodes}
    most = len(nodes) if len(nodes) <= _EXACT_UP_TO else 2
    for size in range(1, most + 1):
        fitting = [some for some in combinations(nodes, size) if covers(some, need, available)]
        if fitting:
            return max(fitting, key=lambda some: sum(wealth[node] for node in some))
    return _greedy(nodes, need, available)


def _greedy(nodes: list[str], need: Mapping[str, int], available: Available) -> tuple[str, ...]:
    """Node after node, each the one that brings most of what is still missing."""
    missing, chosen = dict(need), []
    while any(missing.values()):
        brings = {
            node: sum(min(units, max(0, available.get(sku, {}).get(node, 0))) for sku, units in missing.items())
            for node in nodes
            if node not in chosen
        }
        best = max(sorted(brings), key=lambda node: brings[node])
        chosen.append(best)
        missing = {sku: max(0, units - max(0, available.get(sku, {}).get(best, 0))) for sku, units in missing.items()}
    return tuple(chosen)


def _filled(wanted: tuple[Wanted, ...], nodes: tuple[str, ...], available: Available) -> Plan:
    left = {sku: {node: max(0, units) for node, units in at.items() if node in nodes} for sku, at in available.items()}
    return {want.line: _taken(want.quantity, left[want.sku]) for want in wanted}


def _taken(quantity: int, left: dict[str, int]) -> dict[str, int]:
    """Takes from the fullest node first, out of `left`."""
    given: dict[str, int] = {}
    for node in sorted(left, key=lambda name: (-left[name], name)):
        units = min(quantity, left[node])
        if units:
            given[node] = units
            left[node] -= units
            quantity -= units
    return given
