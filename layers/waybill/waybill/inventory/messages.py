"""What the stock worker is told: the state machine's commands, events of the bus, growth of stock rows from the table's own stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from waybill.aws import batch
from waybill.aws.attributes import unpack_item
from waybill.aws.logs import logger
from waybill.inventory.model.row import GROWING, LOSSES
from waybill.inventory.service import Inventory
from waybill.inventory.stock_table import is_row
from waybill.inventory.waking import wake_waiting
from waybill.kernel.errors import Malformed, OrderCancelled, OrderHeld, StockUnavailable
from waybill.kernel.events import Event
from waybill.orders.model.state import EDITED, LINES_CANCELLED


class Tokens(Protocol):
    """Answers the task on which an execution waits; False where nobody waits on the token any more (`waybill.aws.workflow`)."""

    def succeed(self, token: str, output: dict[str, Any]) -> bool: ...
    def fail(self, token: str, error: str, cause: str = "") -> bool: ...


@dataclass(frozen=True, slots=True)
class Worker:
    """`pay` hands a message on to the payment queue."""

    inventory: Inventory
    tokens: Tokens
    pay: Callable[[dict[str, Any]], None]

    def batch(self, event: dict[str, Any]) -> dict[str, Any]:
        """A batch of either source."""
        if event["Records"][0]["eventSource"] == "aws:dynamodb":
            return grown(self.inventory, event)
        return batch.each(event, self.message)

    def message(self, message: dict[str, Any]) -> None:
        """One message. What it raises goes back to the queue and ends among the dead letters."""
        if "detail" in message:
            event = Event.from_dict(message["detail"])
            told(self.inventory, event)
            if event.type == EDITED:  # stock before money
                self.pay({"command": "level", "order_id": event.subject})
        elif message.get("command") == "reserve":
            self._reserve(message)
        elif message.get("command") == "release":
            self.inventory.release(batch.text(message, "order_id"), "deadline")
            self.tokens.succeed(batch.text(message, "token"), {})
        else:
            raise Malformed("neither a command of ours nor an event")

    def _reserve(self, message: dict[str, Any]) -> None:
        """Stock before money: what is reserved goes on to payment with its token, what cannot be is answered."""
        order_id, token = batch.text(message, "order_id"), batch.text(message, "token")
        try:
            self.inventory.reserve(order_id)
        except (StockUnavailable, OrderHeld, OrderCancelled) as problem:
            logger.info("stock not reserved", order_id=order_id, problem=problem.code)
            self.tokens.fail(token, type(problem).__name__, problem.message)
        else:
            self.pay({**message, "command": "authorise"})


def told(inventory: Inventory, event: Event) -> None:
    """One event of the bus: a cancelled order gives its stock back, a shipped parcel takes its units out; who gave a part up waits for it no more."""
    if event.type == "order.cancelled":
        for each in event.data.get("lost", ()):
            _lost(inventory, event.subject, each)
        inventory.release(event.subject, event.id, cancelled=True)
    elif event.type == "fulfilment_order.shipped":
        inventory.ship(event.subject, event.data["node"], event.data["lines"], event.id)
    elif event.type == LINES_CANCELLED:
        inventory.wait_no_more(event.subject)
    elif event.type == EDITED:
        inventory.edited(event.subject)


def _lost(inventory: Inventory, order_id: str, lost: Mapping[str, Any]) -> None:
    """What a node did not have, or what is damaged, is not given back to be sold again."""
    held = inventory.held(order_id).held
    lines = {line: min(units, held.get(line, {}).get(lost["node"], 0)) for line, units in lost["lines"].items()}
    inventory.move(order_id, lost["node"], lines, {}, lost["cause"], loss=LOSSES[lost["reason"]])


def grown(inventory: Inventory, event: dict[str, Any]) -> dict[str, Any]:
    """A batch of stream records, in order. Answers from which one on the rest must come again."""
    woken: set[str] = set()
    for record in event["Records"]:
        sku = _grown_sku(record)
        if sku is None or sku in woken:
            continue
        try:
            wake_waiting(inventory, sku)
        except Exception:  # noqa: BLE001  the edge of a batch: the stream comes again from this record on
            logger.exception("waking failed", sku=sku)
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
        woken.add(sku)
    return {"batchItemFailures": []}


def _grown_sku(record: dict[str, Any]) -> str | None:
    """The SKU whose row may have more available than before; None for any other change."""
    image = record["dynamodb"].get("NewImage")
    item = unpack_item(image) if image else {}
    if not is_row(item) or item["last_kind"] not in GROWING or item["available"] <= 0:
        return None
    return item["pk"].removeprefix("SKU#")
