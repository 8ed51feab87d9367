"""What arrives on the payment queue: the state machine's command with its task token, and events from the bus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from waybill.aws.batch import text
from waybill.aws.logs import count, logger
from waybill.kernel.errors import Malformed, OrderCancelled, OrderHeld, PaymentDeclined
from waybill.kernel.events import Event
from waybill.kernel.ids import digest
from waybill.orders.model.state import LINES_CANCELLED
from waybill.payments.service import Payments

Pay = Callable[[str, int], object]
"""Pays a refund: the order and the refund's number."""
Look = Callable[[dict[str, Any]], object]
"""Looks a payment up: {"gateway", "reference", "order_id", "about"}."""
Care = Callable[[str, int], object]
"""Looks after an authorisation that is about to lapse: the order and the tender's number."""


class Tokens(Protocol):
    """Answers the task on which an execution waits; False where nobody waits on the token any more (`waybill.aws.workflow`)."""

    def succeed(self, token: str, output: dict[str, Any]) -> bool: ...
    def fail(self, token: str, error: str, cause: str = "") -> bool: ...


@dataclass(frozen=True, slots=True)
class Others:
    """What is done beside the tenders' own use cases; a message that needs one which is not there is refused."""

    pay: Pay | None = None
    look: Look | None = None
    care: Care | None = None


def handle(payments: Payments, tokens: Tokens, message: dict[str, Any], others: Others = Others()) -> None:  # noqa: B008
    """One message: a command or an event.

    What it raises goes back to the queue and ends among the dead letters: a decline is an answer, never a raise.
    """
    if "detail" in message:
        on_event(payments, Event.from_dict(message["detail"]), others.pay)
    elif message.get("command") == "authorise":
        authorise(payments, tokens, text(message, "order_id"), text(message, "token"))
    elif message.get("command") == "secure":
        payments.secure(text(message, "order_id"), _tender(message), text(message, "key"))
    elif message.get("command") == "level":
        payments.level(text(message, "order_id"))
    elif message.get("command") == "look" and others.look:
        others.look(message)
    elif message.get("command") == "care" and others.care:
        others.care(text(message, "order_id"), _tender(message))
    else:
        raise Malformed("neither a command of ours nor an event")


def _tender(message: dict[str, Any]) -> int:
    number = message.get("tender")
    if not isinstance(number, int) or isinstance(number, bool):
        raise Malformed("a tender's number is a whole number")
    return number


def authorise(payments: Payments, tokens: Tokens, order_id: str, token: str) -> None:
    """Authorises, then answers the token, which also identifies the request: each visit of the machine brings its own."""
    try:
        payments.authorise(order_id, digest(token))
    except (PaymentDeclined, OrderHeld, OrderCancelled) as problem:
        logger.info("payment not authorised", order_id=order_id, problem=problem.code)
        count("PaymentsNotAuthorised", reason=problem.code)
        tokens.fail(token, type(problem).__name__, problem.message)
    else:
        tokens.succeed(token, {"order_id": order_id})


def on_event(payments: Payments, event: Event, pay: Pay | None = None) -> None:
    """Captures what has left, gives the money back when the order is cancelled; other events are not ours."""
    if event.type == "fulfilment_order.shipped":
        payments.capture(event.subject, last=event.data.get("last") is True)
    elif event.type == "order.cancelled":
        payments.void(event.subject)
    elif event.type == LINES_CANCELLED:
        payments.part_cancelled(event.subject)
    elif event.type in ("refund.granted", "refund.retried") and pay:
        pay(event.subject, int(event.data["refund"]))
