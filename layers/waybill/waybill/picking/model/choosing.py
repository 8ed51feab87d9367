"""Which of a node's open work goes into the next wave. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.picking.model.bins import walk_key

MOST = 50
BY = ("oldest", "due", "bins")


@dataclass(frozen=True, slots=True)
class Rule:
    """`most` orders, those first that `by` says: the oldest, those with the least days left, or those whose first bins lie nearest each other. `single`: only those
    of one unit, `skus`: only those with nothing else, `methods`: only those shipped by one of these."""

    most: int = 20
    by: str = "oldest"
    single: bool = False
    skus: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fulfilment order that nobody has begun. `days`: what its promise leaves a carrier, negative where it is late, None where nothing is promised."""

    id: str
    since: str
    units: Mapping[str, int]
    method: str
    days: int | None
    bins: tuple[str, ...]


def chosen(rule: Rule, waiting: Sequence[Waiting]) -> list[str]:
    """The ids of the wave, in the order of their slots."""
    fit = [each for each in waiting if _fits(rule, each)]
    order: Callable[[Waiting], Any] = {
        "oldest": lambda each: (each.since, each.id),
        "due": lambda each: (each.days is None, each.days or 0, each.since, each.id),
        "bins": lambda each: (sorted(map(walk_key, each.bins)), each.since, each.id),
    }[rule.by]
    return [each.id for each in sorted(fit, key=order)[: rule.most]]


def rule_from(raw: Mapping[str, Any]) -> Rule:
    """Raises InvalidInput naming the field."""
    strange = [name for name in raw if name not in ("most", "by", "single", "skus", "methods")]
    if strange:
        raise InvalidInput("the rule has fields that nobody reads", fields={f"rule.{name[:64]}": "unknown field" for name in strange[:20]})
    most, by, single = raw.get("most", 20), raw.get("by", "oldest"), raw.get("single", False)
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= MOST:
        raise InvalidInput(f"most is how many orders go into a wave, 1 to {MOST}", fields={"rule.most": f"1 to {MOST}"})
    if by not in BY:
        raise InvalidInput(f"by is one of {', '.join(BY)}", fields={"rule.by": "unknown"})
    if not isinstance(single, bool):
        raise InvalidInput("single is true or false", fields={"rule.single": "true or false"})
    return Rule(most, by, single, _texts(raw, "skus"), _texts(raw, "methods"))


def _fits(rule: Rule, each: Waiting) -> bool:
    one_unit = sum(each.units.values()) == 1
    return (
        (one_unit or not rule.single)
        and (not rule.skus or set(each.units) <= set(rule.skus))
        and (not rule.methods or each.method in rule.methods)
    )


def _texts(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = raw.get(name, [])
    if not isinstance(texts, list) or len(texts) > 200 or not all(isinstance(text, str) and text for text in texts):
        raise InvalidInput(f"{name} is a list of at most 200 texts", fields={f"rule.{name}": "a list of texts"})
    return tuple(texts)
