"""Races about money: captures, refunds, what the gateway answers and what it says by webhook, the clerks of the books."""

from __future__ import annotations

from typing import Any

from proof.interleaving import Told
from proof.living import Dweller
from proof.once import as_once
from proof.race import ALL_IN_PROOF, Look, Race, Work, asked, deliveries, settled, statuses, told_by_stripe, until, word_of
from tests.flow.life import an_order, whole_life
from waybill.kernel.clock import instant
from waybill.payments.model.cases import Case
from waybill.payments.model.settlement import Difference
from waybill.payments.reconciliation import table
from waybill.shop import store as shop

Begun = tuple[list[Work], Look]


def _paid(the: Dweller) -> str:
    return whole_life(the, an_order(("TEA", 1), reference="race"))


def _refunds(the: Dweller, id: str, body: dict[str, Any], key: str) -> Work:
    return asked(the, f"/v1/orders/{id}/refunds", body, idempotency_key=key)


def _everything(keys: str) -> Any:
    """Clerks return everything, each under a key; the same key is the same refund."""

    def begin(the: Dweller) -> Begun:
        id = _paid(the)
        works = {key: _refunds(the, id, {"everything": True}, f"clerk-{key}") for key in keys}

        def look(told: Told) -> list[str]:
            granted = {key for key, status in zip(keys, statuses(told), strict=True) if status < 300}
            (payment,) = the.gateway.of(id)
            back = [refund.amount for _, refund in payment.refunds]
            return [] if len(granted) == 1 and back == [payment.captured] else [f"{keys} were answered {statuses(told)}, and {back} went back of {payment.captured}"]

        return [works[key] for key in keys], settled(the, look)

    return begin


def _two_goodwills(the: Dweller) -> Begun:
    """Two clerks give back what together is more than was paid."""
    id = _paid(the)
    works = [_refunds(the, id, {"goodwill": amount}, f"clerk-{amount}") for amount in ("5.00", "6.00")]

    def look(told: Told) -> list[str]:
        (payment,) = the.gateway.of(id)
        back, granted = sum(refund.amount for _, refund in payment.refunds), [n for n, status in zip((500, 600), statuses(told), strict=True) if status < 300]
        return [] if len(granted) == 1 and back == granted[0] else [f"answered {statuses(told)}, {back} went back"]

    return works, settled(the, look)


def _approved_and_rejected(the: Dweller) -> Begun:
    """A refund above the limit: one clerk approves it, another rejects it."""
    id = _paid(the)
    shop.save(shop.POLICY, "refunds", {"limit": {"USD": 100}})
    the.world.restart()
    the.call("POST", f"/v1/orders/{id}/refunds", {"everything": True}, "support", idempotency_key="asked")
    works = [asked(the, f"/v1/orders/{id}/refunds/1/{verb}", {"reason": "no"} if verb == "reject" else {}) for verb in ("approve", "reject")]

    def look(told: Told) -> list[str]:
        (payment,), (approved, rejected) = the.gateway.of(id), statuses(told)
        fits = (approved < 300) != (rejected < 300) and bool(payment.refunds) == (approved < 300)
        return [] if fits else [f"approved: {approved}, rejected: {rejected}, {len(payment.refunds)} refunds"]

    return works, settled(the, look)


def _two_shipments(the: Dweller) -> Begun:
    """Two nodes ship at once, and each parcel wants its money."""
    id = the.place(an_order(("POT", 1), ("CUP", 1), reference="race"), key="race")
    the.settle()
    the.fulfil(id)
    works = deliveries(the, "PaymentQueue", 2)

    def look(told: Told) -> list[str]:
        (payment,) = the.gateway.of(id)
        return [] if payment.parts == [payment.demand.amount] else [f"{payment.demand.amount} were to be captured, and {payment.parts} were"]

    return works, settled(the, look)


def _told(the: Dweller, id: str, type: str) -> Work:
    """The gateway's webhook, and whoever is sent to look."""

    def work() -> Any:
        reply = told_by_stripe(the, id, type)
        queue = the.world.cloud.sqs.queues["PaymentQueue"]
        looks = [name for name, message in queue.messages.items() if not message.receipt and word_of(message) == "look"]
        for message in the.world.cloud.sqs.take(queue, looks):
            the.world.deliver("PaymentQueue", [message])
        return reply

    return work


def _answer_and_webhook(verb: str, webhooks: int) -> Any:
    """The gateway does what it was asked, and says so by webhook before, after or while it answers; maybe twice."""
    type = {"authorise": "payment_intent.amount_capturable_updated", "capture": "payment_intent.succeeded"}[verb]

    def begin(the: Dweller) -> Begun:
        the.gateway.stem = "pi_"
        id = the.place(an_order(("TEA", 1), reference="race"), key="race")
        if verb == "capture":
            the.settle()
            the.fulfil(id)
        (message,) = until(the, "PaymentQueue")
        answered, told = (lambda: the.world.deliver("PaymentQueue", [message])), _told(the, id, type)
        return [answered, *[told] * webhooks], as_once(the, answered, the.settle)

    return begin


def _two_clerks_one_case(the: Dweller) -> Begun:
    """Two clerks explain one difference with the gateway's books."""
    case = Case("stripe", "stranger/txn_1", "", Difference("missing_here", 900, "USD", theirs=900), instant(the.world.now()))
    table.save(case)
    works = [asked(the, f"/v1/cases/{case.id}/close", {"why": f"seen by {n}"}, "finance") for n in (1, 2)]

    def look(told: Told) -> list[str]:
        stands = table.cases([case.id])[case.id]
        said = [n for n, status in zip((1, 2), statuses(told), strict=True) if status == 200]
        return [] if [stands.why] == [f"seen by {n}" for n in said] else [f"answered {statuses(told)}, and {stands.why!r} stands"]

    return works, look


MONEY = {
    "two clerks refund": Race(_everything("ab")),
    "three clerks refund": Race(_everything("abc"), tried=ALL_IN_PROOF),
    "two clerks refund under one key": Race(_everything("aa")),
    "one refund twice, another once": Race(_everything("aab"), tried=ALL_IN_PROOF),
    "two clerks give goodwill": Race(_two_goodwills),
    "a refund is approved and rejected": Race(_approved_and_rejected),
    "two shipments are captured": Race(_two_shipments),
    "authorised, and told so": Race(_answer_and_webhook("authorise", 1)),
    "authorised, and told so twice": Race(_answer_and_webhook("authorise", 2), tried=ALL_IN_PROOF),
    "captured, and told so": Race(_answer_and_webhook("capture", 1)),
    "captured, and told so twice": Race(_answer_and_webhook("capture", 2), tried=ALL_IN_PROOF),
    "two clerks explain one difference": Race(_two_clerks_one_case),
}
