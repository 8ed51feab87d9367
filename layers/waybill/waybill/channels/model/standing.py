"""What a channel says has become of its order since it was placed. All of it only ever grows, save the address: whoever hears it twice,
late or out of order does nothing twice and takes nothing back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Standing:
    """`as_of`: the instant at which the channel last changed the order. `cancelled`: why, "" where it is not. `removed` and `shipped`: units
    that the customer no longer wants, or that the channel says have left, by line. `paid` and `refunded`: minor units that the channel has taken
    and returned in all; None where it does not say. `risk`: what it advises to do with the order, `orders.model.risk.ADVICE`, "" for nothing."""

    as_of: str = ""
    cancelled: str = ""
    removed: Mapping[str, int] = field(default_factory=dict)
    shipped: Mapping[str, int] = field(default_factory=dict)
    paid: int | None = None
    refunded: int | None = None
    risk: str = ""

    @property
    def has_grown(self) -> bool:
        """Something has become of the order since it was placed and paid."""
        return bool(self.cancelled or self.removed or self.shipped or self.refunded)
