"""CPU that a tree of processes has used, from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PARENT, _TIMES = 1, slice(11, 15)
"""Places behind the command's name in /proc/<pid>/stat: user, system, and both of children that have ended."""


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds of CPU: of the process itself, and of everything that it has started."""

    itself: float
    children: float

    @property
    def all(self) -> float:
        return self.itself + self.children

    def since(self, before: Used) -> Used:
        return Used(self.itself - before.itself, self.children - before.children)

    def less(self, rate: Used, seconds: float) -> Used:
        """Without what is used anyway at a rate of CPU seconds a second."""
        return Used(self.itself - rate.itself * seconds, self.children - rate.children * seconds)


def used(root: int) -> Used:
    """What the process `root` and its descendants have used so far."""
    every = dict(_processes())
    family, grown = {root}, True
    while grown:
        grown = bool(young := {pid for pid, (parent, _) in every.items() if parent in family} - family)
        family |= young
    seconds = {pid: every[pid][1] for pid in family if pid in every}
    return Used(sum(seconds[root][:2]), sum(sum(times) for times in seconds.values()) - sum(seconds[root][:2]))


def child_called(parent: int, part: str) -> int:
    """The child of `parent` with `part` in its command line. Raises LookupError."""
    for pid, (its_parent, _) in _processes():
        if its_parent == parent and part in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
            return pid
    raise LookupError(f"process {parent} has no child {part}")


def _processes() -> Iterator[tuple[int, tuple[int, list[float]]]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # has ended meanwhile
        yield int(folder.name), (int(fields[_PARENT]), [int(ticks) / _TICK for ticks in fields[_TIMES]])
