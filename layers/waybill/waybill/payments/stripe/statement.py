"""Stripe's books as a statement. https://docs.stripe.com/reports/balance-transaction-types"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from waybill.payments.model import settlement
from waybill.payments.model.settlement import Payout, Row
from waybill.payments.stripe.books import Movement, StripeBooks

_KINDS = {
    **dict.fromkeys(("charge", "payment"), settlement.CHARGE),
    **dict.fromkeys(("refund", "payment_refund", "refund_failure", "payment_failure_refund"), settlement.REFUND),
    **dict.fromkeys(("stripe_fee", "stripe_fx_fee", "tax_fee", "application_fee", "application_fee_refund"), settlement.FEE),
    **dict.fromkeys(("reserve_transaction", "reserved_funds", "reserve_hold", "reserve_release"), settlement.RESERVE),
    **dict.fromkeys(("payout", "payout_failure", "payout_cancel"), settlement.PAYOUT),
}
_DISPUTES = ("dp_", "du_")


class StripeStatement:
    """The Statement port on Stripe."""

    def __init__(self, books: StripeBooks) -> None:
        self._books = books

    def rows(self, since: datetime, until: datetime) -> Iterator[Row]:
        return map(_row, self._books.movements(since, until))

    def rows_of(self, payout: str) -> Iterator[Row]:
        return map(_row, self._books.movements_of(payout))

    def payouts(self, since: datetime) -> Iterator[Payout]:
        for made in self._books.payouts(since):
            failed = made.status in ("failed", "canceled")
            yield Payout(made.id, settlement.FAILED if failed else made.status, made.amount, made.currency, made.at, made.automatic)

    def order_of(self, payment: str) -> str:
        return self._books.order_of(payment)


def _row(moved: Movement) -> Row:
    disputed = moved.type == "adjustment" and moved.source.startswith(_DISPUTES)
    kind = settlement.DISPUTE if disputed else _KINDS.get(moved.type, settlement.OTHER)
    return Row(
        moved.id, kind, moved.gross, moved.fee, moved.net, moved.currency, moved.at, moved.payment, moved.key, moved.source, moved.order_id, moved.type,
    )  # fmt: skip
