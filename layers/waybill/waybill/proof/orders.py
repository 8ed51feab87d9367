"""Of an order, its nodes and its papers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from waybill.accounting.model.chart import RECEIVABLE
from waybill.fulfilment.model.machine import CLOSED, MACHINE
from waybill.kernel.clock import parse_instant
from waybill.kernel.ids import order_id
from waybill.orders import codec
from waybill.orders.model.check import violations
from waybill.orders.model.sale import sale_of
from waybill.orders.model.state import LINES_CANCELLED
from waybill.payments.cards import looks_like_card_number
from waybill.payments.model.refunds import LIVE
from waybill.payments.owed import due
from waybill.proof.facts import OrderFacts, among
from waybill.proof.rules import Rules

ORDER = Rules()
_ENDED = ("rejected", "cancelled")
_LABELLED = MACHINE.states - {*_ENDED}
"""Whose parcels bear labels that are used; of one that is ended none is."""
_PEOPLE = "ATTENTION#"
_LATE = timedelta(days=1)
"""A hold that ends by itself may be found late, but not later: the reconciler looks every few minutes."""
_TELLING = 5
"""A name of fewer letters may be a word that stands in an event for another reason."""


@ORDER.rule("I21")
def _counters(facts: OrderFacts) -> Iterator[str]:
    """The buckets of a line sum to what was ordered; what is at nodes was released, what left was shipped. I20, I30 with it."""
    yield from violations(facts.order, facts.state, [dict(item) for key, item in facts.items.items() if key.startswith("FO#")])


@ORDER.rule("I12", at_rest=True)
def _invoiced(facts: OrderFacts) -> Iterator[str]:
    """What is invoiced is what the units that have left bear of the order, to the cent; and all that is owed, once nothing is left that could leave."""
    worth = sale_of(facts.order, facts.state.lines).up_to(facts.state.gone(), facts.closed).total
    sales = [entry for entry in facts.journal if entry["event"] in ("fulfilment_order.shipped", LINES_CANCELLED)]
    invoiced = sum(leg[1] for entry in sales for leg in entry["postings"] if leg[0] == RECEIVABLE)
    if invoiced != worth:
        yield f"{invoiced} invoiced for what is worth {worth}"
    if facts.closed and worth != (owed := due(facts.order, facts.state.lines)):
        yield f"what has left is worth {worth}, and {owed} is owed"


@ORDER.rule("I17")
def _named_by_its_channel(facts: OrderFacts) -> Iterator[str]:
    """An order's id follows from its channel and the channel's own number: there cannot be two."""
    if facts.order_id != order_id(facts.order.channel, facts.order.external_reference):
        yield f"is not the id of {facts.order.channel} {facts.order.external_reference}"


@ORDER.rule("I18")
def _versions(facts: OrderFacts) -> Iterator[str]:
    """Each record was written at least once for each entry of its history beyond the first write's."""
    for key, item in facts.items.items():
        if "history" in item and item.get("version", 0) < 1:
            yield f"{key} has a history and no version"


@ORDER.rule("I19", at_rest=True)
def _goes_on(facts: OrderFacts) -> Iterator[str]:
    """The execution has ended with the order, or waits on the token that was kept: somebody will answer it. An order that needs no parcel is a person's."""
    if facts.runs is None or not facts.state.lines:
        return
    if not facts.runs and not facts.state.cancelled:  # one that is cancelled before its execution starts needs none
        yield "no execution was ever started"
    failed = [run.status for run in facts.runs if run.status not in ("SUCCEEDED", "RUNNING")]
    open_ = [run for run in facts.runs if run.status == "RUNNING"]
    ended = facts.state.cancelled or facts.state.all_shipped
    if failed and not open_ and not ended:
        yield f"its execution has {failed[-1].lower()}"
    if ended and open_:
        yield "the order has ended and its execution has not"
    if not ended and [run.token for run in open_] != [facts.wait and facts.wait["token"]]:
        yield "nobody knows the token on which its execution waits"


@ORDER.rule("I19", at_rest=True)
def _in_sight(facts: OrderFacts) -> Iterator[str]:
    """What has not ended is where somebody looks: units that no node has in the list of people, a node's work in that node's list; and no hold outlives its time."""
    ships = {line.id for line in facts.order.lines if line.ships}
    waits = {line for line, units in facts.state.lines.items() if line in ships and units.unrouted + units.backordered}
    if waits and not str(facts.items[codec.STATE].get("lookup_pk", "")).startswith(_PEOPLE):
        yield f"is {facts.state.status}, no node has line {', '.join(sorted(waits))}, and nobody sees it"
    for work in among(MACHINE.states.difference(CLOSED), facts):
        there = work.pickup.node if work.pickup and work.status == "ready_for_pickup" else work.node
        if facts.stored(work).get("lookup_pk") != f"NODE#{there}":
            yield f"{work.id} is {work.status}, and {there} does not see it"
    for hold in facts.state.active_holds:
        if facts.now and hold.expires_at and parse_instant(facts.now) - parse_instant(hold.expires_at) > _LATE:
            yield f"the hold {hold.id} was to end at {hold.expires_at}"


