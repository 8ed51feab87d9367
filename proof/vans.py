"""Carriers' vans: what is on record of them against the carrier's books."""

from __future__ import annotations

from collections import Counter

from proof.living import Dweller
from proof.quick import unpacked_once
from waybill.fulfilment.model.collection import BOOKED, CANCELLED, MISSED, REFUSED
from waybill.proof.facts import Broken

_PREFIX = "COLLECTION#"


def broken(the: Dweller, at_rest: bool) -> list[Broken]:
    """At no time do two come for one intent; at rest what is on record as booked comes, and what is over does not."""
    if the.outside is None or not the.outside.carrier.vans:
        return []
    coming = {van.reference: van.confirmation for van in the.outside.carrier.coming()}
    found = [Broken("I23", id, f"{n} vans come for one intent") for id, n in Counter(van.reference for van in the.outside.carrier.coming()).items() if n > 1]
    if not at_rest:
        return found
    partitions = the.world.cloud.dynamodb.tables["OrdersTable"].partitions.items()
    for known in (unpacked_once(item) for pk, partition in partitions if pk.startswith(_PREFIX) for item in partition.items.values()):
        id, status = known["pk"].removeprefix(_PREFIX), known["status"]
        if status == BOOKED and coming.get(id) != known["confirmation"]:
            found.append(Broken("I23", id, f"it is booked as {known['confirmation']}, and {coming.get(id)} comes"))
        if status in (CANCELLED, REFUSED, MISSED) and id in coming:
            found.append(Broken("I23", id, f"it is {status}, and {coming[id]} comes"))
    return found
