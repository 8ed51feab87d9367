"""The Orders table as routing uses it: `ports.Orders` on DynamoDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from waybill.aws.tables import commit, create
from waybill.fulfilment.codec import item_of
from waybill.fulfilment.model import approval
from waybill.fulfilment.model.fulfilment_order import AtNode, FulfilmentOrder, Pickup
from waybill.fulfilment.model.machine import MACHINE
from waybill.fulfilment.model.releasing import begun
from waybill.fulfilment.releasing import schedule
from waybill.orders import store
from waybill.orders.codec import DECISION, partition
from waybill.orders.model.order import Order
from waybill.orders.model.state import State
from waybill.orders.store import ORDERS, Record
from waybill.routing.capacity import taking
from waybill.routing.model.receipt import folded
from waybill.routing.model.standing import ACTOR
from waybill.routing.pool_table import PoolTable
from waybill.routing.ports import Work
from waybill.shop import store as shop
from waybill.shop.model import Node


class OrdersTable:
    """Keys are numbered on; STATE's version is the fence for all that is written with it."""

    def load(self, order_id: str) -> Record:
        return store.load(order_id)

    def remember_wait(self, order_id: str, state_name: str, token: str, at: str, entered: str = "") -> bool:
        return store.remember_wait(order_id, state_name, token, at, entered)

    def pool(self, order_id: str, placed_at: str) -> None:
        PoolTable().enter(order_id, placed_at)

    def save(self, record: Record, state: State) -> None:
        commit(record.save(state))

    def commit(self, record: Record, state: State, work: Iterable[Work], receipt: Mapping[str, Any], at: str) -> None:
        number = len(record.decisions) + 1
        decision = {"pk": partition(record.order.id), "sk": f"{DECISION}{number}", "n": number, **folded(receipt)}
        nodes = {node.id: node for node in shop.nodes()}
        gate = shop.policy(approval.POLICY)
        made = [create(ORDERS, item_of(_begun(record.order, each, at, nodes[each.node], gate))) for each in work]
        slots = taking((nodes[each.node], each.leaves) for each in work)
        commit(record.save(state), *made, create(ORDERS, decision), *slots)


def _begun(order: Order, work: Work, at: str, node: Node, gate: Mapping[str, Any]) -> FulfilmentOrder:
    """`gate`: the policy by which a person must approve of it."""
    store = "" if work.group else order.shipping.pickup_node
    new = FulfilmentOrder(
        id=work.fo_id,
        order_id=order.id,
        node=work.node,
        status=MACHINE.start,
        lines={line: AtNode(units) for line, units in work.lines.items()},
        since=at,
        within=work.within,
        group=work.group,
        pickup=Pickup(store) if store else None,
        schedule=schedule(work.node, work.not_before) if work.not_before else None,
    )
    return begun(new, approval.wanted(gate, work.node, order.currency, order.total), node.is_told, at, ACTOR)
