"""What a gateway says has moved its balance, held against what we wrote down. Pure.

A matter is one thing that both sides know under one name: a payment's captures, one refund, a payment's dispute, a row, a payout.
Of each matter the verdict is a difference or None: they agree. Of what is too young to be judged there is no verdict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from waybill.payments.model.events import PaymentEvent
from waybill.payments.model.tender import AS_CREDIT, CARD, Tender

CHARGE, REFUND, DISPUTE, FEE, RESERVE, PAYOUT, OTHER = "charge", "refund", "dispute", "fee", "reserve", "payout", "other"

MISSING_HERE, MISSING_THERE, AMOUNT_DIFFERS, CURRENCY_DIFFERS = "missing_here", "missing_there", "amount_differs", "currency_differs"
FEE_UNKNOWN, PAYOUT_OFF, DISPUTE_UNSEEN, ROW_OFF = "fee_unknown", "payout_does_not_sum", "dispute_unseen", "row_does_not_add_up"
KINDS = (MISSING_HERE, MISSING_THERE, AMOUNT_DIFFERS, CURRENCY_DIFFERS, FEE_UNKNOWN, PAYOUT_OFF, DISPUTE_UNSEEN, ROW_OFF)

PAID, FAILED = "paid", "failed"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a gateway's balance. Minor units, negative where money leaves; `fee` is positive where it costs us: net = gross − fee.

    `payment` is the payment as our tenders name it, `key` our key of a refund, `source` the gateway's id of what moved the money,
    `order_id` whom it says it was for; each may be empty. `type` is the gateway's own word.
    """

    id: str
    kind: str
    gross: int
    fee: int
    net: int
    currency: str
    at: str
    payment: str = ""
    key: str = ""
    source: str = ""
    order_id: str = ""
    type: str = ""

    @property
    def off(self) -> int:
        """By how much its own figures contradict each other."""
        return self.net - (self.gross - self.fee)

    @property
    def cost(self) -> int:
        """What the gateway has kept for itself with this row; nothing where the row contradicts itself."""
        return 0 if self.off else self.fee - (self.gross if self.kind == FEE else 0)


@dataclass(frozen=True, slots=True)
class Payout:
    """One transfer to the bank. `automatic`: the gateway says which rows it is made of."""

    id: str
    status: str
    amount: int
    currency: str
    at: str
    automatic: bool = True


@dataclass(frozen=True, slots=True)
class Breakdown:
    """deposit = gross − fees − refunds − disputes − reserves + other."""

    gross: int
    fees: int
    refunds: int
    disputes: int
    reserves: int
    other: int

    @property
    def deposit(self) -> int:
        return self.gross - self.fees - self.refunds - self.disputes - self.reserves + self.other


@dataclass(frozen=True, slots=True)
class Difference:
    """`amount` is the money at stake, never negative; `ours` and `theirs` what each side says, None where it says nothing."""

    kind: str
    amount: int
    currency: str
    ours: int | None = None
    theirs: int | None = None


Verdicts = dict[str, Difference | None]


def breakdown(rows: Iterable[Row]) -> Breakdown:
    """What a payout is made of; the payout's own row is left out."""
    sums: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        if row.kind != PAYOUT:
            sums[row.kind] += row.gross
            sums["fees"] += row.fee
    return Breakdown(sums[CHARGE], sums["fees"] - sums[FEE], -sums[REFUND], -sums[DISPUTE], -sums[RESERVE], sums[OTHER])


def of_payout(payout: Payout, rows: Iterable[Row]) -> Verdicts:
    """Whether the rows come to what the bank was sent."""
    sums = breakdown(rows).deposit
    off = abs(payout.amount - sums)
    return {f"payout/{payout.id}": Difference(PAYOUT_OFF, off, payout.currency, sums, payout.amount) if off else None}


def of_stranger(row: Row) -> Verdicts:
    """A row that belongs to no order of ours."""
    verdicts = _of_row(row)
    if row.kind in (CHARGE, REFUND, DISPUTE) and row.gross:
        kind = DISPUTE_UNSEEN if row.kind == DISPUTE else MISSING_HERE
        verdicts[f"stranger/{row.id}"] = Difference(kind, abs(row.gross), row.currency, None, row.gross)
    return verdicts


