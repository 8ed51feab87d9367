"""A parcel that did not arrive is sent again: the replacement and what the first order says of it in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.aws.tables import Write
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.service import find, order_of
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.kernel.ids import order_of_fulfilment_order
from waybill.orders import store
from waybill.orders.model import replacing
from waybill.orders.model.order import Order
from waybill.orders.store import Record

REASONS = ("LOST", "DAMAGED", "RETURNED", "STOLEN", "OTHER")
DID_NOT_ARRIVE = ("lost", "exception", "undeliverable", "return_to_sender")


@dataclass(frozen=True, slots=True)
class Reshipping:
    """A use case of support."""

    clock: Clock

    def reship(self, fo_id: str, n: int, reason: str, even_so: bool, actor: str) -> Order:
        """The replacement, which is begun once however often it is asked for: its execution is started by the event of the first order.

        Raises NotFound, InvalidInput for an unknown reason, IllegalTransition for a parcel that has not left, or of which its carrier says nothing
        bad, unless `even_so`."""
        if reason not in REASONS:
            raise InvalidInput(f"reason is one of {', '.join(REASONS)}", fields={"reason": "unknown"})
        at, made = instant(self.clock()), list[Order]()

        def writes(record: Record) -> list[Write]:
            work = find(record, fo_id)
            package = work.package(n)
            what = {"fulfilment_order": fo_id, "package": n, "reason": reason}
            new = replacing.replacement(record.order, package.lines, work.group, f"R{_number(work)}.{n}", what, at)
            made[:] = [new]
            if any(entry.type == replacing.RESHIPPED and entry.data["order"] == new.id for entry in record.state.history):
                return []
            _refuse(work, package, even_so)
            state = replacing.reshipped(record.state, new, what, package.carrier, package.tracking_number, at, actor)
            customer = replacing.customer_of(record.customer, work.group)
            return [record.save(state), *store.adding(new, customer, replacing.begun(new, at, actor))]

        store.change(order_of(fo_id), writes)
        return made[0]


def _refuse(work: FulfilmentOrder, package: Package, even_so: bool) -> None:
    if not package.left:
        raise IllegalTransition(f"parcel {package.n} has not left: it cannot be sent again")
    said = package.scan.status if package.scan else "nothing"
    if said not in DID_NOT_ARRIVE and not even_so:
        raise IllegalTransition(f"the carrier says {said} of parcel {package.n} of {work.id}: send even_so to send it again all the same")


def _number(work: FulfilmentOrder) -> int:
    return (order_of_fulfilment_order(work.id) or ("", 0))[1]
