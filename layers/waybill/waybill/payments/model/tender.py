"""One tender of an order: its events, what may be done next, and the record of it.

An operation is written down before the gateway is asked (`asked`) and again when it has answered (`succeeded`, `failed`). Its
`ref` is also the idempotency key at the gateway, a function of the order, the tender, the verb and the attempt: whoever asks
again, after whatever crash, asks with the same key (I9).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from waybill.kernel.errors import IllegalTransition
from waybill.kernel.events import Entry, appended
from waybill.orders.model.order import AT_A_GATEWAY, PAID_LATER
from waybill.payments.model.balances import Balances, captured_in_all, project
from waybill.payments.model.events import PaymentEvent

VERBS = {"AUTH": "authorise", "CHARGE": "capture", "REFUND": "refund", "CANCEL": "void"}
_TOLD = {"AUTH": "payment.authorised", "CHARGE": "payment.captured", "REFUND": "payment.refunded", "CANCEL": "payment.voided"}
_FAILED = {
    "AUTH": "payment.declined",
    "CHARGE": "payment.capture_failed",
    "REFUND": "payment.refund_failed",
    "CANCEL": "payment.void_failed",
}

_ANSWERS = ("SUCCESS", "FAILURE")
_REMAINDER = "/remainder"
OWED, AT_CHANNEL = "refund_owed", "at_channel"
"""Why a note was written: the channel owes money; why money went back: the channel has returned it."""
AS_CREDIT = "store_credit"
"""Why money went back that no gateway has returned."""
PART = "part"
"""Who asks for a capture that is not the last."""
ONLY_WHOLE = "final_only"
"""Why a gateway takes no part: the reason in its answer."""

CARD, CHANNEL = "card", "channel"
RENEWAL, NOT_RENEWED = "renewal", "renewal_refused"
"""Why a note was written: a gateway was asked to hold the money anew, and would not."""


@dataclass(frozen=True, slots=True)
class Tender:
    """`kind`: one of `orders.model.order.TENDER_KINDS`.

    `amount` is what this tender must bear, in minor units; `gateway` names the adapter; `token` replaces the order's own after
    a decline. `version` 0: not yet stored.
    """

    order_id: str
    number: int
    kind: str
    gateway: str
    amount: int
    currency: str
    token: str = ""
    events: tuple[PaymentEvent, ...] = ()
    history: tuple[Entry, ...] = ()
    version: int = 0

    # What holds

    @property
    def balances(self) -> Balances:
        return project(self.events)

    @property
    def at_gateway(self) -> bool:
        """A gateway holds and moves the money, our own ledger among them."""
        return self.kind in AT_A_GATEWAY

    @property
    def paid_later(self) -> bool:
        return self.kind in PAID_LATER

    @property
    def record_id(self) -> str:
        """The stem of its events' ids: `ord_ab12/pay1`."""
        return f"{self.order_id}/pay{self.number}"

    def open(self, kind: str) -> PaymentEvent | None:
        """The operation of this kind that was asked for and has no answer yet."""
        asked = (event for event in self.events if event.type == f"{kind}_REQUEST" and self.outcome_of(event) is None)
        return next(asked, None)

    def asked_by(self, kind: str, by: str) -> PaymentEvent | None:
        """The operation that this very asker has asked for: who asks twice is told what came of the first time."""
        return next((event for event in self.events if event.type == f"{kind}_REQUEST" and event.by == by), None)

    def outcome_of(self, asked: PaymentEvent) -> PaymentEvent | None:
        """The success or failure of an operation, None while it is open."""
        answers = (event for event in self.events if (event.kind, event.ref) == (asked.kind, asked.ref) and event.outcome in _ANSWERS)
        return next(answers, None)

    @property
    def authorisation(self) -> PaymentEvent | None:
        """The newest authorise asked for, or renewal, with the gateway's reference by which captures, voids and refunds go: its own, or
        that of its answer."""
        asked = [event for event in self.events if event.type in ("AUTH_REQUEST", "AUTH_ADJUSTMENT")]
        if not asked or asked[-1].reference:
            return asked[-1] if asked else None
        answers = [event.reference for event in self.events if event.ref == asked[-1].ref and event.kind == "AUTH" and event.reference]
        return replace(asked[-1], reference=answers[-1]) if answers else asked[-1]

    @property
    def expires_at(self) -> str:
        """The instant at which what is still authorised lapses; empty for never, or with nothing authorised."""
        ends = [event.expires_at for event in self.events if event.type in ("AUTH_SUCCESS", "AUTH_ADJUSTMENT")]
        return ends[-1] if ends and ends[-1] and self.balances.authorised else ""

    @property
    def secured(self) -> bool:
        """The money is certain for as long as the gateway keeps its word: authorised, charged, paid outside, or on terms."""
        balances = self.balances
        held = balances.authorised + balances.charged + balances.charge_pending
        return held >= self.amount or (not self.at_gateway and bool(self.events))

    @property
    def cancelled(self) -> bool:
        """A void was asked for or done after the newest authorise: nothing may be captured on that authorisation any more."""
        kinds = [event.type for event in self.events if event.ref is None or not event.ref.endswith(_REMAINDER)]
        last = len(kinds) - 1 - kinds[::-1].index("AUTH_REQUEST") if "AUTH_REQUEST" in kinds else 0
        voids = {"CANCEL_REQUEST", "CANCEL_SUCCESS"}
        return any(type in voids for type in kinds[last:]) and "CANCEL_FAILURE" not in kinds[last:]

    @property
    def captured_whole(self) -> bool:
        """Captured, and nothing is held any more that could be."""
        return bool(captured_in_all(self.events)) and not self.balances.authorised and self.open("CHARGE") is None

    @property
    def lapsed(self) -> bool:
        """It was authorised, and is no more: nobody has voided it."""
        return any(event.type == "AUTH_EXPIRED" for event in self.events) and not self.balances.authorised

    @property
    def only_whole(self) -> bool:
        """The gateway has said that this payment is captured at once or not at all."""
        return any(event.type == "CHARGE_FAILURE" and event.reason == ONLY_WHOLE for event in self.events)

    @property
    def capture_failed(self) -> bool:
        """The newest capture was refused, and no newer authorisation makes up for it."""
        known = (event for event in self.events if event.reason != ONLY_WHOLE)
        types = [event.type for event in known if event.type in ("CHARGE_FAILURE", "CHARGE_SUCCESS", "AUTH_SUCCESS")]
        return types[-1:] == ["CHARGE_FAILURE"]

    @property
    def reason(self) -> str:
        """Why the newest operation that failed did."""
        return next((event.reason for event in reversed(self.events) if event.outcome == "FAILURE" and event.reason), "")

    @property
    def waits(self) -> bool:
        """Its gateway cannot go on just now, and nothing has happened since that was noted."""
        return self.history[-1:] != () and self.history[-1].type == "payment.waiting"

    # What may be done

    def next_ref(self, kind: str) -> str:
        """The deterministic key of the next operation of this kind: `ord_ab12/1/authorise/1`."""
        attempt = 1 + sum(event.type == f"{kind}_REQUEST" for event in self.events)
        return f"{self.order_id}/{self.number}/{VERBS[kind]}/{attempt}"

    def asked(self, kind: str, amount: int, at: str, reference: str | None, by: str | None = None) -> Tender:
        """With the intent of an operation, asked for `by` somebody. Raises IllegalTransition where the money does not allow it
        (I6, I7)."""
        self._allow(kind, amount)
        return self._with(PaymentEvent(f"{kind}_REQUEST", at, amount, self.next_ref(kind), reference, by=by))

    def _allow(self, kind: str, amount: int) -> None:
        if self.open(kind) is not None:
            raise IllegalTransition(f"tender {self.number}: a {VERBS[kind]} is already under way")
        {"AUTH": self._allow_authorise, "CHARGE": self._allow_capture, "REFUND": self._allow_refund, "CANCEL": self._allow_void}[kind](
            amount
        )

    def _allow_authorise(self, amount: int) -> None:
        if amount <= 0 or self.secured or self.balances.authorised or captured_in_all(self.events):
            raise IllegalTransition(f"tender {self.number}: there is nothing to authorise")

    def _allow_capture(self, amount: int) -> None:
        if self.cancelled:
            raise IllegalTransition(f"tender {self.number}: never a capture after a void")
        if not 0 < amount <= self.balances.authorised:
            raise IllegalTransition(f"tender {self.number}: {amount} is not within the {self.balances.authorised} authorised")

    def _allow_refund(self, amount: int) -> None:
        if not self.at_gateway:
            raise IllegalTransition(f"tender {self.number}: whoever took the money returns it")
        if not 0 < amount <= self.balances.charged:
            raise IllegalTransition(f"tender {self.number}: {amount} is not within the {self.balances.charged} that may be refunded")

    def _allow_void(self, amount: int) -> None:
        if self.open("CHARGE") or (captured_in_all(self.events) and not self.balances.authorised):
            raise IllegalTransition(f"tender {self.number}: captured, or about to be: refund it instead")
        if amount != self.balances.authorised + self.balances.auth_pending or amount == 0:
            raise IllegalTransition(f"tender {self.number}: there is no authorisation of {amount} to void")

    # What was answered

    def succeeded(
        self, asked: PaymentEvent, amount: int, at: str, actor: str, reference: str | None = None, expires_at: str | None = None
    ) -> Tender:
        """With the success of an operation that was asked for; `reference` where the gateway gave it a name of its own."""
        if asked.kind != "AUTH" and amount > asked.amount:
            raise IllegalTransition(f"tender {self.number}: {amount} answered where {asked.amount} was asked")
        done = PaymentEvent(f"{asked.kind}_SUCCESS", at, amount, asked.ref, reference or asked.reference, expires_at=expires_at)
        return self._with(done)._told(_TOLD[asked.kind], done, actor)

    def failed(self, asked: PaymentEvent, reason: str, at: str, actor: str) -> Tender:
        """With the failure of an operation; `reason` is the gateway's code, never its sentence."""
        lost = PaymentEvent(f"{asked.kind}_FAILURE", at, asked.amount, asked.ref, asked.reference, reason[:64])
        return self._with(lost)._told(_FAILED[asked.kind], lost, actor)

    def put_off(self, asked: PaymentEvent, at: str) -> Tender:
        """A capture in parts that cannot be: nothing was taken, and nobody need be told; all is captured with the last parcel."""
        return self._with(PaymentEvent("CHARGE_FAILURE", at, asked.amount, asked.ref, asked.reference, ONLY_WHOLE))

    def stated(
        self, type: str, amount: int, at: str, *, ref: str | None = None, reference: str | None = None, reason: str | None = None
    ) -> Tender:
        """With a statement that no call of ours led to: an adjustment, an expiry, a chargeback, a note."""
        return self._with(PaymentEvent(type, at, amount, ref, reference, reason))

    @property
    def renewal(self) -> PaymentEvent | None:
        """The newest renewal that was asked for, and has no answer yet."""
        asked = [event for event in self.events if event.reason == RENEWAL]
        answers = {event.ref for event in self.events if event.type == "AUTH_ADJUSTMENT" or event.reason == NOT_RENEWED}
        return asked[-1] if asked and asked[-1].ref not in answers else None

    def to_renew(self, at: str) -> Tender:
        """With the intent to have the gateway hold the money anew. Raises IllegalTransition where some of it was taken."""
        held, known = self.balances.authorised, self.authorisation
        if not held or captured_in_all(self.events) or self.cancelled or known is None:
            raise IllegalTransition(f"tender {self.number}: there is nothing to renew")
        times = 1 + sum(event.reason == RENEWAL for event in self.events)
        return self._with(PaymentEvent("INFO", at, held, f"{self.order_id}/{self.number}/renew/{times}", known.reference, RENEWAL))

    def renewed(self, asked: PaymentEvent, reference: str, expires_at: str | None, at: str, actor: str) -> Tender:
        """With the money held anew under the gateway's new reference."""
        held = PaymentEvent("AUTH_ADJUSTMENT", at, asked.amount, asked.ref, reference, expires_at=expires_at)
        return self._with(held)._told("payment.renewed", held, actor)

    def not_renewed(self, asked: PaymentEvent, at: str) -> Tender:
        return self._with(PaymentEvent("INFO", at, asked.amount, asked.ref, asked.reference, NOT_RENEWED))

    def released(self, asked: PaymentEvent, amount: int, at: str) -> Tender:
        """With the remainder of an authorisation that a final capture gave back."""
        return self._with(PaymentEvent("CANCEL_SUCCESS", at, amount, f"{asked.ref}{_REMAINDER}", asked.reference)) if amount else self

    def found_captured(self, amount: int, at: str, reference: str | None, actor: str) -> Tender:
        """With a capture that nobody here asked for: somebody took the money at the gateway itself."""
        taken = PaymentEvent("CHARGE_SUCCESS", at, amount, f"{self.record_id}/found", reference)
        return self._with(taken)._told(_TOLD["CHARGE"], taken, actor)

    def recorded(self, at: str, reference: str | None, actor: str) -> Tender:
        """With the whole amount charged outside, by the channel, under the channel's own reference."""
        paid = PaymentEvent("CHARGE_SUCCESS", at, self.amount, reference or f"{self.record_id}/outside", reference)
        return self._with(paid)._told("payment.recorded", paid, actor)

    def paid(self, amount: int, at: str, ref: str, reference: str | None, actor: str) -> Tender:
        """With money that came outside, as a person has noted it under a name of its own."""
        came = PaymentEvent("CHARGE_SUCCESS", at, amount, ref, reference)
        return self._with(came)._told("payment.recorded", came, actor)

    def owed_back(self, amount: int, by: str, at: str, reference: str | None, actor: str) -> Tender:
        """With the note that the channel has money that it owes to the customer. Raises IllegalTransition beyond what it took (I7)."""
        if not 0 < amount <= self.refundable:
            raise IllegalTransition(f"tender {self.number}: {amount} is not within the {self.refundable} that may be refunded")
        owed = PaymentEvent("INFO", at, amount, None, reference, OWED, by=by)
        return self._with(owed)._told("payment.refund_owed", replace(owed, reason=None), actor)

    def owes(self, by: str) -> bool:
        """Whether it was noted for this very asker that the channel owes money."""
        return any(event.reason == OWED and event.by == by for event in self.events)

    def as_credit(self, amount: int, refund: str, at: str, actor: str) -> Tender:
        """With a part of a refund that its gateway would not pay and that went back as store credit. Raises IllegalTransition beyond what
        may be refunded (I7)."""
        if not 0 < amount <= self.refundable:
            raise IllegalTransition(f"tender {self.number}: {amount} is not within the {self.refundable} that may be refunded")
        given = PaymentEvent("REFUND_SUCCESS", at, amount, f"{refund}/credit", None, AS_CREDIT)
        return self._with(given)._told("payment.credited", given, actor)

    def credited(self, refund: str) -> int:
        """Minor units of a refund that went back as store credit."""
        return sum(event.amount for event in self.events if event.ref == f"{refund}/credit")

    def returned_at_channel(self, amount: int, key: str, at: str, reference: str | None, actor: str) -> Tender:
        """With money that the channel says it has returned, under the name of that statement. What it owed is settled by it first.
        Raises IllegalTransition beyond what it took (I7)."""
        if not 0 < amount <= self.balances.charged:
            raise IllegalTransition(f"tender {self.number}: {amount} is not within the {self.balances.charged} that the channel has")
        back = PaymentEvent("REFUND_SUCCESS", at, amount, f"{self.record_id}/{key}", reference, AT_CHANNEL)
        return self._with(back)._told(_TOLD["REFUND"], back, actor)

    @property
    def back_at_channel(self) -> int:
        """Minor units that the channel has returned by itself."""
        return sum(event.amount for event in self.events if event.reason == AT_CHANNEL)

    @property
    def refundable(self) -> int:
        """What was taken and is neither returned, nor about to be, nor owed by a channel."""
        owed = sum(event.amount for event in self.events if event.reason == OWED)
        return self.balances.charged - max(0, owed - self.back_at_channel)

    def waiting(self, reason: str, at: str, actor: str) -> Tender:
        """With the note that its gateway cannot go on just now; the same where that is known."""
        if self.waits and self.history[-1].data.get("reason") == reason:
            return self
        return self.told("payment.waiting", {**self._itself(), "reason": reason}, at, actor)

    def going_on(self, at: str, actor: str) -> Tender:
        """With the note that it waits no longer."""
        return self.told("payment.going_on", self._itself(), at, actor)

    def _itself(self) -> dict[str, Any]:
        return {"tender": self.number, "amount": self.amount, "currency": self.currency, "gateway": self.gateway}

    def told(self, type: str, data: dict[str, Any], at: str, actor: str) -> Tender:
        """With a history entry of another kind."""
        return replace(self, history=appended(self.history, type, at, actor, data))

    def _with(self, event: PaymentEvent) -> Tender:
        return replace(self, events=(*self.events, event))

    def _told(self, type: str, event: PaymentEvent, actor: str) -> Tender:
        data: dict[str, Any] = {"tender": self.number, "amount": event.amount, "currency": self.currency}
        data |= {name: value for name in ("reference", "reason", "expires_at") if (value := getattr(event, name))}
        return self.told(type, data, event.at, actor)
