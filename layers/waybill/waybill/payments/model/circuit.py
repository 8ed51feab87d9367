"""When a gateway counts as down, how long it is then left alone, and who may try it again. Pure.

`DOWN_AFTER` failures in a row open the circuit: nobody calls for `pause_s` seconds. After that whoever claims the trial makes one
call; the others go on waiting. A trial that works closes the circuit, one that fails doubles the pause.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from waybill.kernel.clock import instant, parse_instant

DOWN_AFTER = 5
FIRST_PAUSE_S, LONGEST_PAUSE_S = 30, 300
_IN_A_ROW = timedelta(minutes=20)
"""Failures further apart are not in a row; a message that fails alone comes back every six minutes."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """`since` is the first failure in the row, `failed_at` the last; `until` nobody calls. `pause_s` 0: closed. `version` 0: not
    stored."""

    gateway: str
    failures: int = 0
    since: str = ""
    failed_at: str = ""
    pause_s: int = 0
    until: str = ""
    version: int = 0

    @property
    def open(self) -> bool:
        return self.pause_s > 0

    def waits(self, now: datetime) -> int:
        """Seconds for which nobody may call, rounded up; 0 where one may."""
        if not self.open:
            return 0
        left = (parse_instant(self.until) - now).total_seconds()
        return max(0, -int(-left // 1))


def failed(circuit: Circuit, now: datetime, trial: bool) -> Circuit:
    """After a call that nobody answered. Where the circuit is open, only the trial says something new."""
    if circuit.open and not trial:
        return circuit
    in_a_row = circuit.open or (circuit.failures and now - parse_instant(circuit.failed_at) <= _IN_A_ROW)
    at = instant(now)
    after = replace(circuit, failures=circuit.failures + 1 if in_a_row else 1, since=circuit.since if in_a_row else at, failed_at=at)
    if after.failures < DOWN_AFTER:
        return after
    pause = min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, circuit.pause_s * 2))
    return replace(after, pause_s=pause, until=instant(now + timedelta(seconds=pause)))


def worked(circuit: Circuit) -> Circuit:
    """After an answer, whatever it says: the row is broken, the circuit closed."""
    return Circuit(circuit.gateway, version=circuit.version)


def claimed(circuit: Circuit, now: datetime) -> Circuit:
    """The pause is over and somebody tries: the others wait another pause, also where he dies meanwhile."""
    return replace(circuit, until=instant(now + timedelta(seconds=circuit.pause_s)))
