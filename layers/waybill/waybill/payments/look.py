"""A gateway has told us something: nobody believes it, it says where to look. What is found there is judged against what we wrote down.

So it does not matter in which order such messages come, how often, whether before the answer they belong to or after a cancellation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from waybill.aws.logs import count
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import NotFound, PaymentDeclined
from waybill.orders.model.holds import Hold
from waybill.orders.model.state import State, place_hold, release_hold
from waybill.payments import notices, ports
from waybill.payments.model import found
from waybill.payments.model.balances import captured_in_all
from waybill.payments.model.tender import Tender
from waybill.payments.operations import Operations
from waybill.payments.ports import Book, Gateway, Standing
from waybill.payments.records import Account
from waybill.payments.service import ACTOR, Payments, the, until_first

_FINAL = (ports.AUTHORISED, ports.CAPTURED, ports.DECLINED, ports.VOIDED)
_OVER = (ports.DECLINED, ports.VOIDED)
_DECLINED_HOLD = "payment-"
"""How the hold of an order begins whose payment was declined (`waybill.orders.waits`)."""


class Looks:
    """Looks payments up and writes down what stands there."""

    def __init__(self, book: Book, gateways: Mapping[str, Gateway], clock: Clock, payments: Payments) -> None:
        self._book, self._gateways, self._clock, self._payments = book, gateways, clock, payments
        self._operations = Operations(book, gateways, clock, ACTOR)

    def look(self, gateway: str, reference: str, order_id: str = "", about: str = notices.PAYMENT) -> str:
        """Answers the order it belongs to, empty for a payment that is none of ours.

        Raises Unavailable, GatewayRefused, Conflict: look again.
        """
        if gateway not in self._gateways:
            return ""
        order_id = order_id or (self._gateways[gateway].order_of(reference) if reference else "")
        try:
            account = self._book.read(order_id)
        except NotFound:
            return ""
        for tender in account.tenders:
            if tender.gateway == gateway and tender.open("AUTH") and not account.state.cancelled:
                until_first(lambda number=tender.number: self._answered_at_last(self._book.read(order_id), number))
        for number, name in _concerned(self._book.read(order_id), gateway, reference):
            until_first(lambda number=number, name=name: self._one(self._book.read(order_id), number, name, about))
        if account.state.cancelled:
            self._payments.void(order_id)
        return order_id

    def _one(self, account: Account, number: int, name: str, about: str) -> None:
        tender = the(account, number)
        standing = self._operations.gateway(tender).look_up(name)
        if tender.authorisation is None or tender.authorisation.reference != name:
            self._let_go(account, tender, name, standing)
            return
        account = self._answered(account, tender, standing)
        account = self._compared(account, the(account, number), name, standing)
        if about == notices.REFUND:
            self._refunds(account, number, name)
        elif about == notices.DISPUTE:
            self._disputes(account, number, name)

    # What we had asked for and not heard of

    def _answered_at_last(self, account: Account, number: int) -> None:
        """An authorise whose answer nobody has heard, perhaps not even the payment's name."""
        tender = the(account, number)
        unanswered = tender.open("AUTH")
        if unanswered is None or tender.open("CANCEL") or account.state.cancelled:
            return
        try:
            asked, standing = self._operations.begun(account, tender, unanswered.at)
        except PaymentDeclined as declined:
            self._book.save(account, tender.failed(unanswered, declined.message, self._now(), ACTOR))
            return
        if standing.status in _FINAL:
            self._secured(account, self._operations.judged(tender, asked, standing))

    def _answered(self, account: Account, tender: Tender, standing: Standing) -> Account:
        asked = tender.open("CHARGE")
        if asked and (standing.status in (ports.CAPTURED, *_OVER) or standing.captured >= captured_in_all(tender.events) + asked.amount):
            taken = self._operations.taken(tender, asked, standing)
            return self._book.save(account, taken, self._operations.in_front_of_a_person(account, taken))
        asked = tender.open("CANCEL")
        if asked and standing.status in (ports.CAPTURED, *_OVER):
            return self._book.save(account, self._operations.released(tender, asked, standing))
        return account

    def _secured(self, account: Account, tender: Tender) -> Account:
        """With the money there, a person need not decide any more: the order goes on."""
        state = account.state
        for hold in state.active_holds if tender.secured and not state.confirmed else ():
            if hold.kind == "payment" and hold.id.startswith(_DECLINED_HOLD):
                state = release_hold(state, hold.id, self._now(), ACTOR, "the gateway has the money after all")
        return self._book.save(account, tender, state if state is not account.state else None)

    # What nobody here had asked for

    def _compared(self, account: Account, tender: Tender, name: str, standing: Standing) -> Account:
        if any(tender.open(kind) for kind in ("AUTH", "CHARGE", "CANCEL")):
            return account
        ours, held = captured_in_all(tender.events), tender.balances.authorised
        whole = standing.status == ports.CAPTURED
        theirs = max(standing.captured, standing.amount if whole else 0)
        if theirs > ours:
            return self._book.save(account, found.captured(tender, theirs - ours, name, whole, self._now(), ACTOR))
        if standing.status == ports.AUTHORISED and not held and not ours:
            return self._late(account, tender, name, standing)
        if standing.status in _OVER and held:
            lapsed = found.lapsed(tender, name, self._now(), ACTOR)
            return self._book.save(account, lapsed, self._not_to_leave(account, tender, "the authorisation has lapsed"))
        return account

    def _late(self, account: Account, tender: Tender, name: str, standing: Standing) -> Account:
        """Authorised after we had given it up: welcome where the order still waits for it, else let go."""
        asked = tender.authorisation
        if asked is None or account.state.cancelled or account.state.confirmed or tender.secured or standing.amount != asked.amount:
            return self._let_go(account, tender, name, standing)
        end = self._operations.end(tender, standing)
        return self._secured(account, tender.succeeded(asked, asked.amount, self._now(), ACTOR, expires_at=end))

    def _let_go(self, account: Account, tender: Tender, name: str, standing: Standing) -> Account:
        if standing.status != ports.AUTHORISED or standing.captured:
            return account
        count("LateAuthorisations", gateway=tender.gateway)
        after = self._operations.gateway(tender).void(name, f"{tender.record_id}/late/{name}")
        if after.status == ports.CAPTURED:
            return self._book.save(account, found.captured(tender, after.amount, name, True, self._now(), ACTOR))
        return self._book.save(account, found.let_go(tender, standing.amount, name, self._now()))

    # Refunds and disputes

    def _refunds(self, account: Account, number: int, name: str) -> None:
        asked_for = [event for event in the(account, number).events if event.type == "REFUND_REQUEST"]
        for asked in asked_for:
            tender = the(account, number)
            outcome = tender.outcome_of(asked)
            if outcome is None and asked.by:
                account = self._operations.refunded(account, tender, asked.amount, asked.by)
            elif outcome and outcome.outcome == "SUCCESS":
                made = self._operations.gateway(tender).find_refund(name, asked.ref or "")
                if made and made.status == "failed":
                    back = found.refund_failed(tender, asked, made.reason, self._now(), ACTOR)
                    account = self._seen(account, back, self._hold(account, tender, "refund", "a refund came back to us", ()))

    def _disputes(self, account: Account, number: int, name: str) -> None:
        for dispute in self._operations.gateway(the(account, number)).disputes(name):
            tender = the(account, number)
            if dispute.status in (notices.OPEN, notices.LOST):
                lost = found.disputed(tender, dispute.id, dispute.amount, name, dispute.reason, self._now(), ACTOR)
                account = self._seen(account, lost, self._not_to_leave(account, tender, "the customer's bank disputes the payment", "dispute"))
            elif dispute.status == notices.WON:
                won = found.dispute_won(tender, dispute.id, self._now(), ACTOR)
                account = self._seen(account, won, self._released(account, f"dispute-{number}"))

    def _seen(self, account: Account, tender: Tender, state: State | None) -> Account:
        return account if tender == the(account, tender.number) else self._book.save(account, tender, state)

    def _not_to_leave(self, account: Account, tender: Tender, why: str, stem: str = "lapsed") -> State | None:
        if account.state.all_shipped or account.state.cancelled:
            return self._hold(account, tender, stem, why, ()) if stem == "dispute" and not account.state.cancelled else None
        return self._hold(account, tender, stem, why, ("ship",))

    def _hold(self, account: Account, tender: Tender, stem: str, why: str, blocks: tuple[str, ...]) -> State | None:
        hold = Hold(f"{stem}-{tender.number}", "payment", why, self._now(), ACTOR, blocks)
        after = place_hold(account.state, hold, self._now(), ACTOR)
        return None if after is account.state else after

    def _released(self, account: Account, hold_id: str) -> State | None:
        known = any(hold.id == hold_id and hold.active for hold in account.state.holds)
        return release_hold(account.state, hold_id, self._now(), ACTOR, "the dispute was won") if known else None

    def _now(self) -> str:
        return instant(self._clock())


def _concerned(account: Account, gateway: str, reference: str) -> Iterator[tuple[int, str]]:
    """The tenders that bear this name, each with the newest of its names that fits; a renewed payment's name goes on after the first.
    Without a name: every tender of the gateway."""
    for tender in account.tenders:
        if not tender.at_gateway or tender.gateway != gateway:
            continue
        bearing = (event for event in tender.events if event.kind == "AUTH" or event.type == "AUTH_ADJUSTMENT")
        names = [event.reference for event in bearing if event.reference]
        fitting = [name for name in names if not reference or name == reference or name.startswith(f"{reference}_")]
        if fitting:
            yield tender.number, fitting[-1]
