"""The node has not all that it was asked for: it goes on with what it has. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from waybill.fulfilment.model.fulfilment_order import REASONS, FulfilmentOrder, go, known, reject, told
from waybill.kernel.errors import InvalidInput
from waybill.orders.model.shortage import ASK, CANCEL, REROUTE
from waybill.orders.model.work import fewer

POLICY = "short_pick"
FOR_UNITS = ("NOT_IN_STOCK", "DAMAGED", "OTHER")
"""Reasons of `REASONS` that speak of units and not of the address."""


def short(work: FulfilmentOrder, units: Mapping[str, int], reason: str, then: str, at: str, actor: str) -> FulfilmentOrder:
    """So many units by line cannot be picked. `then`: what becomes of them. Short of everything is a rejection.

    Raises InvalidInput for more than there is or an unknown reason, IllegalTransition where nothing is being picked."""
    _check(work, units, reason)
    after = {line: fewer(each.quantity, each.picked, each.packed, units.get(line, 0)) for line, each in work.lines.items()}
    if not any(each["quantity"] for each in after.values()):
        return reject(work, reason, [], at, actor)
    lines = {line: replace(at_node, **after[line]) for line, at_node in work.lines.items()}
    done = all(at_node.picked == at_node.quantity for at_node in lines.values())
    left = replace(go(work, "finish picking" if done else "pick"), lines=lines)
    return told(left, "short", at, actor, {"lines": dict(units), "reason": reason, "then": then})


def _check(work: FulfilmentOrder, units: Mapping[str, int], reason: str) -> None:
    if reason not in FOR_UNITS:
        raise InvalidInput(f"reason is one of {', '.join(FOR_UNITS)}", fields={"reason": "unknown" if reason not in REASONS else "not of units: reject the work"})
    if not units:
        raise InvalidInput("say which units are short", fields={"lines": "required"})
    for line, quantity in units.items():
        known(work, line)
        there = work.lines[line].quantity
        if quantity > there:
            raise InvalidInput(f"line {line}: {there} units are to pick, {quantity} cannot be short", fields={f"lines.{line}": "more than there are"})


def then(policy: Mapping[str, Any]) -> str:
    """What becomes of units that a node was short of, by the shop's policy."""
    wanted = policy.get("then", REROUTE)
    return wanted if wanted in (CANCEL, ASK) else REROUTE


def check(policy: Mapping[str, Any]) -> None:
    """{"then": "reroute", "cancel" or "ask"}. Raises InvalidInput."""
    wrong = {name: "is unknown; there is then" for name in policy if name != "then"}
    if policy.get("then", REROUTE) not in (REROUTE, CANCEL, ASK):
        wrong["then"] = f"is {REROUTE}, {CANCEL} or {ASK}"
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)
