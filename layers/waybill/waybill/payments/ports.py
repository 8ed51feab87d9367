"""What payments need from a gateway. Whatever is lost on the way, asking again means asking about the same thing, even after the
gateway has forgotten the idempotency key. There are two ways to it:

- `Named`: `prepare` moves no money and gives the name under which all that follows is asked; it is written down before money moves.
- `AtOnce`, where `allows.at_once`: one call sets a payment up and authorises it; who asks again says since when it may have been
  asked, and what was made under the key is found first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from waybill.kernel.errors import Unavailable, WaybillError
from waybill.orders.model.state import State
from waybill.payments.model.tender import Tender
from waybill.payments.notices import Dispute
from waybill.payments.records import Account

PREPARED, AUTHORISED, CAPTURED, DECLINED, VOIDED = "prepared", "authorised", "captured", "declined", "voided"
ACTION_REQUIRED, PENDING = "action_required", "pending"
CUSTOMER_PRESENT = "customer_present"
"""Why an action is still required: the customer is at the shop's page and may be about to take it."""
STANDINGS = frozenset({PREPARED, AUTHORISED, CAPTURED, DECLINED, VOIDED, ACTION_REQUIRED, PENDING})


class GatewayRefused(WaybillError):
    """The gateway refuses the request itself, or answers what cannot be: not a decline, and not cured by asking again."""

    status, code = 502, "gateway_refused"


class NotNow(Unavailable):
    """It cannot be carried out just now, and that is nobody's fault: `down`, the gateway is left alone for `seconds`; `undecided`, it
    has taken the request and not answered it yet."""

    code = "not_now"

    def __init__(self, gateway: str, reason: str, seconds: int = 0) -> None:
        super().__init__(f"{gateway}: {reason}")
        self.gateway, self.reason, self.seconds = gateway, reason, seconds


@dataclass(frozen=True, slots=True)
class Demand:
    """What a tender asks the gateway to secure. `token` is the gateway's own, never a card number. Minor units."""

    order_id: str
    tender: int
    token: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How one payment stands at the gateway: one of STANDINGS; `reason` a code.

    `amount` is what is still authorised, or captured once nothing more can be; `captured` is what was captured in all so far;
    `expires_at` the instant at which the authorisation ends, where the gateway says so.
    """

    status: str
    amount: int = 0
    reason: str = ""
    captured: int = 0
    expires_at: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a gateway lets us do: capture one authorisation in parts, renew one that ends; `hold_days` an authorisation lasts,
    0 for ever. `at_once`: it is `AtOnce`, not `Named`."""

    several_captures: bool
    renewal: bool
    hold_days: int
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """One refund at the gateway: `succeeded`, `pending` or `failed`."""

    status: str
    amount: int
    reference: str
    reason: str = ""


class Gateway(Protocol):
    """Every method may raise Unavailable (down, slow, busy: ask again, the same) and GatewayRefused.

    What changes a payment answers how it stands afterwards, also where it stood so already: asking twice is asking once. `key` is the
    idempotency key.
    """

    name: str
    allows: Capabilities

    def capture(self, reference: str, amount: int, currency: str, key: str, final: bool = True) -> Standing:
        """Takes `amount` of what is authorised; a `final` capture lets go of the rest.

        Not final: only where several captures are allowed. A payment that cannot be captured in parts after all answers AUTHORISED
        as before, with the reason `final_only`.
        """
        ...

    def void(self, reference: str, key: str) -> Standing: ...

    def refund(self, reference: str, amount: int, currency: str, key: str) -> Returned: ...

    def look_up(self, reference: str) -> Standing:
        """How a payment stands, without changing it."""
        ...

    def find_refund(self, reference: str, key: str) -> Returned | None:
        """The refund that was made under this key, None where there is none."""
        ...

    def order_of(self, reference: str) -> str:
        """The order that a payment was made for, empty where the gateway does not know."""
        ...

    def disputes(self, reference: str) -> tuple[Dispute, ...]:
        """Every chargeback of a payment, as it stands now."""
        ...


class Named(Gateway, Protocol):
    """A gateway whose payments have a name before they move."""

    def prepare(self, demand: Demand, key: str) -> str:
        """The gateway's reference of a payment that is set up and has moved nothing. Raises PaymentDeclined for a bad token."""
        ...

    def authorise(self, reference: str, key: str) -> Standing: ...


class AtOnce(Gateway, Protocol):
    """A gateway that takes one call to authorise."""

    def begin(self, demand: Demand, key: str, since: str = "") -> tuple[str, Standing]:
        """The reference of the payment, empty where a decline has left none, and how it stands.

        `since`: the instant from which on it may have been asked before under this key; what came of that is answered, whatever the
        gateway has forgotten. Raises PaymentDeclined for a bad token.
        """
        ...


class Renewing(Protocol):
    """What a gateway has besides where its `allows.renewal` says so."""

    def renew(self, reference: str, amount: int, currency: str, key: str) -> str:
        """Holds the money anew and answers the reference under which it is now asked for. The old authorisation needs a void only
        where it still stands AUTHORISED. Raises GatewayRefused where the gateway will not: it is then as it was.
        """
        ...


class Book(Protocol):
    """Where tenders are written down."""

    def read(self, order_id: str) -> Account:
        """Raises NotFound."""
        ...

    def save(self, seen: Account, tender: Tender | None, state: State | None = None) -> Account:
        """A tender, the order's state, or both in one commit, over the versions that were read; answers what stands now.

        Raises Conflict where somebody else was first.
        """
        ...
