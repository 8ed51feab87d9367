"""Use cases of refunds: propose or grant (a decision), approve, pay (the money), each safe to repeat."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from waybill.aws.tables import Write, create
from waybill.aws.tables import replace as replaced
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Forbidden, IllegalTransition, KeyReused, NotFound
from waybill.kernel.events import Entry
from waybill.kernel.ids import digest
from waybill.orders import store
from waybill.orders.codec import partition
from waybill.orders.model.sale import Sold
from waybill.orders.store import ORDERS, Record
from waybill.payments.model import refunds as verbs
from waybill.payments.model.allocation import Policy, Portion, returned
from waybill.payments.model.refunds import Refund, Taken, Wanted
from waybill.payments.model.tender import Tender
from waybill.payments.records import account
from waybill.payments.service import Payments

REFUND = "REFUND#"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a refund, under which key, why, and what that person may grant alone (minor units)."""

    by: str
    key: str
    reason: str
    limit: int


@dataclass(frozen=True, slots=True)
class Refunds:
    """The decisions. The money follows by the event `refund.granted`."""

    clock: Clock
    policy: Callable[[], Policy] = Policy

    def grant(self, order_id: str, wanted: Wanted, asked: Asked) -> Refund:
        """Decides, once for a key. Above the limit it is proposed and waits for another person.

        Raises InvalidInput, IllegalTransition beyond what may be returned, KeyReused, NotFound, Conflict.
        """
        made: list[Refund] = []

        def decide(record: Record) -> list[Write]:
            known = next((refund for refund in of(record) if refund.key == asked.key), None)
            if known is not None:
                made[:] = [_same(known, wanted)]
                return []
            made[:] = [self._decided(record, wanted, asked)]
            return [create(ORDERS, _item(made[0]))]

        store.change(order_id, decide)
        return made[0]

    def preview(self, order_id: str, wanted: Wanted, asked: Asked) -> Refund:
        """What `grant` would decide; nothing is written."""
        return self._decided(store.load(order_id), wanted, asked)

    def approve(self, order_id: str, number: int, actor: str) -> Refund:
        """A second person grants what the first has proposed. Raises Forbidden for the same one, IllegalTransition, NotFound."""

        def approved(refund: Refund) -> Refund:
            if refund.asked_by == actor:
                raise Forbidden("a second person approves, not the one who asked")
            return refund if refund.status == "granted" else verbs.told(refund, "approve", instant(self.clock()), actor)

        return self.change(order_id, number, approved)

    def settle(self, order_id: str, number: int, tenders: Mapping[int, Tender]) -> Refund:
        """The refund as its tenders say that it stands: paid when all have paid, failed when one has failed, else as it was."""

        def settled(refund: Refund) -> Refund:
            outcomes = [_outcome(tenders.get(portion.tender), refund.id) for portion in refund.portions]
            verb = "fail" if "FAILURE" in outcomes else "pay" if all(outcome == "SUCCESS" for outcome in outcomes) else ""
            if not verb or refund.status in ("paid", "proposed", "rejected") or (verb, refund.status) == ("fail", "failed"):
                return refund
            return verbs.told(refund, verb, instant(self.clock()), "payments")

        return self.change(order_id, number, settled)

    @staticmethod
    def change(order_id: str, number: int, verb: Any) -> Refund:
        after: list[Refund] = []

        def decide(record: Record) -> list[Write]:
            refund = the(record, number)
            after[:] = [verb(refund)]
            return [] if after[0] is refund else [replaced(ORDERS, _item(after[0]), refund.version)]

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


def _same(known: Refund, wanted: Wanted) -> Refund:
    if known.digest != _digest(wanted):
        raise KeyReused("this key came before with another refund", fields={"Idempotency-Key": "used before"})
    return known


def _promised(refunds: list[Refund], tenders: tuple[Tender, ...]) -> dict[int, int]:
    """What was decided and not yet asked of a tender: asked, it is in the tender's own balances."""
    by_number = {tender.number: tender for tender in tenders}
    promised: dict[int, int] = {}
    for refund in refunds:
        for portion in refund.portions if refund.status in ("proposed", "granted") else ():
            if not _outcome(by_number.get(portion.tender), refund.id):
                promised[portion.tender] = promised.get(portion.tender, 0) + portion.amount
    return promised


def _outcome(tender: Tender | None, asked_by: str) -> str:
    """ "" before a tender was asked, REQUEST while it has not answered, then SUCCESS or FAILURE."""
    if tender is None:
        return ""
    asked = tender.asked_by("REFUND", asked_by)
    if asked is None:
        return "SUCCESS" if tender.owes(asked_by) else ""
    answered = tender.outcome_of(asked)
    return answered.outcome if answered else "REQUEST"


def _refund(record: Record, number: int, taken: Taken, portions: tuple[Portion, ...], asked: Asked, wanted: Wanted) -> Refund:
    status = "granted" if taken.amount <= asked.limit else "proposed"
    about = (record.order.id, number, status, record.order.currency)
    money = (taken.lines, taken.sold, taken.shipping, taken.goodwill, taken.fee, portions)
    return Refund(*about, *money, asked.reason, asked.by, asked.key, _digest(wanted))


def _digest(wanted: Wanted) -> str:
    return digest(json.dumps(asdict(wanted), sort_keys=True))


def _item(refund: Refund) -> dict[str, Any]:
    """The item of the version after the one that was read."""
    body = asdict(replace(refund, history=()))
    body |= {"version": refund.version + 1, "history": [entry.to_dict() for entry in refund.history]}
    body["portions"] = [asdict(portion) for portion in refund.portions]
    return {"pk": partition(refund.order_id), "sk": f"{REFUND}{refund.number}", **body}


def _refund_from(item: dict[str, Any]) -> Refund:
    known = {name: item[name] for name in Refund.__slots__ if name in item}
    known |= {
        "sold": Sold(**item["sold"]),
        "portions": tuple(Portion(**portion) for portion in item["portions"]),
        "history": tuple(Entry.from_dict(entry) for entry in item["history"]),
    }
    return Refund(**known)


@dataclass(frozen=True, slots=True)
class Payer:
    """The money of a granted refund."""

    refunds: Refunds
    payments: Payments

    def pay(self, order_id: str, number: int) -> Refund:
        """Asks every tender for its portion, and says how the refund stands. Raises IllegalTransition where nobody has granted it."""
        refund = the(store.load(order_id), number)
        if refund.status not in ("granted", "failed", "paid"):
            raise IllegalTransition(f"refund {number} is {refund.status}")
        tenders = self.payments.pay_back(order_id, {portion.tender: portion.amount for portion in refund.portions}, refund.id)
        return self.refunds.settle(order_id, number, tenders)

    def settle(self, order_id: str) -> None:
        """Says of every granted refund how it stands now that a gateway has told us something."""
        record = store.load(order_id)
        tenders = {tender.number: tender for tender in account(record.order, record.state, record.tenders).tenders}
        for refund in of(record):
            if refund.status == "granted":
                self.refunds.settle(order_id, refund.number, tenders)
