"""What is to be routed: demands, the nodes that may serve them, and what each would cost. Minor units, grams, whole units."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from waybill.kernel.errors import InvalidInput

MOST_PARCELS = 1_000
"""A load that would need more parcels than this is a lorry, and a person's business."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Units of one SKU. Lines of the same SKU are one demand."""

    sku: str
    quantity: int
    weight_g: int


@dataclass(frozen=True, slots=True)
class Rate:
    """What a parcel costs by weight: `prices[i]` up to `breaks_g[i]` grams, the breaks rising.

    A load above the last break ships as full parcels of it and one with the rest. A heavier parcel never costs less:
    where a tariff says so, the parcel is declared at the heavier, cheaper weight.
    """

    breaks_g: tuple[int, ...]
    prices: tuple[int, ...]

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip((0, *self.breaks_g), self.breaks_g, strict=False))
        if not self.breaks_g or len(self.breaks_g) != len(self.prices) or not rising or min(self.prices) < 0:
            raise InvalidInput("a rate needs rising weight breaks and one price each")

    def steps(self, most_g: int, per_parcel: int = 0) -> tuple[list[int], list[int]]:
        """Ends and prices of the steps up to `most_g` grams, handling per parcel included; the prices never fall."""
        cheapest, full = self._never_falling(), self.breaks_g[-1]
        if most_g > full * MOST_PARCELS:
            raise InvalidInput(f"{most_g} g is more than {MOST_PARCELS} parcels")
        ends: list[int] = []
        prices: list[int] = []
        for parcels in range((max(most_g, 1) - 1) // full + 1):
            enough = bisect_left(self.breaks_g, most_g - parcels * full) + 1
            before = parcels * (cheapest[-1] + per_parcel) + per_parcel
            ends += [parcels * full + end for end in self.breaks_g[:enough]]
            prices += [before + price for price in cheapest[:enough]]
        return ends, prices

    def price(self, weight_g: int, per_parcel: int = 0) -> int:
        """What a load costs, handling per parcel included; nothing for no load."""
        return self.steps(weight_g, per_parcel)[1][-1] if weight_g > 0 else 0

    def up_to(self, most_g: int) -> Rate:
        """The part of it that loads of at most so much can meet."""
        enough = next((index for index, end in enumerate(self.breaks_g) if end >= most_g), len(self.breaks_g)) + 1
        return Rate(self.breaks_g[:enough], tuple(self._never_falling()[:enough]))

    def _never_falling(self) -> list[int]:
        return list(accumulate(reversed(self.prices), min))[::-1]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node that may ship. `available` by SKU is what this order may take there, its own reservation included; `scarcity` by SKU what a unit
    is worth there to orders still to come, which is weighed and not paid."""

    node: str
    available: Mapping[str, int]
    rate: Rate
    per_parcel: int = 0
    per_unit: int = 0
    scarcity: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """One order's open quantities and who may serve them. `split_penalty` is added for every node beyond the first.

    `most_nodes` (0: any number) may ship; `whole`: each demand comes from one node. Where a plan that keeps to these cannot ship all that
    the nodes together have, nothing ships.
    """

    demands: tuple[Demand, ...]
    candidates: tuple[Candidate, ...]
    split_penalty: int = 0
    most_nodes: int = 0
    whole: bool = False

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, and the same for the same problem, whatever order it was given in. Each rate stands once."""
        candidates = sorted(self.candidates, key=lambda c: c.node)
        rates = list(dict.fromkeys(c.rate for c in candidates))
        return {
            "demands": [[d.sku, d.quantity, d.weight_g] for d in sorted(self.demands, key=lambda d: d.sku)],
            "rates": [{"breaks_g": list(rate.breaks_g), "prices": list(rate.prices)} for rate in rates],
            "candidates": [
                {
                    "node": c.node,
                    "available": {sku: c.available[sku] for sku in sorted(c.available)},
                    "rate": rates.index(c.rate),
                    "per_parcel": c.per_parcel,
                    "per_unit": c.per_unit,
                    **({"scarcity": {sku: c.scarcity[sku] for sku in sorted(c.scarcity)}} if c.scarcity else {}),
                }
                for c in candidates
            ],
            "split_penalty": self.split_penalty,
            "most_nodes": self.most_nodes,
            "whole": self.whole,
        }

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Problem:
        """The inverse of `to_dict`."""
        rates = [Rate(tuple(rate["breaks_g"]), tuple(rate["prices"])) for rate in raw["rates"]]
        candidates = (
            Candidate(c["node"], c["available"], rates[c["rate"]], c["per_parcel"], c["per_unit"], c.get("scarcity", {})) for c in raw["candidates"]
        )
        return cls(tuple(Demand(*demand) for demand in raw["demands"]), tuple(candidates), raw["split_penalty"], raw["most_nodes"], raw["whole"])


@dataclass(frozen=True, slots=True)
class Share:
    """What one node ships: units by SKU, their weight, what it costs, and the scarcity of what it takes, which nobody pays."""

    node: str
    units: Mapping[str, int]
    weight_g: int
    cost: int
    scarcity: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer. `cost` is the sum of the shares and the split penalties; `short` is what no node has; `total` is what plans are compared by.

    `proven`: nothing cheaper exists; False only where the search was cut off at its limit of steps.
    `runner_up`: the cheapest plan over another set of nodes that the search came by; not proven to be the second best.
    """

    shares: tuple[Share, ...]
    cost: int
    short: Mapping[str, int] = field(default_factory=dict)
    proven: bool = True
    steps: int = 0
    runner_up: Plan | None = None
    scarcity: int = 0

    @property
    def total(self) -> int:
        return self.cost + self.scarcity

    def units(self, sku: str) -> dict[str, int]:
        """By node, what it ships of a SKU."""
        return {share.node: share.units[sku] for share in self.shares if share.units.get(sku)}

    @property
    def nodes(self) -> tuple[str, ...]:
        return tuple(share.node for share in self.shares)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, without the runner-up."""
        shares = [
            {"node": share.node, "units": dict(share.units), "weight_g": share.weight_g, "cost": share.cost, **_weighed(share.scarcity)}
            for share in self.shares
        ]
        return {"shares": shares, "cost": self.cost, "short": dict(self.short), "proven": self.proven, **_weighed(self.scarcity)}


def _weighed(scarcity: int) -> dict[str, int]:
    return {"scarcity": scarcity} if scarcity else {}
