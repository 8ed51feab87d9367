"""One node's work on one order: requested, accepted, picked, packed, shipped, delivered; or rejected, or cancelled. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from waybill.fulfilment.model.tracking import Scan, newest
from waybill.kernel.errors import IllegalTransition, InvalidInput, NotFound
from waybill.kernel.events import Entry, appended
from waybill.kernel.machine import Machine

MACHINE = Machine(
    "fulfilment order",
    "requested",
    {
        ("requested", "accept"): "accepted",
        ("accepted", "pick"): "picking",
        ("picking", "pick"): "picking",
        ("accepted", "finish picking"): "picked",
        ("picking", "finish picking"): "picked",
        ("picked", "pack"): "packed",
        ("packed", "ship"): "shipped",
        ("shipped", "deliver"): "delivered",
        **{(state, "reject"): "rejected" for state in ("requested", "accepted", "picking", "picked")},
        **{(state, "cancel"): "cancelled" for state in ("requested", "accepted", "picking", "picked", "packed")},
    },
)
CLOSED = ("delivered", "rejected", "cancelled")
LEFT = ("shipped", "delivered")
REASONS = ("NOT_IN_STOCK", "DAMAGED", "INCORRECT_ADDRESS", "UNDELIVERABLE_DESTINATION", "OTHER")
REROUTED = "REROUTED"
"""Our own reason: a person has sent the work elsewhere."""
WITHDRAWN_FROM = ("requested", "accepted")
_HEAVIEST_G = 70_000


@dataclass(frozen=True, slots=True)
class AtNode:
    """Units of one line at the node. 0 ≤ packed ≤ picked ≤ quantity."""

    quantity: int
    picked: int = 0
    packed: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    """One parcel: what is in it, who carries it, where it is. `cost` in minor units of the carrier's currency. `box`: the carton of the shop that it is packed in,
    with its outer lengths. `sscc`: the number of this very carton (GS1). `shipment`: the carrier's own id of what was bought. `note`: what the packer is told of it."""

    n: int
    lines: Mapping[str, int]
    weight_g: int
    carrier: str = ""
    service: str = ""
    service_name: str = ""
    cost: int = 0
    currency: str = ""
    delivery_days: int = 0
    tracking_number: str = ""
    scan: Scan | None = None
    box: str = ""
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    sscc: str = ""
    shipment: str = ""
    note: str = ""

    @property
    def delivered(self) -> bool:
        return self.scan is not None and self.scan.status == "delivered"

    @property
    def with_carrier(self) -> bool:
        """The carrier has had it in its hands."""
        return self.scan is not None and self.scan.status != "pre_transit"


@dataclass(frozen=True, slots=True)
class FulfilmentOrder:
    """The record. `version` is the one that was read, `since` when the node was asked. `within`: days that a carrier may take, so that what was
    promised is kept if the node ships as it does by its calendar; 0 where nothing is promised, -1 where it was too late when it was asked.
    `group`: the ship group whose address it goes to, "" for the order's own."""

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

    def units(self) -> dict[str, int]:
        """All units by line."""
        return {line: at_node.quantity for line, at_node in self.lines.items()}

    def arrived(self) -> dict[str, int]:
        """Units delivered by line; none count before the parcels are known to have left."""
        units: dict[str, int] = {}
        for package in self.packages if self.status in LEFT else ():
            for line, quantity in package.lines.items() if package.delivered else ():
                units[line] = units.get(line, 0) + quantity
        return units

    @property
    def left_unsaid(self) -> bool:
        """The carrier has every parcel, and the node has not said that it gave them away."""
        return self.status == "packed" and all(package.with_carrier for package in self.packages)

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
    if work.status in ("accepted", "picking", "picked", "packed", "shipped", "delivered"):
        return work
    return _told(_go(work, "accept"), "accepted", at, actor, {})


def reject(work: FulfilmentOrder, reason: str, lines: list[str], at: str, actor: str) -> FulfilmentOrder:
    """The node cannot: all of it goes back, `lines` (empty: all) are those at fault. Raises InvalidInput for an unknown reason."""
    if reason not in REASONS:
        raise InvalidInput(f"reason is one of {', '.join(REASONS)}", fields={"reason": "unknown"})
    for line in lines:
        _known(work, line)
    if work.status == "rejected":
        return work
    data = {"reason": reason, "lines": lines or sorted(work.lines)}
    return _told(_go(work, "reject"), "rejected", at, actor, data)


def withdraw(work: FulfilmentOrder, at: str, actor: str) -> FulfilmentOrder:
    """We take the work back to send it elsewhere, as long as nobody at the node has begun. Raises IllegalTransition after that."""
    if work.status == "rejected":
        return work
    if work.status not in WITHDRAWN_FROM:
        raise IllegalTransition(f"{work.id} is {work.status}: too late to take it back; the node may still reject it")
    return _told(_go(work, "reject"), "rejected", at, actor, {"reason": REROUTED, "lines": sorted(work.lines)})


