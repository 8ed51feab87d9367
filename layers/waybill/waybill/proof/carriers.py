"""Of a carrier that sells labels: its own books against ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from waybill.proof.facts import CarrierFacts
from waybill.proof.rules import Rules

CARRIER = Rules()


@CARRIER.rule("I11")
def _owed(facts: CarrierFacts) -> Iterator[str]:
    """What our books owe a carrier is what it has sold and not taken back, to the cent; of a label that is being bought or given back, what we know of it."""
    owed = Counter[str]()
    for label in facts.sold:
        if facts.under_way.get(label.shipment, label.live):
            owed[label.currency] += label.price
    for currency in sorted({*owed, *facts.booked}):
        if owed[currency] != facts.booked.get(currency, 0):
            yield f"our books owe it {facts.booked.get(currency, 0)} {currency}, and it is owed {owed[currency]}"
