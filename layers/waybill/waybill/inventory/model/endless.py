"""Supply that never runs out: a vendor who ships for us, what is made to order or printed on demand. The policy `endless`. Pure.

    {"acme": ["*"], "printer": ["MUG", "SHIRT"]}

These SKUs can always be had at these nodes. What an order takes there is pledged and leaves like any stock, so that the ledger shows it; nothing is
counted there beforehand, and nothing is kept back for anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from waybill.inventory.model.row import Row
from waybill.kernel.errors import InvalidInput

POLICY = "endless"
EVERY = "*"
PLENTY = 1_000_000
"""Units that such a node is taken to have: more than any order wants."""


@dataclass(frozen=True, slots=True)
class Endless:
    """{node: SKUs} that never run out there; `*` for every SKU."""

    at: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def has(self, sku: str, node: str) -> bool:
        return bool({sku, EVERY} & self.at.get(node, frozenset()))

    def nodes(self, sku: str) -> list[str]:
        return sorted(node for node in self.at if self.has(sku, node))

    def added_to(self, rows: Iterable[Row], skus: Iterable[str]) -> list[Row]:
        """The rows as reserving may see them: plenty where it never runs out, also where there is no row yet."""
        if not self.at:
            return list(rows)
        known = {(row.sku, row.node): row for row in rows}
        for sku in skus:
            for node in self.nodes(sku):
                row = known.get((sku, node), Row(sku, node))
                known[sku, node] = replace(row, available=max(0, row.available) + PLENTY)
        return list(known.values())


NOTHING_IS = Endless()


def read(policy: Mapping[str, Any]) -> Endless:
    return Endless({node: frozenset(skus) for node, skus in policy.items() if isinstance(skus, list)})


def check(policy: Mapping[str, Any], nodes: Iterable[str], known: Iterable[str]) -> None:
    """`nodes` of the shop, and which of the policy's SKUs it has. Raises InvalidInput with everything that is wrong, each by its place."""
    wrong: dict[str, str] = {}
    there, has = set(nodes), set(known)
    for node, skus in policy.items():
        if node not in there:
            wrong[node] = "no such node"
        elif not isinstance(skus, list) or not skus or not all(isinstance(sku, str) for sku in skus):
            wrong[node] = f"is a list of SKUs, or [{EVERY!r}] for every one"
        else:
            wrong |= {f"{node}[{number}]": "no such SKU" for number, sku in enumerate(skus) if sku not in has | {EVERY}}
    if wrong:
        raise InvalidInput("that cannot be obeyed", fields=wrong)
