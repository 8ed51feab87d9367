"""What the labels of parcels cost us, as the events of fulfilment say it. Pure.

A label that a carrier has sold costs when it is bought, and nothing once the carrier has taken it back. One of our own, priced by the carrier's list, costs when the carrier
has the parcel in its hands: nobody bills a label that only lies in the house.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_OF_A_LABEL = {
    "fulfilment_order.label_bought": (1, False),
    "fulfilment_order.label_voided": (-1, False),
    "fulfilment_order.return_labelled": (1, True),
    "fulfilment_order.return_voided": (-1, True),
}
"""Events of one label that was sold: owed for it or no more, and whether a package comes back by it."""
_SEEN, _SHIPPED = "fulfilment_order.return_tracked", "fulfilment_order.shipped"
TYPES = (*_OF_A_LABEL, _SEEN)
"""Events that say nothing else of money; `shipped` says it beside the sale."""


@dataclass(frozen=True, slots=True)
class Carriage:
    """Owed to a carrier, in minor units of its currency; negative where it is owed no more. `back`: for a package that comes back."""

    carrier: str
    amount: int
    currency: str
    back: bool = False


def carriage(type: str, data: Mapping[str, Any]) -> list[Carriage]:
    """What an event makes us owe to carriers; nothing of an event that says nothing of it."""
    if type == _SHIPPED:
        return [each for package in data.get("packages", ()) if not package.get("shipment") for each in _owed(package, 1, False)]
    if type == _SEEN:
        return _owed(data, 1, True)
    return _owed(data, *_OF_A_LABEL[type]) if type in _OF_A_LABEL and data.get("shipment") else []


def _owed(said: Mapping[str, Any], sign: int, back: bool) -> list[Carriage]:
    cost = int(said.get("cost", 0))
    return [Carriage(said["carrier"], sign * cost, said["currency"], back)] if cost and said.get("currency") and said.get("carrier") else []
