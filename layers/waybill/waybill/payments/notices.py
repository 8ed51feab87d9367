"""What a gateway tells us by itself, in our words. Nobody believes it: it says where to look (`Gateway.look_up`, `disputes`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

PAYMENT, REFUND, DISPUTE, PAYOUT, OTHER = "payment", "refund", "dispute", "payout", "other"

OPEN, WON, LOST, INQUIRY = "open", "won", "lost", "inquiry"


@dataclass(frozen=True, slots=True)
class Notice:
    """One event of a gateway. `id` is its own, the same at every redelivery; `type` its own word for what happened.

    `about` is one of the five above. `reference` is the payment as `prepare` named it, `order_id` the order where the gateway
    echoes it: either may be empty, both are where the event concerns no payment of ours.
    """

    id: str
    type: str
    about: str
    reference: str = ""
    order_id: str = ""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A chargeback at the gateway. `open`, `lost`: the money is gone; `won`: it is back; `inquiry`: it has not moved.

    `amount` in minor units.
    """

    id: str
    status: str
    amount: int
    currency: str
    reason: str = ""


class Webhooks(Protocol):
    """One gateway's door: who may say what, and what was said. Pure, but for PayPal, which must be asked who signed."""

    def verify(self, headers: Mapping[str, str], raw: bytes, now: float) -> None:
        """`headers` by lower-case names, `raw` as it came, `now` in epoch seconds.

        Raises Unauthenticated, Malformed, Unavailable.
        """
        ...

    def read(self, raw: bytes) -> tuple[Notice, ...]:
        """What a verified body says. Raises Malformed."""
        ...

    def keep(self, raw: bytes) -> None:
        """Writes down what a verified body says of a gateway that cannot be asked; nothing where the gateway can be."""
        ...
