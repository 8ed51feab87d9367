"""The chart of accounts: which account of the shop stands for which role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

RECEIVABLE, CLEARING, SALES, DISCOUNTS, SHIPPING = "receivable", "clearing", "sales", "discounts", "shipping-income"
FEES, TAX, DIFFERENCES, GOODS, COST_OF_GOODS = "fees", "sales-tax", "differences", "inventory", "cogs"
BANK, GATEWAY_FEES, CHARGEBACKS = "bank", "gateway-fees", "chargebacks"
CREDITS, GOODWILL = "clearing-ledger", "goodwill"
"""What we owe on gift cards and store credit: the clearing account of our own ledger. What was given away of it."""

STANDARD = {
    RECEIVABLE: "asset",
    CLEARING: "asset",
    GOODS: "asset",
    BANK: "asset",
    TAX: "liability",
    SALES: "income",
    DISCOUNTS: "income",
    SHIPPING: "income",
    FEES: "income",
    COST_OF_GOODS: "expense",
    GATEWAY_FEES: "expense",
    CHARGEBACKS: "expense",
    CREDITS: "liability",
    GOODWILL: "expense",
    DIFFERENCES: "expense",
}
"""Every role and its kind. `receivable` holds what customers owe; its credit balance is what they have paid ahead."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Kinds of the shop's accounts by id, over the standard ones. A clearing account of one payer is `clearing-<payer>`."""

    kinds: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, accounts: Iterable[tuple[str, str]]) -> Chart:
        """From (id, kind) of the shop's accounts."""
        return cls(dict(accounts))

    def clearing(self, payer: str) -> str:
        """Where the money of a gateway or a channel lies until it pays out; the common one for a payer without its own."""
        own = f"{CLEARING}-{payer}"
        return own if own in self.kinds or own in STANDARD else CLEARING

    def kind(self, account: str) -> str:
        """asset, liability, income, expense or equity; an account that nobody has declared any more is equity."""
        return self.kinds.get(account) or STANDARD.get(account) or STANDARD.get(account.partition("-")[0], "equity")
