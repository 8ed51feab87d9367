"""An order's claim on stock against what was decided: what must move so that each unit is reserved where it will ship from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from waybill.routing.model.decision import Available, Split, Unrouted
from waybill.routing.model.standing import Item, at_work

NOBODY = ""
"""Gives what is to be reserved in addition."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`held` {line: {node: units}}. `done`: the causes that the reservation has carried out; `epoch` grows with each change."""

    held: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    done: tuple[str, ...] = ()
    epoch: int = 0

    def at(self, line: str, node: str) -> int:
        return self.held.get(line, {}).get(node, 0)

    def not_at_work(self, fulfilment_orders: Iterable[Item]) -> Claim:
        """Without what is held for fulfilment orders under way: what a new decision may dispose of."""
        busy = at_work(fulfilment_orders, self.done)
        left = {
            line: {node: units - busy[line][node] if line in busy else units for node, units in nodes.items()} for line, nodes in self.held.items()
        }
        return replace(self, held={line: {n: u for n, u in nodes.items() if u > 0} for line, nodes in left.items()})

    def added_to(self, free: Available, lines: Iterable[Unrouted]) -> Available:
        """{sku: {node: units}} that these lines may take: what anybody may, and what is held for them already."""
        total = {sku: dict(nodes) for sku, nodes in free.items()}
        for line in lines:
            nodes = total.setdefault(line.sku, {})
            for node, units in self.held.get(line.line, {}).items():
                nodes[node] = max(0, nodes.get(node, 0)) + units
        return total

    def transfers(self, target: Split) -> dict[str, Split]:
        """Who gives which lines' units to whom, {giver: {line: {taker: units}}}, so that `target` {line: {node: units}} is held."""
        moves: dict[str, Split] = {}
        for line, nodes in sorted(target.items()):
            giving = [[node, self.at(line, node) - nodes.get(node, 0)] for node in sorted(self.held.get(line, {}))]
            givers = [[node, units] for node, units in giving if units > 0]
            for taker, units in sorted(nodes.items()):
                for giver, given in _given(givers, units - self.at(line, taker)):
                    moves.setdefault(giver, {}).setdefault(line, {})[taker] = given
        return moves


def _given(givers: list[list], wanted: int) -> Iterable[tuple[str, int]]:
    """Takes `wanted` units off the givers, one after another; what they have not, nobody gives."""
    while wanted > 0 and givers:
        giver = givers[0]
        units = min(wanted, giver[1])
        yield giver[0], units
        wanted -= units
        giver[1] -= units
        if not giver[1]:
            givers.pop(0)
    if wanted > 0:
        yield NOBODY, wanted
