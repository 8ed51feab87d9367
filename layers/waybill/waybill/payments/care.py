"""Authorisations live as long as they must: one that is about to lapse is renewed where its gateway allows, else a person is asked in
time; one that has lapsed keeps the goods here (nothing ships unpaid). Each round may be repeated and cut off anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from waybill.aws.logs import count
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.orders.model.holds import Hold
from waybill.orders.model.state import place_hold
from waybill.payments.expiring import IN_TIME
from waybill.payments.look import Looks
from waybill.payments.model.balances import captured_in_all
from waybill.payments.model.tender import Tender
from waybill.payments.operations import Operations
from waybill.payments.ports import Book, Gateway
from waybill.payments.records import Account
from waybill.payments.service import ACTOR, Payments, the, until_first


class Care:
    """What is done about one authorisation that ends soon, or has ended."""

    def __init__(self, book: Book, gateways: Mapping[str, Gateway], clock: Clock, payments: Payments, looks: Looks) -> None:
        self._book, self._clock, self._payments, self._looks = book, clock, payments, looks
        self._operations = Operations(book, gateways, clock, ACTOR)

    def look_after(self, order_id: str, number: int) -> None:
        """Raises Unavailable, GatewayRefused, NotFound: again later."""
        account = self._book.read(order_id)
        tender = the(account, number)
        if not tender.expires_at or parse_instant(tender.expires_at) - self._clock() > IN_TIME:
            return
        if account.state.cancelled:
            self._payments.void(order_id)
        elif tender.expires_at <= self._now():
            self._looks.look(tender.gateway, _name(tender), order_id)
        elif self._operations.gateway(tender).allows.renewal and not captured_in_all(tender.events):
            until_first(lambda: self._renew(self._book.read(order_id), number))
        else:
            until_first(lambda: self._ask(self._book.read(order_id), the(self._book.read(order_id), number)))

    def _renew(self, account: Account, number: int) -> None:
        account, renewed = self._operations.renewed(account, the(account, number))
        if not renewed:
            self._ask(account, the(account, number))

    def _ask(self, account: Account, tender: Tender) -> None:
        """Once for an authorisation: whoever has let go of the hold has seen it."""
        times = sum(event.type in ("AUTH_SUCCESS", "AUTH_ADJUSTMENT") for event in tender.events)
        id = f"expiring-{tender.number}-{times}"
        if not tender.expires_at or account.state.all_shipped or any(hold.id == id for hold in account.state.holds):
            return
        count("AuthorisationsExpiring", gateway=tender.gateway)
        why = f"the authorisation lapses at {tender.expires_at}: ship before, or have the customer pay anew"
        hold = Hold(id, "payment", why, self._now(), ACTOR, blocks=())
        self._book.save(account, None, place_hold(account.state, hold, self._now(), ACTOR))

    def _now(self) -> str:
        return instant(self._clock())


def _name(tender: Tender) -> str:
    known = tender.authorisation
    return known.reference or "" if known else ""
