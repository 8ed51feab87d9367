"""The two sides of `functions/parcels`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waybill.fulfilment import arranging
from waybill.fulfilment.asked import ASKED, give_back
from waybill.fulfilment.booking import Booking
from waybill.fulfilment.collecting import Collecting
from waybill.fulfilment.labels import Labels
from waybill.fulfilment.releasing import Releasing
from waybill.fulfilment.watching import Watching
from waybill.kernel.events import Event


@dataclass(frozen=True, slots=True)
class Parcels:
    """`labels` gives back what nobody needs any more, `relabel` labels the packages of a fulfilment order anew, `watching` goes its rounds over parcels,
    `collecting` over what waits for its customer, `releasing` over what is kept from its node, `booking` over vans that carriers have a word to say about."""

    labels: Labels
    watching: Watching
    relabel: Callable[[str, str], Any]
    collecting: Collecting
    releasing: Releasing
    booking: Booking

    def round(self) -> dict[str, int]:
        """What the schedule runs."""
        return self.releasing.round() | self.watching.round() | self.collecting.round() | self.booking.round()

    def told(self, event: Event) -> None:
        """Work that is cancelled, labels that a person wants back, vans that he wants or wants no more. Raises Unavailable, Conflict to be tried again."""
        if event.type == arranging.ASKED:
            self.booking.go_on(event.data["collection"])
        elif event.type == ASKED:
            give_back(self.labels, self.relabel, event)
        else:
            self.labels.told(event)
