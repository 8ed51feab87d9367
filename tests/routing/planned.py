"""The planner of reservations over nodes and rules that a test names; the order itself says nothing of where it should ship from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from waybill.inventory.model.plan import Available, Plan, Wanted
from waybill.routing.model.decision import BY_A_PERSON, Decision, Site, Unrouted, asked, decide, marked
from waybill.routing.model.problem import Rate
from waybill.routing.model.rules import BUILT_IN, RuleSet, read
from waybill.routing.planner import Planner

_A_PARCEL = Rate((10**6,), (1,))
_NOTHING_SAID = SimpleNamespace(order=SimpleNamespace(groups=()), fulfilment_orders=[], state=SimpleNamespace(holds=()))


@dataclass(frozen=True)
class _Shop:
    """`ports.Sites`: every parcel costs the same from everywhere; priorities as the nodes are listed."""

    wanted: tuple[Wanted, ...]
    nodes: Sequence[str]
    only: Collection[str]

    def sites(self, record: object) -> list[Site]:
        sites = [Site(node, _A_PARCEL, priority=number) for number, node in enumerate(self.nodes)]
        return marked(sites, [node for node in self.nodes if self.only and node not in self.only], bar=BY_A_PERSON)

    def lines(self, record: object, units: dict[str, int]) -> tuple[Unrouted, ...]:
        return tuple(Unrouted(want.line, want.sku, units[want.line], 100) for want in self.wanted)

    def facts(self, record: object) -> dict[str, Any]:
        return {}

    def tariffs(self) -> dict[str, str]:
        return {}


@dataclass(frozen=True)
class Planned:
    """`inventory.ports.Planner` by the rules. `nodes` in their priority; `only` these may ship (empty: all)."""

    nodes: Sequence[str]
    rules: RuleSet = BUILT_IN
    only: Collection[str] = ()

    def __call__(self, order: object, wanted: tuple[Wanted, ...], available: Available) -> Plan | None:
        planner = Planner(_Shop(wanted, self.nodes, self.only), SimpleNamespace(active=lambda: self.rules))  # type: ignore[arg-type]
        return planner(_NOTHING_SAID, wanted, available)  # type: ignore[arg-type]

    def decision(self, wanted: tuple[Wanted, ...], available: Available) -> Decision:
        """Also where it leaves something short."""
        shop = _Shop(wanted, self.nodes, self.only)
        lines = shop.lines(None, {want.line: want.quantity for want in wanted})
        return decide(asked(lines, shop.sites(None), available), self.rules)


def by_priority() -> RuleSet:
    """One rule: the nodes are drained in their priority."""
    return read({"name": "fixed order", "routings": [{"name": "all", "rules": [{"name": "one", "pick": ["priority"]}]}]})
