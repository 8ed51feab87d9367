"""What a channel can be told, whichever it is."""

from __future__ import annotations

from typing import Protocol

from waybill.channels.model.shipment import Cancellation, Reduction, Shipment
from waybill.kernel.errors import Unavailable, WaybillError


class ChannelRefused(WaybillError):
    """The channel answered that it will not have this. Nothing of ours will change its mind: the message ends as a dead letter."""

    status, code = 502, "channel_refused"


class AskedToWait(Unavailable):
    """The channel is there and wants to be left alone for `seconds`."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Teller(Protocol):
    """Tells one channel. Each verb may be called again after a crash at any point, and must not then tell twice if the channel
    lets it look first. Raises ChannelRefused, AskedToWait, Unavailable."""

    def shipped(self, shipment: Shipment) -> None: ...

    def cancelled(self, cancellation: Cancellation) -> None: ...

    def reduced(self, reduction: Reduction) -> None: ...
