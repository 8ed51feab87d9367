"""The book of payments in the Orders table: PAY#<n> beside the order; an authorised payment and the confirmed order in one commit."""

from __future__ import annotations

from dataclasses import replace

from waybill.aws.tables import Write, commit
from waybill.aws.tables import replace as put_over
from waybill.orders import codec, store
from waybill.orders.model.labels import live_though_cancelled
from waybill.orders.model.state import State
from waybill.payments.model.tender import Tender
from waybill.payments.records import Account, account, saved, tender_item


class OrdersTable:
    """The Book port on the Orders table."""

    def read(self, order_id: str) -> Account:
        record = store.load(order_id)
        return replace(account(record.order, record.state, record.tenders), live_label=live_though_cancelled(record.fulfilment_orders))

    def save(self, seen: Account, tender: Tender | None, state: State | None = None) -> Account:
        writes: list[Write] = []
        if tender is not None:
            writes.append(put_over(store.ORDERS, tender_item(tender), tender.version))
        if state is not None:
            writes.append(put_over(store.ORDERS, codec.state_item(state, seen.order), state.version))
        commit(*writes)
        return saved(seen, tender, state)
