"""The Orders table as routing uses it: `ports.Orders` on DynamoDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from waybill.aws.tables import commit, create
from waybill.kernel.events import appended
from waybill.kernel.ids import order_of_fulfilment_order
from waybill.orders import store
from waybill.orders.codec import DECISION, FULFILMENT_ORDER, partition
from waybill.orders.model.state import State
from waybill.orders.store import ORDERS, Record
from waybill.routing.ports import Work


class OrdersTable:
    """Keys are numbered on; STATE's version is the fence for all that is written with it."""

    def load(self, order_id: str) -> Record:
        return store.load(order_id)

    def remember_wait(self, order_id: str, state_name: str, token: str, at: str) -> None:
        store.remember_wait(order_id, state_name, token, at)

    def save(self, record: Record, state: State) -> None:
        commit(record.save(state))

    def commit(self, record: Record, state: State, work: Iterable[Work], receipt: Mapping[str, Any], at: str) -> None:
        number = len(record.decisions) + 1
        decision = {"pk": partition(record.order.id), "sk": f"{DECISION}{number}", "n": number, **receipt}
        made = [create(ORDERS, _requested(record.order.id, each, at)) for each in work]
        commit(record.save(state), *made, create(ORDERS, decision))


def _requested(order_id: str, work: Work, at: str) -> dict[str, Any]:
    _, number = order_of_fulfilment_order(work.fo_id) or ("", 0)
    told = appended((), "fulfilment_order.requested", at, "routing", {"fo_id": work.fo_id, "node": work.node, "lines": dict(work.lines)})
    return {
        "pk": partition(order_id),
        "sk": f"{FULFILMENT_ORDER}{number}",
        "id": work.fo_id,
        "order_id": order_id,
        "node": work.node,
        "status": "requested",
        "version": 1,
        "lines": {line: {"quantity": units} for line, units in work.lines.items()},
        "history": [entry.to_dict() for entry in told],
        "lookup_pk": f"NODE#{work.node}",
        "lookup_sk": f"{at}#{work.fo_id}",
    }
