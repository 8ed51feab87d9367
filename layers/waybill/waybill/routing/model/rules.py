"""Routing rules as data: a rule set holds routings (which orders), each with rules (which nodes, and how to choose among them).

The first routing whose conditions an order meets is its own; its rules are tried in turn, each after the one before could not ship
everything. Where none can, the order waits for stock.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.kernel.errors import InvalidInput, TooLarge
from waybill.routing.model.conditions import NODE_FIELDS, NUMBER, ORDER_FIELDS, Condition, Wrong, of_attributes, read_conditions

NEVER, BY_ITEM, BY_GROUP, BY_QUANTITY = "never", "by_item", "by_group", "by_quantity"
SPLITS = (NEVER, BY_ITEM, BY_GROUP, BY_QUANTITY)
CHEAPEST = "cheapest"
WAIT, FILL_OR_KILL, FILL_ALL, FILL_ALL_AVAILABLE = "Wait", "FillOrKill", "FillAll", "FillAllAvailable"
FILLS = (WAIT, FILL_OR_KILL, FILL_ALL, FILL_ALL_AVAILABLE)
SORTS = ("most_units", *(name for name, kind in NODE_FIELDS.items() if kind == NUMBER))
BUILT_IN_VERSION = 0
MOST_ROUTINGS, MOST_RULES, MOST_NODES, MOST_MONEY, MOST_UNITS = 50, 20, 50, 10**9, 10**6
_LONGEST_NAME = 100
LARGEST = 250_000
"""Characters of JSON, every default written out."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which nodes may ship, and how to choose among them.

    pick          `cheapest`: the plan that costs least, exactly; or sorts, by which the nodes are drained in turn: the first that tells two
                  nodes apart decides, then the name. `-` before a sort turns it round.
    split         `by_quantity`: at will; `by_group`: each group of lines whole from one node; `by_item`: each SKU; `never`: one node ships everything.
    most_nodes    At most so many nodes; 0 for any number.
    split_from    Minor units: an order of less is never split.
    split_penalty Minor units that each node beyond the first must save.
    keep          Units of each SKU that stay at each node.
    next          The rule to try where this one cannot ship everything; empty for none.
    """

    name: str
    nodes: tuple[Condition, ...] = ()
    pick: str | tuple[str, ...] = CHEAPEST
    split: str = BY_QUANTITY
    most_nodes: int = 0
    split_from: int = 0
    split_penalty: int = 0
    keep: int = 0
    next: str = ""

    def to_dict(self) -> dict[str, Any]:
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        pick = self.pick if isinstance(self.pick, str) else list(self.pick)
        nodes = [condition.to_dict() for condition in self.nodes]
        return {"name": self.name, "nodes": nodes, "pick": pick, "split": self.split, **numbers, "next": self.next}


@dataclass(frozen=True, slots=True)
class Routing:
    """Which orders, and the rules for them. `fill`: what happens to one for which stock does not suffice when it comes: it waits for all of it
    (`Wait`), or is cancelled at once (`FillOrKill`); what there is goes, and the rest waits (`FillAll`) or is cancelled (`FillAllAvailable`)."""

    name: str
    rules: tuple[Rule, ...]
    orders: tuple[Condition, ...] = ()
    fill: str = WAIT

    def chain(self) -> list[Rule]:
        """The rules as they are tried."""
        by_name, chain = {rule.name: rule for rule in self.rules}, [self.rules[0]]
        while chain[-1].next:
            chain.append(by_name[chain[-1].next])
        return chain

    def to_dict(self) -> dict[str, Any]:
        orders, rules = [c.to_dict() for c in self.orders], [rule.to_dict() for rule in self.rules]
        return {"name": self.name, "orders": orders, "fill": self.fill, "rules": rules}


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All routings. The last one takes every order, so that each has its rules."""

    routings: tuple[Routing, ...]
    version: int = BUILT_IN_VERSION
    name: str = ""

    def for_order(self, facts: Mapping[str, Any]) -> Routing:
        return next(routing for routing in self.routings if all(condition.holds(facts) for condition in routing.orders))

    def asked_for(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The facts of an order, of its attributes only those that some routing asks for: a receipt keeps no more of what a channel says."""
        fields = {condition.field for routing in self.routings for condition in routing.orders}
        return {name: value for name, value in facts.items() if name in fields or not of_attributes(name)}

    @property
    def asks_for_attributes(self) -> bool:
        return any(of_attributes(condition.field) for routing in self.routings for condition in routing.orders)

    def to_dict(self) -> dict[str, Any]:
        """As people write it; `read` is the inverse."""
        return {"name": self.name, "routings": [routing.to_dict() for routing in self.routings]}


BUILT_IN = RuleSet((Routing("all orders", (Rule("cheapest"),)),), name="built in")
"""What stands while a shop has activated no rules of its own: any node, the cheapest plan."""

_NUMBERS = {"most_nodes": MOST_NODES, "split_from": MOST_MONEY, "split_penalty": MOST_MONEY, "keep": MOST_UNITS}
_RULE = {"name", "nodes", "pick", "split", "next", *_NUMBERS}


def read(raw: Any, version: int = BUILT_IN_VERSION) -> RuleSet:
    """A rule set as people write it. Raises InvalidInput with everything that is wrong, each by its place."""
    wrong: Wrong = {}
    known = _object(raw, "rule set", {"name", "routings"}, {"name", "routings"}, wrong, "")
    routings = _list(known.get("routings"), "routings", MOST_ROUTINGS, wrong)
    read_routings = tuple(_routing(each, f"routings[{number}]", wrong) for number, each in enumerate(routings))
    name = _name(known.get("name"), "name", wrong)
    _unlike([routing.name for routing in read_routings], "routings", wrong)
    if read_routings and read_routings[-1].orders:
        wrong[f"routings[{len(read_routings) - 1}].orders"] = "the last routing takes every order: leave its conditions out"
    _refuse(wrong)
    return RuleSet(read_routings, version, name)


def only_known_nodes(rules: RuleSet, known: Collection[str]) -> None:
    """Raises InvalidInput where a condition names a node that there is not: it would be met by none, or by all."""
    wrong: Wrong = {}
    for n, routing in enumerate(rules.routings):
        for m, rule in enumerate(routing.rules):
            for k, condition in enumerate(rule.nodes):
                named = condition.value if isinstance(condition.value, tuple) else (condition.value,)
                strangers = [node for node in named if node not in known] if condition.field == "node" else []
                if strangers:
                    wrong[f"routings[{n}].rules[{m}].nodes[{k}].value"] = f"there is no node {strangers[0]!r}; there are {', '.join(sorted(known))}"
    _refuse(wrong)


def small_enough(rules: RuleSet) -> None:
    """Raises TooLarge for what could not be kept in one piece with what is found out about it."""
    characters = len(json.dumps(rules.to_dict()))
    if characters > LARGEST:
        raise TooLarge(f"the rules have {characters} characters, at most {LARGEST} can be kept", fields={"routings": f"at most {LARGEST} characters"})


def _refuse(wrong: Wrong) -> None:
    if wrong:
        told = "; ".join(f"{place or 'rule set'} {what}" for place, what in list(wrong.items())[:3])
        raise InvalidInput(f"the rules cannot be used: {told}", fields=wrong)


def _routing(raw: Any, at: str, wrong: Wrong) -> Routing:
    known = _object(raw, at, {"name", "rules"}, {"name", "rules", "orders", "fill"}, wrong, at)
    fill = known.get("fill", WAIT)
    if fill not in FILLS:
        wrong[f"{at}.fill"] = f"is one of {', '.join(FILLS)}"
    orders = read_conditions(known.get("orders", []), f"{at}.orders", ORDER_FIELDS, wrong)
    rules = [_rule(each, f"{at}.rules[{number}]", wrong) for number, each in enumerate(_list(known.get("rules"), f"{at}.rules", MOST_RULES, wrong))]
    _unlike([rule.name for rule in rules], f"{at}.rules", wrong)
    _no_circle(rules, f"{at}.rules", wrong)
    return Routing(_name(known.get("name"), f"{at}.name", wrong), tuple(rules), orders, fill if fill in FILLS else WAIT)


def _rule(raw: Any, at: str, wrong: Wrong) -> Rule:
    known = _object(raw, at, {"name"}, _RULE, wrong, at)
    numbers = {name: known.get(name, 0) for name in _NUMBERS}
    for name, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _NUMBERS[name]:
            wrong[f"{at}.{name}"] = f"is a whole number from 0 to {_NUMBERS[name]}"
    split = known.get("split", BY_QUANTITY)
    if split not in SPLITS:
        wrong[f"{at}.split"] = f"is one of {', '.join(SPLITS)}"
    follows = known.get("next", "")
    if not isinstance(follows, str):
        wrong[f"{at}.next"] = "is the name of a rule"
        follows = ""
    nodes = read_conditions(known.get("nodes", []), f"{at}.nodes", NODE_FIELDS, wrong)
    name, pick = _name(known.get("name"), f"{at}.name", wrong), _pick(known.get("pick", CHEAPEST), f"{at}.pick", wrong)
    return Rule(name, nodes, pick, split, **numbers, next=follows)


def _pick(raw: Any, at: str, wrong: Wrong) -> str | tuple[str, ...]:
    if raw == CHEAPEST:
        return CHEAPEST
    if isinstance(raw, list) and 0 < len(raw) <= len(SORTS) and all(isinstance(sort, str) and sort.removeprefix("-") in SORTS for sort in raw):
        return tuple(raw)
    wrong[at] = f"is {CHEAPEST!r}, or a list of {', '.join(SORTS)}, each with a - before it to turn it round"
    return CHEAPEST


def _no_circle(rules: list[Rule], at: str, wrong: Wrong) -> None:
    by_name = {rule.name: number for number, rule in enumerate(rules) if rule.name}
    for number, rule in enumerate(rules):
        if rule.next and rule.next not in by_name:
            wrong[f"{at}[{number}].next"] = "names no rule of this routing"
    for number in range(len(rules)):
        seen, here = {number}, number
        while rules[here].next in by_name:
            here = by_name[rules[here].next]
            if here in seen:
                wrong[f"{at}[{number}].next"] = "leads back to itself"
                break
            seen.add(here)


def _unlike(names: list[str], at: str, wrong: Wrong) -> None:
    for number, name in enumerate(names):
        if name and name in names[:number]:
            wrong[f"{at}[{number}].name"] = "is there twice"


def _object(raw: Any, what: str, needed: set[str], known: set[str], wrong: Wrong, at: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        wrong[at] = "is an object"
        return {}
    for name in sorted(map(str, set(raw) - known)):
        wrong[f"{at}.{name}".lstrip(".")] = f"is unknown; a {what.split('.')[-1].split('[')[0]} has {', '.join(sorted(known))}"
    for name in sorted(needed - set(raw)):
        wrong[f"{at}.{name}".lstrip(".")] = "is missing"
    return raw


def _list(raw: Any, at: str, most: int, wrong: Wrong) -> list[Any]:
    if isinstance(raw, list) and 0 < len(raw) <= most:
        return raw
    wrong.setdefault(at, f"is a list of 1 to {most}")
    return []


def _name(raw: Any, at: str, wrong: Wrong) -> str:
    if isinstance(raw, str) and 0 < len(raw.strip()) <= _LONGEST_NAME:
        return raw.strip()
    wrong.setdefault(at, f"is a text of at most {_LONGEST_NAME} characters")
    return ""
