"""Payment events → balances, as a pure function (the projection of saleor/saleor, BSD-3-Clause, restated).

- Events of one kind with one `ref` are one operation. A success stands only where it is strictly newer than every failure
  beside it; a failure without a later success releases the request; a request with neither is pending.
- Captures and voids, done or pending, take from what is authorised; refunds take from what is charged; a chargeback takes from
  charged only; a reversed refund goes back from refunded to charged.
- The newest adjustment replaces what was authorised before it.
- A success without a `ref` is a manual statement: it adds to its own bucket and takes nothing from another.
- Order in the list means nothing, time decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from waybill.payments.model.events import KINDS, PaymentEvent


@dataclass(frozen=True, slots=True)
class Balances:
    """Minor units. `charged` is what is left of the captures after refunds, pending refunds and disputes."""

    authorised: int = 0
    charged: int = 0
    refunded: int = 0
    cancelled: int = 0
    auth_pending: int = 0
    charge_pending: int = 0
    refund_pending: int = 0
    cancel_pending: int = 0
    disputed: int = 0

    def __add__(self, other: Balances) -> Balances:
        return Balances(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class _Sums:
    """Of one kind: `done` and `pending` of operations, `stated` and `stated_pending` of events without a reference."""

    done: int
    pending: int
    stated: int
    stated_pending: int


_NONE = _Sums(0, 0, 0, 0)


def project(events: Iterable[PaymentEvent]) -> Balances:
    """The balances that a tender's events amount to. Any order of the list gives the same."""
    of = _by_kind(events)
    alone = of[""]
    adjusted = _newest(alone, "AUTH_ADJUSTMENT")
    auth = _sums(_after(of["AUTH"], adjusted))
    charge, refund, cancel = (_sums(of[kind]) for kind in ("CHARGE", "REFUND", "CANCEL"))
    disputed, reversed_ = _total(alone, "CHARGEBACK"), _total(alone, "REFUND_REVERSED")
    authorised = (adjusted.amount if adjusted else 0) + auth.done + auth.stated - _total(alone, "AUTH_EXPIRED")
    return Balances(
        authorised=max(0, authorised - charge.done - charge.pending - cancel.done - cancel.pending),
        charged=charge.done + charge.stated - refund.done - refund.pending - disputed + reversed_,
        refunded=refund.done + refund.stated - reversed_,
        cancelled=cancel.done + cancel.stated,
        auth_pending=max(0, auth.pending + auth.stated_pending),
        charge_pending=charge.pending + charge.stated_pending,
        refund_pending=refund.pending + refund.stated_pending,
        cancel_pending=cancel.pending + cancel.stated_pending,
        disputed=disputed,
    )


def captured_in_all(events: Iterable[PaymentEvent]) -> int:
    """Minor units ever captured, whatever was returned since: the left side of `captured ≤ authorised`."""
    sums = _sums(_by_kind(events)["CHARGE"])
    return sums.done + sums.stated


def _by_kind(events: Iterable[PaymentEvent]) -> dict[str, list[PaymentEvent]]:
    """Those that count."""
    of: dict[str, list[PaymentEvent]] = {kind: [] for kind in ("", *KINDS)}
    for event in events:
        if event.counts:
            of[event.kind].append(event)
    return of


def _sums(events: list[PaymentEvent]) -> _Sums:
    """Of events of one kind."""
    if not events:
        return _NONE
    groups: dict[str, list[PaymentEvent]] = {}
    stated = stated_pending = 0
    for event in events:
        if event.ref is not None:
            groups.setdefault(event.ref, []).append(event)
        elif event.outcome == "SUCCESS":
            stated += event.amount
        elif event.outcome == "REQUEST":
            stated_pending += event.amount
    if not groups:
        return _Sums(0, 0, stated, stated_pending)
    done, pending = zip(*map(_settled, groups.values()), strict=True)
    return _Sums(sum(done), sum(pending), stated, stated_pending)


def _settled(operation: list[PaymentEvent]) -> tuple[int, int]:
    """(done, pending) of one operation."""
    success, failure, request = (_last(operation, outcome) for outcome in ("SUCCESS", "FAILURE", "REQUEST"))
    if success and (failure is None or success.at > failure.at):
        return success.amount, 0
    if success or failure:
        return 0, 0
    return 0, request.amount if request else 0


def _last(operation: list[PaymentEvent], outcome: str) -> PaymentEvent | None:
    return max((event for event in operation if event.outcome == outcome), key=lambda event: event.at, default=None)


def _newest(events: list[PaymentEvent], type: str) -> PaymentEvent | None:
    return max((event for event in events if event.type == type), key=lambda event: event.at, default=None)


def _after(events: list[PaymentEvent], adjusted: PaymentEvent | None) -> list[PaymentEvent]:
    return events if adjusted is None else [event for event in events if event.at > adjusted.at]


def _total(events: list[PaymentEvent], type: str) -> int:
    return sum(event.amount for event in events if event.type == type)
