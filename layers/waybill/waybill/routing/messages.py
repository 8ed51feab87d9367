"""What arrives on the routing queue: the state machine's command with its task token, and events from the bus."""

from __future__ import annotations

from typing import Any

from waybill.aws.batch import text
from waybill.kernel.errors import Malformed
from waybill.kernel.events import Event
from waybill.orders.model.state import EDITED, LINES_CANCELLED
from waybill.routing.model.standing import SHORT
from waybill.routing.service import Routing


def handle(routing: Routing, message: dict[str, Any]) -> None:
    """One message. What it raises goes back to the queue and ends among the dead letters."""
    if "detail" in message:
        _on_event(routing, Event.from_dict(message["detail"]))
    elif message.get("command") == "route":
        routing.route(text(message, "order_id"), text(message, "token"), str(message.get("entered", "")))
    else:
        raise Malformed("neither a command of ours nor an event")


def _on_event(routing: Routing, event: Event) -> None:
    """A rejection or a shortage wants other nodes; the last shipment answers the machine; stock that came late wants a node; what is cancelled
    may have been the last, and what was edited may hold more than it wants. What is due is read from the order, not from the event,
    so that repeats and disorder do no harm."""
    if event.type in ("fulfilment_order.rejected", SHORT) or (event.type == "fulfilment_order.shipped" and event.data.get("last") is True):
        routing.go_on(event.subject)
    elif event.type == "order.stock_arrived":
        routing.stock_came(event.subject)
    elif event.type in (LINES_CANCELLED, EDITED):
        routing.part_cancelled(event.subject)
