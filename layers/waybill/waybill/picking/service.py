"""Waves: planned by a rule or by hand, taken by one person with one device, picked by absolute counts, ended.

A pick says how many units of a line are in the cart altogether. So it may be sent again, late, or by a phone that has lost the answer, and never counts twice; and it is one
transaction with the wave, whose version stands for who has it in hand: what somebody says from whom it was taken over is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from waybill.aws.tables import Write
from waybill.fulfilment.model import fulfilment_order as verbs
from waybill.fulfilment.model import waves
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.machine import CLOSED
from waybill.fulfilment.service import Fulfilment, find, order_of, save
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput, KeyReused, NotFound, Unavailable, WaybillError
from waybill.orders import store
from waybill.orders.store import Record
from waybill.picking import waiting
from waybill.picking.model import wave as model
from waybill.picking.model.choosing import Rule, chosen
from waybill.picking.model.walk import Stop, Take, way
from waybill.picking.model.wave import Wave
from waybill.picking.ports import Bins, Waves

_MOST_TRIES = 6


@dataclass(frozen=True, slots=True)
class Pick:
    """`picked` units of the line are in the cart altogether."""

    fulfilment_order: str
    line: str
    picked: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A pick that could not be noted, and what the person is to do with the goods."""

    pick: Pick
    problem: str


