"""What people do with routing rules: draft, try, let stand, put away; and with decisions: look at one, work it out again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.kernel.events import Entry
from waybill.routing.model.backtest import Limits, Report, in_shadow, tried
from waybill.routing.model.receipt import answer, differences, replay
from waybill.routing.model.rulebook import DRAFT, Kept
from waybill.routing.model.rules import BUILT_IN, BUILT_IN_VERSION, RuleSet, only_known_nodes, read, small_enough
from waybill.routing.ports import Decisions, RuleSets

MOST_ORDERS, ORDERS_BY_DEFAULT = 2000, 500


@dataclass(frozen=True, slots=True)
class Rulebook:
    """`nodes` answers the parcels that each node of the shop sends a day, 0 where that is not known; `policy` what the shop has decided
    about the gate."""

    sets: RuleSets
    decisions: Decisions
    nodes: Callable[[], Mapping[str, int]]
    policy: Callable[[], Mapping[str, Any]]
    clock: Clock

    def draft(self, raw: dict[str, Any], actor: str) -> Kept:
        """Raises InvalidInput with everything that is wrong, by its place; TooLarge."""
        rules = read(raw)
        only_known_nodes(rules, self.nodes())
        small_enough(rules)
        return self.sets.add(raw, Entry(1, "rules.drafted", self._now(), actor))

    def all(self) -> list[Kept]:
        return self.sets.all()

    def one(self, version: int) -> Kept:
        """Raises NotFound."""
        return self.sets.kept(version)

    def report(self, version: int, orders: int = ORDERS_BY_DEFAULT) -> Report:
        """What the rules would have decided on the newest orders, beside those that stand. Raises NotFound, InvalidInput."""
        if not 0 < orders <= MOST_ORDERS:
            raise InvalidInput(f"orders is a number from 1 to {MOST_ORDERS}", fields={"orders": "out of range"})
        return self._tried(self.one(version).rules, self._standing(self.sets.pointer()["active"]), orders, "")

    def test(self, version: int, orders: int, actor: str) -> tuple[Kept, Report]:
        """The back-test before the gate: what came of it is kept with the draft, and from now on it runs in shadow.

        Raises NotFound, InvalidInput, IllegalTransition for what is no draft, Conflict.
        """
        kept = self.one(version)
        if kept.status != DRAFT:
            raise IllegalTransition(f"rules {version} are {kept.status}: only a draft is back-tested")
        report, against, now = self.report(version, orders), self.sets.pointer()["active"], self._now()
        after = replace(kept, gate={"at": now, "by": actor, "against": against, **report.to_dict()})
        self.sets.save(after)
        return after, report

    def shadow(self, kept: Kept) -> tuple[Report, tuple[str, ...]]:
        """The decisions since the back-test, and what they say against the draft."""
        limits, since = self._limits(), kept.gate.get("at", "")
        report = self._tried(kept.rules, self._standing(self.sets.pointer()["active"]), MOST_ORDERS, since) if since else _NOTHING
        return report, in_shadow(report, limits)

    def activate(self, version: int, actor: str) -> Kept:
        """Raises NotFound, Conflict, IllegalTransition for a draft that the gate or its shadow does not let through."""
        pointer, kept, now = self.sets.pointer(), self.one(version), self._now()
        if kept.version == pointer["active"]:
            return kept
        after = kept.activated(pointer["active"], now, actor)
        if kept.status == DRAFT:
            _, against = self.shadow(kept)
            if against:
                raise IllegalTransition(f"rules {version} in shadow: {'; '.join(against)}")
        before = self.one(pointer["active"]).told("archive", now, actor) if pointer["active"] != BUILT_IN_VERSION else None
        self.sets.activate(pointer, after, before)
        return after

    def archive(self, version: int, actor: str) -> Kept:
        """Puts a draft away. Raises NotFound, Conflict, IllegalTransition: what stands is put away by what follows it."""
        kept = self.one(version)
        if kept.status != DRAFT:
            raise IllegalTransition(f"rules {version} are {kept.status}: activate others in their place")
        after = kept.told("archive", self._now(), actor)
        self.sets.save(after)
        return after

    def replay(self, decision_id: str) -> dict[str, Any]:
        """A decision worked out again from its receipt: {"identical", "differences", "answer"}. Raises NotFound."""
        kept = self.decisions.one(decision_id)
        anew = answer(replay(kept, self._standing(kept["rules"])))
        unlike = differences(kept, anew)
        return {"identical": not unlike, "differences": unlike, "answer": anew}

    def _standing(self, version: int) -> RuleSet:
        return BUILT_IN if version == BUILT_IN_VERSION else self.one(version).rules

    def _tried(self, rules: RuleSet, standing: RuleSet, orders: int, since: str) -> Report:
        receipts = self.decisions.latest(orders, since)
        if rules.asks_for_attributes or standing.asks_for_attributes:
            receipts = self.decisions.with_attributes(receipts)
        return tried(receipts, standing, rules, {node: most for node, most in self.nodes().items() if most}, self._limits())

    def _limits(self) -> Limits:
        return Limits.of(self.policy())

    def _now(self) -> str:
        return instant(self.clock())


_NOTHING = tried((), BUILT_IN, BUILT_IN, {}, Limits())
