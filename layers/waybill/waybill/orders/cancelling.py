"""Cancelling an order, or units of it: what may be is cancelled at once, and nodes that want to be asked are asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from waybill.aws.tables import Write
from waybill.aws.tables import replace as replace_item
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput
from waybill.orders.model import answers, giving_up, work
from waybill.orders.model import state as verbs
from waybill.orders.model.holds import SHORT
from waybill.orders.model.state import State
from waybill.orders.store import ORDERS, Record
from waybill.shop import store as shop
from waybill.shop.model import Node

Units = dict[str, int]


def node(id: str) -> Node:
    return shop.node(id)


def policy() -> Mapping[str, Any]:
    return shop.policy(answers.POLICY)


@dataclass
class Cancelling:
    """One cancellation of one order as it was read. `at_once` are fulfilment orders with the units that are taken from them now, `asked` those whose
    nodes are asked about so many."""

    record: Record
    reason: str
    actor: str
    at: str
    node: Callable[[str], Node] = node
    policy: Callable[[], Mapping[str, Any]] = policy
    at_once: dict[str, Units] = field(default_factory=dict)
    asked: dict[str, Units] = field(default_factory=dict)

    def rest(self, key: str) -> list[Write]:
        """The writes that cancel all that has not left, whatever has. Raises IllegalTransition where there is nothing of it."""
        state = self.record.state
        if not state.gone():
            return self.whole(key)
        if _is_on_its_way_back(self.record):
            raise Conflict("a node has just given some of it back: try again in a moment")
        for item in self._open():
            if item["status"] == work.PARTLY and item.get("buying"):
                raise Conflict(f"labels of {item['id']} are just being bought or given back: try again in a moment")
            if (units := work.units(item)) and not (item["status"] == work.PARTLY and item.get("pickup")):
                (self.asked if self._asks(item) else self.at_once)[item["id"]] = units
        if not self.at_once and not state.unrouted() and not state.backordered():
            if not self.asked:
                raise IllegalTransition(f"the order is {state.status}: nothing of it is left that could be cancelled")
            if all(self._is_asked_all(fo_id) for fo_id in self.asked):
                return []
        return self._written(giving_up.give_up(state, _summed(self.at_once), self.reason, self.at, self.actor, waiting=True, key=key), key)

    def whole(self, key: str = "") -> list[Write]:
        """The writes that cancel all of it that can be. Raises IllegalTransition once something has left."""
        state = verbs.cancel(self.record.state, self.reason, self.at, self.actor)
        if state is self.record.state:
            return []
        for item in self._open():
            (self.asked if self._asks(item) else self.at_once)[item["id"]] = work.units(item)
        if not self.asked:
            return [self.record.save(state), *self._works()]
        if all(self._is_asked_all(fo_id) for fo_id in self.asked) and not self.at_once and not self.record.state.unrouted() and not self.record.state.backordered():
            return []
        return self._written(giving_up.give_up(self.record.state, _summed(self.at_once), self.reason, self.at, self.actor, waiting=True, key=key), key)

    def part(self, wanted: Mapping[str, int], key: str) -> list[Write]:
        """The writes that cancel so many units by line: of those that no node has first. Raises InvalidInput for lines that there are not, IllegalTransition
        where not so many can be, or nothing would be left."""
        lines = self.record.state.lines
        if unknown := {f"lines.{line}"[:100]: "the order has no such line" for line in wanted if line not in lines}:
            raise InvalidInput("the order has not these lines", fields=unknown)
        waiting = {line: min(count, lines[line].unrouted + lines[line].backordered) for line, count in wanted.items()}
        left = {line: count - waiting[line] for line, count in wanted.items() if count > waiting[line]}
        for item in self._open():
            left = self._taken(item, left)
        if left:
            line, count = next(iter(left.items()))
            raise IllegalTransition(f"{wanted[line] - count} units of line {line} can be cancelled: the others are packed, have left or are cancelled already")
        state = verbs.go_without(self.record.state, waiting, self.reason, self.at, self.actor, key if not self.at_once else "")
        state = self._less(state, key)
        if not state.unrouted():
            state = giving_up.wanted_no_more(state, SHORT, self.at, self.actor)
        return self._written(state, key)

    def _less(self, state: State, key: str) -> State:
        after = giving_up.give_up(state, _summed(self.at_once), self.reason, self.at, self.actor, key=key)
        if after.cancelled:
            raise IllegalTransition("nothing would be left of the order: cancel it whole")
        return after

    def _taken(self, item: dict[str, Any], left: Units) -> Units:
        """What is still to be found elsewhere once this fulfilment order has given of it what it can."""
        asks, pending = self._asks(item), (item.get("pause") or {}).get("units", {}) if item["status"] == work.ASKED else {}
        if item["status"] == work.PARTLY or (not asks and item["status"] not in work.LESS_WHILE):
            return left
        if item["status"] == work.ASKED and not pending:
            return left  # all of it is asked about already
        there = {line: count - pending.get(line, 0) for line, count in work.units(item).items()}
        here = {line: min(count, there.get(line, 0)) for line, count in left.items()}
        here = {line: count for line, count in here.items() if count}
        if here:
            (self.asked if asks else self.at_once)[item["id"]] = {line: here.get(line, 0) + pending.get(line, 0) for line in {*here, *pending}}
        return {line: count - here.get(line, 0) for line, count in left.items() if count > here.get(line, 0)}

    def _written(self, state: State, key: str = "") -> list[Write]:
        until = answers.until(self.policy(), self.at)
        if self.asked:
            state = giving_up.ask(state, self.asked, _summed(self.asked), self.reason, until, self.at, self.actor, key)
        return [self.record.save(state), *self._works(until)]

    def _works(self, until: str = "") -> list[Write]:
        return [self._work(item, until) for item in self.record.fulfilment_orders if item["id"] in {**self.at_once, **self.asked}]

    def _work(self, item: dict[str, Any], until: str) -> Write:
        pushed = self.node(item["node"]).is_told and not work.is_kept(item)
        if item["id"] in self.asked:
            after = work.asked(item, self.asked[item["id"]], self.reason, until, pushed, self.at, self.actor)
        else:
            after = work.reduced(item, self.at_once[item["id"]], self.reason, self.at, self.actor, pushed)
        return replace_item(ORDERS, after, item["version"])

    def _open(self) -> list[dict[str, Any]]:
        return [item for item in self.record.fulfilment_orders if item["status"] not in work.OVER]

    def _asks(self, item: Mapping[str, Any]) -> bool:
        """Nobody asks a node that has not taken the work yet."""
        return item["status"] == work.ASKED or (work.stands(item) in work.ASKABLE and self.node(item["node"]).asked_before_cancelling)

    def _is_asked_all(self, fo_id: str) -> bool:
        item = next(item for item in self.record.fulfilment_orders if item["id"] == fo_id)
        return item["status"] == work.ASKED and (item.get("pause") or {}).get("units") in (None, {}, work.units(item))


def _is_on_its_way_back(record: Record) -> bool:
    """A node has rejected some of it, and nobody has heard of that yet."""
    at_nodes = sum(sum(work.units(item).values()) for item in record.fulfilment_orders if item["status"] not in work.OVER)
    return sum(units.released for units in record.state.lines.values()) != at_nodes


def _summed(by_work: Mapping[str, Units]) -> Units:
    total = Counter[str]()
    for units in by_work.values():
        total.update(units)
    return {line: count for line, count in total.items() if count}
