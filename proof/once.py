"""Whether the world is as if a thing had been done once, by all that can be seen of it from outside."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from proof.interleaving import Told
from proof.living import Dweller
from proof.race import Look, Work

_AT = re.compile(r"'at': '[^']*', ")
"""A worker that was overtaken makes the clock go on: when a parcel left is no difference."""


def as_once(the: Dweller, work: Work, settle: Work) -> Look:
    """The world is as if `work` had been done once, alone."""
    start = the.world.snapshot()
    work()
    settle()
    once = _summed_up(the)
    the.world.restore(start)

    def look(told: Told) -> list[str]:
        settle()
        now = _summed_up(the)
        return [f"{name}: {now[name]}, and done once: {once[name]}" for name in once if now[name] != once[name]]

    return look


def _summed_up(the: Dweller) -> dict[str, Any]:
    """What can be seen from outside, however it came about."""
    tables = the.world.cloud.dynamodb.tables
    ids = [pk.removeprefix("ORDER#") for pk, partition in tables["OrdersTable"].partitions.items() if pk.startswith("ORDER#") and "STATE" in partition.items]
    orders = [the.order(id) for id in ids]
    return {
        "orders": [(order["status"], sorted(hold["id"] + hold["status"] for hold in order["holds"])) for order in orders],
        "timelines": [Counter(entry["type"] for entry in the.call("GET", f"/v1/orders/{id}/timeline").json()["items"]) for id in ids],
        "work": [sorted((work["node"], work["status"]) for work in order["fulfilment_orders"]) for order in orders],
        "mails": Counter(mail.partition("\r\n")[0] for mail in the.world.mails()),
        "channels were told": Counter(_AT.sub("", str(said)) for said in the.outside.shops.told) if the.outside else Counter(),
        "nodes were told": sorted([*the.outside.pushed.values(), *the.outside.asked.values()]) if the.outside else [],
        "labels at the carrier": sorted(label.live for label in the.outside.carrier.labels()) if the.outside else [],
        "vans that come": len(the.outside.carrier.coming()) if the.outside else 0,
        "at the gateway": [(payment.status, payment.parts, [refund.amount for _, refund in payment.refunds]) for payment in the.gateway.payments.values()],
        "stock": sorted(str(row) for row in the.call("GET", "/v1/inventory").json()["items"]),
        "executions": sorted(run.status for run in the.world.machine.executions.values()),
    }
