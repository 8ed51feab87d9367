"""Where an order stands as far as routing goes, read off its fulfilment orders, decisions and holds. Items as they are stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Item = Mapping[str, Any]
ACTOR = "routing"
"""The source of our holds, and who is named in the timeline."""
_NOT_THERE = ("rejected", "cancelled")
NOT_IN_STOCK, DAMAGED, INCORRECT_ADDRESS = "NOT_IN_STOCK", "DAMAGED", "INCORRECT_ADDRESS"
REROUTED = "REROUTED"
SHORT = "fulfilment_order.short"
STOCK_IS_GONE = frozenset({NOT_IN_STOCK, DAMAGED})
"""Reasons after which the units at fault are not there to be sold again. After any other they are given back."""


class Hold(Protocol):
    """A hold of the order (`orders.model.holds.Hold`)."""

    @property
    def source(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def ended_at(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Rejection:
    """A fulfilment order that its node has refused, or units of which it was short. `lines` {line: units} is all that it does not ship, `at_fault` the
    lines that were the reason. `cause` names it. `short`: the rest goes on, and STATE says already that these units are at no node. `to`: where a person
    sends it. `given_up`: nobody gets them. `not_before`: the day for which it was still kept, "" once its node had been asked."""

    fo_id: str
    node: str
    lines: Mapping[str, int]
    at_fault: frozenset[str]
    reason: str
    at: str
    cause: str
    short: bool = False
    given_up: bool = False
    to: str = ""
    not_before: str = ""

    @property
    def gone(self) -> frozenset[str]:
        """Lines whose units were not there, or not fit to be sold."""
        return self.at_fault if self.reason in STOCK_IS_GONE else frozenset()


def rejections(fulfilment_orders: Iterable[Item]) -> list[Rejection]:
    """Every rejection and every shortage so far, oldest first."""
    found = [each for item in fulfilment_orders for each in _of(item)]
    return sorted(found, key=lambda rejection: rejection.at)


def _of(item: Item) -> Iterable[Rejection]:
    for entry in item["history"]:
        data = entry["data"]
        if entry["type"] == SHORT:
            cause = f"{item['id']}:{entry['seq']}"
            yield Rejection(item["id"], item["node"], data["lines"], frozenset(data["lines"]), data["reason"], entry["at"], cause, True, data["then"] == "cancel")
    if item["status"] == "rejected":
        entry = next(entry for entry in reversed(item["history"]) if entry["type"] == "fulfilment_order.rejected")
        at_fault, data = frozenset(entry["data"].get("lines") or item["lines"]), entry["data"]
        yield Rejection(item["id"], item["node"], _units(item), at_fault, data.get("reason", ""), entry["at"], item["id"], to=data.get("to", ""), not_before=(item.get("schedule") or {}).get("day", ""))


def unanswered(fulfilment_orders: Iterable[Item], decisions: Iterable[Item]) -> Rejection | None:
    """The oldest rejection after which no decision has been taken yet."""
    answered = {decision["cause"] for decision in decisions}
    return next((rejection for rejection in rejections(fulfilment_orders) if rejection.cause not in answered and not rejection.given_up), None)


def given_up(fulfilment_orders: Iterable[Item]) -> list[Rejection]:
    """Shortages whose units nobody gets: of these only the stock is to be put right."""
    return [rejection for rejection in rejections(fulfilment_orders) if rejection.given_up]


def doubtful_nodes(fulfilment_orders: Iterable[Item], forgiven_at: str) -> set[str]:
    """Nodes that have rejected a part of this order since a person last said: try again."""
    return {rejection.node for rejection in by_nodes(fulfilment_orders, forgiven_at)}


def by_nodes(fulfilment_orders: Iterable[Item], forgiven_at: str) -> list[Rejection]:
    """Rejections of the nodes themselves since a person last said: try again. What a person sent elsewhere is none."""
    return [rejection for rejection in rejections(fulfilment_orders) if rejection.at > forgiven_at and rejection.reason != REROUTED]


def forgiven_at(holds: Iterable[Hold]) -> str:
    """When a person last let go a hold of ours, which says: try all nodes again. Empty for never."""
    return max(["", *(hold.ended_at for hold in holds if hold.source == ACTOR and hold.status == "released")])


def at_work(fulfilment_orders: Iterable[Item], done: Iterable[str]) -> dict[str, Counter[str]]:
    """{line: {node: units}} that a reservation holds for fulfilment orders under way: not for new ones to take.

    `done`: causes that the reservation has carried out; a shipment among them is no longer held.
    """
    carried_out, units = set(done), dict[str, Counter[str]]()
    for item in fulfilment_orders:
        if item["status"] in _NOT_THERE:
            continue
        gone = _left(item, carried_out)
        for line, quantity in _units(item).items():
            if quantity > gone[line]:
                units.setdefault(line, Counter())[item["node"]] += quantity - gone[line]
    return units


def _units(item: Item) -> dict[str, int]:
    return {line: at_node["quantity"] for line, at_node in item["lines"].items()}


def _left(item: Item, carried_out: Collection[str]) -> Counter[str]:
    """Units by line of its shipments that the reservation knows of."""
    left = Counter[str]()
    for entry in item["history"]:
        if entry["type"] == "fulfilment_order.shipped" and f"{item['id']}:{entry['seq']}" in carried_out:
            left.update({line: int(units) for line, units in entry["data"]["lines"].items()})
    return left
