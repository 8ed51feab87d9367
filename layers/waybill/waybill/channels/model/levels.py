"""What a channel is told of stock, and what it makes of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Levels:
    """Units that a channel may sell of each SKU, as of the instant `at`. `id` is the same for the same units under the same sequence; `called` is what
    the channel itself calls a SKU, as far as it was looked up before."""

    id: str
    sequence: int
    at: str
    units: Mapping[str, int]
    called: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of it. `unknown` {SKU: why}: the channel has no such thing; `refused` {SKU: why}: it would not have this number; `untold`: not come to.
    All others it has. `called`: what it calls a SKU, to be remembered; `pause`: the seconds for which it wants to be left alone."""

    unknown: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    untold: tuple[str, ...] = ()
    called: Mapping[str, str] = field(default_factory=dict)
    pause: int = 0

    def and_(self, more: Heard) -> Heard:
        return Heard(
            {**self.unknown, **more.unknown},
            {**self.refused, **more.refused},
            self.untold + more.untold,
            {**self.called, **more.called},
            max(self.pause, more.pause),
        )
