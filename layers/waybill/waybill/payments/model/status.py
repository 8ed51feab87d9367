"""The order's money at a glance: how much of what is due has been charged, how much is at least authorised."""

from __future__ import annotations

from waybill.payments.model.balances import Balances


def due(total: int, granted_refunds: int = 0) -> int:
    """What the customer owes, minor units: the total without what was cancelled or granted back."""
    return max(0, total - granted_refunds)


def charge_status(balances: Balances, owed: int) -> str:
    """`none`, `partial`, `full` or `over`. Nothing owed and nothing charged is `full`."""
    charged = balances.charged
    if charged > owed:
        return "over"
    if charged >= owed:
        return "full"
    return "partial" if charged > 0 else "none"


def auth_status(balances: Balances, owed: int) -> str:
    """`none`, `partial` or `full`: authorised, charged, or a capture under way all cover what is owed."""
    covered = balances.authorised + balances.charged + balances.charge_pending
    if covered >= owed:
        return "full"
    return "partial" if covered > 0 else "none"
