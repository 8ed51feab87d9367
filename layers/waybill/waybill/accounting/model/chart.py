"""The chart of accounts: which account of the shop stands for which role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

RECEIVABLE, CLEARING, SALES, DISCOUNTS, SHIPPING = "receivable", "clearing", "sales", "discounts", "shipping-income"
FEES, TAX, DIFFERENCES, GOODS, COST_OF_GOODS = "fees", "sales-tax", "differences", "inventory", "cogs"
BANK, GATEWAY_FEES, CHARGEBACKS = "bank", "gateway-fees", "chargebacks"
FREIGHT_OUT, RETURN_FREIGHT, PAYABLE = "freight-out", "return-freight", "carrier-payable"
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
    FREIGHT_OUT: "expense",
    RETURN_FREIGHT: "expense",
    PAYABLE: "liability",
    GATEWAY_FEES: "expense",
    CHARGEBACKS: "expense",
    CREDITS: "liability",
    GOODWILL: "expense",
    DIFFERENCES: "expense",
}
"""Every role and its kind. `receivable` holds what customers owe; its credit balance is what they have paid ahead."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Kinds of the shop's accounts by id, over the standard ones. A clearing account of one payer is `clearing-<payer>`, what
    one carrier is owed `carrier-payable-<carrier>`."""

    kinds: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, accounts: Iterable[tuple[str, str]]) -> Chart:
        """From (id, kind) of the shop's accounts."""
        return cls(dict(accounts))

    def clearing(self, payer: str) -> str:
        """Where the money of a gateway or a channel lies until it pays out; the common one for a payer without its own."""
        return self._own(CLEARING, payer)

    def payable(self, carrier: str) -> str:
        """What a carrier is owed for labels until its invoice is paid; the common one for a carrier without its own."""
        return self._own(PAYABLE, carrier)

    def _own(self, common: str, whose: str) -> str:
        own = f"{common}-{whose}"
        return own if own in self.kinds or own in STANDARD else common

    def kind(self, account: str) -> str:
        """asset, liability, income, expense or equity; an account that nobody has declared any more is equity."""
        parts = account.split("-")
        names = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
        return self.kinds.get(account) or next((STANDARD[name] for name in names if name in STANDARD), "equity")
