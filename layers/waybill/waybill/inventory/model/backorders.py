"""How much may be sold that is not there yet, and until when it is expected: the policy `backorders`. Pure.

    {"TEA": {"most": 20, "channels": {"web": 5}, "expected": "2026-12-24"}, "*": {"most": 100}}

`most` units of a SKU may wait for stock at a time, of them so many from a channel; `*` is what holds for every SKU that is not named. A preorder is
the same before the first stock has come. Orders beyond a limit are not taken: they are cancelled at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from waybill.kernel.errors import InvalidInput

POLICY = "backorders"
ANY_OTHER = "*"
MOST_UNITS = 1_000
"""Those that wait are counted one by one."""
_FIELDS = ("most", "channels", "expected")


@dataclass(frozen=True, slots=True)
class Limit:
    """None for no limit."""

    most: int | None = None
    channels: Mapping[str, int] = field(default_factory=dict)
    expected: str = ""

    def allows(self, waiting: Mapping[str, tuple[int, str]], channel: str) -> bool:
        """Whether these may wait together: {order: (units, channel)}, one that has just come from `channel` among them."""
        total = sum(units for units, _ in waiting.values())
        of_channel = sum(units for units, whose in waiting.values() if whose == channel)
        return (self.most is None or total <= self.most) and of_channel <= self.channels.get(channel, of_channel)

    @property
    def counts(self) -> bool:
        return self.most is not None or bool(self.channels)


def limit_of(policy: Mapping[str, Any], sku: str) -> Limit:
    raw = policy.get(sku, policy.get(ANY_OTHER, {}))
    return Limit(raw.get("most"), raw.get("channels", {}), raw.get("expected", ""))


def check(policy: Mapping[str, Any]) -> None:
    """Raises InvalidInput with everything that is wrong, each by its place."""
    wrong: dict[str, str] = {}
    for sku, raw in policy.items():
        if not isinstance(raw, Mapping):
            wrong[sku] = "is an object of most, channels, expected"
            continue
        wrong |= {f"{sku}.{name}": f"is unknown; there are {', '.join(_FIELDS)}" for name in set(raw) - set(_FIELDS)}
        if "most" in raw and not _is_number(raw["most"]):
            wrong[f"{sku}.most"] = f"is a whole number from 0 to {MOST_UNITS}"
        channels = raw.get("channels", {})
        if not isinstance(channels, Mapping) or not all(map(_is_number, channels.values())):
            wrong[f"{sku}.channels"] = f"is an object of channels, each with a whole number from 0 to {MOST_UNITS}"
        if not _is_day(raw.get("expected", "2026-01-01")):
            wrong[f"{sku}.expected"] = "is a day like 2026-12-24"
    if wrong:
        raise InvalidInput("; ".join(f"{place} {what}" for place, what in list(wrong.items())[:3]), fields=wrong)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_UNITS


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