def of_order(tenders: Iterable[Tender], rows: Iterable[Row], due_before: str) -> Verdicts:
    """The tenders of one order at one gateway against the gateway's rows of that order.

    What we did at `due_before` (an instant) or later need not be on the statement yet. Rows are old enough to be known to us.
    """
    events = [event for tender in tenders if tender.kind == CARD for event in tender.events if event.counts]
    currencies = {tender.currency for tender in tenders}
    listed = sorted(rows, key=lambda row: row.id)
    verdicts: Verdicts = {}
    for row in listed:
        verdicts |= _of_row(row)
    for matter, (known, told) in _matters(events, listed).items():
        sides = _Sides(matter, known, told, currencies, due_before)
        if not sides.too_young:
            verdicts[matter] = sides.verdict()
    return verdicts


@dataclass(frozen=True, slots=True)
class _Sides:
    """What both sides say about one matter."""

    matter: str
    known: list[PaymentEvent]
    told: list[Row]
    currencies: set[str]
    due_before: str

    @property
    def ours(self) -> int:
        return sum(-event.amount if event.type == "REFUND_REVERSED" else event.amount for event in self.known)

    @property
    def theirs(self) -> int:
        gross = sum(row.gross for row in self.told)
        return gross if self.matter.startswith(CHARGE) else -gross

    @property
    def too_young(self) -> bool:
        return self.theirs < self.ours and any(event.at >= self.due_before for event in self.known)

    def verdict(self) -> Difference | None:
        ours, theirs = self.ours, self.theirs
        currency = self.told[0].currency if self.told else min(self.currencies, default="")
        if self.known and not self.told:
            return Difference(MISSING_THERE, ours, currency, ours, None) if ours else None
        if not self.known:
            kind = DISPUTE_UNSEEN if self.matter.startswith(DISPUTE) else MISSING_HERE
            return Difference(kind, abs(theirs), currency, None, theirs) if theirs else None
        if {row.currency for row in self.told} != self.currencies:
            return Difference(CURRENCY_DIFFERS, abs(theirs), currency, ours, theirs)
        return Difference(AMOUNT_DIFFERS, abs(ours - theirs), currency, ours, theirs) if ours != theirs else None


def _matters(events: list[PaymentEvent], rows: list[Row]) -> dict[str, tuple[list[PaymentEvent], list[Row]]]:
    matters: defaultdict[str, tuple[list[PaymentEvent], list[Row]]] = defaultdict(lambda: ([], []))
    events = [event for event in events if event.reason != AS_CREDIT]
    refunds = {event.ref or event.reference or "": event for event in events if event.type == "REFUND_SUCCESS"}
    names = {event.reference: name for name, event in refunds.items() if event.reference}
    for row in rows:
        if row.kind == REFUND:
            name = row.key or names.get(row.source) or row.source or row.id
            if name != row.source and row.source:
                matters[f"{REFUND}/{row.source}"]  # a case that was opened under this name before we knew ours closes
            matters[f"{REFUND}/{name}"][1].append(row)
        elif row.kind in (CHARGE, DISPUTE):
            matters[f"{row.kind}/{row.payment or row.source or row.id}"][1].append(row)
    for event in events:
        if event.type == "CHARGE_SUCCESS":
            matters[f"{CHARGE}/{event.reference}"][0].append(event)
        elif event.type == "REFUND_SUCCESS":
            matters[f"{REFUND}/{event.ref or event.reference}"][0].append(event)
        elif event.type == "REFUND_REVERSED":
            matters[f"{REFUND}/{names.get(event.reference, event.ref or event.reference)}"][0].append(event)
        elif event.type == "CHARGEBACK":
            matters[f"{DISPUTE}/{_payment_of(event, rows)}"][0].append(event)
    return matters


def _payment_of(dispute: PaymentEvent, rows: list[Row]) -> str | None:
    """A dispute goes by its payment; where we have kept the dispute's own name, its row says which payment that is."""
    names = {dispute.ref, dispute.reference}
    return next((row.payment for row in rows if row.kind == DISPUTE and row.source in names and row.payment), dispute.reference)


def _of_row(row: Row) -> Verdicts:
    """Whether a row makes sense by itself."""
    unknown = row.kind == OTHER
    off = Difference(ROW_OFF, abs(row.off), row.currency, row.gross - row.fee, row.net) if row.off else None
    return {f"row/{row.id}": Difference(FEE_UNKNOWN, abs(row.net), row.currency, None, row.net) if unknown and not off else off}
