"""What a channel says of the money it moves itself: paid after all, returned to the customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from waybill.kernel.clock import Clock, instant
from waybill.orders.model.state import State, release_hold
from waybill.payments.model.balances import captured_in_all
from waybill.payments.model.tender import AT_CHANNEL, CHANNEL, OWED, Tender
from waybill.payments.ports import Book
from waybill.payments.records import Account
from waybill.payments.service import the, until_first


@dataclass(frozen=True, slots=True)
class AtChannel:
    """Statements of totals: one that was heard before, or is older than what is known, changes nothing."""

    book: Book
    clock: Clock

    def settle(self, order_id: str, paid: int | None, refunded: int | None, actor: str) -> None:
        """The channel has taken `paid` and returned `refunded` minor units of the order in all; None: it does not say."""
        if paid:
            until_first(lambda: self._paid(self.book.read(order_id), paid, actor))
        if refunded:
            until_first(lambda: self._returned(self.book.read(order_id), refunded, actor))

    def _paid(self, account: Account, total: int, actor: str) -> None:
        """What is new of it goes to the tenders that are paid later, in their order."""
        at = instant(self.clock())
        channels = sum(tender.amount for tender in account.tenders if not tender.at_gateway and not tender.paid_later)
        left = total - channels - sum(captured_in_all(tender.events) for tender in account.tenders if tender.paid_later)
        for number in [tender.number for tender in account.tenders if tender.paid_later and not account.state.cancelled]:
            tender = the(account, number)
            share = min(left, tender.amount - captured_in_all(tender.events))
            if share > 0:
                left -= share
                ref = f"{tender.record_id}/at-channel/{captured_in_all(tender.events) + share}"
                after = tender.paid(share, at, ref, account.reference(tender), actor)
                account = self.book.save(account, after, _let_go(account.state, after, at, actor))

    def _returned(self, account: Account, total: int, actor: str) -> None:
        """Where the money was never noted as taken, because the order had not come so far, it is first."""
        at = instant(self.clock())
        ours = [tender.number for tender in account.tenders if not tender.at_gateway]
        left = total - sum(the(account, number).back_at_channel for number in ours)
        for number in ours:
            tender = the(account, number)
            if left > 0 and not tender.paid_later and not tender.events and not account.state.cancelled:
                tender = tender.recorded(at, account.reference(tender), actor)
            share = min(left, tender.balances.charged)
            if share > 0:
                left -= share
                key = f"at-channel/back/{tender.back_at_channel + share}"
                account = self.book.save(account, tender.returned_at_channel(share, key, at, account.reference(tender), actor))


def steps_of(tenders: Iterable[Tender], number: int, at: str, amount: int) -> tuple[int, int] | None:
    """What the channel will have returned in all, before and after it carries out the `amount` that tender `number` owes since `at`. None where that
    is not certain, because not all of what is paid outside is the channel's own, or nothing such is owed."""
    outside = [tender for tender in tenders if not tender.at_gateway and tender.events]
    if any(tender.kind != CHANNEL for tender in outside):
        return None
    moves = sorted(((event.at, tender.number, event) for tender in outside for event in tender.events), key=lambda each: each[:2])
    returned = target = 0
    for when, of, event in moves:
        if event.reason == AT_CHANNEL:
            returned += event.amount
        elif event.reason == OWED:
            before = max(returned, target)
            target = before + event.amount
            if (of, when, event.amount) == (number, at, amount):
                return before, target
    return None


def _let_go(state: State, tender: Tender, at: str, actor: str) -> State | None:
    id = f"unpaid-{tender.number}"
    if tender.balances.charged < tender.amount or not any(hold.id == id and hold.active for hold in state.holds):
        return None
    return release_hold(state, id, at, actor, "paid")
