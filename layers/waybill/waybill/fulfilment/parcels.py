"""The two sides of `functions/parcels`."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.fulfilment.labels import Labels
from waybill.fulfilment.watching import Watching


@dataclass(frozen=True, slots=True)
class Parcels:
    """`labels` hears of cancelled work, `watching` goes its rounds."""

    labels: Labels
    watching: Watching
