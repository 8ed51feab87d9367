"""One node's work on one order: asked for, picked, packed, shipped in one go or parcel by parcel, delivered; or rejected, or cancelled. Pure.

What interrupts it has files of its own: `cancelling`, `shortage`, `pausing`, `dividing`. `machine` says what may follow what.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from waybill.fulfilment.model.machine import BEGUN, LEFT, MACHINE, PARTLY_LEFT, WITHDRAWN_FROM
from waybill.fulfilment.model.once import Asked
from waybill.fulfilment.model.parcel import Package, Purchase, held, said
from waybill.fulfilment.model.parts import AtNode, Pause, Pickup, Schedule
from waybill.fulfilment.model.tracking import Scan, newest
from waybill.kernel.errors import IllegalTransition, InvalidInput, NotFound
from waybill.kernel.events import Entry, appended

REASONS = ("NOT_IN_STOCK", "DAMAGED", "INCORRECT_ADDRESS", "UNDELIVERABLE_DESTINATION", "OTHER")
REROUTED = "REROUTED"
"""Our own reason: a person has sent the work elsewhere."""
KEPT = ("fulfilment_order.scheduled", "fulfilment_order.approval_requested")
"""What the history of work begins with that its node is not asked for at once."""


@dataclass(frozen=True, slots=True)
class FulfilmentOrder:
    """The record. `version` is the one that was read, `since` when the node was asked. `within`: days that a carrier may take, so that what was
    promised is kept if the node ships as it does by its calendar; 0 where nothing is promised, -1 where it was too late when it was asked.
    `group`: the ship group whose address it goes to, "" for the order's own. `pause`: why it stands still, where it does.
    `wave`: the walk on which it is picked, "" while it is on none. `asked`: the latest requests that had a key. `schedule`: the day for which it is kept,
    None once its node was asked."""

    id: str
    order_id: str
    node: str
    status: str
    lines: Mapping[str, AtNode]
    since: str
    version: int = 0
    within: int = 0
    packages: tuple[Package, ...] = ()
    history: tuple[Entry, ...] = field(default=())
    group: str = ""
    pause: Pause | None = None
    wave: str = ""
    buying: Purchase | None = None
    asked: tuple[Asked, ...] = ()
    pickup: Pickup | None = None
    schedule: Schedule | None = None

    @property
    def is_kept(self) -> bool:
        """Its node was never asked."""
        types = {entry.type for entry in self.history}
        return "fulfilment_order.requested" not in types and not types.isdisjoint(KEPT)

    @property
    def is_fetched_here(self) -> bool:
        """The customer comes to its node: nothing of it is packed, labelled or carried."""
        return self.pickup is not None and self.pickup.node == self.node

    @property
    def goes_to_a_store(self) -> bool:
        """It is sent to the store at which its customer fetches it: with its parcels it has arrived there, and not at him."""
        return self.pickup is not None and self.pickup.node != self.node

    def units(self) -> dict[str, int]:
        """All units by line; a line of which nothing is left is not among them."""
        return {line: at_node.quantity for line, at_node in self.lines.items() if at_node.quantity}

    def arrived(self) -> dict[str, int]:
        """Units delivered by line; none count before their parcel is known to have left, nor those that lie at a store."""
        if self.goes_to_a_store:
            return {}
        return held(package for package in self.packages if package.delivered and package.left)

    def to_pack(self) -> dict[str, int]:
        """Units by line that are in no parcel yet."""
        return {line: at_node.quantity - at_node.packed for line, at_node in self.lines.items() if at_node.quantity > at_node.packed}

    def staying(self) -> tuple[Package, ...]:
        """Parcels that are packed and have not left."""
        return tuple(package for package in self.packages if not package.left)

    @property
    def left_unsaid(self) -> tuple[int, ...]:
        """Parcels that the carrier has, and of which the node has not said that it gave them away."""
        may_leave = {"ship", "ship a part"} <= set(MACHINE.allowed(self.status))
        return tuple(package.n for package in self.staying() if package.with_carrier) if may_leave else ()

    def package(self, n: int) -> Package:
        """Raises NotFound."""
        found = next((package for package in self.packages if package.n == n), None)
        if found is None:
            raise NotFound(f"{self.id} has no package {n}")
        return found

    def parcel(self, tracking_number: str) -> Package:
        """Raises NotFound."""
        found = next((package for package in self.packages if package.tracking_number == tracking_number), None)
        if found is None:
            raise NotFound(f"{self.id} has no parcel under this tracking number")
        return found


def accept(work: FulfilmentOrder, at: str, actor: str) -> FulfilmentOrder:
    """The node takes the work. A repeat changes nothing, also when it has gone on since."""
    if work.status in (*BEGUN, "ready_for_pickup", *PARTLY_LEFT):
        return work
    return told(go(work, "accept"), "accepted", at, actor, {})


def reject(work: FulfilmentOrder, reason: str, lines: list[str], at: str, actor: str) -> FulfilmentOrder:
    """The node cannot: all of it goes back, `lines` (empty: all) are those at fault. Raises InvalidInput for an unknown reason."""
    refuse_reason(work, reason, lines)
    if work.status == "rejected":
        return work
    refuse_being_bought(work)
    data = {"reason": reason, "lines": lines or sorted(work.lines), **({"labelled": True} if work.buying else {})}
    return told(go(work, "reject"), "rejected", at, actor, data)


def refuse_reason(work: FulfilmentOrder, reason: str, lines: list[str]) -> None:
    """Raises InvalidInput for a reason or a line that there is not."""
    if reason not in REASONS:
        raise InvalidInput(f"reason is one of {', '.join(REASONS)}", fields={"reason": "unknown"})
    for line in lines:
        known(work, line)


def refuse_being_bought(work: FulfilmentOrder) -> None:
    """Raises IllegalTransition while a label of it may be bought; one that is to be given back is live for nobody."""
    if work.buying and not work.buying.giving_up:
        raise IllegalTransition(f"{work.id}: its label is being bought; give it back first (void)")


def withdraw(work: FulfilmentOrder, to: str, at: str, actor: str, pushed: bool = False) -> FulfilmentOrder:
    """We take the work back to send it elsewhere (`to` that node, where one is named), as long as nobody at the node has begun. Raises IllegalTransition
    after that. `pushed`: its node hears of its work from us, and so of this."""
    if work.status == "rejected":
        return work
    if work.status not in WITHDRAWN_FROM:
        raise IllegalTransition(f"{work.id} is {work.status}: too late to take it back; the node may still reject it")
    data = {"reason": REROUTED, "lines": sorted(work.lines)} | ({"to": to} if to else {}) | ({"push": True} if pushed else {})
    return told(go(work, "reject"), "rejected", at, actor, data)


def pick(work: FulfilmentOrder, units: Mapping[str, int], at: str, actor: str) -> FulfilmentOrder:
    """These units are in the cart; no units named: all that are missing. Raises InvalidInput for more than was asked for."""
    if work.status in ("picked", "packed", "ready_for_pickup", *PARTLY_LEFT):
        return work
    missing = {line: at_node.quantity - at_node.picked for line, at_node in work.lines.items()}
    taken = units or missing
    for line, quantity in taken.items():
        known(work, line)
        if not 0 <= quantity <= missing[line]:
            raise InvalidInput(f"line {line}: {missing[line]} units are to pick, not {quantity}", fields={f"lines.{line}": "over-pick"})
    lines = {line: replace(at, picked=at.picked + taken.get(line, 0)) for line, at in work.lines.items()}
    done = all(at_node.picked == at_node.quantity for at_node in lines.values())
    after = replace(go(work, "finish picking" if done else "pick"), lines=lines)
    return told(after, "picked", at, actor, {"lines": dict(taken)})


def ship(work: FulfilmentOrder, leaving: Collection[int], last: bool, at: str, actor: str, before: Mapping[str, int] | None = None) -> FulfilmentOrder:
    """These parcels have left the house (`leaving`, see `to_leave`). `last`: with them the whole order has. `before`: units of the order that had left
    already, by line, so that who splits its money over parcels does it the same in whatever order the parcels are told. `part`: how many parcels of this
    fulfilment order had. What the carrier has delivered before we were told that it left is delivered now."""
    if not leaving:
        return work
    gone = [package for package in work.packages if package.n in leaving]
    units, part = held(gone), len(work.packages) - len(work.staying())
    packages = tuple(replace(package, left=True) if package.n in leaving else package for package in work.packages)
    lines = {line: replace(at_node, shipped=at_node.shipped + units.get(line, 0)) for line, at_node in work.lines.items()}
    whole = all(package.left for package in packages) and not work.to_pack()
    after = go(work, "ship" if whole else "ship a part")
    data = {"lines": units, "packages": [said(package) for package in gone], "last": last, "before": dict(before or {})}
    shipped = told(replace(after, packages=packages, lines=lines, pause=None), "shipped", at, actor, data | ({"part": part} if part else {}))
    for package in gone:
        shipped = _delivered(shipped, package, at, actor) if package.delivered else shipped
    return shipped


def to_leave(work: FulfilmentOrder, wanted: Collection[int] = ()) -> tuple[int, ...]:
    """Which parcels leave where these are named, or all where none is: those that have not left already. Raises NotFound for a parcel that there is not,
    IllegalTransition where nothing is packed."""
    named = [work.package(n) for n in wanted] or list(work.packages)
    if work.status in (*LEFT, "ready_for_pickup"):
        return ()
    leaving = tuple(package.n for package in named if not package.left)
    MACHINE.after(work.status, "ship")
    if not work.packages:
        raise IllegalTransition(f"{work.id}: nothing of it is packed, so nothing can leave")
    if not leaving and not wanted:
        raise IllegalTransition(f"{work.id}: the rest of it is to be packed before it leaves")
    return leaving


def track(work: FulfilmentOrder, n: int, scan: Scan, at: str, actor: str) -> FulfilmentOrder:
    """The carrier has seen a package, in whatever state our record is. What is older than what we know changes nothing (I27);
    a delivered one stays delivered. The same word once more is kept as the newest, and not told again."""
    package = work.package(n)
    newer = newest(package.scan, scan)
    if newer == package.scan:
        return work
    seen = replace(package, scan=newer)
    after = replace(work, packages=tuple(seen if each.n == n else each for each in work.packages))
    if package.scan is not None and package.scan.status == newer.status:
        return after
    if seen.delivered and seen.left:
        return _delivered(after, seen, at, actor)
    return told(after, "tracked", at, actor, {"package": n, "status": scan.status, "code": scan.code})


def seen_of_old(work: FulfilmentOrder, tracking_number: str, scan: Scan, at: str, actor: str) -> FulfilmentOrder:
    """The carrier has seen a label of a parcel that was taken apart since: it is noted, once a word, and nothing moves."""
    data = {"package": 0, "tracking_number": tracking_number, "status": scan.status, "code": scan.code}
    if any((entry.data.get("tracking_number"), entry.data.get("status")) == (tracking_number, scan.status) for entry in work.history):
        return work
    return told(work, "tracked", at, actor, data)


def _delivered(work: FulfilmentOrder, package: Package, at: str, actor: str) -> FulfilmentOrder:
    """One package is at the door; with the last of them the work is done, unless its customer is still to fetch it there. It says so once a package."""
    last = times_delivered(work) + 1 == len(work.packages) and not work.to_pack()
    ended = go(work, "deliver") if last and not work.goes_to_a_store else work
    return told(ended, "delivered", at, actor, {"package": package.n, "lines": dict(package.lines), "last": last})


def times_delivered(work: FulfilmentOrder) -> int:
    """How many of its parcels have said that they arrived."""
    return sum(entry.type == "fulfilment_order.delivered" for entry in work.history)


def go(work: FulfilmentOrder, verb: str) -> FulfilmentOrder:
    """In the state that follows. Raises IllegalTransition."""
    return replace(work, status=MACHINE.after(work.status, verb))


def told(work: FulfilmentOrder, what: str, at: str, actor: str, data: dict[str, Any]) -> FulfilmentOrder:
    """With a line more in its history."""
    said = {"fo_id": work.id, "node": work.node, **data}
    return replace(work, history=appended(work.history, f"fulfilment_order.{what}", at, actor, said))


def known(work: FulfilmentOrder, line: str) -> None:
    """Raises InvalidInput."""
    if line not in work.lines:
        raise InvalidInput(f"{work.id} has no line {line[:64]!r}", fields={"line": "unknown"})
