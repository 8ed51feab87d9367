"""Who bears an order's money after an edit: as much as possible of what has it already, then what the edit brings, then what may be asked again.

What a channel has taken is a fact, and more is never taken from it; what nobody bears is awaited, in front of a person. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from waybill.orders.model.order import PAID_LATER, Order
from waybill.orders.model.order import Tender as Told
from waybill.payments.model.allocation import Policy, spread
from waybill.payments.model.tender import CARD, CHANNEL, Tender
from waybill.payments.records import Account

AWAITED = "awaited"
"""The attribute of a tender that nobody has given: somebody must bring the money, before anything leaves."""


@dataclass(frozen=True, slots=True)
class Share:
    """One tender's part before and after, minor units, and what is done about the difference."""

    tender: int
    kind: str
    gateway: str
    before: int
    after: int
    how: str


def borne(account: Account, after: Order, given: Told | None, policy: Policy) -> tuple[Told, ...]:
    """The tenders of the order as edited, each with what it is to bear. `given`: what the edit brings for what comes on top."""
    known = {tender.number: tender for tender in account.tenders}
    most = {number: _most(tender) for number, tender in known.items()}
    uncovered = max(0, account.order.total - sum(tender.amount for tender in known.values()))
    wanted = max(0, after.total - uncovered)
    bears = {part.tender: part.amount for part in spread(wanted, [(n, known[n].kind, most[n]) for n in known], policy.capture)}
    told = [_told(place, tender, known, bears, account.state.confirmed) for place, tender in enumerate(account.order.tenders, 1)]
    missing = wanted - sum(bears.values())
    return tuple(told) if missing <= 0 else _with_more(account, told, missing, given)


def _most(tender: Tender) -> int:
    """What it can bear without anybody being asked."""
    held = tender.balances.authorised + tender.balances.charged + tender.balances.charge_pending + tender.balances.auth_pending
    return max(held, tender.amount) if tender.at_gateway else tender.amount


def _told(number: int, told: Told, known: dict[int, Tender], bears: dict[int, int], confirmed: bool) -> Told:
    if told.kind == CHANNEL and not confirmed:
        return told
    return replace(told, amount=bears.get(number, 0)) if number in known else told


def _with_more(account: Account, told: list[Told], missing: int, given: Told | None) -> tuple[Told, ...]:
    if given is not None:
        return (*told, replace(given, amount=missing))
    asked = _first(told, (CARD,)) or _first(told, PAID_LATER)
    if asked is None:
        return (*told, Told("terms", missing, attributes={AWAITED: True}))
    number, again = asked
    if not account.state.confirmed:
        return tuple(replace(each, amount=each.amount + missing) if each is again else each for each in told)
    known = next((tender for tender in account.tenders if tender.number == number), None)
    token = account.token(known) if known else again.token
    return (*told, replace(again, amount=missing, token=token))


def _first(told: Iterable[Told], kinds: tuple[str, ...]) -> tuple[int, Told] | None:
    bearing = [(number, each) for number, each in enumerate(told, 1) if each.kind in kinds and each.amount > 0 and not each.attributes.get(AWAITED)]
    return bearing[0] if bearing else None


def shares(account: Account, tenders: tuple[Told, ...]) -> list[Share]:
    """What becomes of each tender whose part changes."""
    known = {tender.number: tender for tender in account.tenders}
    found = []
    for number, told in enumerate(tenders, 1):
        tender = known.get(number)
        before = tender.amount if tender else 0
        if before != told.amount:
            found.append(Share(number, told.kind, told.gateway, before, told.amount, _how(tender, told)))
    return found


def _how(tender: Tender | None, told: Told) -> str:
    if tender is None or told.amount > tender.amount:
        if told.attributes.get(AWAITED):
            return "awaited: nothing is known to take it from"
        return "to be paid later" if told.kind in PAID_LATER else "authorised in addition"
    if tender.at_gateway:
        return "given back" if tender.balances.charged > told.amount else "less is taken"
    return "less is to be paid" if tender.paid_later and tender.balances.charged <= told.amount else "owed to the customer by who has taken it"