@ORDER.rule("I20", at_rest=True)
def _nothing_kept_of_a_cancelled_order(facts: OrderFacts) -> Iterator[str]:
    """Cancelled: nothing has left, nothing is at a node, and the gateway neither holds nor keeps money."""
    if not facts.state.cancelled:
        return
    if facts.at_gateway is not None:
        held = sum(payment.held for payment in facts.at_gateway)
        kept = sum(sum(payment.captures) - sum(payment.refunds) for payment in facts.at_gateway)
        if held or kept:
            yield f"cancelled, and the gateway holds {held} and keeps {kept}"


@ORDER.rule("I20")
def _no_money_back_while_it_may_leave(facts: OrderFacts) -> Iterator[str]:
    """Money is not returned for a cancelled order while a node may still ship it."""
    if facts.state.cancelled and any(work.status not in _ENDED for work in among(MACHINE.states, facts)):
        yield "cancelled, and a node has it"


@ORDER.rule("I22")
def _returned(facts: OrderFacts) -> Iterator[str]:
    """No more units of a line are refunded than were ordered of it and not cancelled."""
    back = Counter[str]()
    for key, item in facts.items.items():
        if key.startswith("REFUND#") and item["status"] in LIVE:
            back.update({line: int(units) for line, units in item["lines"].items()})
    for line, units in back.items():
        counters = facts.state.lines.get(line)
        if counters is None or units > counters.ordered - counters.cancelled:
            yield f"{units} of line {line} are refunded"


@ORDER.rule("I23")
def _labels(facts: OrderFacts) -> Iterator[str]:
    """A parcel has one label, and no two parcels have the same; none of a parcel that was called back is with a carrier."""
    numbers = Counter(package.tracking_number for work in among(_LABELLED, facts) for package in work.packages)
    yield from (f"{times} parcels bear {number or 'no number'}" for number, times in numbers.items() if times > 1 or not number)
    yield from (f"{work.id} was {work.status} and has been scanned" for work in among(("rejected", "cancelled"), facts) for package in work.packages if package.with_carrier)


@ORDER.rule("I23", at_rest=True)
def _papers(facts: OrderFacts) -> Iterator[str]:
    """The papers of each parcel are kept; not of one that another's warehouse has packed and labelled, of which we know no price."""
    if facts.papers is None:
        return
    for work in among(_LABELLED, facts):
        for package in (each for each in work.packages if each.cost or each.shipment):
            name = f"orders/{facts.order_id}/{work.id}/{package.n}-{package.tracking_number}.zip"
            if name not in facts.papers:
                yield f"{name} is not kept"


@ORDER.rule("I14", at_rest=True)
def _documents(facts: OrderFacts) -> Iterator[str]:
    """What came through a door for it was read, or lies in front of a person."""
    for document in facts.documents:
        if "order_id" not in document and "problem" not in document:
            yield f"{document['pk']} was kept and never read"


@ORDER.rule("I28")
def _of_its_channel(facts: OrderFacts) -> Iterator[str]:
    """Every document of an order came from its own channel."""
    for document in facts.documents:
        if document.get("channel", facts.order.channel) != facts.order.channel:
            yield f"{document['pk']} is a document of {document['channel']}, and the order is {facts.order.channel}'s"


@ORDER.rule("I29")
def _no_cards(facts: OrderFacts) -> Iterator[str]:
    """No card number where a gateway's token should be."""
    yield from (f"the token of tender {number} is a card's" for number, tender in enumerate(facts.order.tenders, 1) if looks_like_card_number(tender.token or ""))


@ORDER.rule("I29")
def _nobody_s_name(facts: OrderFacts) -> Iterator[str]:
    """Personal data is in the one item that can be erased: in no event, in no execution's input."""
    said = " ".join([str(list(facts.events.values())), *(run.input for run in facts.runs or ())])
    person, place = facts.customer, facts.customer.ship_to
    for kind, secret in (("e-mail", person.email), ("name", person.name), ("street", place.line1), ("phone", person.phone)):
        if len(secret) >= _TELLING and secret in said and re.search(rf"(?<![\w.]){re.escape(secret)}(?!\w)", said):
            yield f"the customer's {kind} is said in an event"


@ORDER.rule("I30")
def _no_gap(facts: OrderFacts) -> Iterator[str]:
    """Every change has its line: who, when, what."""
    for key, item in facts.items.items():
        history = item.get("history", ())
        if [entry["seq"] for entry in history] != list(range(1, len(history) + 1)):
            yield f"the history of {key} has a gap"
        if not all(entry.get("actor") and entry.get("at") for entry in history):
            yield f"the history of {key} does not say who or when"
