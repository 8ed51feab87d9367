"""Random stories of one order's money: a customer, a clerk, a gateway and the clock, each doing what it may at any moment, with
messages that come twice, late and out of order, and processes that die between any two calls. What the gateway itself knows is the judge.
"""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Callable
from dataclasses import replace

from tests.payments.gateway_fake import AT_THE_PAGE, CHALLENGING, DECLINING, GOOD, FakeGateway, Payment
from tests.payments.money_world import At, Crash, World, crash
from waybill.aws import gate
from waybill.kernel.errors import IllegalTransition, InvalidInput, Unavailable
from waybill.orders.model import state as states
from waybill.payments import notices, ports
from waybill.payments.care import Care
from waybill.payments.look import Looks
from waybill.payments.model.balances import captured_in_all
from waybill.payments.model.tender import Tender
from waybill.payments.notices import Dispute
from waybill.payments.ports import Capabilities, GatewayRefused, Returned
from waybill.payments.service import Payments

_MEANS = (GOOD, GOOD, GOOD, GOOD, DECLINING, CHALLENGING, AT_THE_PAGE)
_DAY = 86_400


class Told(AssertionError):
    """A rule about money does not hold; says which, and the story so far."""


class _Ledger(FakeGateway):
    name, stem = "ledger", "cr_"
    allows = Capabilities(several_captures=True, renewal=False, hold_days=0)


