"""Reads what a carrier is owed: by its own books, and by ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from proof.living import Dweller
from proof.quick import seen
from proof.returning import KEEPS_BOOKS
from waybill.accounting.model.chart import PAYABLE
from waybill.fulfilment.model import returning
from waybill.fulfilment.model.buying import VOIDING
from waybill.proof.facts import AtCarrier, CarrierFacts

_ACCOUNT = f"{PAYABLE}-{KEEPS_BOOKS}"


def carrier_facts(the: Dweller) -> CarrierFacts | None:
    """Of the carrier of the lives; None where nobody keeps such books."""
    if the.outside is None:
        return None
    tables = the.world.cloud.dynamodb.tables
    booked = Counter[str]()
    for entry in map(seen, tables["LedgerTable"].every()):
        for account, amount, currency in entry["postings"]:
            booked[currency] -= amount if account == _ACCOUNT else 0
    works = (seen(partition.items[sk]) for pk, partition in tables["OrdersTable"].partitions.items() if pk.startswith("ORDER#") for sk in partition.order if sk.startswith("FO#"))
    under_way = dict(each for work in works for each in _under_way(work))
    sold = tuple(AtCarrier(label.shipment, label.tracking_number, label.live, label.price, "USD") for label in the.outside.carrier.labels())
    return CarrierFacts(KEEPS_BOOKS, sold, dict(booked), under_way)


def _under_way(work: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Labels that are being bought (owed only once we know) or given back (owed until we know)."""
    buying = work.get("buying") or {"packages": (), "handles": ()}
    for package, handle in zip(buying["packages"], buying["handles"], strict=True):
        yield handle.partition("/")[0], bool(package.get("shipment"))
        yield (package.get("back") or {}).get("shipment", ""), True
    for package in work.get("packages", ()):
        back = package.get("back") or {"status": ""}
        if package.get("label") == VOIDING:
            yield package.get("shipment", ""), True
        if back["status"] in (returning.BUYING, returning.VOIDING):
            yield (back.get("shipment") or back.get("handle", "").partition("/")[0]), back["status"] == returning.VOIDING
