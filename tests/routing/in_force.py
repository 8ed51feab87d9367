"""Rule sets drafted and put in force through their doors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.flow.life import Life
from waybill.kernel.events import Entry
from waybill.routing.model.rulebook import ACTIVE
from waybill.routing.rules_table import RulesTable
from waybill.shop import store as shop

RULES = "/v1/routing/rules"
_OPEN_GATE = {"least_orders": 0, "least_shadow": 0, "cost_percent": 10**6, "km_percent": 10**6, "splits_percent": 10**6, "late": 10**6, "unshipped": 10**6}


def drafted(the: Life, raw: dict[str, Any]) -> str:
    reply = the.call("POST", RULES, raw, "support")
    assert reply.status == 201, reply.content
    return f"{RULES}/{reply.json()['version']}"


def put_in_force(the: Life, raw: dict[str, Any]) -> None:
    """Past the gate, however bad."""
    shop.save(shop.POLICY, "routing_gate", _OPEN_GATE)
    shop.forget()
    draft = drafted(the, raw)
    the.call("POST", f"{draft}/test", {}, "support")
    assert the.call("POST", f"{draft}/activate", {}).status == 200
    shop.forget()


def stand(raw: dict[str, Any]) -> None:
    """By nobody's leave, without any door."""
    table = RulesTable()
    made = table.add(raw, Entry(1, "rules.drafted", "2026-11-23T09:00:00.000Z", "test", {}))
    table.activate(table.pointer(), replace(made, status=ACTIVE), None)


def filled(fill: str) -> dict[str, Any]:
    """A rule set of one routing that says what becomes of an order for which stock does not suffice."""
    return {"name": fill, "routings": [{"name": "all", "fill": fill, "rules": [{"name": "any"}]}]}
