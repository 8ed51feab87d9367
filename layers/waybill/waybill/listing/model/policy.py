"""Which channels are told of stock, and how: the policy `listing`. Pure.

    {"web": {"url": "https://shop.example/stock", "oversold_per_1000": 10, "held": 2, "most": 999, "near": 20, "step": 10, "per_minute": 600, "lowers": true}}

Without a `url` it is told by its own API. `oversold_per_1000` is its budget: so many of a thousand units sold may turn out not to be there; `held` are the units held back while nothing is measured
yet, or always where there is no budget; `most`, `near`, `step` are `telling.Manner`; `per_minute` numbers at most; `lowers`: it lowers its own number when it sells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.listing.model.telling import Manner

POLICY = "listing"
PER_MINUTE = 600
_WHOLE = {"oversold_per_1000": (0, 1000), "held": (0, 10**6), "most": (1, 10**6), "near": (0, 10**6), "step": (1, 10**6), "per_minute": (1, 100_000)}
_FIELDS = ("url", "lowers", *_WHOLE)


@dataclass(frozen=True, slots=True)
class Listed:
    """How one channel is told, by its own API where no `url` is named; `budget` a share of its sales."""

    channel: str
    url: str
    manner: Manner = Manner()
    budget: float | None = None
    held: int = 0
    per_minute: int = PER_MINUTE
    lowers: bool = False


def read(policy: Mapping[str, Any]) -> dict[str, Listed]:
    """What cannot be read is left out."""
    return {channel: _listed(channel, raw) for channel, raw in policy.items() if isinstance(raw, Mapping) and not _wrong(raw)}


def check(policy: Mapping[str, Any], channels: Mapping[str, str]) -> None:
    """`channels` {channel: what it lacks to be told by its own API}. Raises InvalidInput with everything that is wrong, each by its place."""
    wrong: dict[str, str] = {}
    for channel, raw in policy.items():
        if channel not in channels:
            wrong[channel] = "no such channel"
        elif not isinstance(raw, Mapping):
            wrong[channel] = f"is an object of {', '.join(_FIELDS)}"
        else:
            found = _wrong(raw) | ({"url": channels[channel]} if channels[channel] and "url" not in raw else {})
            wrong |= {f"{channel}.{name}": what for name, what in found.items()}
    if wrong:
        raise InvalidInput("that cannot be obeyed", fields=wrong)


def _listed(channel: str, raw: Mapping[str, Any]) -> Listed:
    default = Manner()
    manner = Manner(raw.get("most", default.most), raw.get("near", default.near), raw.get("step", default.step))
    budget = raw["oversold_per_1000"] / 1000 if "oversold_per_1000" in raw else None
    return Listed(
        channel, raw.get("url", ""), manner, budget, raw.get("held", 0), raw.get("per_minute", PER_MINUTE), raw.get("lowers", False)
    )


def _wrong(raw: Mapping[str, Any]) -> dict[str, str]:
    wrong = {name: f"is unknown; there are {', '.join(_FIELDS)}" for name in sorted(set(raw) - set(_FIELDS))}
    url = raw.get("url", "https://")
    if not isinstance(url, str) or not url.startswith(("https://", "http://127.0.0.1:")) or len(url) > 2000:
        wrong["url"] = "is an https address"
    for name, (least, most) in _WHOLE.items():
        value = raw.get(name, least)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            wrong[name] = f"is a whole number from {least} to {most}"
    if not isinstance(raw.get("lowers", False), bool):
        wrong["lowers"] = "is true or false"
    return wrong
