"""`POST /v1/fulfilment-orders/{id}/move`: one piece of work sent to a node that has what it wants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from waybill.aws.http import Answer, Request, Router
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.machine import WITHDRAWN_FROM
from waybill.fulfilment.service import load
from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.orders.store import Record
from waybill.routing.model import standing
from waybill.shop.door import caller

Free = Callable[[Collection[str], str], Mapping[str, Mapping[str, int]]]
"""Units that an order of a channel may still reserve: {sku: {node: units}}."""


class Withdraws(Protocol):
    """`fulfilment.service.Fulfilment`."""

    def withdraw(self, fo_id: str, actor: str, to: str = "") -> Any: ...


@dataclass(frozen=True, slots=True)
class Moving:
    """`open_nodes` answers the ids of the nodes that ship now."""

    fulfilment: Withdraws
    open_nodes: Callable[[], Collection[str]]
    free: Free

    def move(self, fo_id: str, node: str, actor: str) -> dict[str, Any]:
        """The node that has it gives it back, and routing hears where it goes. Raises InvalidInput for a node that there is not or that is closed,
        IllegalTransition where anybody has begun, or the node has not all of it."""
        record, work = load(fo_id)
        if work.status == "rejected" and any(entry.data.get("to") == node for entry in work.history):
            return {"fulfilment_order": fo_id, "to": node, "status": work.status}
        self._refuse(record, work, node)
        _, after = self.fulfilment.withdraw(fo_id, actor, node)
        return {"fulfilment_order": fo_id, "to": node, "status": after.status}

    def _refuse(self, record: Record, work: FulfilmentOrder, node: str) -> None:
        if node == work.node or node not in self.open_nodes():
            raise InvalidInput(f"node is another one that is open: {', '.join(sorted({*self.open_nodes()} - {work.node}))}", fields={"node": "no such node"})
        if work.status not in WITHDRAWN_FROM:
            raise IllegalTransition(f"{work.id} is {work.status}: too late to move it")
        if work.is_fetched_here:
            raise IllegalTransition(f"{work.id} is fetched at {work.node}: its customer was told to come there")
        state = record.state
        if node in state.without or (state.only and node not in state.only):
            raise IllegalTransition(f"a person has said that {node} does not ship this order")
        if node in standing.doubtful_nodes(record.fulfilment_orders, standing.forgiven_at(state.holds)):
            raise IllegalTransition(f"{node} has rejected a part of this order")
        self._refuse_lacking(record, work, node)

    def _refuse_lacking(self, record: Record, work: FulfilmentOrder, node: str) -> None:
        lines = {line.id: line for line in record.order.lines}
        wanted = Counter[str]()
        for line, units in work.units().items():
            if lines[line].ships:
                wanted[lines[line].sku] += units
        free = self.free(sorted(wanted), record.order.channel)
        lacking = {sku: units - free.get(sku, {}).get(node, 0) for sku, units in wanted.items()}
        if short := {sku: units for sku, units in lacking.items() if units > 0}:
            named = ", ".join(f"{units} of {sku}" for sku, units in sorted(short.items()))
            raise IllegalTransition(f"{node} has not all of it: it lacks {named}")


def add_routes(routes: Router, moving: Moving) -> None:
    """To those of `functions/fulfilment`."""

    @routes.route("POST", "/v1/fulfilment-orders/{id}/move")
    def move(request: Request) -> Answer:
        key = caller(request, "support")
        body = request.json_object()
        node = body.get("node")
        if set(body) - {"node"} or not isinstance(node, str) or not 0 < len(node) <= 100:
            raise InvalidInput("send the node that it goes to, and nothing else", fields={"node": "required"})
        return Answer(moving.move(request.params["id"], node, key.actor), 202)
