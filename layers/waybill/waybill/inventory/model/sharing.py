"""Who may take how much of the stock that is there: which nodes sell to a channel, what stays at a node for nobody (safety stock), and what
is set aside for some channels alone. Pure.

Every rule comes down to one number per channel, SKU and node: the units that a reservation must leave behind. It stands in the condition of
the very write that reserves, so it holds however many reserve at once. What is set aside for a channel is a level below which the others may
not go, and not a heap of its own: it never lies idle beside a customer of that channel, and nobody has to refill it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.kernel.errors import InvalidInput

POLICY = "availability"
"""The shop's policy of that."""
MOST_RULES, MOST_UNITS, _LONGEST = 500, 10**6, 120
_FIELDS = ("units", "for", "nodes", "skus")


@dataclass(frozen=True, slots=True)
class Kept:
    """`units` stay behind at each of `nodes` of each of `skus` (empty: of all; a SKU may end with `*`), but not before the channels `for_whom`."""

    units: int
    for_whom: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()

    def is_about(self, sku: str, node: str) -> bool:
        return (not self.nodes or node in self.nodes) and (not self.skus or any(_fits(sku, name) for name in self.skus))


@dataclass(frozen=True, slots=True)
class Sharing:
    """`networks` {channel: nodes that sell to it}; a channel that is not there sells from all."""

    kept: tuple[Kept, ...] = ()
    networks: Mapping[str, tuple[str, ...]] | None = None

    def sells(self, channel: str, node: str) -> bool:
        """Whether a channel's orders may ship from a node."""
        return self.networks is None or channel not in self.networks or node in self.networks[channel]

    def left_behind(self, channel: str, sku: str, node: str) -> int:
        """Units that an order of this channel must leave there. Of the rules for the same channels the first that is about it counts; what is
        kept for different channels adds up."""
        by_whom: dict[tuple[str, ...], int] = {}
        for rule in self.kept:
            if channel not in rule.for_whom and rule.is_about(sku, node):
                by_whom.setdefault(rule.for_whom, rule.units)
        return sum(by_whom.values())


EVERYTHING = Sharing()
"""Where the shop has no such policy: everybody may take all there is."""


def read(raw: Mapping[str, Any]) -> Sharing:
    """{"networks": {channel: [node]}, "kept": [{"units", "for": [channel], "nodes": [node], "skus": [sku or "BEGIN*"]}]}.

    Raises InvalidInput with everything that is wrong, each by its place.
    """
    wrong: dict[str, str] = {name: "is unknown; there are kept, networks" for name in raw if name not in ("kept", "networks")}
    rules, networks = raw.get("kept", []), raw.get("networks", {})
    if not isinstance(rules, list) or len(rules) > MOST_RULES:
        wrong["kept"], rules = f"is a list of at most {MOST_RULES}", []
    if not isinstance(networks, Mapping):
        wrong["networks"], networks = "is an object of channels, each with a list of its nodes", {}
    kept = tuple(_kept(rule, f"kept[{number}]", wrong) for number, rule in enumerate(rules))
    wrong |= {f"networks.{channel[:_LONGEST]}": "is no name of a channel" for channel in networks if not 0 < len(channel.strip()) <= _LONGEST}
    sells = {channel: _names(nodes, f"networks.{channel}", wrong) for channel, nodes in networks.items()}
    _refuse(wrong)
    return Sharing(kept, sells)


def check(raw: Mapping[str, Any], nodes: Collection[str]) -> None:
    """Raises InvalidInput as `read` does, and for nodes that the shop has not: nothing would be kept there, nor sold from there."""
    read(raw)
    named = {f"kept[{n}].nodes[{m}]": node for n, rule in enumerate(raw.get("kept", [])) for m, node in enumerate(rule.get("nodes", []))}
    named |= {f"networks.{channel}[{m}]": node for channel, of_it in raw.get("networks", {}).items() for m, node in enumerate(of_it)}
    _refuse({place: f"there is no node {node!r}" for place, node in named.items() if node not in nodes})


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        told = "; ".join(f"{place} {what}" for place, what in list(wrong.items())[:3])
        raise InvalidInput(f"the policy cannot be used: {told}", fields=wrong)


def _kept(raw: Any, at: str, wrong: dict[str, str]) -> Kept:
    if not isinstance(raw, Mapping):
        wrong[at] = "is an object"
        return Kept(0)
    for name in sorted(set(raw) - set(_FIELDS)):
        wrong[f"{at}.{name}"] = f"is unknown; there are {', '.join(_FIELDS)}"
    units = raw.get("units")
    if isinstance(units, bool) or not isinstance(units, int) or not 0 <= units <= MOST_UNITS:
        wrong[f"{at}.units"] = f"is a whole number from 0 to {MOST_UNITS}"
        units = 0
    for_whom, nodes, skus = (_names(raw.get(name, []), f"{at}.{name}", wrong) for name in _FIELDS[1:])
    return Kept(units, tuple(sorted(for_whom)), nodes, skus)


def _names(raw: Any, at: str, wrong: dict[str, str]) -> tuple[str, ...]:
    if isinstance(raw, list | tuple) and all(isinstance(name, str) and 0 < len(name) <= _LONGEST for name in raw):
        return tuple(raw)
    wrong[at] = "is a list of names"
    return ()


def _fits(sku: str, name: str) -> bool:
    return sku.startswith(name[:-1]) if name.endswith("*") else sku == name
