"""Which postings which business event makes. Debit positive, credit negative."""

from __future__ import annotations

from collections.abc import Iterable

from waybill.accounting.model import chart as accounts
from waybill.accounting.model.carriage import Carriage
from waybill.accounting.model.entry import Posting, merged
from waybill.orders.model.sale import Sold


def sale(sold: Sold, currency: str) -> tuple[Posting, ...]:
    """Goods have left: the customer owes for them, we have earned."""
    legs = (
        (accounts.RECEIVABLE, sold.total),
        (accounts.DISCOUNTS, sold.discounts),
        (accounts.SALES, -sold.goods),
        (accounts.SHIPPING, -sold.shipping),
        (accounts.FEES, -sold.fees),
        (accounts.TAX, -sold.tax),
        (accounts.DIFFERENCES, -sold.difference),
    )
    return merged(Posting(account, amount, currency) for account, amount in legs)


def credit_note(sold: Sold, goodwill: int, fee: int, currency: str) -> tuple[Posting, ...]:
    """A part of the sale is taken back, something is given on top, a fee is kept: the customer owes so much less."""
    beside = (
        (accounts.RECEIVABLE, fee - goodwill),
        (accounts.DISCOUNTS, goodwill),
        (accounts.FEES, -fee),
    )
    taken_back = (Posting(leg.account, -leg.amount, leg.currency) for leg in sale(sold, currency))
    return merged((*taken_back, *(Posting(account, amount, currency) for account, amount in beside)))


def cost_of_goods(costs: Iterable[tuple[int, str]]) -> tuple[Posting, ...]:
    """What left the shelves, at what we paid: (minor units, currency) of each line."""
    both = ((Posting(accounts.COST_OF_GOODS, cost, currency), Posting(accounts.GOODS, -cost, currency)) for cost, currency in costs)
    return merged(leg for pair in both for leg in pair)


def carried(payable: str, owed: Carriage) -> tuple[Posting, ...]:
    """A carrier is owed for a label, or has taken it back: an expense of the parcel, in the carrier's own currency."""
    freight = accounts.RETURN_FREIGHT if owed.back else accounts.FREIGHT_OUT
    return merged((Posting(freight, owed.amount, owed.currency), Posting(payable, -owed.amount, owed.currency)))


def paid(clearing: str, amount: int, currency: str) -> tuple[Posting, ...]:
    """A gateway or a channel holds the customer's money for us; before the goods leave it is a deposit."""
    return merged((Posting(clearing, amount, currency), Posting(accounts.RECEIVABLE, -amount, currency)))


def refunded(clearing: str, amount: int, currency: str) -> tuple[Posting, ...]:
    """Money has gone back the way it came."""
    return paid(clearing, -amount, currency)


def disputed(clearing: str, amount: int, currency: str) -> tuple[Posting, ...]:
    """The customer's bank has taken money back from the gateway that held it; negative where it came back to us."""
    return merged((Posting(accounts.CHARGEBACKS, amount, currency), Posting(clearing, -amount, currency)))


def credited(against: str, amount: int, currency: str) -> tuple[Posting, ...]:
    """A gift card or store credit was issued: given away, or sold for money that lies in `against`; negative where it was taken off."""
    return merged((Posting(against, amount, currency), Posting(accounts.CREDITS, -amount, currency)))


def fee(clearing: str, amount: int, currency: str) -> tuple[Posting, ...]:
    """A gateway has kept something for itself of what it holds for us; negative where it gives a fee back."""
    return merged((Posting(accounts.GATEWAY_FEES, amount, currency), Posting(clearing, -amount, currency)))


def deposit(clearing: str, amount: int, currency: str) -> tuple[Posting, ...]:
    """A gateway has sent what it held for us to the bank; negative where it has called it back."""
    return merged((Posting(accounts.BANK, amount, currency), Posting(clearing, -amount, currency)))
