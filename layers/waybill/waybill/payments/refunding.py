"""Decisions about refunds: propose or grant, approve, try again, reject, each safe to repeat. The money is `paying_back`'s."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from waybill.aws.tables import Write, create
from waybill.aws.tables import replace as replaced
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Forbidden, IllegalTransition, KeyReused, NotFound, StaleVersion
from waybill.kernel.events import Entry
from waybill.kernel.ids import digest
from waybill.kernel.plain import plain
from waybill.orders import store
from waybill.orders.codec import partition
from waybill.orders.model.sale import Sold
from waybill.orders.store import ORDERS, Record
from waybill.payments.model import refunds as verbs
from waybill.payments.model.allocation import Policy, Portion, returned
from waybill.payments.model.refunds import Refund, Refundable, Taken, Wanted
from waybill.payments.model.tender import Tender
from waybill.payments.records import account

REFUND = "REFUND#"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a refund, under which key, why, and what that person may grant alone (minor units). `seen`: the version of the
    account that the decision rests on, empty for whatever stands."""

    by: str
    key: str
    reason: str
    limit: int
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Refunds:
    """The decisions. The money follows by the event `refund.granted`."""

    clock: Clock
    policy: Callable[[], Policy] = Policy

    def grant(self, order_id: str, wanted: Wanted, asked: Asked) -> Refund:
        """Decides, once for a key. Above the limit it is proposed and waits for another person.

        Raises InvalidInput, IllegalTransition beyond what may be returned, KeyReused, StaleVersion, NotFound, Conflict.
        """
        made: list[Refund] = []

        def decide(record: Record) -> list[Write]:
            known = next((refund for refund in of(record) if refund.key == asked.key), None)
            if known is not None:
                made[:] = [_same(known, wanted)]
                return []
            _refuse_stale(record, asked)
            made[:] = [self._decided(record, wanted, asked)]
            return [create(ORDERS, item(made[0]))]

        store.change(order_id, decide)
        return made[0]

    def preview(self, order_id: str, wanted: Wanted, asked: Asked) -> tuple[Refund, str]:
        """What `grant` would decide, and the version of the account that it rests on; nothing is written."""
        record = store.load(order_id)
        _refuse_stale(record, asked)
        return self._decided(record, wanted, asked), seen(record)

    def approve(self, order_id: str, number: int, actor: str) -> Refund:
        """A second person grants what the first has proposed. Raises Forbidden for the same one, IllegalTransition, NotFound."""

        def approved(refund: Refund) -> Refund:
            if _person(refund.asked_by) == _person(actor):
                raise Forbidden("a second person approves, not the one who asked")
            return refund if refund.status == "granted" else verbs.told(refund, "approve", instant(self.clock()), actor)

        return self.change(order_id, number, approved)

    def retry(self, order_id: str, number: int, actor: str) -> Refund:
        """A refund that a gateway has refused is asked for once more, of the tenders that have not paid. Raises IllegalTransition, NotFound."""

        def again(refund: Refund) -> Refund:
            return refund if refund.status == "granted" else verbs.told(refund, "retry", instant(self.clock()), actor)

        return self.change(order_id, number, again)

    def reject(self, order_id: str, number: int, actor: str) -> Refund:
        """It is not to be paid: one that was proposed, or that no tender has paid. Raises IllegalTransition, NotFound."""
        tenders = tenders_of(store.load(order_id))

        def rejected(refund: Refund) -> Refund:
            if any(outcome(tenders.get(portion.tender), refund.askers) in ("SUCCESS", "REQUEST") for portion in refund.portions):
                raise IllegalTransition(f"refund {number}: some of it is paid already; try the rest again")
            return refund if refund.status == "rejected" else verbs.told(refund, "reject", instant(self.clock()), actor)

        return self.change(order_id, number, rejected)

    def settle(self, order_id: str, number: int, tenders: Mapping[int, Tender]) -> Refund:
        """The refund as its tenders say that it stands: paid when all have paid, failed when one has failed, else as it was."""

        def settled(refund: Refund) -> Refund:
            outcomes = [outcome(tenders.get(portion.tender), refund.askers) for portion in refund.portions]
            verb = "fail" if "FAILURE" in outcomes else "pay" if all(outcome == "SUCCESS" for outcome in outcomes) else ""
            if not verb or refund.status in ("proposed", "rejected") or (verb, refund.status) in (("pay", "paid"), ("fail", "failed")):
                return refund
            return verbs.told(refund, verb, instant(self.clock()), "payments")

        return self.change(order_id, number, settled)

    @staticmethod
    def change(order_id: str, number: int, verb: Any) -> Refund:
        after: list[Refund] = []

        def decide(record: Record) -> list[Write]:
            refund = the(record, number)
            after[:] = [verb(refund)]
            return [] if after[0] is refund else [replaced(ORDERS, item(after[0]), refund.version)]

        store.change(order_id, decide)
        return after[0]

    def _decided(self, record: Record, wanted: Wanted, asked: Asked) -> Refund:
        before, tenders = of(record), account(record.order, record.state, record.tenders).tenders
        taken = verbs.taken_back(record.order, record.state.lines, before, wanted)
        promised = _promised(before, tenders)
        refundable = [(tender.number, tender.kind, tender.refundable - promised.get(tender.number, 0)) for tender in tenders]
        portions = returned(taken.amount, refundable, self.policy().refund)
        refund = _refund(record, len(before) + 1, taken, portions, asked, wanted)
        return verbs.opened(refund, instant(self.clock()), asked.by)


