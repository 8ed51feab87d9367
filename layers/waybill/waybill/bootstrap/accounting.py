"""The books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from waybill.bootstrap.clock import utc_now

if TYPE_CHECKING:
    from waybill.accounting.service import Books
    from waybill.aws.http import Router


def books() -> Books:
    """Posts the journal: what the accounting queue's events go to."""
    from waybill.accounting.dynamodb import LedgerTable
    from waybill.accounting.service import Books
    from waybill.orders import store
    from waybill.shop import store as shop

    return Books(LedgerTable(), store.load, shop.items, shop.accounts)


def accounting_api() -> Router:
    """Routes of `functions/accounting`."""
    from waybill.accounting import api
    from waybill.accounting.dynamodb import LedgerTable
    from waybill.orders import store
    from waybill.shop import store as shop

    return api.router(LedgerTable(), store.load, shop.accounts, utc_now)