@dataclass(frozen=True, slots=True)
class Picking:
    """Use cases of a warehouse's walk. `node`: whose wave it must be, empty for anybody's; another's is NotFound."""

    clock: Clock
    waves: Waves
    bins: Bins
    fulfilment: Fulfilment

    def known(self, id: str, asked: str, actor: str) -> Wave | None:
        """The wave that was planned under this id, None where none was. Raises KeyReused where it was asked for in other words (`asked`: their digest)."""
        wave = self.waves.find(id)
        if wave is not None and wave.asked != asked:
            raise KeyReused("this key came before with another wave", fields={"Idempotency-Key": "used before"})
        return wave and self._whole(wave, actor)

    def plan(self, id: str, asked: str, node: str, wanted: Rule | Sequence[str], actor: str) -> Wave:
        """A new wave of what the rule chooses, or of these fulfilment orders. Raises Conflict where nothing fits, or the id was planned just now; InvalidInput for work
        that is not the node's or cannot be picked."""
        works = chosen(wanted, waiting.at_node(node, self.bins)) if isinstance(wanted, Rule) else self._by_hand(node, wanted)
        if not works:
            raise Conflict("nothing that fits waits to be picked: look at the list of work, or widen the rule")
        self.waves.save(model.planned(id, node, tuple(works), instant(self.clock()), actor, asked))
        return self._whole(self.waves.load(id), actor)

    def _whole(self, wave: Wave, actor: str) -> Wave:
        """With its work on it, should that have been left halfway."""
        return self._filled(wave, instant(self.clock()), actor) if not wave.units and not wave.ended else wave

    def read(self, id: str, node: str = "") -> Wave:
        """Raises NotFound, for another node's as for none."""
        wave = self.waves.load(id)
        if node and wave.node != node:
            raise NotFound(f"there is no wave {id[:64]!r}")
        return wave

    def way(self, wave: Wave) -> list[Stop]:
        """Where to walk and what to take there, as the work stands now; what was cancelled or taken off the wave is not in it."""
        takes: dict[str, list[Take]] = {}
        titles: dict[str, str] = {}
        for record, work in self._works(wave):
            lines = {line.id: line for line in record.order.lines}
            for line, at_node in work.lines.items() if work.wave == wave.id and work.status not in CLOSED else ():
                take = Take(wave.slot(work.id), work.id, line, at_node.quantity, at_node.picked)
                takes.setdefault(lines[line].sku, []).append(take)
                titles[lines[line].sku] = lines[line].title
        return way(takes, waiting.goods(wave.node, titles, self.bins))

    def take(self, id: str, device: str, picker: str, over: bool, actor: str, node: str = "") -> Wave:
        """Raises Conflict where somebody else has it and `over` was not said."""
        return self._changed(id, node, lambda wave, at: model.take(wave, device, picker, over, at, actor))

    def pick(self, id: str, device: str, picks: Sequence[Pick], actor: str, node: str = "") -> tuple[Wave, list[Refused]]:
        """Notes what is in the cart. Raises Conflict where the wave is in other hands; a pick of its own that cannot be is among the refused, and the others stand."""
        for _ in range(_MOST_TRIES):
            wave, at = self.read(id, node), instant(self.clock())
            model.hold(wave, device)
            writes, units, refused = self._noted(wave, picks, at, actor)
            if not writes:
                return wave, refused
            model.refuse_ended(wave)
            try:
                self.waves.save(model.counted(wave, units, at, actor), *writes)
            except Conflict:
                continue
            return self.waves.load(id), refused
        raise Unavailable(f"{id} is being changed by many at once; try again")

    def short(self, id: str, device: str, fo_id: str, line: str, there: int, reason: str, actor: str, node: str = "") -> Wave:
        """Only `there` units of a line can be had: the order goes on with those, and the rest goes the way that the policy `short_pick` says. Saying it again changes nothing.
        Raises Conflict where the wave is in other hands."""
        wave = self.read(id, node)
        model.hold(wave, device)
        before = self._load(fo_id, wave)
        _, after = self.fulfilment.only(fo_id, {line: there}, reason, actor, wave.node)
        gone = _wanted(before) - (0 if after.status in CLOSED else _wanted(after))
        return self._changed(id, node, lambda each, at: model.shortened(each, gone, at, actor)) if gone and not wave.ended else wave

    def leave(self, id: str, actor: str, node: str = "") -> Wave:
        """The walk is over; what is not picked whole may go on another wave."""
        wave, now = self.read(id, node), instant(self.clock())
        for _, work in self._works(wave):
            whole = all(at_node.picked == at_node.quantity for at_node in work.lines.values())
            if not whole and work.status not in CLOSED:
                self._work(work.id, lambda each: waves.leave(each, wave.id, now, actor))
        ended = model.end if wave.picked else model.give_up
        return self._changed(id, node, lambda each, at: each if each.ended else ended(each, at, actor))

    def _filled(self, wave: Wave, at: str, actor: str) -> Wave:
        """Claims the work; what others were quicker to have is left to them."""
        units: dict[str, int] = {}
        for fo_id in wave.works:
            try:
                work = self._work(fo_id, lambda each: waves.join(each, wave.id, at, actor))
            except WaybillError:
                continue
            units[fo_id] = sum(at_node.quantity - at_node.picked for at_node in work.lines.values())
        if not units:
            self._changed(wave.id, "", lambda each, now: model.give_up(each, now, actor))
            raise Conflict("somebody else was quicker to have all of it: plan the wave anew")
        return self._changed(wave.id, "", lambda each, _: model.filled(each, units))

    def _noted(self, wave: Wave, picks: Sequence[Pick], at: str, actor: str) -> tuple[list[Write], int, list[Refused]]:
        """The writes, how many units are new in them, and what is refused."""
        by_work: dict[str, list[Pick]] = {}
        for pick in picks:
            by_work.setdefault(pick.fulfilment_order, []).append(pick)
        writes, units, refused = list[Write](), 0, list[Refused]()
        for fo_id, mine in by_work.items():
            try:
                before = after = self._load(fo_id, wave)
            except WaybillError as problem:
                refused += [Refused(pick, f"{problem.message}: put it back") for pick in mine]
                continue
            for pick in mine:
                try:
                    after = _picked(after, pick, at, actor)
                except WaybillError as problem:
                    refused.append(Refused(pick, problem.message))
            units += _in_cart(after) - _in_cart(before)
            writes += [save(after)] if after is not before else []
        return writes, units, refused

    def _load(self, fo_id: str, wave: Wave) -> FulfilmentOrder:
        if fo_id not in wave.works:
            raise InvalidInput(f"{fo_id[:64]} is not in this wave", fields={"fulfilment_order": "not in this wave"})
        work = find(store.load(order_of(fo_id)), fo_id, wave.node)
        if work.status in CLOSED:
            raise IllegalTransition(f"{fo_id} is {work.status}")
        if work.wave != wave.id:
            raise IllegalTransition(f"{fo_id} is on this wave no more")
        return work

    def _by_hand(self, node: str, works: Sequence[str]) -> list[str]:
        for fo_id in works:
            work = find(store.load(order_of(fo_id)), fo_id, node)
            if work.wave or work.status not in ("requested", *waves.PICKABLE):
                raise InvalidInput(f"{fo_id} {f'is on {work.wave}' if work.wave else f'is {work.status}'}", fields={"fulfilment_orders": fo_id})
        return list(dict.fromkeys(works))

    def _works(self, wave: Wave) -> list[tuple[Record, FulfilmentOrder]]:
        records = {order: store.load(order) for order in dict.fromkeys(map(order_of, wave.works))}
        return [(records[order_of(fo_id)], find(records[order_of(fo_id)], fo_id)) for fo_id in wave.works]

    def _work(self, fo_id: str, verb: Callable[[FulfilmentOrder], FulfilmentOrder]) -> FulfilmentOrder:
        outcome: list[FulfilmentOrder] = []

        def writes(record: Record) -> list[Write]:
            work = find(record, fo_id)
            outcome[:] = [verb(work)]
            return [save(outcome[0])] if outcome[0] is not work else []

        store.change(order_of(fo_id), writes)
        return outcome[0]

    def _changed(self, id: str, node: str, verb: Callable[[Wave, str], Wave]) -> Wave:
        for _ in range(_MOST_TRIES):
            wave = self.read(id, node)
            after = verb(wave, instant(self.clock()))
            if after is wave:
                return wave
            try:
                self.waves.save(after)
            except Conflict:
                continue
            return self.waves.load(id)
        raise Unavailable(f"{id} is being changed by many at once; try again")


def shown(wave: Wave) -> dict[str, Any]:
    """The wave as its document, without the way."""
    names = ("id", "node", "status", "since", "picker", "taken_at", "units", "picked")
    return {name: getattr(wave, name) for name in names} | {"fulfilment_orders": list(wave.works)}


def _picked(work: FulfilmentOrder, pick: Pick, at: str, actor: str) -> FulfilmentOrder:
    """What is in the cart already is not said again. Raises InvalidInput for more than is wanted, or a line that it has not."""
    at_node = work.lines.get(pick.line)
    if at_node is None:
        raise InvalidInput(f"{work.id} has no line {pick.line[:64]!r}", fields={"line": "no line of it"})
    if pick.picked > at_node.quantity:
        over = pick.picked - at_node.quantity
        raise InvalidInput(f"{at_node.quantity} are wanted, not {pick.picked}: put {over} back", fields={"picked": "more than are wanted"})
    more = pick.picked - at_node.picked
    return verbs.pick(work, {pick.line: more}, at, actor) if more > 0 else work


def _in_cart(work: FulfilmentOrder) -> int:
    return sum(at_node.picked for at_node in work.lines.values())


def _wanted(work: FulfilmentOrder) -> int:
    return sum(at_node.quantity for at_node in work.lines.values())
