"""What a rule asks of an order or of a node: a field, a comparison, a value. Data, checked when it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

TEXT, NUMBER, FLAG, TEXTS = "text", "number", "flag", "texts"
ATTRIBUTE, OF_LINES = "attribute", "of lines"
Fields = Mapping[str, str]
"""The kind of each field that a condition may name."""

ORDER_FIELDS: Fields = {
    "channel": TEXT,
    "currency": TEXT,
    "country": TEXT,
    "region": TEXT,
    "shipping_method": TEXT,
    "promise_days": NUMBER,
    "total": NUMBER,
    "lines": NUMBER,
    "units": NUMBER,
    "weight_g": NUMBER,
    "skus": TEXTS,
    "attribute.": ATTRIBUTE,
    "line.": OF_LINES,
}
"""`total` in minor units; `promise_days` 0 where nothing is promised. `attribute.<name>`: what the channel has said of the order under that name, text, number or
flag; `line.<name>`: of any of its lines."""

NODE_FIELDS: Fields = {
    "node": TEXT,
    "kind": TEXT,
    "country": TEXT,
    "region": TEXT,
    "tags": TEXTS,
    "priority": NUMBER,
    "distance_km": NUMBER,
    "handling_per_parcel": NUMBER,
    "handling_per_unit": NUMBER,
    "in_time": FLAG,
    "has_all": FLAG,
}
"""As the order sees the node: `has_all` where it alone could ship everything that is asked."""



def attributes(order: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The facts of an order's own attributes and of its lines'."""
    found = {f"attribute.{name}": value for name, value in order.items() if isinstance(value, (str, int, bool))}
    said: dict[str, set[str]] = {}
    for line in lines:
        for name, value in line.items():
            if isinstance(value, (str, int, bool)):
                said.setdefault(f"line.{name}", set()).add(_plain(value))
    return {**found, **{name: tuple(sorted(values)) for name, values in said.items()}}


def of_attributes(field: str) -> bool:
    """Whether a fact is an attribute: of these a decision keeps those that its rules ask for, and no others."""
    return field.startswith(("attribute.", "line."))


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Any) -> int | None:
    """A whole number, also one that a channel has written as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16 else None


def _at_least(a: Any, b: Any) -> bool:
    return (known := _number(a)) is not None and known >= b


def _at_most(a: Any, b: Any) -> bool:
    return (known := _number(a)) is not None and known <= b


_OPS: dict[str, dict[str, Callable[[Any, Any], bool]]] = {
    TEXT: {"is": lambda a, b: a == b, "is_not": lambda a, b: a != b, "in": lambda a, b: a in b, "not_in": lambda a, b: a not in b},
    NUMBER: {"is": lambda a, b: a == b, "at_least": lambda a, b: a >= b, "at_most": lambda a, b: a <= b},
    FLAG: {"is": lambda a, b: a is b},
    ATTRIBUTE: {
        "is": lambda a, b: a is not None and _plain(a) == _plain(b),
        "is_not": lambda a, b: a is None or _plain(a) != _plain(b),
        "in": lambda a, b: a is not None and _plain(a) in map(_plain, b),
        "not_in": lambda a, b: a is None or _plain(a) not in map(_plain, b),
        "at_least": _at_least,
        "at_most": _at_most,
    },
    OF_LINES: {
        "has": lambda a, b: _plain(b) in (a or ()),
        "has_not": lambda a, b: _plain(b) not in (a or ()),
        "has_any": lambda a, b: not set(a or ()).isdisjoint(map(_plain, b)),
    },
    TEXTS: {"has": lambda a, b: b in a, "has_not": lambda a, b: b not in a, "has_any": lambda a, b: not set(a).isdisjoint(b)},
}
_MANY = frozenset({"in", "not_in", "has_any"})
_LONGEST, _MOST_VALUES, _LARGEST = 100, 1000, 10**12

Wrong = dict[str, str]
"""What is wrong, by the place where it stands: {"routings[0].rules[1].next": "…"}."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`field op value`, as in `distance_km at_most 800`. `kind` is the field's."""

    field: str
    op: str
    value: Any
    kind: str

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """An attribute that the channel has not said is none: it `is` nothing, and `is_not` whatever is asked."""
        return _OPS[self.kind][self.op](facts.get(self.field) if self.kind in (ATTRIBUTE, OF_LINES) else facts[self.field], self.value)

    def to_dict(self) -> dict[str, Any]:
        return {"field": self.field, "op": self.op, "value": list(self.value) if isinstance(self.value, tuple) else self.value}


def read_conditions(raw: Any, at: str, fields: Fields, wrong: Wrong) -> tuple[Condition, ...]:
    """Conditions as people write them; what is wrong with them is added to `wrong`, each by its place below `at`."""
    if not isinstance(raw, list) or len(raw) > _MOST_VALUES:
        wrong[at] = "is a list of conditions"
        return ()
    found = [_condition(each, f"{at}[{number}]", fields, wrong) for number, each in enumerate(raw)]
    return tuple(condition for condition in found if condition)


def _condition(raw: Any, at: str, fields: Fields, wrong: Wrong) -> Condition | None:
    if not isinstance(raw, dict) or set(raw) != {"field", "op", "value"}:
        wrong[at] = "is {field, op, value}"
        return None
    kind = _kind(raw["field"], fields)
    if kind is None:
        wrong[f"{at}.field"] = f"is unknown; there are {', '.join(fields)}"
        return None
    if not isinstance(raw["op"], str) or raw["op"] not in _OPS[kind]:
        wrong[f"{at}.op"] = f"{raw['field']} is compared by {', '.join(_OPS[kind])}"
        return None
    many, wanted = raw["op"] in _MANY, NUMBER if raw["op"] in ("at_least", "at_most") else kind
    values = raw["value"] if many else [raw["value"]]
    if not isinstance(values, list) or not 0 < len(values) <= _MOST_VALUES or not all(_fits(wanted, value) for value in values):
        wrong[f"{at}.value"] = f"is {'a list, each ' if many else ''}{_WANTED[wanted]}"
        return None
    return Condition(raw["field"], raw["op"], tuple(values) if many else values[0], kind)


def _kind(field: Any, fields: Fields) -> str | None:
    """`attribute.gift` is asked for under `attribute.`, whatever the channel calls it."""
    if not isinstance(field, str) or len(field) > _LONGEST + len("attribute."):
        return None
    prefix, dot, name = field.partition(".")
    return fields.get(field) if not dot else fields.get(prefix + dot) if name.strip() else None


def _fits(kind: str, value: Any) -> bool:
    if kind == FLAG:
        return isinstance(value, bool)
    if kind in (ATTRIBUTE, OF_LINES) and not isinstance(value, str):
        return isinstance(value, bool) or _fits(NUMBER, value)
    if kind == NUMBER:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST
    return isinstance(value, str) and 0 < len(value) <= _LONGEST


_ANY = "a text, a whole number, or true or false"
_WANTED = {TEXT: "a text", TEXTS: "a text", NUMBER: "a whole number, not negative", FLAG: "true or false", ATTRIBUTE: _ANY, OF_LINES: _ANY}
