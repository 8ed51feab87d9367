"""One tender's operations at its gateway: intent → call → result, and what to make of an intent that is found without a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from waybill.aws.logs import count
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import IllegalTransition, PaymentDeclined
from waybill.orders.model.holds import Hold
from waybill.orders.model.state import State, place_hold, release_hold
from waybill.payments import ports
from waybill.payments.model.balances import captured_in_all
from waybill.payments.model.events import PaymentEvent
from waybill.payments.model.tender import ONLY_WHOLE, PART, Tender
from waybill.payments.ports import Book, Demand, Gateway, GatewayRefused, NotNow, Standing
from waybill.payments.records import Account

CANCELLED_ORDER = "order.cancelled"
_NEVER = PaymentEvent("INFO", "", 0)
_CUSTOMER_TIME, _CUSTOMER_POLL_S = timedelta(hours=1), 60
"""How long a customer may take over a challenge on the shop's page, and how often it is looked whether that is done."""


class Operations:
    """Each method answers the account as it stands afterwards."""

    def __init__(self, book: Book, gateways: Mapping[str, Gateway], clock: Clock, actor: str) -> None:
        self._book = book
        self._gateways = gateways
        self._clock = clock
        self._actor = actor

    # Authorise

    def secured(self, account: Account, tender: Tender, asked_by: str) -> tuple[Account, Tender]:
        """The tender with the result of securing it, not yet saved: the caller commits it together with what follows from it.

        For an asker who was answered before, the tender as it is.
        """
        if tender.paid_later:
            return account, tender.stated("INFO", 0, self._now(), reason=tender.kind)
        if not tender.at_gateway:
            return account, tender.recorded(self._now(), account.reference(tender), self._actor)
        if tender.asked_by("AUTH", asked_by) is not None and tender.open("AUTH") is None:
            return account, tender
        if tender.open("CANCEL") is not None:
            account = self.voided(account, tender)
        return self._authorised(account, _same(account, tender), asked_by)

    def _authorised(self, account: Account, tender: Tender, asked_by: str) -> tuple[Account, Tender]:
        since = (tender.open("AUTH") or _NEVER).at
        if not since:
            try:
                name = self._name_beforehand(account, tender)
            except PaymentDeclined as declined:
                return account, self._refused_at_once(tender, declined.message, asked_by)
            account = self._book.save(account, tender.asked("AUTH", tender.amount, self._now(), name, asked_by))
            tender = _same(account, tender)
        try:
            asked, standing = self.begun(account, tender, since)
        except PaymentDeclined as declined:
            return account, tender.failed(_open(tender, "AUTH"), declined.message, self._now(), self._actor)
        return account, self.judged(tender, asked, standing)

    def _name_beforehand(self, account: Account, tender: Tender) -> str | None:
        gateway = self.gateway(tender)
        if gateway.allows.at_once:
            return None
        return gateway.prepare(_demand(account, tender), f"{tender.next_ref('AUTH')}/prepare")  # type: ignore[attr-defined, no-any-return]

    def _refused_at_once(self, tender: Tender, reason: str, asked_by: str) -> Tender:
        asked = tender.asked("AUTH", tender.amount, self._now(), None, asked_by)
        return asked.failed(_open(asked, "AUTH"), reason, self._now(), self._actor)

    def begun(self, account: Account, tender: Tender, since: str) -> tuple[PaymentEvent, Standing]:
        """The authorise that was asked for, with the gateway's reference where there is one, and how it stands. `since`: asked before.

        Raises PaymentDeclined for a token that no payment came of.
        """
        gateway, asked = self.gateway(tender), _open(tender, "AUTH")
        if gateway.allows.at_once:
            name, standing = gateway.begin(_demand(account, tender), asked.ref or "", since)  # type: ignore[attr-defined]
            return replace(asked, reference=name or None), standing
        standing = gateway.look_up(_name(asked)) if since else Standing(ports.PREPARED)
        if standing.status == ports.PREPARED:
            standing = gateway.authorise(_name(asked), asked.ref or "")  # type: ignore[attr-defined]
        return asked, standing

    def judged(self, tender: Tender, asked: PaymentEvent, standing: Standing) -> Tender:
        if standing.status in (ports.AUTHORISED, ports.CAPTURED):
            if standing.amount != asked.amount:
                raise GatewayRefused("the gateway authorised another amount than was asked")
            return tender.succeeded(asked, asked.amount, self._now(), self._actor, expires_at=self.end(tender, standing))
        if standing.status == ports.ACTION_REQUIRED:
            if standing.reason == ports.CUSTOMER_PRESENT and self._clock() - parse_instant(asked.at) < _CUSTOMER_TIME:
                raise NotNow(tender.gateway, "undecided", _CUSTOMER_POLL_S)
            return self._abandoned(tender, asked)
        if standing.status in (ports.DECLINED, ports.VOIDED):
            return tender.failed(asked, standing.reason or standing.status, self._now(), self._actor)
        raise NotNow(tender.gateway, "undecided")

    def end(self, tender: Tender, standing: Standing) -> str | None:
        """When an authorisation lapses: as the gateway says, else after as long as it holds one; None for never."""
        days = self.gateway(tender).allows.hold_days
        if standing.status != ports.AUTHORISED or not (standing.expires_at or days):
            return None
        return standing.expires_at or instant(self._clock() + timedelta(days=days))

    def _abandoned(self, tender: Tender, asked: PaymentEvent) -> Tender:
        """The customer would have to act, and is not there: nothing may be left that could still become an authorisation."""
        self.gateway(tender).void(_name(asked), f"{asked.ref}/void")
        waiting = tender.stated("AUTH_ACTION_REQUIRED", asked.amount, self._now(), ref=asked.ref, reference=asked.reference)
        return waiting.failed(asked, "authentication_required", self._now(), self._actor)

    # Capture

    def captured(self, account: Account, tender: Tender, target: int, last: bool = True) -> Account:
        """Captured up to `target` in all: before the `last` parcel only where the gateway captures in parts; the last one lets go of
        the rest. A capture that failed waits for a person."""
        if tender.capture_failed or (tender.captured_whole and not tender.open("CANCEL")):
            return account
        gateway, so_far = self.gateway(tender), captured_in_all(tender.events)
        asked, standing = tender.open("CHARGE"), Standing(ports.AUTHORISED)
        if asked is not None:
            standing = gateway.look_up(_name(asked))
        elif not last and (tender.only_whole or not gateway.allows.several_captures):
            return account
        elif target <= so_far:
            return self.voided(account, tender) if last else account
        elif tender.lapsed:
            return self._without_money(account, tender)
        else:
            account = self._asked(account, tender, "CHARGE", target - so_far, None if last else PART)
            tender = _same(account, tender)
            asked = _open(tender, "CHARGE")
        if standing.status == ports.AUTHORISED and standing.captured < so_far + asked.amount:
            standing = gateway.capture(_name(asked), asked.amount, tender.currency, asked.ref or "", final=asked.by != PART)
        taken = self.taken(tender, asked, standing)
        return self._book.save(account, taken, self.in_front_of_a_person(account, taken) or self._seen_to(account, taken))

    def _without_money(self, account: Account, tender: Tender) -> Account:
        """Somebody has let the goods go after the authorisation had lapsed."""
        hold = Hold(f"capture-{tender.number}", "payment", "shipped, and the authorisation has lapsed", self._now(), self._actor, blocks=())
        if any(known.id == hold.id for known in account.state.holds):
            return account
        count("CaptureFailures", gateway=tender.gateway)
        return self._book.save(account, None, place_hold(account.state, hold, self._now(), self._actor))

    def in_front_of_a_person(self, account: Account, tender: Tender) -> State | None:
        """The goods have left and the money has not come: a hold that blocks nothing and is seen."""
        if not tender.capture_failed:
            return None
        count("CaptureFailures", gateway=tender.gateway)
        hold = Hold(f"capture-{tender.number}", "payment", f"capture failed: {tender.reason}", self._now(), self._actor, blocks=())
        return place_hold(account.state, hold, self._now(), self._actor)

    def taken(self, tender: Tender, asked: PaymentEvent, standing: Standing) -> Tender:
        so_far = captured_in_all(tender.events)
        if standing.status == ports.CAPTURED:
            done = tender.succeeded(asked, max(standing.captured, standing.amount) - so_far, self._now(), self._actor)
            return done.released(asked, done.balances.authorised, self._now())
        if standing.status == ports.AUTHORISED and standing.captured >= so_far + asked.amount:
            return tender.succeeded(asked, asked.amount, self._now(), self._actor)
        if standing.status == ports.AUTHORISED and standing.reason == ONLY_WHOLE:
            return tender.put_off(asked, self._now())
        if standing.status in (ports.VOIDED, ports.DECLINED):
            lost = tender.failed(asked, standing.reason or standing.status, self._now(), self._actor)
            return lost.stated("AUTH_EXPIRED", lost.balances.authorised, self._now(), reference=asked.reference)
        raise NotNow(tender.gateway, "undecided")

    # Renew

    def renewed(self, account: Account, tender: Tender) -> tuple[Account, bool]:
        """The money held anew under a later end, and whether the gateway did so: where it will not, it is as it was."""
        gateway = self.gateway(tender)
        if tender.renewal is None:
            account = self._book.save(account, tender.to_renew(self._now()))
            tender = _same(account, tender)
        asked = _renewal(tender)
        try:
            reference = gateway.renew(_name(asked), asked.amount, tender.currency, asked.ref or "")  # type: ignore[attr-defined]
        except GatewayRefused:
            return self._book.save(account, tender.not_renewed(asked, self._now())), False
        standing = gateway.look_up(reference)
        if standing.status != ports.AUTHORISED or standing.amount != asked.amount:
            raise GatewayRefused("the gateway holds another amount than was asked")
        held = tender.renewed(asked, reference, self.end(tender, standing), self._now(), self._actor)
        account = self._book.save(account, held, self._seen_to(account, held))
        if gateway.look_up(_name(asked)).status == ports.AUTHORISED and _name(asked) != reference:
            gateway.void(_name(asked), f"{asked.ref}/void")
        return account, True

    def _seen_to(self, account: Account, tender: Tender) -> State | None:
        """What a person was asked to see to has come right by itself."""
        state = account.state
        for hold in state.active_holds:
            if hold.id.startswith(f"expiring-{tender.number}-"):
                state = release_hold(state, hold.id, self._now(), self._actor, "the money is safe")
        return None if state is account.state else state

    # Void and refund

    def returned(self, account: Account, tender: Tender) -> Account:
        """Nothing of the order's money is left with us: voided before a capture, refunded after it."""
        account = self._settled(account, tender)
        account = self.voided(account, _same(account, tender))
        tender = _same(account, tender)
        left, asked = tender.balances.charged, tender.asked_by("REFUND", CANCELLED_ORDER)
        unanswered = asked is not None and tender.outcome_of(asked) is None  # pending, it is no longer among what is charged
        return self.refunded(account, tender, left, CANCELLED_ORDER) if left > 0 or unanswered else account

    def voided(self, account: Account, tender: Tender) -> Account:
        """What is authorised, or may be, is released at the gateway."""
        held = tender.balances.authorised + tender.balances.auth_pending
        asked = tender.open("CANCEL")
        if asked is None and held == 0:
            return account
        if asked is None:
            name = self._name_of(account, tender)
            if name is None:
                return self._book.save(account, tender.failed(_open(tender, "AUTH"), "declined", self._now(), self._actor))
            account = self._book.save(account, tender.asked("CANCEL", held, self._now(), name))
            tender = _same(account, tender)
            asked = _open(tender, "CANCEL")
        standing = self.gateway(tender).void(_name(asked), asked.ref or "")
        return self._book.save(account, self.released(tender, asked, standing))

    def _name_of(self, account: Account, tender: Tender) -> str | None:
        """By which the gateway knows what is to be voided. Where nobody has heard it yet the same is asked again: whoever is still
        waiting for the answer, or never hears it, has asked for that very payment. None where none came of it."""
        known, unanswered = tender.authorisation, tender.open("AUTH")
        if unanswered is None or unanswered.reference or not self.gateway(tender).allows.at_once:
            return _name(known) if known else None
        try:
            return self.begun(account, tender, unanswered.at)[0].reference
        except PaymentDeclined:
            return None

    def released(self, tender: Tender, asked: PaymentEvent, standing: Standing) -> Tender:
        unanswered = tender.open("AUTH")
        unanswered = replace(unanswered, reference=asked.reference) if unanswered else None
        if standing.status == ports.CAPTURED and max(standing.amount, standing.captured) <= captured_in_all(tender.events):
            return tender.succeeded(asked, asked.amount, self._now(), self._actor)  # parts of it are taken: what was left is let go
        if standing.status in (ports.VOIDED, ports.DECLINED):
            if unanswered is not None:
                tender = tender.failed(unanswered, "voided", self._now(), self._actor)
            amount = asked.amount - (unanswered.amount if unanswered else 0)
            return tender.succeeded(asked, amount, self._now(), self._actor)
        if standing.status == ports.CAPTURED:
            if unanswered is not None:
                tender = tender.succeeded(unanswered, unanswered.amount, self._now(), self._actor)
            lost = tender.failed(asked, "captured", self._now(), self._actor)
            return lost.found_captured(standing.amount, self._now(), asked.reference, self._actor)
        raise NotNow(tender.gateway, "undecided")

    def _settled(self, account: Account, tender: Tender) -> Account:
        """A capture that was asked for and not answered is first brought to its end: taken, or never to be taken."""
        asked = tender.open("CHARGE")
        if asked is None:
            return account
        standing = self.gateway(tender).look_up(_name(asked))
        if standing.status == ports.AUTHORISED:
            return self._book.save(account, tender.failed(asked, "order_cancelled", self._now(), self._actor))
        return self._book.save(account, self.taken(tender, asked, standing))

    def refunded(self, account: Account, tender: Tender, amount: int, asked_by: str) -> Account:
        """`amount` returned to where it came from. A refund that the gateway keeps pending stays open."""
        gateway = self.gateway(tender)
        asked, made = tender.asked_by("REFUND", asked_by), None
        if asked is not None:
            if asked.amount != amount and asked_by != CANCELLED_ORDER:
                raise IllegalTransition(f"{asked_by} has asked for {asked.amount}, not {amount}")
            if tender.outcome_of(asked) is not None:
                return account
            made = gateway.find_refund(_name(asked), asked.ref or "")
        else:
            account = self._asked(account, tender, "REFUND", amount, asked_by)
            tender = _same(account, tender)
            asked = _open(tender, "REFUND")
        made = made or gateway.refund(_name(asked), asked.amount, tender.currency, asked.ref or "")
        if made.status == "pending":
            return account
        if made.status == "failed":
            return self._book.save(account, tender.failed(asked, made.reason or "failed", self._now(), self._actor))
        return self._book.save(account, tender.succeeded(asked, made.amount, self._now(), self._actor, made.reference))

    def owed_back(self, account: Account, tender: Tender, amount: int, asked_by: str) -> Account:
        """The channel has the money: what it owes the customer is noted, once for an asker."""
        if amount == 0 or tender.owes(asked_by):
            return account
        return self._book.save(account, tender.owed_back(amount, asked_by, self._now(), account.reference(tender), self._actor))

    def _asked(self, account: Account, tender: Tender, kind: str, amount: int, asked_by: str | None = None) -> Account:
        held_by = tender.authorisation
        reference = held_by.reference if held_by else None
        return self._book.save(account, tender.asked(kind, amount, self._now(), reference, asked_by))

    def gateway(self, tender: Tender) -> Gateway:
        try:
            return self._gateways[tender.gateway]
        except KeyError:
            raise GatewayRefused(f"no gateway of the name {tender.gateway[:32]!r} is set up") from None

    def _now(self) -> str:
        return instant(self._clock())


def _demand(account: Account, tender: Tender) -> Demand:
    return Demand(tender.order_id, tender.number, account.token(tender), tender.amount, tender.currency)


def _same(account: Account, tender: Tender) -> Tender:
    return next(known for known in account.tenders if known.number == tender.number)


def _open(tender: Tender, kind: str) -> PaymentEvent:
    asked = tender.open(kind)
    if asked is None:
        raise IllegalTransition(f"tender {tender.number}: nothing was asked")
    return asked


def _renewal(tender: Tender) -> PaymentEvent:
    asked = tender.renewal
    if asked is None:
        raise IllegalTransition(f"tender {tender.number}: no renewal was asked for")
    return asked


def _name(asked: PaymentEvent) -> str:
    """The gateway's reference."""
    if not asked.reference:
        raise GatewayRefused("an operation without the gateway's reference cannot be asked about")
    return asked.reference
