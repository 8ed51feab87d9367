"""DynamoDB's expressions, compiled once each: conditions and updates over items in the wire's own form (`{"S": "text"}`).

The grammar of the documentation without what this system never says (`contains`, `size`, `attribute_type`, ADD, DELETE): that is refused loudly.
"""

from __future__ import annotations

import itertools
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from proof.cloud.service import NotHereError

Attribute = dict[str, Any]
Item = dict[str, Attribute]
Path = tuple[str | int, ...]
Operand = Callable[[Item, Item], Attribute | None]
Test = Callable[[Item, Item], bool]
"""Of the item and of the values, among which are the names too: `#version` stands for `values["#version"]`."""
_TOKEN = re.compile(r"\s*(?:(<>|<=|>=|[=<>(),+\-])|([#:]?[A-Za-z_][\w\-]*(?:\.#?[A-Za-z_][\w\-]*|\[\d+\])*))")
_FUNCTIONS = {"attribute_exists", "attribute_not_exists", "begins_with", "if_not_exists", "list_append"}


class InvalidExpression(Exception):
    """What DynamoDB answers with a ValidationException."""


@dataclass(frozen=True, slots=True)
class Update:
    """A compiled update: `sets` and `removes` by path."""

    sets: tuple[tuple[Path, Operand], ...]
    removes: tuple[Path, ...]

    def applied(self, item: Item, values: Item) -> Item:
        """A new item; the old one stays as it is. Every operand is read from the old one. Raises InvalidExpression."""
        found = [(_real(path, values), _needed(operand(item, values))) for path, operand in self.sets]
        removed = [_real(path, values) for path in self.removes]
        _no_overlap([path for path, _ in found] + removed)
        after = dict(item)
        for path, value in found:
            _holder(after, path)[path[-1]] = value
        for path in removed:
            _holder(after, path).pop(path[-1], None)
        return after


@lru_cache(4096)
def condition(text: str) -> Test:
    """A ConditionExpression. Raises InvalidExpression, NotHereError."""
    parser = _Parser(text)
    test = parser.disjunction()
    parser.ends()
    return test


@lru_cache(4096)
def update(text: str) -> Update:
    """An UpdateExpression of SET and REMOVE."""
    parser = _Parser(text)
    sets, removes = list[tuple[Path, Operand]](), list[Path]()
    while parser.peek():
        clause = parser.take().upper()
        if clause == "SET":
            sets += parser.listed(parser.assignment)
        elif clause == "REMOVE":
            removes += parser.listed(parser.path)
        else:
            raise NotHereError(f"the clause {clause}")
    return Update(tuple(sets), tuple(removes))


@lru_cache(4096)
def unused(texts: tuple[str, ...], names: tuple[str, ...]) -> str:
    """The first name or value that no expression mentions; DynamoDB refuses it. Empty where all are used."""
    said = set(re.findall(r"[#:]\w+", " ".join(texts)))
    return next((name for name in names if name not in said), "")


@lru_cache(1024)
def key_condition(text: str) -> tuple[tuple[str, str], tuple[str, str, tuple[str, ...]] | None]:
    """((hash attribute, value name), (range attribute, verb, value names) or None)."""
    parser = _Parser(text)
    hash_name = _name(parser.path())
    parser.expect("=")
    hash_value = parser.take()
    if not parser.peek():
        return (hash_name, hash_value), None
    parser.expect("AND")
    if parser.peek() == "begins_with":
        parser.take(), parser.expect("(")
        range_name = _name(parser.path())
        parser.expect(",")
        bounds = (parser.take(),)
        parser.expect(")")
        verb = "begins_with"
    else:
        range_name, verb = _name(parser.path()), parser.take().upper()
        bounds = (parser.take(),)
        if verb == "BETWEEN":
            parser.expect("AND")
            bounds += (parser.take(),)
    parser.ends()
    return (hash_name, hash_value), (range_name, verb, bounds)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._split())
        self._at = 0

    def _split(self) -> Iterable[str]:
        position, text = 0, self._text.rstrip()
        while position < len(text):
            found = _TOKEN.match(text, position)
            if not found:
                raise NotHereError(f"the expression {self._text!r} at {text[position : position + 20]!r}")
            yield found[1] or found[2]
            position = found.end()

    def peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise InvalidExpression(f"the expression {self._text!r} ends too early")
        self._at += 1
        return token

    def expect(self, wanted: str) -> None:
        found = self.take()
        if found.upper() != wanted:
            raise InvalidExpression(f"{wanted} expected in {self._text!r}, not {found}")

    def ends(self) -> None:
        if self.peek():
            raise InvalidExpression(f"{self.peek()} is too much in {self._text!r}")

    def listed(self, one: Callable[[], Any]) -> list[Any]:
        found = [one()]
        while self.peek() == ",":
            self.take()
            found.append(one())
        return found

    def disjunction(self) -> Test:
        tests = [self._conjunction()]
        while self.peek().upper() == "OR":
            self.take()
            tests.append(self._conjunction())
        return tests[0] if len(tests) == 1 else lambda item, values: any(test(item, values) for test in tests)

    def _conjunction(self) -> Test:
        tests = [self._negation()]
        while self.peek().upper() == "AND":
            self.take()
            tests.append(self._negation())
        return tests[0] if len(tests) == 1 else lambda item, values: all(test(item, values) for test in tests)

    def _negation(self) -> Test:
        if self.peek().upper() == "NOT":
            self.take()
            inner = self._negation()
            return lambda item, values: not inner(item, values)
        if self.peek() == "(":
            self.take()
            inner = self.disjunction()
            self.expect(")")
            return inner
        return self._test()

    def _test(self) -> Test:
        if self.peek() in ("attribute_exists", "attribute_not_exists"):
            there = self.take() == "attribute_exists"
            self.expect("(")
            path = self.path()
            self.expect(")")
            return lambda item, values: (_at(item, path, values) is not None) == there
        if self.peek() == "begins_with":
            self.take(), self.expect("(")
            whole = self._operand()
            self.expect(",")
            head = self._operand()
            self.expect(")")
            return lambda item, values: _begins(whole(item, values), head(item, values))
        left = self._operand()
        verb = self.take().upper()
        if verb == "BETWEEN":
            low = self._operand()
            self.expect("AND")
            high = self._operand()
            return lambda item, values: _compare(">=", left(item, values), low(item, values)) and _compare("<=", left(item, values), high(item, values))
        if verb == "IN":
            self.expect("(")
            options = self.listed(self._operand)
            self.expect(")")
            return lambda item, values: any(_compare("=", left(item, values), option(item, values)) for option in options)
        if verb not in _COMPARISONS:
            raise NotHereError(f"the condition {verb} in {self._text!r}")
        right = self._operand()
        return lambda item, values: _compare(verb, left(item, values), right(item, values))

    def assignment(self) -> tuple[Path, Operand]:
        path = self.path()
        self.expect("=")
        left = self._operand()
        while self.peek() in ("+", "-"):
            left = _sum(left, self.take(), self._operand())
        return path, left

    def _operand(self) -> Operand:
        token = self.peek()
        if token == "if_not_exists":
            self.take(), self.expect("(")
            path = self.path()
            self.expect(",")
            other = self._operand()
            self.expect(")")
            return lambda item, values: found if (found := _at(item, path, values)) is not None else other(item, values)
        if token.startswith(":"):
            self.take()
            return lambda item, values: _value(values, token)
        path = self.path()
        return lambda item, values: _at(item, path, values)

    def path(self) -> Path:
        token = self.take()
        if token in _FUNCTIONS or token[0] in ":=<>(),+-" or token in ("contains", "size", "attribute_type", "list_append"):
            raise NotHereError(f"{token} in {self._text!r}")
        parts = re.findall(r"[^.\[\]]+|\[\d+\]", token)
        return tuple(int(part[1:-1]) if part.startswith("[") else part for part in parts)