def of(record: Record) -> list[Refund]:
    """The refunds of an order, oldest first."""
    items = [item for key, item in (record.others or {}).items() if key.startswith(REFUND)]
    return sorted((_refund_from(item) for item in items), key=lambda refund: refund.number)


def the(record: Record, number: int) -> Refund:
    """Raises NotFound."""
    found = next((refund for refund in of(record) if refund.number == number), None)
    if found is None:
        raise NotFound(f"the order has no refund {number}")
    return found


def seen(record: Record) -> str:
    """The version of all that a refund rests on: another one once anything was shipped, paid or decided since."""
    refunds = (f"{refund.number}.{refund.version}" for refund in of(record))
    tenders = (f"{item['sk']}.{item['version']}" for item in record.tenders)
    return digest(str(record.state.version), *sorted((*refunds, *tenders)))


def granted(record: Record) -> int:
    """Minor units that were decided to go back, whether the money has moved or not."""
    return sum(refund.amount for refund in of(record) if refund.status in ("granted", "paid", "failed"))


def refundable(record: Record) -> Refundable:
    """What may still be returned of the order."""
    before, tenders = of(record), account(record.order, record.state, record.tenders).tenders
    promised = sum(_promised(before, tenders).values())
    return verbs.left(record.order, record.state.lines, before, sum(tender.refundable for tender in tenders) - promised)


def _person(actor: str) -> str:
    """`finance:ann` and `desk:ann` are one person."""
    return actor.rpartition(":")[2]


def _refuse_stale(record: Record, asked: Asked) -> None:
    if asked.seen and asked.seen != seen(record):
        raise StaleVersion("something was paid, shipped or decided since: look again before you decide", fields={"If-Match": "stale"})


def _same(known: Refund, wanted: Wanted) -> Refund:
    if known.digest != _digest(wanted):
        raise KeyReused("this key came before with another refund", fields={"Idempotency-Key": "used before"})
    return known


def tenders_of(record: Record) -> dict[int, Tender]:
    """The tenders of an order by their numbers."""
    return {tender.number: tender for tender in account(record.order, record.state, record.tenders).tenders}


def _promised(refunds: list[Refund], tenders: tuple[Tender, ...]) -> dict[int, int]:
    """What was decided and not yet asked of a tender: asked, it is in the tender's own balances."""
    by_number = {tender.number: tender for tender in tenders}
    promised: dict[int, int] = {}
    for refund in refunds:
        for portion in refund.portions if refund.status in ("proposed", "granted", "failed") else ():
            if outcome(by_number.get(portion.tender), refund.askers) in ("", "FAILURE"):
                promised[portion.tender] = promised.get(portion.tender, 0) + portion.amount
    return promised


def outcome(tender: Tender | None, askers: tuple[str, ...]) -> str:
    """ "" before a tender was asked, REQUEST while it has not answered, then SUCCESS or FAILURE; of several attempts the one that
    succeeded, else the newest."""
    if tender and tender.credited(askers[0]):
        return "SUCCESS"
    answers = [_answer(tender, asker) for asker in askers] if tender else [""]
    return "SUCCESS" if "SUCCESS" in answers else answers[-1]


def _answer(tender: Tender, asker: str) -> str:
    asked = tender.asked_by("REFUND", asker)
    if asked is None:
        return "SUCCESS" if tender.owes(asker) else ""
    if any(event.type == "REFUND_REVERSED" and event.ref == asked.ref for event in tender.events):
        return "FAILURE"
    answered = tender.outcome_of(asked)
    return answered.outcome if answered else "REQUEST"


def _refund(record: Record, number: int, taken: Taken, portions: tuple[Portion, ...], asked: Asked, wanted: Wanted) -> Refund:
    status = "granted" if taken.amount <= asked.limit else "proposed"
    about = (record.order.id, number, status, record.order.currency)
    money = (taken.lines, taken.sold, taken.shipping, taken.goodwill, taken.fee, portions)
    return Refund(*about, *money, asked.reason, asked.by, asked.key, _digest(wanted))


def _digest(wanted: Wanted) -> str:
    return digest(json.dumps(plain(wanted), sort_keys=True))


def item(refund: Refund) -> dict[str, Any]:
    """The item of the version after the one that was read."""
    body = plain(replace(refund, history=()))
    body |= {"version": refund.version + 1, "history": [entry.to_dict() for entry in refund.history]}
    body["portions"] = [plain(portion) for portion in refund.portions]
    return {"pk": partition(refund.order_id), "sk": f"{REFUND}{refund.number}", **body}


def _refund_from(item: dict[str, Any]) -> Refund:
    known = {name: item[name] for name in Refund.__slots__ if name in item}
    known |= {
        "sold": Sold(**item["sold"]),
        "portions": tuple(Portion(**portion) for portion in item["portions"]),
        "history": tuple(Entry.from_dict(entry) for entry in item["history"]),
    }
    return Refund(**known)
