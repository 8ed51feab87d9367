"""The Orders table and its keys, which are built here and nowhere else. It loads nothing of what an order is: a door may look whether one stands."""

from __future__ import annotations

from waybill.aws.tables import Table

ORDERS = Table("ORDERS_TABLE")
DOC, PII, STATE, WAIT = "DOC", "PII", "STATE", "WAIT"
FULFILMENT_ORDER, TENDER, DECISION, WANT, EDIT = "FO#", "PAY#", "DECISION#", "WANT#", "EDIT#"


def partition(order_id: str) -> str:
    return f"ORDER#{order_id}"
