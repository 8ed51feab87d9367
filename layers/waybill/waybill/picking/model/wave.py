"""A wave: fulfilment orders of one node that one person picks on one walk. Pure.

What was picked stands in the fulfilment orders alone; the wave says which they are and who has it in hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from waybill.kernel.errors import Conflict, IllegalTransition
from waybill.kernel.events import Entry, appended
from waybill.kernel.machine import Machine

MACHINE = Machine(
    "wave",
    "open",
    {
        ("open", "take"): "picking",
        ("picking", "take"): "picking",
        ("open", "end"): "done",
        ("picking", "end"): "done",
        ("open", "give up"): "given_up",
        ("picking", "give up"): "given_up",
    },
)
ENDED = ("done", "given_up")


@dataclass(frozen=True, slots=True)
class Wave:
    """The record. `works` are fulfilment orders in the order of their slots on the cart; `device` is the phone or scanner that has it, `picker` who holds
    that, `taken_at` since when; of its `units` so many are `picked`. `asked` is the digest of what it was asked for with, `version` the one that was read."""

    id: str
    node: str
    status: str
    works: tuple[str, ...]
    since: str
    picker: str = ""
    device: str = ""
    taken_at: str = ""
    units: int = 0
    picked: int = 0
    asked: str = ""
    version: int = 0
    log: tuple[Entry, ...] = field(default=())

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    def slot(self, fo_id: str) -> int:
        """Its place on the cart, from 1."""
        return self.works.index(fo_id) + 1


def planned(id: str, node: str, works: tuple[str, ...], at: str, actor: str, asked: str = "") -> Wave:
    """A new wave of these fulfilment orders."""
    return _told(Wave(id, node, MACHINE.start, works, at, asked=asked), "planned", at, actor, {"fulfilment_orders": list(works)})


def filled(wave: Wave, units: Mapping[str, int]) -> Wave:
    """The wave of those alone that could be had for it: `units` still to pick, by fulfilment order."""
    works = tuple(work for work in wave.works if work in units)
    return replace(wave, works=works, units=sum(units.values()))


def counted(wave: Wave, units: int, at: str, actor: str) -> Wave:
    """So many more units are picked; with the last of them the wave is done."""
    after = replace(wave, picked=wave.picked + units)
    return end(after, at, actor) if after.picked >= after.units else after


def take(wave: Wave, device: str, picker: str, over: bool, at: str, actor: str) -> Wave:
    """Somebody picks it with a device. The same device once more changes nothing. Raises Conflict where another has it and it was not said that it is
    taken over: then the other's picks are refused from now on."""
    refuse_ended(wave)
    if wave.device == device:
        return wave
    if wave.device and not over:
        raise Conflict(f"{wave.picker or 'somebody'} has been picking this wave since {wave.taken_at[11:16]} UTC; take it over only if they have stopped")
    taken = replace(wave, status=MACHINE.after(wave.status, "take"), device=device, picker=picker, taken_at=at)
    return _told(taken, "taken", at, actor, {"picker": picker, "from": wave.picker})


def hold(wave: Wave, device: str) -> None:
    """Raises Conflict where another device has the wave."""
    if wave.device != device:
        whose = f"{wave.picker or 'somebody'} has taken this wave over" if wave.device else "take the wave first"
        raise Conflict(f"{whose}: put back what you have picked since, or bring it to them")


def shortened(wave: Wave, units: int, at: str, actor: str) -> Wave:
    """So many units fewer are to be picked; where that was the last of it the wave is done."""
    after = replace(wave, units=wave.units - units)
    return end(after, at, actor) if after.picked >= after.units else after


def end(wave: Wave, at: str, actor: str) -> Wave:
    """Nothing of it is left to pick."""
    return wave if wave.ended else _told(replace(wave, status=MACHINE.after(wave.status, "end")), "done", at, actor, {})


def give_up(wave: Wave, at: str, actor: str) -> Wave:
    """It is not walked (any further); what was picked stays picked. Raises IllegalTransition for one that is done."""
    if wave.status == "given_up":
        return wave
    return _told(replace(wave, status=MACHINE.after(wave.status, "give up")), "given_up", at, actor, {})


def refuse_ended(wave: Wave) -> None:
    """Raises IllegalTransition."""
    if wave.ended:
        raise IllegalTransition(f"{wave.id} is {wave.status.replace('_', ' ')}: there is nothing more to pick in it")


def _told(wave: Wave, what: str, at: str, actor: str, data: dict[str, Any]) -> Wave:
    return replace(wave, log=appended(wave.log, f"wave.{what}", at, actor, {"wave": wave.id, "node": wave.node, **data}))