def pick(work: FulfilmentOrder, units: Mapping[str, int], at: str, actor: str) -> FulfilmentOrder:
    """These units are in the cart; no units named: all that are missing. Raises InvalidInput for more than was asked for."""
    if work.status in ("picked", "packed", "shipped", "delivered"):
        return work
    missing = {line: at_node.quantity - at_node.picked for line, at_node in work.lines.items()}
    taken = units or missing
    for line, quantity in taken.items():
        _known(work, line)
        if not 0 <= quantity <= missing[line]:
            raise InvalidInput(f"line {line}: {missing[line]} units are to pick, not {quantity}", fields={f"lines.{line}": "over-pick"})
    lines = {line: replace(at, picked=at.picked + taken.get(line, 0)) for line, at in work.lines.items()}
    done = all(at_node.picked == at_node.quantity for at_node in lines.values())
    after = replace(_go(work, "finish picking" if done else "pick"), lines=lines)
    return _told(after, "picked", at, actor, {"lines": dict(taken)})


def pack(work: FulfilmentOrder, packages: tuple[Package, ...], at: str, actor: str) -> FulfilmentOrder:
    """Every picked unit is in exactly one package, each with its label. A repeat changes nothing: one live label a package (I23)."""
    if work.status in ("packed", "shipped", "delivered"):
        return work
    packed = _go(work, "pack")
    refuse_misfit(work, packages)
    lines = {line: replace(at_node, packed=at_node.quantity) for line, at_node in work.lines.items()}
    data = {"packages": [{"n": package.n, "tracking_number": package.tracking_number} for package in packages]}
    return _told(replace(packed, lines=lines, packages=packages), "packed", at, actor, data)


def ship(work: FulfilmentOrder, last: bool, at: str, actor: str, before: Mapping[str, int] | None = None) -> FulfilmentOrder:
    """The parcels have left the house. `last`: with them the whole order has. `before`: units of the order that had left
    already, by line, so that who splits its money over parcels does it the same in whatever order the parcels are told.
    What the carrier has delivered before we were told that it left is delivered now."""
    if work.status in LEFT:
        return work
    parcels = [_parcel(package) for package in work.packages]
    data = {"node": work.node, "lines": work.units(), "packages": parcels, "last": last, "before": dict(before or {})}
    shipped = _told(_go(work, "ship"), "shipped", at, actor, data)
    for package in work.packages:
        shipped = _delivered(shipped, package, at, actor) if package.delivered else shipped
    return shipped


def track(work: FulfilmentOrder, n: int, scan: Scan, at: str, actor: str) -> FulfilmentOrder:
    """The carrier has seen a package, in whatever state our record is. What is older than what we know changes nothing (I27);
    a delivered one stays delivered. The same word once more is kept as the newest, and not told again."""
    package = work.package(n)
    known = newest(package.scan, scan)
    if known == package.scan:
        return work
    seen = replace(package, scan=known)
    after = replace(work, packages=tuple(seen if each.n == n else each for each in work.packages))
    if package.scan is not None and package.scan.status == known.status:
        return after
    if seen.delivered and work.status == "shipped":
        return _delivered(after, seen, at, actor)
    return _told(after, "tracked", at, actor, {"package": n, "status": scan.status, "code": scan.code})


def _delivered(work: FulfilmentOrder, package: Package, at: str, actor: str) -> FulfilmentOrder:
    """One package is at the door; with the last of them the work is done. It says so once a package."""
    last = _told_delivered(work) + 1 == len(work.packages)
    ended = _go(work, "deliver") if last else work
    return _told(ended, "delivered", at, actor, {"package": package.n, "lines": dict(package.lines), "last": last})


def _told_delivered(work: FulfilmentOrder) -> int:
    return sum(entry.type == "fulfilment_order.delivered" for entry in work.history)


def refuse_misfit(work: FulfilmentOrder, packages: tuple[Package, ...]) -> None:
    """Raises InvalidInput where the packages do not hold exactly what was picked, or weigh nothing or too much."""
    held: dict[str, int] = {}
    for package in packages:
        if not 0 < package.weight_g <= _HEAVIEST_G:
            raise InvalidInput(f"package {package.n} weighs between 1 and {_HEAVIEST_G} g", fields={"weight_g": "out of range"})
        for line, quantity in package.lines.items():
            _known(work, line)
            held[line] = held.get(line, 0) + quantity
    for line, at_node in work.lines.items():
        if held.get(line, 0) != at_node.quantity:
            message = f"line {line}: {at_node.quantity} units are to pack, the packages hold {held.get(line, 0)}"
            raise InvalidInput(message, fields={f"lines.{line}": "does not add up"})


def _go(work: FulfilmentOrder, verb: str) -> FulfilmentOrder:
    return replace(work, status=MACHINE.after(work.status, verb))


def _told(work: FulfilmentOrder, what: str, at: str, actor: str, data: dict[str, Any]) -> FulfilmentOrder:
    told = {"fo_id": work.id, "node": work.node, **data}
    return replace(work, history=appended(work.history, f"fulfilment_order.{what}", at, actor, told))


def _known(work: FulfilmentOrder, line: str) -> None:
    if line not in work.lines:
        raise InvalidInput(f"{work.id} has no line {line[:64]!r}", fields={"line": "unknown"})


def _parcel(package: Package) -> dict[str, Any]:
    return {
        "n": package.n,
        "carrier": package.carrier,
        "service": package.service,
        "tracking_number": package.tracking_number,
        "lines": dict(package.lines),
        "cost": package.cost,
    }
