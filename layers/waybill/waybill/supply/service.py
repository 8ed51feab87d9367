"""Ordering from suppliers, moving between nodes, receiving. Each use case may be called again at any time, and finishes first what is under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from waybill.aws.logs import logger
from waybill.inventory.model.row import QUARANTINED
from waybill.inventory.model.row import RECEIVED as CAME_IN
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput, NotFound, StaleVersion, StockUnavailable, Unavailable, WaybillError
from waybill.supply.model import inbound as verbs
from waybill.supply.model.inbound import PURCHASE_ORDER, SEND, TRANSFER, Deed, Inbound, Line, Units
from waybill.supply.ports import Inbounds, Movements

_MOST_TRIES = 8
NOT_FIT = "came in not fit to be sold"


@dataclass(frozen=True, slots=True)
class Supply:
    """Use cases. `kind` is `inbound.PURCHASE_ORDER` or `TRANSFER`; `id` what the shop calls it."""

    inbounds: Inbounds
    movements: Movements
    clock: Clock

    def place(self, wanted: Inbound, actor: str, seen: int | None = None) -> Inbound:
        """A new one, or other units or another date of one that stands; `seen`: only over that version. Raises IllegalTransition, InvalidInput, StaleVersion."""
        if wanted.kind == TRANSFER and wanted.source == wanted.node:
            raise InvalidInput("a transfer goes to another node", fields={"to": "is where it comes from"})
        units = {sku: line.units for sku, line in wanted.lines.items()}

        def change(known: Inbound | None) -> Inbound:
            if seen is not None and seen != (known.version if known else 0):
                raise StaleVersion(f"{wanted.id} has been changed since: read it again", fields={"If-Match": "stale"})
            if known is None:
                return verbs.placed(wanted, self._now(), actor)
            if (known.node, known.source) != (wanted.node, wanted.source):
                raise IllegalTransition(f"{wanted.id} comes from {known.source} to {known.node}: close it and place another")
            return verbs.changed(known, units, wanted.expected, self._now(), actor)

        return self._changed(wanted.kind, wanted.id, change, new=True)

    def send(self, id: str, actor: str) -> Inbound:
        """A transfer leaves its source, as much of it as is free there. Raises StockUnavailable where nothing is; IllegalTransition, NotFound."""
        after = self._changed(TRANSFER, id, lambda known: verbs.to_send(_there(known, id), self._now(), actor))
        if after.status == verbs.DRAFT:
            raise StockUnavailable(f"{after.source} has nothing of it free", fields={"from": "has nothing of it free"})
        return after

    def receive(self, kind: str, id: str, key: str, good: Units, blocked: Units, actor: str) -> Inbound:
        """Units have come. The same `key` is the same receipt. Raises IllegalTransition, InvalidInput, NotFound."""
        name = f"{id}/receive/{key}"
        return self._changed(kind, id, lambda known: verbs.to_receive(_there(known, id), name, good, blocked, self._now(), actor))

    def close(self, kind: str, id: str, reason: str, actor: str) -> Inbound:
        """What has not come will not."""
        return self._changed(kind, id, lambda known: verbs.closed(_there(known, id), reason, self._now(), actor))

    def load(self, kind: str, id: str) -> Inbound:
        """Raises NotFound."""
        return _there(self.inbounds.load(kind, id), id)

    def finish(self) -> int:
        """Whatever somebody has begun and not ended. Answers how many there were."""
        unfinished = list(self.inbounds.unfinished())
        for inbound in unfinished:
            try:
                self._changed(inbound.kind, inbound.id, lambda known: _there(known, ""))
            except WaybillError:  # one that cannot be ended keeps no other from it
                logger.exception("supply cannot be told to stock", inbound=inbound.id)
        return len(unfinished)

    def _changed(self, kind: str, id: str, change: Callable[[Inbound | None], Inbound], *, new: bool = False) -> Inbound:
        for _ in range(_MOST_TRIES):
            try:
                known = self._settled(self.inbounds.load(kind, id))
                after = change(known)
                return after if after is known else self._settle(self.inbounds.save(after))
            except StaleVersion:
                raise
            except Conflict:
                continue
        raise Unavailable(f"{id} is being changed by many at once; try again")

    def _settled(self, known: Inbound | None) -> Inbound | None:
        return self._settle(known) if known else None

    def _settle(self, inbound: Inbound) -> Inbound:
        """Tells stock what is under way, and notes that it was told. Raises Conflict where a twin was faster."""
        deed = inbound.under_way
        if deed is None:
            return inbound
        if deed.verb == SEND:
            return self.inbounds.save(verbs.sent(inbound, self._left(inbound, deed), self._now()))
        self._arrived(inbound, deed)
        return self.inbounds.save(verbs.done(inbound))

    def _left(self, inbound: Inbound, deed: Deed) -> dict[str, int]:
        left: dict[str, int] = {}
        for sku, units in deed.good.items():
            try:
                self.movements.send_on(sku, inbound.source, units, deed.key, inbound.id)
                left[sku] = units
            except StockUnavailable:
                left[sku] = 0
        return left

    def _arrived(self, inbound: Inbound, deed: Deed) -> None:
        for sku, units in deed.good.items():
            if inbound.kind == PURCHASE_ORDER:
                self.movements.record(sku, inbound.node, CAME_IN, units, deed.key, reference=inbound.id)
            else:
                self.movements.arrive(sku, inbound.node, units, deed.key, inbound.id)
        for sku, units in deed.blocked.items():
            self.movements.record(sku, inbound.node, QUARANTINED, units, f"{deed.key}/blocked", reason=NOT_FIT, reference=inbound.id)

    def _now(self) -> str:
        return instant(self.clock())


def wanted(kind: str, id: str, source: str, node: str, units: Mapping[str, int], expected: str) -> Inbound:
    """As somebody asks for it."""
    return Inbound(id, kind, node, source, {sku: Line(count) for sku, count in units.items()}, expected)


def _there(known: Inbound | None, id: str) -> Inbound:
    if known is None:
        raise NotFound(f"there is no {id[:64]!r}")
    return known
