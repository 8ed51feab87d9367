"""Use cases of payments, one verb each. Every one may be called again after any crash and finishes what was begun.

The rhythm is always: write down what will be asked and under which name → ask the gateway → write down the answer. A call
that finds an operation without an answer looks up how it stands before it asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from waybill.kernel.cards import looks_like_card_number
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput, NotFound, OrderCancelled, OrderHeld, PaymentDeclined
from waybill.orders.model.holds import Hold
from waybill.orders.model.state import LINES_CANCELLED, State, confirm, place_hold, release_hold
from waybill.payments.levelling import Levelling, awaited
from waybill.payments.model.allocation import Policy, spread
from waybill.payments.model.tender import CARD, Tender
from waybill.payments.operations import CANCELLED_ORDER, Operations
from waybill.payments.owed import due_without
from waybill.payments.ports import Book, Gateway, NotNow
from waybill.payments.records import Account

_LABEL_SECONDS = 60

ACTOR = "payments"
MOST_TRIES = 8


class Payments:
    """The money of orders. `book` keeps the tenders, `gateways` moves them, by name."""

    def __init__(self, book: Book, gateways: Mapping[str, Gateway], clock: Clock, policy: Callable[[], Policy] = Policy) -> None:
        self._book = book
        self._policy = policy
        self._operations = Operations(book, gateways, clock, ACTOR)
        self._levelling = Levelling(book, self._operations, clock, policy)
        self._clock = clock

    def authorise(self, order_id: str, asked_by: str) -> None:
        """Secures every tender and confirms the order in the same commit as the last of them.

        `asked_by` identifies the request: who asks twice is told the same, a decline included; another asker is another attempt.
        Raises OrderCancelled, OrderHeld, PaymentDeclined, Unavailable, GatewayRefused, NotFound.
        """
        until_first(lambda: self._authorise(self._book.read(order_id), asked_by))

    def _authorise(self, account: Account, asked_by: str) -> None:
        if account.live_label:
            raise NotNow("labels", "its carrier has not taken the label back yet", _LABEL_SECONDS)
        if account.state.cancelled:
            self._return_everything(account)
            raise OrderCancelled("the order was cancelled")
        if account.state.confirmed:
            self._part_returned(self._levelling.level(account))
            return
        hold = account.state.blocking("authorise")
        if hold is not None:
            raise OrderHeld(f"hold {hold.id}")
        account = self._levelling.anew(account)
        if not account.covered:
            raise PaymentDeclined("tenders_do_not_cover_the_total")
        self._secure(account, f"{asked_by}/{account.order.edits}" if account.order.edits else asked_by)

    def _secure(self, account: Account, asked_by: str) -> None:
        """Money that others have taken first: it is a fact, and it cannot be declined. Cards last: they cost a call and may decline."""
        for number in [tender.number for tender in sorted(account.tenders, key=lambda tender: (tender.at_gateway, tender.kind == CARD))]:
            tender = the(account, number)
            if tender.secured:
                continue
            account, tender = self._operations.secured(account, tender, asked_by)
            if not tender.secured:
                self._decline(account, tender)
            if any(not other.secured for other in account.tenders if other.number != number):
                account = self._book.save(account, tender)
            else:
                self._confirm(account, tender)
                return
        self._confirm(account, None)

    def _confirm(self, account: Account, tender: Tender | None) -> None:
        """The last authorisation and the confirmed order are one commit: no mail without money, no money without a mail."""
        at = instant(self._clock())
        state = confirm(account.state, at, ACTOR, account.order.total, account.order.currency)
        for later in self._to_wait_for(account):
            hold = Hold(f"unpaid-{later.number}", "payment", f"{later.kind}: not paid yet", at, ACTOR, blocks=("release", "ship"))
            state = place_hold(state, hold, at, ACTOR)
        self._part_returned(self._levelling.level(self._book.save(account, tender, state)))

    def _to_wait_for(self, account: Account) -> list[Tender]:
        """What is paid later and keeps the goods here until then: nothing ships unpaid unless the policy says so."""
        later = [tender for tender in account.tenders if tender.paid_later and tender.balances.charged < tender.amount]
        waved_through = self._policy().ship_unpaid if later else ()
        return [tender for tender in later if tender.kind not in waved_through or awaited(account, tender)]

    def level(self, order_id: str) -> None:
        """The order was edited: each tender bears what it is to bear now, and the goods are let go, or held for what is missing.

        Raises Unavailable, GatewayRefused, NotFound.
        """
        until_first(lambda: self._levelling.level(self._book.read(order_id)))

    def secure(self, order_id: str, number: int, asked_by: str) -> None:
        """The money of one tender of a confirmed order once more, after its authorisation has lapsed; the goods may leave then.

        A decline is written down and the hold stays. Raises IllegalTransition, Unavailable, GatewayRefused, NotFound.
        """
        until_first(lambda: self._secure_again(self._book.read(order_id), number, asked_by))

    def _secure_again(self, account: Account, number: int, asked_by: str) -> None:
        tender = the(account, number)
        if account.state.cancelled or not account.state.confirmed or tender.secured or not tender.at_gateway:
            return
        account, after = self._operations.secured(account, tender, asked_by)
        if after != the(account, number):
            self._book.save(account, after, self._free_to_leave(account.state, after))

    def _free_to_leave(self, state: State, tender: Tender) -> State | None:
        for id in (f"lapsed-{tender.number}", f"unpaid-{tender.number}") if tender.secured else ():
            if any(hold.id == id and hold.active for hold in state.holds):
                return release_hold(state, id, instant(self._clock()), ACTOR, "the money is secured")
        return None

    def _decline(self, account: Account, tender: Tender) -> None:
        """All or nothing: every gateway lets go. Also for an asker who was answered before, in case that was cut short."""
        if tender != the(account, tender.number):
            account = self._book.save(account, tender)
        for number in [other.number for other in account.tenders if other.at_gateway]:
            account = self._operations.voided(account, the(account, number))
        reasons = [known.reason for known in account.tenders if known.reason]
        raise PaymentDeclined(reasons[-1] if reasons else "declined")

    def capture(self, order_id: str, last: bool = True) -> None:
        """Goods have left: takes what they are worth and was not taken before, from the tenders in the order of the policy; the last
        parcel lets go of the rest. Where a gateway takes no parts, all is taken with the last parcel.

        Raises IllegalTransition for an order that was cancelled or whose money was never secured: a person must look.
        """
        until_first(lambda: self._capture(self._book.read(order_id), last))

    def _capture(self, account: Account, last: bool) -> None:
        if account.state.cancelled:
            raise IllegalTransition("never a capture on a cancelled order")
        last = last or account.state.all_shipped
        shares = self._shares(account, max(0, account.due if last else account.gone))
        for number in [tender.number for tender in account.tenders if tender.at_gateway]:
            account = self._operations.captured(account, the(account, number), shares.get(number, 0), last)

    def _shares(self, account: Account, worth: int) -> dict[int, int]:
        """What each tender bears of an amount, in the order of the policy."""
        bears = [(tender.number, tender.kind, tender.amount) for tender in account.tenders]
        order = self._policy().capture if len(bears) > 1 else ()
        return {portion.tender: portion.amount for portion in spread(worth, bears, order)}

    def part_cancelled(self, order_id: str) -> None:
        """Some units were cancelled, the rest goes on: what was taken for them goes back, or is noted as owed by whoever has it; and where everything else
        has left already, what has not been taken for it is."""
        until_first(lambda: self._rest_captured(self._part_returned(self._book.read(order_id))))

    def _rest_captured(self, account: Account) -> None:
        if account.state.all_shipped and not account.state.cancelled:
            self._capture(account, True)

    def _part_returned(self, account: Account) -> Account:
        for told in [entry for entry in account.state.history if entry.type == LINES_CANCELLED]:
            lines, before = told.data["lines"], told.data["before"]
            after = {line: lines.get(line, 0) + before.get(line, 0) for line in {*lines, *before}}
            was, now = (self._shares(account, due_without(account.order, units)) for units in (before, after))
            for number in [tender.number for tender in account.tenders]:
                tender, bears, asked_by = the(account, number), now.get(number, 0), f"{account.order.id}:{told.seq}"
                known = tender.asked_by("REFUND", asked_by)  # an edit since may have changed what it would be
                amount = known.amount if known else min(was.get(number, 0) - bears, max(0, tender.balances.charged - bears))
                if amount > 0:
                    give = self._operations.refunded if tender.at_gateway else self._operations.owed_back
                    account = give(account, tender, amount, asked_by)
        return account

    def void(self, order_id: str) -> None:
        """The order was cancelled: voids what is authorised, refunds what was captured, notes what the channel owes."""
        until_first(lambda: self._void(self._book.read(order_id)))

    def _void(self, account: Account) -> None:
        if account.live_label:
            raise NotNow("labels", "its carrier has not taken the label back yet", _LABEL_SECONDS)
        if account.state.cancelled:
            self._return_everything(account)

    def _return_everything(self, account: Account) -> None:
        for number in [tender.number for tender in account.tenders]:
            tender = the(account, number)
            if tender.at_gateway:
                account = self._operations.returned(account, tender)
            else:
                account = self._operations.owed_back(account, tender, tender.refundable, CANCELLED_ORDER)

    def refund(self, order_id: str, number: int, amount: int, asked_by: str) -> Tender:
        """Returns `amount` minor units of one tender; the same `asked_by` is the same refund.

        Raises IllegalTransition beyond captured − refunded − pending (I7), NotFound for no such tender.
        """
        done: list[Tender] = []

        def once() -> None:
            account = self._book.read(order_id)
            done[:] = [the(self._operations.refunded(account, the(account, number), amount, asked_by), number)]

        until_first(once)
        return done[0]

    def pay_back(self, order_id: str, portions: Mapping[int, int], asked_by: str) -> Mapping[int, Tender]:
        """Returns a granted refund: minor units by tender. Where no gateway has the money it is noted what is owed. Answers the tenders."""

        def once() -> None:
            for number, amount in portions.items():
                account = self._book.read(order_id)
                tender = the(account, number)
                move = self._operations.refunded if tender.at_gateway else self._operations.owed_back
                move(account, tender, amount, asked_by)

        until_first(once)
        return {tender.number: tender for tender in self._book.read(order_id).tenders}

    def note_waiting(self, order_id: str, gateway: str, reason: str) -> None:
        """The order's payments at a gateway wait: noted on each tender once, until something happens to it."""
        until_first(lambda: self._note_waiting(self._book.read(order_id), gateway, reason))

    def _note_waiting(self, account: Account, gateway: str, reason: str) -> None:
        for number in [tender.number for tender in account.tenders if tender.gateway == gateway]:
            tender = the(account, number)
            noted = tender.waiting(reason, instant(self._clock()), ACTOR)
            account = account if noted is tender else self._book.save(account, noted)

    def note_going_on(self, order_id: str) -> None:
        """What waited was carried out; noted on each tender to which nothing else has happened since."""
        until_first(lambda: self._note_going_on(self._book.read(order_id)))

    def _note_going_on(self, account: Account) -> None:
        for number in [tender.number for tender in account.tenders if tender.waits]:
            account = self._book.save(account, the(account, number).going_on(instant(self._clock()), ACTOR))

    def replace_token(self, order_id: str, number: int, token: str) -> None:
        """Another means of payment after a decline: the next attempt uses it. Tokens only, never a card number."""
        if looks_like_card_number(token) or not 0 < len(token) <= 255 or not token.isascii() or not token.isprintable():
            raise InvalidInput("a token of the gateway is needed", fields={"token": "not a gateway token"})
        until_first(lambda: self._replace_token(self._book.read(order_id), number, token))

    def _replace_token(self, account: Account, number: int, token: str) -> None:
        tender = the(account, number)
        if not tender.at_gateway or tender.secured or tender.open("AUTH"):
            raise IllegalTransition(f"tender {number}: not waiting for another means of payment")
        if tender.token != token:
            self._book.save(account, replace(tender, token=token))


def until_first(attempt: Callable[[], object]) -> None:
    """Again from the start, with what stands now, whenever somebody else was first."""
    for _ in range(MOST_TRIES):
        try:
            attempt()
        except Conflict:
            continue
        return
    raise Conflict("the order is being changed by many at once; try again")


def the(account: Account, number: int) -> Tender:
    """Raises NotFound."""
    tender = next((known for known in account.tenders if known.number == number), None)
    if tender is None:
        raise NotFound(f"the order has no tender {number}")
    return tender
