"""What was tried and what held: `.local/proof/report.json`, and the same as a page, `report.html`. What was not tried is not said to hold."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proof import invariants, page
from proof.faults import FAULTS
from proof.tasks import PARTS, Done
from waybill import proof as rules

HOLDS, BROKEN, IN_PART = "holds", "broken", "in part"


@dataclass(frozen=True)
class Report:
    """One run. `more` are the parts that are tried elsewhere (a laptop cloud that loses its power), named like those of PARTS; `planned`
    says how many pieces a part was to have."""

    seed: int
    started_at: str
    seconds: float
    pieces: Sequence[Done]
    more: Mapping[str, str]
    planned: Mapping[str, int] = field(default_factory=dict)

    @property
    def broken(self) -> list[str]:
        return [f"{each.part}, {each.name}: {line}" for each in self.pieces for line in each.broken]

    @property
    def not_tried(self) -> list[str]:
        return [part for part in {**PARTS, **self.more} if not sum(each.tried for each in self.of(part))]

    @property
    def in_part(self) -> dict[str, str]:
        """Parts of which some pieces were tried and others not."""
        found = {part: (count - len(self.of(part)), count) for part, count in self.planned.items() if part not in self.not_tried}
        return {part: f"{left} of {count} pieces of {part}" for part, (left, count) in found.items() if left > 0}

    @property
    def verdict(self) -> str:
        return BROKEN if self.broken else IN_PART if self.not_tried or self.in_part else HOLDS

    def of(self, part: str) -> list[Done]:
        return [each for each in self.pieces if each.part == part]

    def to_dict(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "seed": self.seed,
            "started_at": self.started_at,
            "seconds": round(self.seconds),
            "tried": sum(each.tried for each in self.pieces),
            "not_tried": [*self.not_tried, *self.in_part.values()],
            "broken": self.broken,
            "invariants": self._invariants(),
            "faults": self._faults(),
            "parts": [self._part(name, what) for name, what in {**PARTS, **self.more}.items()],
        }

    def _invariants(self) -> list[dict[str, Any]]:
        """Of each of the thirty: how often it was asked in this run, and how often it was found broken."""
        times = Counter[str]()
        for each in self.pieces:
            times.update(each.asked)
        asked, found = invariants.each(times), Counter(number for line in self.broken for number in invariants.named(line))
        meanings = rules.meanings()
        return [
            {
                "number": number,
                "group": group,
                "says": invariants.SENTENCES[number],
                "asked": asked[number],
                "broken": found[number],
                "how": [said for under, rule in meanings.items() if number in invariants.named(under) for said in rule],
            }
            for group, numbers in invariants.NUMBERS.items()
            for number in numbers
        ]

    def _faults(self) -> list[dict[str, Any]]:
        """Of each kind: at how many different calls of different worlds it struck a life, and how often one was drawn in the soak."""
        struck, drawn = Counter[str](), Counter[str]()
        for each in self.pieces:
            (drawn if each.part == "soak" else struck).update(each.faults)
        return [{"kind": kind, "points": struck[kind], "drawn": drawn[kind]} for kind in FAULTS]

    def _part(self, name: str, what: str) -> dict[str, Any]:
        pieces = self.of(name)
        return {
            "name": name,
            "what": what,
            "tried": sum(each.tried for each in pieces),
            "broken": sum(len(each.broken) for each in pieces),
            "seconds": round(sum(each.seconds for each in pieces)),
            "left": self.in_part.get(name, ""),
            "pieces": [each.to_dict() for each in pieces],
        }


def write(report: Report, folder: Path) -> Path:
    """Both files; answers where the page is."""
    folder.mkdir(parents=True, exist_ok=True)
    said = report.to_dict()
    (folder / "report.json").write_text(json.dumps(said, indent=1) + "\n")
    path = folder / "report.html"
    path.write_text(page.drawn(said))
    return path
