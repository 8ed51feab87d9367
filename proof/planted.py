"""Bugs that other systems have had, planted one at a time: a proof that finds none of them proves nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from proof.races import run
from proof.sweeping import swept
from tests.payments.gateway_fake import FakeGateway
from waybill.accounting import dynamodb as ledger
from waybill.accounting import reading as books
from waybill.accounting.model.entry import Posting
from waybill.aws import tables
from waybill.editing import service as editing
from waybill.fulfilment import choice
from waybill.fulfilment import service as fulfilment
from waybill.fulfilment.carriers.easypost.carrier import EasyPost
from waybill.fulfilment.labels import Labels
from waybill.fulfilment.model import buying, fulfilment_order, tracking
from waybill.inventory import stock_table
from waybill.inventory.stock_table import INVENTORY, StockTable
from waybill.kernel.events import appended
from waybill.notifications import dynamodb as notifications
from waybill.notifications.dynamodb import MessagesTable
from waybill.notifications.ports import Claim
from waybill.orders import outbox
from waybill.orders.model import sale
from waybill.orders.model import state as states
from waybill.orders.model.counters import Counters
from waybill.payments import dynamodb as orders_table
from waybill.payments import refunding
from waybill.payments.model import refunds
from waybill.payments.model.tender import Tender
from waybill.payments.service import Payments


@dataclass(frozen=True)
class Bug:
    """`plant` puts it in, `found` answers what the proof says of it, `rules` are the numbers of which one must be among that."""

    plant: Callable[[ExitStack], None]
    found: Callable[[], list[str]]
    rules: tuple[str, ...]


def found(name: str) -> list[str]:
    """What the proof says with this bug in."""
    with _planted(BUGS[name]):
        return BUGS[name].found()


@contextmanager
def _planted(bug: Bug) -> Iterator[None]:
    with ExitStack() as stack:
        bug.plant(stack)
        yield


def _sweep(story: str) -> Callable[[], list[str]]:
    """Until the first world that does not survive."""
    return lambda: swept(story, enough=1).failures


def _race(name: str) -> Callable[[], list[str]]:
    return lambda: next((told.broken for told in run(name) if told.broken), [])


def _split_write(stack: ExitStack) -> None:
    """What belongs together is written one after another."""
    stack.enter_context(patch.object(tables, "_transact", lambda writes, stamp: [tables._put(write, stamp) for write in writes]))


def _forgotten_event(stack: ExitStack) -> None:
    """A parcel leaves, and its record does not say so."""
    told = fulfilment_order.told

    def forgetful(work: Any, what: str, *more: Any) -> Any:
        return work if what == "shipped" else told(work, what, *more)

    stack.enter_context(patch.object(fulfilment_order, "told", forgetful))


def _unheard_event(stack: ExitStack) -> None:
    """The record says so, and the publisher keeps it to itself."""
    stack.enter_context(patch.object(outbox, "HEARD", outbox.HEARD - {"fulfilment_order.shipped"}))


def _random_key(stack: ExitStack) -> None:
    """Every try at the gateway has a key of its own."""
    numbers = itertools.count()
    begin, refund = FakeGateway.begin, FakeGateway.refund
    stack.enter_context(patch.object(FakeGateway, "begin", lambda self, demand, key, since="": begin(self, demand, f"{key}{next(numbers)}", since)))
    stack.enter_context(
        patch.object(FakeGateway, "refund", lambda self, name, amount, currency, key: refund(self, name, amount, currency, f"{key}{next(numbers)}"))
    )


def _unbalanced_journal(stack: ExitStack) -> None:
    """A cent is lost on the way into the books."""
    item = ledger.entry_item

    def short(entry: Any) -> dict[str, Any]:
        first, *others = entry.postings
        crooked = object.__new__(type(entry))
        for name in entry.__slots__:
            object.__setattr__(crooked, name, getattr(entry, name))
        object.__setattr__(crooked, "postings", (Posting(first.account, first.amount - 1, first.currency), *others))
        return item(crooked)

    stack.enter_context(patch.object(ledger, "entry_item", short))


def _check_then_act(stack: ExitStack) -> None:
    """Is there enough? Then write what is left."""

    def update(self: StockTable, sku: str, node: str, op: Any) -> Any:
        stood = next(iter(self.rows_at([(sku, node)])), None)
        if stood is None or not stood.allows(op):
            return None, stood
        after = stood.after(op)
        tables.commit(tables.overwrite(INVENTORY, stock_table.row_item(after)))
        return after, None

    stack.enter_context(patch.object(StockTable, "_update", update))


def _unguarded_refund(stack: ExitStack) -> None:
    """Whoever asks gets it: nobody looks at what was decided before."""
    taken_back = refunds.taken_back
    stack.enter_context(patch.object(refunds, "taken_back", lambda order, lines, before, wanted: taken_back(order, lines, (), wanted)))
    stack.enter_context(patch.object(refunding, "_promised", lambda before, tenders: {}))
    stack.enter_context(patch.object(Tender, "_allow_refund", lambda self, amount: None))


def _cancel_after_ship(stack: ExitStack) -> None:
    """A cancellation does not look at what has left."""

    def cancel(state: Any, reason: str, at: str, actor: str) -> Any:
        lines = {line: Counters(cancelled=counters.ordered) for line, counters in state.lines.items()}
        data = {"reason": reason, "lines": {line: counters.ordered for line, counters in state.lines.items()}}
        return replace(state, lines=lines, history=appended(state.history, "order.cancelled", at, actor, data))

    stack.enter_context(patch.object(states, "cancel", cancel))


def _no_version(stack: ExitStack) -> None:
    """The last writer wins."""
    stack.enter_context(patch.object(tables, "_request", _unconditional(tables._request)))


def _unconditional(request: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    taken = ("ConditionExpression", "ReturnValuesOnConditionCheckFailure", "ExpressionAttributeNames", "ExpressionAttributeValues")

    def bare(write: Any, stamp: str) -> dict[str, Any]:
        return {name: value for name, value in request(write, stamp).items() if name not in taken or not write.values}

    return bare


def _forgetful_consumer(stack: ExitStack) -> None:
    """It does not look whether it has told the customer already."""
    take = MessagesTable.take

    def forgetful(self: MessagesTable, event_id: str, now: Any) -> Claim:
        return take(self, event_id, now) or Claim(event_id, 1, 1, now + timedelta(seconds=20))

    stack.enter_context(patch.object(MessagesTable, "take", forgetful))


def _taken_letter(stack: ExitStack) -> None:
    """Whoever comes takes the event, also out of the hands of one who is at work."""
    taken_over = notifications._taken_over
    stack.enter_context(patch.object(notifications, "_taken_over", lambda event_id, old, now: taken_over(event_id, {**old, "lease": ""}, now)))


def _sleeper_who_does_not_look(stack: ExitStack) -> None:
    """Nobody who wakes looks whether his time is over."""
    take = MessagesTable.take

    def endless(self: MessagesTable, event_id: str, now: Any) -> Claim | None:
        claim = take(self, event_id, now)
        return claim and replace(claim, ends=datetime.max.replace(tzinfo=UTC))

    stack.enter_context(patch.object(MessagesTable, "take", endless))


def _edit_of_what_was_seen(stack: ExitStack) -> None:
    """An edit does not look whether the order is still as it was when it was read."""
    stack.enter_context(patch.object(editing, "put_over", lambda table, item, seen: tables.overwrite(table, item)))


def _last_word(stack: ExitStack) -> None:
    """What a carrier says last counts, however old it is."""
    stack.enter_context(patch.object(tracking, "newest", lambda known, told: told))
    stack.enter_context(patch.object(fulfilment_order, "newest", lambda known, told: told))


def _buys_again(stack: ExitStack) -> None:
    """Who is not answered buys another label, and does not look what became of the first."""
    buy = EasyPost.buy
    stack.enter_context(patch.object(EasyPost, "buy", lambda self, sending, offer, key: buy(self, sending, replace(self.offers(sending)[offer.parcel], parcel=offer.parcel), key)))


def _one_offer_for_all_alike(stack: ExitStack) -> None:
    """Parcels that are alike are asked about once: what is bought of the answer is one label."""
    stack.enter_context(patch.object(choice, "_counted", lambda parcels: [(parcel, 0) for parcel in parcels]))


def _money_before_the_label(stack: ExitStack) -> None:
    """Money goes back whether or not the carrier has taken the label back."""
    stack.enter_context(patch.object(orders_table, "live_though_cancelled", lambda works: False))


def _deaf_to_cancellations(stack: ExitStack) -> None:
    """Nobody gives back the label of what is cancelled."""
    stack.enter_context(patch.object(Labels, "told", lambda self, event: None))


def _ships_what_was_given_back(stack: ExitStack) -> None:
    """A parcel leaves whatever has become of its label."""
    stack.enter_context(patch.object(fulfilment, "refuse_unlabelled", lambda work, leaving: None))


def _owed_for_ever(stack: ExitStack) -> None:
    """The books do not hear that a label was given back."""
    stack.enter_context(patch.object(outbox, "HEARD", outbox.HEARD - {"fulfilment_order.label_voided"}))


def _given_back_in_silence(stack: ExitStack) -> None:
    """Labels of parcels that are taken apart are given back, and nobody says so."""
    stack.enter_context(patch.object(buying, "given_up", lambda work, *more: buying.done(work)))


def _waits_for_nothing(stack: ExitStack) -> None:
    """The label by which a package would come back stays when the package does not go out."""
    stack.enter_context(patch.object(Labels, "_none_comes_back", lambda self, work, *more: work))


def _shares_of_what_is_left(stack: ExitStack) -> None:
    """What belongs to the whole order is shared out over units that are not cancelled: the shares move."""
    sale_of = sale.sale_of

    def moving(*said: Any) -> Any:
        sold = sale_of(*said)
        return replace(sold, rows={line: replace(row, quantity=row.live) for line, row in sold.rows.items()})

    stack.enter_context(patch.object(books, "sale_of", moving))


def _rest_never_taken(stack: ExitStack) -> None:
    """Nothing more leaves, and so nothing more is captured."""
    stack.enter_context(patch.object(Payments, "_rest_captured", lambda self, account: None))


BUGS = {
    "shares that move": Bug(_shares_of_what_is_left, _sweep("the-rest-cancelled"), ("I12",)),
    "a rest that is never taken": Bug(_rest_never_taken, _sweep("the-rest-cancelled"), ("I12",)),
    "split write": Bug(_split_write, _sweep("delivered"), ("I14", "I21", "I30", "I5", "I19")),
    "forgotten event": Bug(_forgotten_event, _sweep("delivered"), ("I30", "I5")),
    "unheard event": Bug(_unheard_event, _sweep("delivered"), ("I5", "I11", "I25")),
    "random gateway key": Bug(_random_key, _sweep("cancelled"), ("I9", "I20")),
    "random refund key": Bug(_random_key, _sweep("refunded"), ("I9", "I11")),
    "unbalanced journal": Bug(_unbalanced_journal, _sweep("delivered"), ("I8",)),
    "check-then-act stock": Bug(_check_then_act, _race("last unit"), ("I1", "I2", "I3")),
    "unguarded refund": Bug(_unguarded_refund, _race("two clerks refund"), ("I22", "I7")),
    "cancel after ship": Bug(_cancel_after_ship, _race("cancel against ship"), ("I20", "I27", "I21")),
    "no version": Bug(_no_version, _race("cancel against ship"), ("I18", "I20", "I30")),
    "forgetful consumer": Bug(_forgetful_consumer, _sweep("cancelled-on-hold"), ("I26",)),
    "a case without its version": Bug(_no_version, _race("two clerks explain one difference"), ("seen by", "I18")),
    "a letter that anybody takes": Bug(_taken_letter, _race("NotificationsQueue order.confirmed twice"), ("I26",)),
    "a sleeper who does not look": Bug(_sleeper_who_does_not_look, _race("NotificationsQueue order.confirmed asleep"), ("I26",)),
    "an edit of what was seen": Bug(_edit_of_what_was_seen, _race("edit against routing"), ("I18", "I21", "I30")),
    "a carrier's last word": Bug(_last_word, _race("a parcel that went astray"), ("I27", "said last; it is")),
    "check-then-act for three": Bug(_check_then_act, _race("three buyers, two units"), ("I1", "I2", "I3")),
    "buys a label again": Bug(_buys_again, _sweep("sold"), ("I23",)),
    "one label for parcels that are alike": Bug(_one_offer_for_all_alike, _sweep("sold-labelled-anew"), ("I23",)),
    "money back before the label is": Bug(_money_before_the_label, _sweep("sold-cancelled-packed"), ("I20",)),
    "a label that nobody gives back": Bug(_deaf_to_cancellations, _sweep("sold-cancelled-packed"), ("I23",)),
    "a label that is owed for ever": Bug(_owed_for_ever, _sweep("sold-cancelled-packed"), ("I11",)),
    "a label that is given back in silence": Bug(_given_back_in_silence, _sweep("sold-a-unit-out"), ("I11 easypost",)),
    "a return label of what never left": Bug(_waits_for_nothing, _sweep("sold-does-not-come-back"), ("I23",)),
    "a parcel with a label that was given back": Bug(_ships_what_was_given_back, _race("a label is given back as its parcel ships"), ("I23",)),
}