def _name(path: Path) -> str:
    if len(path) != 1 or not isinstance(path[0], str):
        raise InvalidExpression("a key is an attribute of its own")
    return path[0]


def _value(values: Item, name: str) -> Attribute:
    try:
        return values[name]
    except KeyError:
        raise InvalidExpression(f"{name} is not among the ExpressionAttributeValues") from None


def named(part: str, values: Item) -> str:
    """The attribute behind a name."""
    if part[0] != "#":
        return part
    try:
        return values[part]
    except KeyError:
        raise InvalidExpression(f"{part} is not among the ExpressionAttributeNames") from None


def _at(item: Item, path: Path, values: Item) -> Attribute | None:
    here = item.get(named(path[0], values))
    for part in path[1:]:
        if here is None:
            return None
        inner = here.get("M") if isinstance(part, str) else here.get("L")
        if inner is None:
            return None
        here = inner.get(named(part, values)) if isinstance(part, str) else inner[part] if part < len(inner) else None
    return here


def _real(path: Path, values: Item) -> Path:
    return tuple(named(part, values) if isinstance(part, str) else part for part in path)


def _holder(item: Item, path: Path) -> dict[Any, Any]:
    """The map in which the path ends. Copies what will change on the way: the old item is somebody's still."""
    here: Any = item
    for part in path[:-1]:
        inner = here.get(part) if isinstance(part, str) else None
        if not isinstance(inner, dict) or "M" not in inner:
            raise InvalidExpression("The document path provided in the update expression is invalid for update")
        here[part] = {"M": dict(inner["M"])}
        here = here[part]["M"]
    if not isinstance(path[-1], str):
        raise NotHereError("an update of a list's element")
    return here


def _needed(value: Attribute | None) -> Attribute:
    if value is None:
        raise InvalidExpression("The provided expression refers to an attribute that does not exist in the item")
    return value


def _sum(left: Operand, sign: str, right: Operand) -> Operand:
    def total(item: Item, values: Item) -> Attribute:
        first, second = _needed(left(item, values)), _needed(right(item, values))
        if "N" not in first or "N" not in second:
            raise InvalidExpression("An operand in the update expression has an incorrect data type")
        return {"N": str(number(first["N"]) + number(second["N"]) * (1 if sign == "+" else -1))}

    return total


def number(text: str) -> int | Decimal:
    """A number of the wire; whole ones as int."""
    try:
        return int(text)
    except ValueError:
        return Decimal(text)


def _begins(whole: Attribute | None, head: Attribute | None) -> bool:
    if not whole or not head:
        return False
    return any(kind in whole and kind in head and whole[kind].startswith(head[kind]) for kind in ("S", "B"))


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compare(verb: str, left: Attribute | None, right: Attribute | None) -> bool:
    """What is not there, or of another type, is not equal and not less."""
    if left is None or right is None:
        return verb == "<>" and left is not right
    (kind, one), *_ = left.items()
    (other_kind, other), *_ = right.items()
    if kind != other_kind:
        return verb == "<>"
    if kind == "N":
        return _COMPARISONS[verb](number(one), number(other))
    if kind in ("S", "B") or verb in ("=", "<>"):
        return _COMPARISONS[verb](one, other)
    return False


def _no_overlap(paths: list[Path]) -> None:
    if len({path[0] for path in paths}) == len(paths):
        return
    for one, other in itertools.combinations(paths, 2):
        if one == other[: len(one)] or other == one[: len(other)]:
            raise InvalidExpression("Two document paths overlap with each other; must remove or rewrite one of these paths")