class Story:
    """One order; `dice` decides everything, so that a seed is a story."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.world = World(*self._tenders())
        fake = self.world.fake
        fake.allows = Capabilities(self.dice.random() < 0.5, False, 7, at_once=self.dice.random() < 0.7)
        self.gateways: dict[str, FakeGateway] = {"stripe": fake, "ledger": _Ledger()}
        self.payments = Payments(self.world.book, self.gateways, self.world.clock)
        self.world.payments = self.payments
        self.looks = Looks(self.world.book, self.gateways, self.world.clock, self.payments)
        self.care = Care(self.world.book, self.gateways, self.world.clock, self.payments, self.looks)
        self.queue: list[tuple[str, Callable[[], object]]] = []
        self.happened: list[str] = []
        self._seen: dict[int, list[str]] = {}
        self._numbers = itertools.count(1)
        self._asks()

    def _tenders(self) -> list[tuple[str, int, str]]:
        cards = [("card", self.dice.randint(50, 5000), self.dice.choice(_MEANS)) for _ in range(self.dice.randint(1, 2))]
        gift = [("gift_card", self.dice.randint(50, 5000), GOOD)] if self.dice.random() < 0.4 else []
        later = [("terms", 300, "")] if self.dice.random() < 0.2 else []
        return cards + gift + later

    # The story

    def tell(self, steps: int) -> None:
        """Raises Told."""
        for _ in range(steps):
            self._step()
            self._check()
        self._rest()
        self._check()
        self._check_at_rest()

    def _step(self) -> None:
        deeds = (self._deliver, self._deliver, self._deliver, self._ask_again, self._ship, self._cancel, self._refund, self._forget, self._down)
        others = (
            self._dispute,
            self._won,
            self._lapse,
            self._customer_at_the_page,
            self._yes_after_all,
            self._refund_comes_back,
            self._tells,
            self._time,
        )
        deed = self.dice.choice(deeds * 2 + others)
        self.happened.append(deed.__name__)
        deed()

    def _deliver(self) -> None:
        """Any message that is under way, in any order, perhaps cut short at any call, perhaps once more later."""
        if not self.queue:
            return
        place = self.dice.randrange(len(self.queue))
        name, message = self.queue[place]
        happens = crash if self.dice.random() < 0.7 else self._another_worker
        watcher = At(self.dice.randrange(12) if self.dice.random() < 0.5 else -1, **{self.dice.choice(("before", "after")): happens})
        self.happened[-1] += f" {name}"
        with gate.watching(watcher):
            taken = self._taken(message)
        if taken and self.dice.random() < 0.8:
            self.queue.remove((name, message))

    def _another_worker(self) -> None:
        """Takes the same message, or another one, in the midst of the first."""
        self._taken(self.dice.choice(self.queue)[1])

    @staticmethod
    def _taken(message: Callable[[], object]) -> bool:
        try:
            message()
        except (Crash, Unavailable, GatewayRefused):
            return False
        except (IllegalTransition, InvalidInput):
            return True
        return True

    def _send(self, name: str, message: Callable[[], object]) -> None:
        self.queue.append((name, message))

    # The customer and the clerk

    def _asks(self) -> None:
        token = f"token-{next(self._numbers)}"
        self._send("authorise", lambda: self.world.deliver(self.world.command(token)))

    def _ask_again(self) -> None:
        account = self.world.account
        if account.state.confirmed or account.state.cancelled or any(name == "authorise" for name, _ in self.queue):
            return
        for tender in account.tenders:
            with contextlib.suppress(IllegalTransition):
                self.payments.replace_token(self.world.id, tender.number, self.dice.choice(_MEANS))
        self._asks()

    def _ship(self) -> None:
        state = self.world.account.state
        if not state.confirmed or state.cancelled or state.all_shipped or state.blocking("ship"):
            return
        self.world.change(lambda seen: states.release(seen, {"l1": 1}, ["fo_1"], self.world.now(), "test"))
        self.world.change(lambda seen: states.ship(seen, {"l1": 1}, "fo_1", self.world.now(), "test"))
        last = self.world.account.state.all_shipped
        self._send("shipped", lambda: self.world.deliver(self.world.event("fulfilment_order.shipped", fo_id="fo_1", last=last)))

    def _cancel(self) -> None:
        state = self.world.account.state
        if state.cancelled or state.lines["l1"].shipped or self.dice.random() < 0.85:
            return
        self.world.cancel_state()
        self._send("cancelled", lambda: self.world.deliver(self.world.cancelled()))

    def _refund(self) -> None:
        tenders = [tender for tender in self.world.account.tenders if tender.at_gateway and tender.balances.charged > 0]
        if not tenders or self.world.account.state.cancelled:
            return
        tender = self.dice.choice(tenders)
        amount, asked_by = self.dice.randint(1, tender.balances.charged + 50), f"refund-{next(self._numbers)}"
        self._send("refund", lambda: self.payments.pay_back(self.world.id, {tender.number: amount}, asked_by))

    # The gateway, the bank and the clock

    def _forget(self) -> None:
        self._a_gateway().forget_keys()

    def _down(self) -> None:
        gateway = self._a_gateway()
        gateway.down = not gateway.down and self.dice.random() < 0.5

    def _a_gateway(self) -> FakeGateway:
        return self.dice.choice(list(self.gateways.values()))

    def _one(self, fits: Callable[[Payment], bool]) -> tuple[str, Payment] | None:
        found = [(name, payment) for name, payment in self.world.fake.payments.items() if fits(payment)]
        return self.dice.choice(found) if found else None

    def _tell_of(self, reference: str, about: str) -> None:
        self._send(f"look {about}", lambda: self.looks.look("stripe", reference, self.world.id, about))

    def _dispute(self) -> None:
        found = self._one(lambda payment: _left(payment) > 0 and not payment.disputes)
        if found:
            found[1].disputes.append(Dispute("dp_1", notices.OPEN, self.dice.randint(1, _left(found[1])), "USD", "fraudulent"))
            self._tell_of(found[0], notices.DISPUTE)

    def _won(self) -> None:
        found = self._one(lambda payment: any(dispute.status == notices.OPEN for dispute in payment.disputes))
        if found:
            found[1].disputes[:] = [replace(dispute, status=notices.WON) for dispute in found[1].disputes]
            self._tell_of(found[0], notices.DISPUTE)

    def _lapse(self) -> None:
        found = self._one(lambda payment: payment.status == ports.AUTHORISED and not payment.captured)
        if found and self.dice.random() < 0.3:
            found[1].status, found[1].reason = ports.VOIDED, "expired"
            self._tell_of(found[0], notices.PAYMENT)

    def _customer_at_the_page(self) -> None:
        """The challenge is taken after all, perhaps long after we have given it up."""
        found = self._one(lambda payment: payment.status == ports.ACTION_REQUIRED)
        if found:
            found[1].status, found[1].reason = ports.AUTHORISED, ""
            found[1].authorisations += 1
            self._tell_of(found[0], notices.PAYMENT)

    def _yes_after_all(self) -> None:
        """The bank authorises what it had declined, or what was given up: nobody here waits for it any more."""
        found = self._one(lambda payment: payment.status in (ports.DECLINED, ports.VOIDED) and not payment.authorisations)
        if found and self.dice.random() < 0.5:
            found[1].status, found[1].reason = ports.AUTHORISED, ""
            found[1].authorisations += 1
            self._tell_of(found[0], notices.PAYMENT)

    def _refund_comes_back(self) -> None:
        found = self._one(lambda payment: any(made.status == "succeeded" for _, made in payment.refunds))
        if found and self.dice.random() < 0.5:
            name, payment = found
            place = next(n for n, (_, made) in enumerate(payment.refunds) if made.status == "succeeded")
            key, made = payment.refunds[place]
            payment.refunds[place] = (key, Returned("failed", 0, made.reference, "account_closed"))
            self._tell_of(name, notices.REFUND)

    def _tells(self) -> None:
        found = self._one(lambda payment: True)
        if found:
            self._tell_of(found[0], self.dice.choice((notices.PAYMENT, notices.REFUND, notices.DISPUTE)))

    def _time(self) -> None:
        ahead = next(self.world._ticks) + self.dice.choice((60, 3700, _DAY, 6 * _DAY))
        self.world._ticks = itertools.count(ahead)
        for tender in self.world.account.tenders:
            self._send("care", lambda number=tender.number: self.care.look_after(self.world.id, number))

    # The end: everybody is well, and everything that was said is heard

    def _rest(self) -> None:
        self.happened.append("rest")
        for gateway in self.gateways.values():
            gateway.down = False
        for _ in range(4):
            self.world._ticks = itertools.count(next(self.world._ticks) + 3700)
            for reference in list(self.world.fake.payments):
                for about in (notices.PAYMENT, notices.REFUND, notices.DISPUTE):
                    self._tell_of(reference, about)
            for _ in range(200):
                if not self.queue:
                    break
                name, message = self.queue.pop(0)
                if not self._taken(message):
                    self.queue.append((name, message))

    # What must hold

    def _require(self, holds: bool, rule: str) -> None:
        if not holds:
            raise Told(f"{rule}\n" + "\n".join(self.happened[-60:]))

    def _check(self) -> None:
        account = self.world.account
        for tender in account.tenders:
            balances, captured = tender.balances, captured_in_all(tender.events)
            authorised = sum(event.amount for event in tender.events if event.type == "AUTH_SUCCESS")
            self._require(not tender.at_gateway or captured <= authorised, "I6 captured ≤ authorised")
            self._require(balances.refunded + balances.refund_pending <= captured, "I7 refunded + pending ≤ captured")
            self._require(
                captured <= sum(payment.captured for payment in self._of(tender.number)) or not tender.at_gateway, "I10 taken here is taken there"
            )
            self._only_grows(tender)
        for payment in self._all():
            self._require(payment.captured <= payment.demand.amount, "I6 at the gateway")
            self._require(_returned(payment) <= payment.captured, "I7 at the gateway")
            keys = [key for key, _ in payment.refunds]
            self._require(len(keys) == len(set(keys)), "I9 a refund is made once")
        if account.state.cancelled and not account.state.lines["l1"].shipped:
            self._require(not any(payment.captured for payment in self._all()), "I20 nothing is taken for a cancelled order")
        self._require(self.world.told.count("order.confirmed") <= 1, "confirmed once")

    def _only_grows(self, tender: Tender) -> None:
        now = [f"{event.type} {event.at} {event.amount} {event.ref}" for event in tender.events]
        before = self._seen.get(tender.number, [])
        self._require(now[: len(before)] == before, "events are only ever added")
        self._seen[tender.number] = now

    def _check_at_rest(self) -> None:
        account = self.world.account
        self._require(not self.queue, f"everything is done in the end: {[name for name, _ in self.queue]}")
        for tender in account.tenders:
            there = self._of(tender.number)
            for kind in ("AUTH", "CHARGE", "REFUND", "CANCEL"):
                self._require(tender.open(kind) is None, f"no {kind} without an answer")
            if not tender.at_gateway:
                continue
            balances = tender.balances
            self._require(captured_in_all(tender.events) == sum(payment.captured for payment in there), "I11 captures agree to the cent")
            self._require(balances.refunded == sum(map(_returned, there)), "I11 refunds agree to the cent")
            self._require(balances.disputed == sum(map(_disputed, there)), "I11 disputes agree to the cent")
            held = sum(payment.demand.amount - payment.captured for payment in there if payment.status == ports.AUTHORISED)
            self._require(balances.authorised == held, f"what is authorised agrees: here {balances.authorised}, there {held}")
            if account.state.cancelled or not (account.state.confirmed or _said_no_before(tender)):
                self._require(held == 0, "nothing is held for an order that is cancelled or was declined")
        self._check_what_shipped()

    def _check_what_shipped(self) -> None:
        account = self.world.account
        troubled = any(hold.kind == "payment" for hold in account.state.holds)
        if account.state.all_shipped and not account.state.cancelled and not troubled:
            taken = sum(captured_in_all(tender.events) for tender in account.tenders if tender.at_gateway)
            later = sum(tender.amount for tender in account.tenders if tender.paid_later)
            self._require(taken + later == account.due, f"what has left is paid: {taken} + {later} of {account.due}")

    def _all(self) -> list[Payment]:
        return [payment for gateway in self.gateways.values() for payment in gateway.payments.values()]

    def _of(self, number: int) -> list[Payment]:
        return [payment for payment in self._all() if payment.demand.tender == number]


def _said_no_before(tender: Tender) -> bool:
    """A bank that says yes after its no: kept for the next attempt at this payment, or for the end of the order."""
    refused = {event.ref for event in tender.events if event.type == "AUTH_FAILURE"}
    return any(event.type == "AUTH_SUCCESS" and event.ref in refused for event in tender.events)


def _returned(payment: Payment) -> int:
    return sum(made.amount for _, made in payment.refunds if made.status == "succeeded")


def _disputed(payment: Payment) -> int:
    return sum(dispute.amount for dispute in payment.disputes if dispute.status in (notices.OPEN, notices.LOST))


def _left(payment: Payment) -> int:
    return payment.captured - _returned(payment) - _disputed(payment)
