"""The rules by number: each a small function that says what is wrong, and nothing where nothing is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from waybill.proof.facts import Broken

Facts = TypeVar("Facts")
Rule = Callable[[Facts], Iterable[str]]


class Rules:
    """Rules over one kind of facts. `at_rest` ones say what must come about, and are asked only where nothing is under way any more."""

    def __init__(self) -> None:
        self.always: list[tuple[str, Rule]] = []
        self.at_rest: list[tuple[str, Rule]] = []

    def rule(self, number: str, at_rest: bool = False) -> Callable[[Rule], Rule]:
        """Adds a rule under its number."""

        def add(function: Rule) -> Rule:
            (self.at_rest if at_rest else self.always).append((number, function))
            return function

        return add

    def broken(self, of: str, facts: Facts, at_rest: bool = False) -> list[Broken]:
        asked = [*self.always, *self.at_rest] if at_rest else self.always
        return [Broken(number, of, how) for number, rule in asked for how in rule(facts)]

    @property
    def numbers(self) -> set[str]:
        return {number for number, _ in (*self.always, *self.at_rest)}
