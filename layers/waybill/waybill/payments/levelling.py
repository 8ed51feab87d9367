"""The money of an edited order: every tender brought to what it is to bear now, what comes on top secured, and the goods let go, or held until it is.

Everything is written under names that the edit gives, so that it may be told of an edit as often as one likes, and is cut off anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from waybill.kernel.clock import Clock, instant
from waybill.kernel.money import decimal_string
from waybill.orders.model.holds import EDIT, Hold
from waybill.orders.model.state import State, place_hold, release_hold
from waybill.payments.bearing import AWAITED
from waybill.payments.model.allocation import Policy, spread
from waybill.payments.model.tender import CHANNEL, Tender
from waybill.payments.operations import Operations
from waybill.payments.owed import shares
from waybill.payments.ports import Book
from waybill.payments.records import Account

ACTOR = "payments"
_BLOCKS = ("release", "ship")
_OF_A_TENDER = ("unpaid-", "lapsed-", "expiring-")


@dataclass(frozen=True, slots=True)
class Levelling:
    """Each method answers the account as it stands afterwards; Conflict, where somebody else was first."""

    book: Book
    operations: Operations
    clock: Clock
    policy: Callable[[], Policy]

    def level(self, account: Account) -> Account:
        """The whole of it, for a confirmed order. Raises NotNow and GatewayRefused."""
        if account.state.cancelled or not account.state.confirmed or not account.order.edits:
            return account
        asked_by = f"edit/{account.order.edits}"
        for number in [tender.number for tender in account.tenders]:
            account = self._levelled(account, number, asked_by)
        for number in [tender.number for tender in account.tenders if tender.amount and self._is_to_be_asked(tender)]:
            account = self._secured(account, number, asked_by)
        state = self._let_go(account)
        return account if state is account.state else self.book.save(account, None, state)

    def anew(self, account: Account) -> Account:
        """An order that nobody has confirmed: what holds less than it is to bear now lets go, to be asked for all of it."""
        if account.order.edits and not account.state.confirmed:
            targets = dict(enumerate(shares(account.order), 1))
            for number in [tender.number for tender in account.tenders if tender.version and tender.at_gateway and tender.amount < targets[tender.number]]:
                account = self.operations.voided(account, _the(account, number))
                account = self.book.save(account, replace(_the(account, number), amount=targets[number]))
        return account

    def _is_to_be_asked(self, tender: Tender) -> bool:
        """New, or unanswered, or declined when an earlier edit asked for it: each edit asks once."""
        return not tender.version or tender.open("AUTH") is not None or (_from_an_edit(tender) and not tender.secured)

    def _levelled(self, account: Account, number: int, asked_by: str) -> Account:
        tender = _the(account, number)
        if not tender.version:
            return account
        if tender.open("AUTH"):
            account = self._secured(account, number, asked_by)
            tender = _the(account, number)
        target, due = _targets(account, account.order.total, self.policy()).get(number, 0), _targets(account, account.due, self.policy()).get(number, 0)
        over = tender.refundable - due
        if over > 0:
            give = self.operations.refunded if tender.at_gateway else self.operations.owed_back
            account = give(account, tender, over, asked_by)
        elif target == 0 and tender.at_gateway and not tender.balances.charged:
            account = self.operations.voided(account, tender)
        tender = _the(account, number)
        return account if tender.amount == target else self.book.save(account, replace(tender, amount=target))

    def _secured(self, account: Account, number: int, asked_by: str) -> Account:
        account, tender = self.operations.secured(account, _the(account, number), asked_by)
        return account if tender == _the(account, number) else self.book.save(account, tender)

    def _let_go(self, account: Account) -> State:
        state, at = account.state, instant(self.clock())
        for hold in [hold for hold in state.active_holds if hold.kind == EDIT]:
            state = release_hold(state, hold.id, at, ACTOR, "its money is seen to")
        bearing = [tender for tender in account.tenders if tender.amount]
        for id in [hold.id for hold in state.active_holds if hold.id.startswith(_OF_A_TENDER)]:
            if id.split("-")[1] not in {str(tender.number) for tender in bearing}:
                state = release_hold(state, id, at, ACTOR, "it bears nothing any more")
        for tender in bearing:
            state = self._kept(account, state, tender, at)
        return state

    def _kept(self, account: Account, state: State, tender: Tender, at: str) -> State:
        """Held until its money is there. Once for a tender: who lets it go by hand is obeyed."""
        id = f"unpaid-{tender.number}"
        known = next((hold for hold in state.holds if hold.id == id), None)
        held = tender.balances.authorised + tender.balances.charged + tender.balances.charge_pending
        if held >= tender.amount:
            return release_hold(state, id, at, ACTOR, "its money is there") if known and known.active else state
        if tender.kind == CHANNEL or not self._is_waited_for(account, tender) or (known and not known.active):
            return state
        named = f"{decimal_string(tender.amount - held, tender.currency)} {tender.currency} more is to be paid"
        reason = f"{named}: {tender.reason}" if tender.reason else named
        if known and known.reason != reason:
            state = release_hold(state, id, at, ACTOR, "another amount")
        return place_hold(state, Hold(id, "payment", reason, at, ACTOR, blocks=_BLOCKS), at, ACTOR)

    def _is_waited_for(self, account: Account, tender: Tender) -> bool:
        if tender.at_gateway:
            return _from_an_edit(tender)
        return awaited(account, tender) or tender.kind not in self.policy().ship_unpaid


def _from_an_edit(tender: Tender) -> bool:
    return tender.at_gateway and any((event.by or "").startswith("edit/") for event in tender.events)


def awaited(account: Account, tender: Tender) -> bool:
    """Nobody has said who pays it: nothing leaves before it is there, whatever the policy says."""
    return bool(account.order.tenders[tender.number - 1].attributes.get(AWAITED))


def _targets(account: Account, amount: int, policy: Policy) -> dict[int, int]:
    bears = [(number, told.kind, share) for number, (told, share) in enumerate(zip(account.order.tenders, shares(account.order), strict=True), 1)]
    return {portion.tender: portion.amount for portion in spread(amount, bears, policy.capture)}


def _the(account: Account, number: int) -> Tender:
    return next(known for known in account.tenders if known.number == number)
