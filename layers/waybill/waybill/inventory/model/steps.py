"""The row operations of a batch, and what they do to what an order holds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from waybill.inventory.model.row import CLAIMS, DAMAGED, PLEDGED, SHIPPED, TAKEN, WITHDRAWN, WRITTEN_OFF

Held = Mapping[str, Mapping[str, int]]
"""Units by line and node."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row operation to be done: `quantity` units of a line at a node, where a reservation must leave `keep` units behind."""

    line: str
    sku: str
    node: str
    kind: str
    quantity: int
    keep: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Operations decided on and not yet known to be finished. `cause` names the event or task that wanted them."""

    kind: str
    at: int
    cause: str
    steps: tuple[Step, ...]


def by_line(steps: Iterable[Step]) -> dict[str, dict[str, int]]:
    lines: dict[str, dict[str, int]] = {}
    for step in steps:
        nodes = lines.setdefault(step.line, {})
        nodes[step.node] = nodes.get(step.node, 0) + step.quantity
    return lines


def held_after(held: Held, done: Iterable[Step]) -> dict[str, dict[str, int]]:
    after = {line: dict(nodes) for line, nodes in held.items()}
    for step in done:
        nodes = after.setdefault(step.line, {})
        nodes[step.node] = nodes.get(step.node, 0) + (step.quantity if step.kind in (*CLAIMS, TAKEN) else -step.quantity)
    return without_nothing(after)


def pledged_after(pledged: Held, done: Iterable[Step]) -> dict[str, dict[str, int]]:
    """What leaves a node, leaves of what was pledged there first."""
    after = copied(pledged)
    for step in done:
        there = after.get(step.line, {}).get(step.node, 0)
        if step.kind == PLEDGED:
            add(after, step.line, step.node, step.quantity)
        elif there and step.kind in (WITHDRAWN, SHIPPED, WRITTEN_OFF, DAMAGED):
            add(after, step.line, step.node, -min(there, step.quantity))
    return without_nothing(after)


def copied(held: Held) -> dict[str, dict[str, int]]:
    return {line: dict(nodes) for line, nodes in held.items()}


def add(held: dict[str, dict[str, int]], line: str, node: str, units: int) -> None:
    if units:
        nodes = held.setdefault(line, {})
        nodes[node] = nodes.get(node, 0) + units


def without_nothing(held: Held) -> dict[str, dict[str, int]]:
    kept = {line: {node: units for node, units in nodes.items() if units} for line, nodes in held.items()}
    return {line: nodes for line, nodes in kept.items() if nodes}


def shipped_after(shipped: Mapping[str, int], done: Iterable[Step]) -> dict[str, int]:
    after = dict(shipped)
    for step in done:
        if step.kind == SHIPPED:
            after[step.line] = after.get(step.line, 0) + step.quantity
    return after
