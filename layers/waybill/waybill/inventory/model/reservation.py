"""What one order holds at which node, and the batch of row operations that is under way for it.

Nothing touches a stock row before its batch is written here. Whoever comes next, after a crash or beside a slow twin, finishes the
batch first: the operations bear the batch's epoch and instant, so that they happen once whoever carries them out. That is why
no reservation is lost, doubled or left behind (I3, I5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from waybill.inventory.model.plan import Available, Plan, Wanted
from waybill.inventory.model.row import (
    CLAIMS,
    DAMAGED,
    GIVING_BACK,
    PLEDGED,
    RELEASED,
    RESERVED,
    SHIPPED,
    TAKEN,
    WITHDRAWN,
    WRITTEN_OFF,
    Op,
    Outcome,
)
from waybill.inventory.model.steps import Batch, Held, Step, add, by_line, copied, held_after, pledged_after, shipped_after, without_nothing
from waybill.kernel.errors import IllegalTransition, OrderCancelled
from waybill.kernel.events import Entry, appended

RESERVE, RELEASE, SHIP, MOVE, UNDO = "reserve", "release", "ship", "move", "undo"
Keep = Callable[[str, str], int | None]
"""Units of a SKU that this order must leave behind at a node; None where it never runs out."""
_TELLING = {RESERVED: (*CLAIMS, TAKEN), RELEASED: GIVING_BACK, WRITTEN_OFF: (WRITTEN_OFF,), DAMAGED: (DAMAGED,)}
_UNDONE = {RESERVED: RELEASED, PLEDGED: WITHDRAWN}
_NAMES_ITS_CAUSE = (SHIPPED, WRITTEN_OFF, DAMAGED, TAKEN)
_TAKEN_BY = "taken/"


@dataclass(frozen=True, slots=True)
class Reservation:
    """`held` {line: {node: units}} is what the rows hold for this order, of it `pledged` where supply never runs out; `shipped` {line: units} has
    left. `closed`: cancelled, never to be reserved again. `done` names the causes already carried out."""

    order_id: str
    version: int = 0
    epoch: int = 0
    held: Held = field(default_factory=dict)
    shipped: Mapping[str, int] = field(default_factory=dict)
    skus: Mapping[str, str] = field(default_factory=dict)
    batch: Batch | None = None
    done: tuple[str, ...] = ()
    closed: bool = False
    history: tuple[Entry, ...] = ()
    pledged: Held = field(default_factory=dict)

    @property
    def status(self) -> str:
        """`reserving`, `releasing`, … while a batch is under way; then `reserved`, `shipped`, `released` or `none`."""
        if self.batch:
            return {RESERVE: "reserving", SHIP: "shipping", MOVE: "moving"}.get(self.batch.kind, "releasing")
        if self.held:
            return "reserved"
        return "shipped" if self.shipped else "released" if self.epoch else "none"

    def covered(self, line: str) -> int:
        """Units of a line that are held or have left."""
        return sum(self.held.get(line, {}).values()) + self.shipped.get(line, 0)

    def added_to(self, available: Available) -> Available:
        """{sku: {node: units}} that who takes this reservation over may have."""
        total = {sku: dict(nodes) for sku, nodes in available.items()}
        for line, nodes in self.held.items():
            at = total.setdefault(self.skus[line], {})
            for node, units in nodes.items():
                at[node] = at.get(node, 0) + units
        return total

    def missing(self, wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
        """Of all that the order wants, what no reservation covers."""
        lacking = ((want, want.quantity - self.covered(want.line)) for want in wanted)
        return tuple(replace(want, quantity=units) for want, units in lacking if units > 0)

    def op(self, step: Step) -> Op:
        """The row operation of a step of the running batch: `<order>/<line>/<kind>/<epoch>`."""
        if self.batch is None:
            raise IllegalTransition(f"{self.order_id} has no stock operation under way")
        op_id = f"{self.order_id}/{step.line}/{step.kind}/{self.epoch}"
        note = self.batch.cause if step.kind in _NAMES_ITS_CAUSE else ""
        return Op(op_id, step.kind, step.quantity, self.batch.at, note, step.keep if step.kind == RESERVED else 0)

    def to_reserve(self, plan: Plan, skus: Mapping[str, str], cause: str, at: int, keep: Keep = lambda sku, node: 0) -> Reservation:
        """The intent to reserve after a plan, all of it or nothing."""
        return self._begun(RESERVE, cause, at, _reserving(plan, skus, keep), skus)

    def to_take(self, cart: Reservation, plan: Plan, skus: Mapping[str, str], at: int, keep: Keep) -> tuple[Reservation, Reservation]:
        """The intent to reserve after a plan, the cart's units first: those change hands and are free at no moment. And the cart without them, each
        of its lines being a SKU. Both are to be written in one transaction; what is left in the cart is its own to give back."""
        left, steps = {line: dict(nodes) for line, nodes in cart.held.items()}, list[Step]()
        theirs_pledged, ours_pledged = copied(cart.pledged), copied(self.pledged)
        theirs = {sku: line for line, sku in cart.skus.items()}
        for line, nodes in plan.items():
            here = left.get(theirs.get(skus[line], ""), {})
            for node, units in nodes.items():
                taken = min(units, here.get(node, 0))
                if taken:
                    here[node] -= taken
                    pledged = min(taken, theirs_pledged.get(theirs[skus[line]], {}).get(node, 0))
                    add(theirs_pledged, theirs[skus[line]], node, -pledged)
                    add(ours_pledged, line, node, pledged)
                    steps.append(Step(line, skus[line], node, TAKEN, taken))
                steps += _reserving({line: {node: units - taken}}, skus, keep)
        given = replace(cart, held=without_nothing(left), pledged=without_nothing(theirs_pledged), done=(*cart.done, _TAKEN_BY + self.order_id))
        taking = replace(self, pledged=without_nothing(ours_pledged))
        return taking._begun(RESERVE, cart.order_id, at, steps, skus), given

    @property
    def taken_by(self) -> list[str]:
        """The orders that have taken a cart's units over."""
        return [cause.removeprefix(_TAKEN_BY) for cause in self.done if cause.startswith(_TAKEN_BY)]

    def to_release(self, cause: str, at: int, *, close: bool) -> Reservation:
        """The intent to give back everything held. `close`: the order is cancelled and must never reserve again."""
        steps = [step for line, node, units in self._all_held() for step in self._giving_back(line, node, units)]
        return replace(self._begun(RELEASE, cause, at, steps), closed=self.closed or close)

    def to_ship(self, node: str, lines: Mapping[str, int], cause: str, at: int) -> Reservation:
        """The intent to let shipped units go. Raises IllegalTransition where the node does not hold them for this order."""
        return self._begun(SHIP, cause, at, self._leaving(SHIPPED, node, lines))

    def to_move(
        self, node: str, lines: Mapping[str, int], plan: Plan, cause: str, at: int, *, loss: str = "", keep: Keep = lambda sku, node: 0
    ) -> Reservation:
        """The intent to take units from a node and reserve them elsewhere. `loss`: they were not there (`row.WRITTEN_OFF`), or not fit (`row.DAMAGED`)."""
        if any(node in nodes for nodes in plan.values()):
            raise IllegalTransition(f"units cannot be moved from {node} to itself")
        unknown = sorted(plan.keys() - self.skus.keys())
        if unknown:
            raise IllegalTransition(f"{self.order_id} has never reserved line {unknown[0]}")
        leaving = self._leaving(loss or RELEASED, node, lines)
        return self._begun(MOVE, cause, at, [*leaving, *_reserving(plan, self.skus, keep)])

    def settled(self, outcomes: Iterable[Outcome], now: int, at: str) -> Reservation:
        """After every step of the batch has its final outcome: what is held now, and the batch that must follow, if any.

        A reservation that did not get everything gives back what it got. What must happen and came too late for the row's floor
        (it has not happened and never will) is done anew with a later instant.
        """
        if self.batch is None:
            raise IllegalTransition(f"{self.order_id} has no stock operation under way")
        pairs = list(zip(self.batch.steps, outcomes, strict=True))
        done = [step for step, outcome in pairs if outcome.done]
        late = [(step, outcome) for step, outcome in pairs if not outcome.done and step.kind not in CLAIMS]
        short = any(not outcome.done and step.kind in CLAIMS for step, outcome in pairs)
        pledged = pledged_after(self.pledged, done)
        after = replace(self, batch=None, held=held_after(self.held, done), pledged=pledged, shipped=shipped_after(self.shipped, done))
        if late or short:
            anew = max([now, *(outcome.floor + 1 for _, outcome in pairs)])
            return after._told(self.batch.kind, done, at, short)._followed(
                self.batch, [step for step, _ in late], done if short else [], anew
            )
        return after._told(self.batch.kind, done, at, short)

    def _followed(self, batch: Batch, late: list[Step], undo: list[Step], anew: int) -> Reservation:
        given_back = [replace(step, kind=_UNDONE[step.kind]) for step in undo if step.kind in CLAIMS]
        steps = (*late, *given_back)
        if not steps:
            return self
        kind = batch.kind if late else UNDO
        return replace(self, epoch=self.epoch + 1, batch=Batch(kind, anew, batch.cause, steps))

    def _begun(self, kind: str, cause: str, at: int, steps: list[Step], skus: Mapping[str, str] | None = None) -> Reservation:
        if self.batch:
            raise IllegalTransition(f"{self.order_id}: {self.batch.kind} is still under way")
        if self.closed and any(step.kind in CLAIMS for step in steps):
            raise OrderCancelled(f"{self.order_id} is cancelled: nothing more is reserved for it")
        batch = Batch(kind, at, cause, tuple(steps)) if steps else None
        done = (*self.done, cause) if kind in (SHIP, MOVE) else self.done
        return replace(self, epoch=self.epoch + 1, batch=batch, done=done, skus={**self.skus, **(skus or {})})

    def _leaving(self, kind: str, node: str, lines: Mapping[str, int]) -> list[Step]:
        for line, units in lines.items():
            if units > self.held.get(line, {}).get(node, 0):
                raise IllegalTransition(f"{node} does not hold {units} of line {line} for {self.order_id}")
        if kind == RELEASED:
            return [step for line, units in lines.items() for step in self._giving_back(line, node, units)]
        return [Step(line, self.skus[line], node, kind, units) for line, units in lines.items() if units > 0]

    def _giving_back(self, line: str, node: str, units: int) -> list[Step]:
        pledged = min(units, self.pledged.get(line, {}).get(node, 0))
        parts = ((WITHDRAWN, pledged), (RELEASED, units - pledged))
        return [Step(line, self.skus[line], node, kind, part) for kind, part in parts if part > 0]

    def _all_held(self) -> list[tuple[str, str, int]]:
        return [(line, node, units) for line, nodes in self.held.items() for node, units in nodes.items()]

    def _told(self, kind: str, done: list[Step], at: str, short: bool) -> Reservation:
        """The timeline says what was reserved and what was given back; an attempt that was undone says nothing."""
        after = self
        for deed, kinds in () if kind == UNDO else _TELLING.items():
            lines = by_line(step for step in done if step.kind in kinds)
            if lines and not (short and deed == RESERVED):
                data = {"epoch": self.epoch, "lines": lines}
                after = replace(after, history=appended(after.history, f"stock.{deed}", at, "inventory", data))
        return after


def _reserving(plan: Plan, skus: Mapping[str, str], keep: Keep) -> list[Step]:
    wanted = [(line, skus[line], node, units) for line, nodes in plan.items() for node, units in nodes.items() if units > 0]
    left_behind = [keep(sku, node) for _, sku, node, _ in wanted]
    return [
        Step(line, sku, node, PLEDGED, units) if left is None else Step(line, sku, node, RESERVED, units, left)
        for (line, sku, node, units), left in zip(wanted, left_behind, strict=True)
    ]
