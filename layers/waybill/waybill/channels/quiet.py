"""What a channel that has no word for something is told of it."""

from __future__ import annotations

from waybill.channels.model.levels import Heard, Levels
from waybill.channels.model.shipment import Acceptance, Cancellation, Declined, GivenBack, Ready, Reduction, Refund, Shipment


class Quiet:
    """Nothing. A channel overrides what it has a word for; its docstring says why the rest is not told."""

    __slots__ = ()

    def accepted(self, acceptance: Acceptance) -> None: ...

    def ready(self, ready: Ready) -> None: ...

    def shipped(self, shipment: Shipment) -> None: ...

    def cancelled(self, cancellation: Cancellation) -> None: ...

    def reduced(self, reduction: Reduction) -> None: ...

    def declined(self, declined: Declined) -> None: ...

    def given_back(self, given: GivenBack) -> None: ...

    def refund(self, refund: Refund) -> None: ...

    def stock(self, levels: Levels) -> Heard:
        return Heard(unknown=dict.fromkeys(levels.units, "it has no word for stock"))
