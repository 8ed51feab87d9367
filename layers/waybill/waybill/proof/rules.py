"""The rules by number: each a small function that says what is wrong, and nothing where nothing is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from waybill.proof.facts import Broken

Facts = TypeVar("Facts")
Wrong = Callable[[Facts], Iterable[str]]


def _of_all(facts: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """`wrong` says how it does not hold of some facts. `concerns`: whether they say anything that it is about; of others it is not asked."""

    number: str
    wrong: Callable[[Any], Iterable[str]]
    concerns: Callable[[Any], bool]
    at_rest: bool

    @property
    def says(self) -> str:
        return " ".join((self.wrong.__doc__ or "").split())


class Rules:
    """Rules over one kind of facts. `at_rest` ones say what must come about, and are asked only where nothing is under way any more. `times`: how often each
    was asked in this process."""

    def __init__(self) -> None:
        self.every: list[Rule] = []
        self.times: Counter[Rule] = Counter()

    def rule(self, number: str, at_rest: bool = False, concerns: Callable[[Any], bool] = _of_all) -> Callable[[Wrong[Facts]], Wrong[Facts]]:
        """Adds a rule under its number."""

        def add(function: Wrong[Facts]) -> Wrong[Facts]:
            self.every.append(Rule(number, function, concerns, at_rest))
            return function

        return add

    def broken(self, of: str, facts: Any, at_rest: bool = False, things: int = 1) -> list[Broken]:
        """What does not hold of some facts; `things`: of how many they are, when they are asked of at once."""
        found: list[Broken] = []
        for rule in self.every:
            if (at_rest or not rule.at_rest) and rule.concerns(facts):
                self.times[rule] += things
                for how in rule.wrong(facts):
                    found.append(Broken(rule.number, of, how))
        return found

    @property
    def numbers(self) -> set[str]:
        return {rule.number for rule in self.every}
