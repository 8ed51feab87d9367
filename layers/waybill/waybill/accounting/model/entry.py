"""A journal entry: it balances, or it does not come into being (I8). Nothing here changes one (I13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


class Unbalanced(ValueError):
    """The postings of an entry do not sum to zero in every currency: an error of ours, never of the caller."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One leg: minor units of a currency on an account, debit positive, credit negative."""

    account: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What one business event did to the books. `currency` is the order's; `at` the event's instant. `order_id` and `channel`
    are empty where it was for no one order.

    Raises Unbalanced unless Σ of the postings is zero per currency.
    """

    event_id: str
    event: str
    at: str
    order_id: str
    channel: str
    currency: str
    memo: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        off = {currency: total for currency, total in totals(self.postings).items() if total}
        if off or not self.postings:
            raise Unbalanced(f"{self.id}: {off or 'no postings'}")

    @property
    def id(self) -> str:
        """Deterministic: the same event is the same entry."""
        return f"JE#{self.event_id}"

    @property
    def date(self) -> str:
        return self.at[:10]


def totals(postings: Iterable[Posting]) -> dict[str, int]:
    """Σ by currency."""
    sums: defaultdict[str, int] = defaultdict(int)
    for posting in postings:
        sums[posting.currency] += posting.amount
    return dict(sums)


def merged(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """One posting an account and currency, in order of appearance; those that come to nothing left out."""
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for posting in postings:
        sums[posting.account, posting.currency] += posting.amount
    return tuple(Posting(account, amount, currency) for (account, currency), amount in sums.items() if amount)
