"""Transition tables as data: used by the code, the documents and the tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from waybill.kernel.errors import IllegalTransition


class Machine:
    """A named table `(state, verb) → state`. Whatever is not in the table is an IllegalTransition."""

    def __init__(self, name: str, start: str, table: Mapping[tuple[str, str], str]) -> None:
        self.name = name
        self.start = start
        self.table = dict(table)
        self._allowed: dict[str, list[str]] = {}
        for source, verb in self.table:
            self._allowed.setdefault(source, []).append(verb)

    def after(self, state: str, verb: str) -> str:
        """The state that `verb` leads to. Raises IllegalTransition, naming what is allowed."""
        try:
            return self.table[state, verb]
        except KeyError:
            allowed = ", ".join(sorted(self.allowed(state))) or "nothing"
            raise IllegalTransition(f"{self.name}: cannot {verb} while {state}; allowed: {allowed}") from None

    def allowed(self, state: str) -> Iterable[str]:
        return self._allowed.get(state, ())

    @property
    def states(self) -> set[str]:
        return {self.start, *self.table.values(), *(source for source, _ in self.table)}
