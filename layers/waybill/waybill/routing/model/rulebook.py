"""A shop's rule sets over time: drafts, the one that is active, and those that were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from waybill.kernel.errors import IllegalTransition
from waybill.kernel.events import Entry, appended
from waybill.kernel.machine import Machine
from waybill.routing.model.rules import RuleSet

DRAFT, ACTIVE, ARCHIVED = "draft", "active", "archived"
MACHINE = Machine(
    "rule set",
    DRAFT,
    {(DRAFT, "activate"): ACTIVE, (DRAFT, "archive"): ARCHIVED, (ACTIVE, "archive"): ARCHIVED, (ARCHIVED, "activate"): ACTIVE},
)
"""An archived set that has stood before may be activated again: the way back from a bad day."""
_SAID = {"activate": "rules.activated", "archive": "rules.archived"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A rule set as it is kept. `gate`: what came of its last back-test, empty before the first; `seen` is the version of the record."""

    rules: RuleSet
    status: str = DRAFT
    gate: Mapping[str, Any] = field(default_factory=dict)
    history: tuple[Entry, ...] = ()
    seen: int = 0

    @property
    def version(self) -> int:
        return self.rules.version

    @property
    def has_stood(self) -> bool:
        return any(entry.type == "rules.activated" for entry in self.history)

    def told(self, verb: str, at: str, actor: str) -> Kept:
        """Raises IllegalTransition."""
        status = MACHINE.after(self.status, verb)
        return replace(self, status=status, history=appended(self.history, _SAID[verb], at, actor, {"version": self.version}))

    def activated(self, against: int, at: str, actor: str) -> Kept:
        """Raises IllegalTransition for a draft that the gate has not let through against the set that is active now."""
        if self.status == DRAFT and not (self.gate.get("passed") is True and self.gate.get("against") == against):
            raise IllegalTransition(f"rules {self.version} have not passed the gate against rules {against}: back-test them first")
        if self.status == ARCHIVED and not self.has_stood:
            raise IllegalTransition(f"rules {self.version} were archived as a draft: make a new draft of them")
        return self.told("activate", at, actor)
