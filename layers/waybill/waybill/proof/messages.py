"""Of queues and of what is told."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.notifications.model import KINDS
from waybill.proof.facts import OrderFacts, QueueFacts
from waybill.proof.orders import ORDER
from waybill.proof.rules import Rules

QUEUE = Rules()


@QUEUE.rule("I24")
def _accounted_for(facts: QueueFacts) -> Iterator[str]:
    """Each message is processed, dead, or still in the queue: none has vanished, none has expired unseen."""
    there = facts.processed + facts.dead + facts.waiting
    if facts.sent != there + facts.expired:
        yield f"{facts.sent} sent, {there} accounted for"
    if facts.expired:
        yield f"{facts.expired} messages were never looked at until they expired"


@ORDER.rule("I25", at_rest=True)
def _told(facts: OrderFacts) -> Iterator[str]:
    """Who listens has heard of each event: the customer's mails know of every one that concerns them."""
    if facts.told is None:
        return
    wanted = {id for id, event in facts.events.items() if event["type"] in KINDS}
    yield from (f"nobody was told of {id}" for id in sorted(wanted - facts.told.keys()))
    yield from (f"{id} was told and did not happen" for id in sorted(facts.told.keys() - wanted))
    yield from (f"the telling of {id} is {status}" for id, status in facts.told.items() if status not in ("sent", "skipped"))


@ORDER.rule("I26", at_rest=True)
def _mailed(facts: OrderFacts) -> Iterator[str]:
    """A mail left at least once, and at most once more for each fault in the call that sends it."""
    if facts.told is None or facts.mails is None:
        return
    yield from (f"the mail of {id} never left" for id, status in facts.told.items() if status == "sent" and not facts.mails.get(id))
    more = sum(times - 1 for times in facts.mails.values() if times > 1)
    if more > facts.faults:
        yield f"{more} mails left twice, {facts.faults} faults explain that"
