"""What a race is, and how the world is brought to the moment of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from proof.cloud.sqs import Message
from proof.interleaving import Told
from proof.living import Dweller
from proof.world import World
from tests.flow.life import Life
from waybill.payments.stripe.webhooks import signature

Work = Callable[[], Any]
Look = Callable[[Told], list[str]]
ALL, ALL_IN_PROOF, DRAWN = "all", "all in make proof", "drawn"
"""How many of its schedules are tried: all; all, but in `make test` only some that are drawn; always only some that are drawn."""
CALL_BY_CALL, ONE_BY_ONE, ASLEEP = "call by call", "one by one", "asleep"
"""How the callers come: their calls in every order; each caller wholly before the next, in every order; the first falls asleep before each of its calls
in turn, and the second is what happens meanwhile."""


@dataclass(frozen=True)
class Race:
    """`begin` brings the world to the moment and answers the callers, and what to look at afterwards. `stock` and `set_up` are of the shop before
    anything happens."""

    begin: Callable[[Dweller], tuple[list[Work], Look]]
    stock: dict[tuple[str, str], int] | None = None
    set_up: Callable[[], None] = lambda: None
    tried: str = ALL
    how: str = CALL_BY_CALL


def settled(the: Dweller, look: Look = lambda told: []) -> Look:
    """Everything that is under way happens before one looks."""

    def then(told: Told) -> list[str]:
        the.settle()
        return look(told)

    return then


def told_by_stripe(the: Life, id: str, type: str, number: int = 1) -> Any:
    """The gateway's webhook about the payment of an order."""
    event = {"id": f"evt_{number}", "object": "event", "type": type, "data": {"object": {"id": "pi_1", "object": "payment_intent", "metadata": {"order_id": id}}}}
    raw, stamp = json.dumps(event).encode(), str(int(the.world.now().timestamp()))
    return the.world.call("POST", "/v1/gateways/stripe/webhooks", raw, {"stripe-signature": f"t={stamp},v1={signature(stamp, raw, 'whsec_new')}"})


def asked(the: Dweller, path: str, body: dict[str, Any], who: str = "admin", **headers: str) -> Work:
    return lambda: the.ask("POST", path, body, who, **headers)


def statuses(told: Told) -> list[int]:
    """How the callers were answered over HTTP."""
    return [reply.status for reply in told.answers if hasattr(reply, "status")]


def deliveries(the: Dweller, queue: str, number: int) -> list[Work]:
    """The messages of a queue, each at a worker of its own."""
    return [lambda message=message: the.world.deliver(queue, [message]) for message in until(the, queue, number)]


def until(the: Dweller, queue: str, number: int = 1, word: str = "") -> list[Message]:
    """Lets everything else happen until so many messages (about `word`) wait in a queue, and takes them out."""
    here = the.world.cloud.sqs.queues[queue]
    for _ in range(500):
        found = [id for id, message in here.messages.items() if not word or word == word_of(message)]
        if len(found) >= number:
            return the.world.cloud.sqs.take(here, found[:number])
        moves = [move for move in the.world.moves() if move.what != queue or word]
        the.world.make(moves[0])
    raise AssertionError(f"{queue} never held {number} messages {word}")


def word_of(message: Message) -> str:
    """What a message is about: the event, the command, the wait that it names; a kept document."""
    body = json.loads(message.body)
    return next((str(body[name]) for name in ("detail-type", "command", "wait") if name in body), "document")


def moment(the: Dweller, tell: Callable[[Dweller], Any], queue: str, word: str) -> Message:
    """Tells a story up to where such a message is in a worker's hands. Raises AssertionError where none ever is."""
    try:
        with _stopping(queue, word):
            tell(the)
            the.settle()
    except _Here as here:
        return here.message
    raise AssertionError(f"the story has no message {word} in {queue}")


class _Here(BaseException):
    """No handler may survive it: the story is told no further."""

    def __init__(self, message: Message) -> None:
        self.message = message


@contextmanager
def _stopping(queue: str, word: str) -> Iterator[None]:
    deliver = World.deliver

    def stopped(self: World, there: str, messages: list[Message]) -> Any:
        if there == queue and word_of(messages[0]) == word:
            raise _Here(messages[0])
        return deliver(self, there, messages)

    with patch.object(World, "deliver", stopped):
        yield
