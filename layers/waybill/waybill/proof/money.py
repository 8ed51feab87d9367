"""Of an order's money: what we say, what the gateway says, what the books say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from waybill.accounting.model.carriage import carriage
from waybill.accounting.model.chart import PAYABLE
from waybill.orders.model.sale import Sold, sale_of
from waybill.orders.model.state import LINES_CANCELLED
from waybill.payments.model.balances import captured_in_all
from waybill.payments.model.tender import AS_CREDIT, Tender
from waybill.payments.owed import due
from waybill.proof.facts import AtGateway, Item, OrderFacts
from waybill.proof.orders import ORDER

BOOKED = frozenset(
    "fulfilment_order.shipped payment.captured payment.recorded payment.refunded payment.disputed payment.dispute_won payment.refund_returned refund.granted refund.withdrawn".split()
)
"""Events of an order that the books hear of; and those by which a carrier is owed for a label."""
_OF_CREDITS = ("credit.issued", "credit.adjusted")
"""Entries in an order's books that are events of a store credit: what it was paid back as."""


@ORDER.rule("I6")
def _captured(facts: OrderFacts) -> Iterator[str]:
    """No more is captured than the tender bears, and at the gateway no more than was authorised there."""
    for tender in facts.tenders:
        if tender.at_gateway and (taken := captured_in_all(tender.events)) > tender.amount:
            yield f"tender {tender.number}: {taken} captured of {tender.amount}"
    for payment in facts.at_gateway or ():
        if sum(payment.captures) > payment.authorised:
            yield f"tender {payment.tender}: the gateway captured {sum(payment.captures)} of {payment.authorised}"


@ORDER.rule("I7")
def _refunded(facts: OrderFacts) -> Iterator[str]:
    """What was returned and what is about to be is no more than what was captured."""
    for tender in facts.tenders:
        if tender.balances.charged < 0 and not tender.balances.disputed:
            yield f"tender {tender.number}: {-tender.balances.charged} more is returned than was taken"
    for payment in facts.at_gateway or ():
        if sum(payment.refunds) > sum(payment.captures):
            yield f"tender {payment.tender}: the gateway returned {sum(payment.refunds)} of {sum(payment.captures)}"


@ORDER.rule("I8")
def _balanced(facts: OrderFacts) -> Iterator[str]:
    """Each entry sums to nothing in each currency."""
    for entry in facts.journal:
        sums = Counter[str]()
        for _, amount, currency in entry["postings"]:
            sums[currency] += amount
        yield from (f"{entry['sk']} is {amount} {currency} off" for currency, amount in sums.items() if amount)


@ORDER.rule("I9")
def _once(facts: OrderFacts) -> Iterator[str]:
    """Each effect at a gateway has an operation of ours that asked for it: as many as were asked for, and no more."""
    for tender, payments in _both(facts):
        asked = Counter(event.kind for event in tender.events if event.outcome == "REQUEST")
        done = {
            "AUTH": sum(payment.authorisations for payment in payments),
            "CHARGE": sum(len(payment.captures) for payment in payments),
            "REFUND": sum(len(payment.refunds) for payment in payments),
        }
        yield from (f"tender {tender.number}: {times} × {kind} at the gateway, asked for {asked[kind]} times" for kind, times in done.items() if times > asked[kind])
        if len(payments) > max(1, asked["AUTH"]):
            yield f"tender {tender.number}: {len(payments)} payments at the gateway for {asked['AUTH']} authorisations asked for"


@ORDER.rule("I10")
def _paid_is_paid(facts: OrderFacts) -> Iterator[str]:
    """What we call charged, the gateway has captured."""
    for tender, payments in _both(facts):
        here, there = captured_in_all(tender.events), sum(sum(payment.captures) for payment in payments)
        if here > there:
            yield f"tender {tender.number}: {here} charged here, {there} at the gateway"


@ORDER.rule("I11", at_rest=True)
def _known(facts: OrderFacts) -> Iterator[str]:
    """Every effect at the gateway is known here."""
    for tender, payments in _both(facts):
        charged, returned = captured_in_all(tender.events), tender.balances.refunded - _as_credit(tender)
        taken, back = sum(sum(payment.captures) for payment in payments), sum(sum(payment.refunds) for payment in payments)
        if charged != taken or returned != back:
            yield f"tender {tender.number}: {charged} charged and {returned} refunded here, {taken} and {back} at the gateway"


@ORDER.rule("I11", at_rest=True)
def _booked(facts: OrderFacts) -> Iterator[str]:
    """One entry for each event that moves value, and none besides."""
    booked = Counter(entry["event_id"] for entry in facts.journal if entry["event"] not in _OF_CREDITS)
    wanted = {id for id, event in facts.events.items() if event["type"] in BOOKED or carriage(event["type"], event["data"]) or _closes_at_a_worth(facts, event)}
    yield from (f"{id} is not in the books" for id in sorted(wanted - booked.keys()))
    yield from (f"{id} is in the books and did not happen" for id in sorted(booked.keys() - facts.events.keys()))
    yield from (f"{id} is in the books {times} times" for id, times in booked.items() if times > 1)


@ORDER.rule("I11", at_rest=True)
def _carried(facts: OrderFacts) -> Iterator[str]:
    """What an entry owes carriers is what its event says."""
    for entry in facts.journal:
        event = facts.events.get(entry["event_id"])
        said, booked = Counter[str](), Counter[str]()
        for each in carriage(event["type"], event["data"]) if event else ():
            said[each.currency] += each.amount
        for account, amount, currency in entry["postings"]:
            booked[currency] -= amount if account.startswith(PAYABLE) else 0
        yield from (f"{entry['sk']} owes carriers {booked[currency]} {currency}, its event says {said[currency]}" for currency in {*said, *booked} if said[currency] != booked[currency])


def _closes_at_a_worth(facts: OrderFacts, event: Item) -> bool:
    """Nothing was left to leave after this was cancelled, and something of the order was not invoiced yet."""
    last = event["type"] == LINES_CANCELLED and event["data"].get("last") is True
    return last and sale_of(facts.order, facts.state.lines).rest(event["data"]["shipped"]) != Sold()


@ORDER.rule("I12", at_rest=True)
def _taken(facts: OrderFacts) -> Iterator[str]:
    """Once nothing is left that could leave, what is owed was taken and no gateway holds any more of it; unless a person is asked."""
    tenders = facts.tenders
    if not facts.closed or any(hold.kind == "payment" for hold in facts.state.active_holds) or not all(tender.events for tender in tenders):
        return
    taken, owed = sum(captured_in_all(tender.events) for tender in tenders), due(facts.order, facts.state.lines)
    if tenders and taken < owed and not any(tender.paid_later for tender in tenders):
        yield f"{taken} was taken of {owed}"
    if held := sum(payment.held for payment in facts.at_gateway or ()):
        yield f"all has left, and the gateway still holds {held}"


def _as_credit(tender: Tender) -> int:
    """What was returned as store credit: no gateway knows of it."""
    return sum(event.amount for event in tender.events if event.reason == AS_CREDIT)


def _both(facts: OrderFacts) -> Iterator[tuple[Tender, list[AtGateway]]]:
    """Each tender at a gateway whose books were read, with its payments there."""
    for tender in facts.tenders:
        if facts.at_gateway is not None and tender.at_gateway and tender.gateway in facts.books:
            yield tender, [payment for payment in facts.at_gateway if payment.tender == tender.number]
