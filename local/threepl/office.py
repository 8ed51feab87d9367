"""The office of a warehouse that speaks EDI: it acknowledges what lies in its folder, and advises what has left, in its own time.

An order lies in the folder until its advice has been put there. So an office that is opened anew finds what is still to be done, and says again what it
may have said before: the same file under the same number.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from local.threepl import paperwork
from local.threepl.folder import Folder
from local.threepl.paperwork import Asked
from local.threepl.refusals import Refusals
from waybill.edi.model import acknowledgement, documents, parsing
from waybill.edi.model.acknowledgement import ACCEPTED
from waybill.edi.model.shipping_order import CANCELLED
from waybill.edi.model.x12 import Interchange
from waybill.kernel.errors import Malformed

_STEPS = 3
_SHIPMENTS = "SW"


@dataclass
class Office:
    """`pace`: seconds between two steps of the work; `resting`: nodes whose people have a break."""

    node: str
    folder: Folder
    refusals: Refusals
    resting: set[str] = field(default_factory=set)
    pace: float = 1.0
    say: Callable[[str], None] = print
    clock: Callable[[], float] = time.monotonic
    _open: dict[str, list[Asked]] = field(default_factory=dict)
    _since: dict[str, float] = field(default_factory=dict)

    def round(self) -> bool:
        """Looks into the folder and does what is due; whether the shop has taken note of a shipment, so that the carrier has parcels under way."""
        there = self.folder.waiting()
        self._open = {name: asked for name, asked in self._open.items() if name in there}
        taken = [self._opened(name) for name in there if name not in self._open]
        if self.node not in self.resting:
            for number, asked in self._due():
                self._advise(number, asked)
        return any(taken)

    @property
    def under_way(self) -> list[str]:
        """The shop's numbers of what has not left."""
        return sorted({asked.order.number for some in self._open.values() for asked in some})

    def _opened(self, name: str) -> bool:
        """A file that was put there. What asks for nothing is taken away at once."""
        try:
            read = parsing.read(self.folder.read(name))
        except Malformed as problem:
            self.say(f"{self.node}: {name} cannot be read: {problem.message}")
            self._open[name] = []
            return False
        for it in read:
            if answer := paperwork.acknowledged(it):
                self.folder.put(f"{it.control}.997.edi", answer)
        asked = [each for it in read for each in paperwork.orders(name, it)]
        if asked:
            self._open[name] = asked
            self._since |= {each.order.number: self.clock() for each in asked}
            self.say(f"{self.node}: {name} {', '.join(f'{each.order.status} {each.order.number}' for each in asked)}")
        else:
            self.folder.take_away(name)
        return any(self._heard(it) for it in read)

    def _heard(self, it: Interchange) -> bool:
        """Their 997s: whether one is to an advice of ours, and all of it was taken."""
        said = [documents.understood(each)[0] for each in it.sets if each.kind == acknowledgement.KIND]
        for each in said:
            if each is not None and each.status != ACCEPTED:
                self.say(f"{self.node}: the shop refuses {each.functional} {each.control}")
        return any(each is not None and each.functional == _SHIPMENTS and each.status == ACCEPTED for each in said)

    def _due(self) -> Iterator[tuple[str, list[Asked]]]:
        for number in self.under_way:
            if self._since[number] + _STEPS * self.pace <= self.clock():
                asked = [each for some in self._open.values() for each in some if each.order.number == number]
                yield number, sorted(asked, key=lambda each: each.it.control)

    def _advise(self, number: str, asked: list[Asked]) -> None:
        """The advice first, then the order away, then what was asked to be missing has been."""
        last = asked[-1]
        missing = None if last.order.status == CANCELLED else self.refusals.fitting(paperwork.shelf_work(last, self.node))
        text = paperwork.advised(asked, paperwork.lacking(last, missing.lines) if missing else {})
        if text:
            self.folder.put(f"{last.it.control}.945.edi", text)
            self.say(f"{self.node}: 945 to {last.order.status} {number}" + (f" ({missing.reason})" if missing else ""))
        for name in dict.fromkeys(each.name for each in asked):
            self._done(name, number)
        if missing and text:
            self.refusals.met(missing)

    def _done(self, name: str, number: str) -> None:
        self._open[name] = [each for each in self._open[name] if each.order.number != number]
        if not self._open[name]:
            self.folder.take_away(name)
            del self._open[name]
