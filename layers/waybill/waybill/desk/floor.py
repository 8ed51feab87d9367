"""What waits at nodes and on its way, read for the desk's page of fulfilment: a query a node and a list, each with its records as they stand."""

from __future__ import annotations

from waybill.desk import vans
from waybill.desk.model.floor import Floor, Interchange, Trouble, Untold, Waiting
from waybill.edi import store as edi
from waybill.edi.model.record import PARKED, REFUSED, REJECTED, SENT, Kept
from waybill.edi.sending import Sending
from waybill.fulfilment import cases, deliveries, listing
from waybill.fulfilment.deliveries import FAILING, Delivery
from waybill.fulfilment.model import pickup
from waybill.fulfilment.model.case import OPEN, Case
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.machine import NOT_ASKED
from waybill.kernel.clock import Clock
from waybill.kernel.ids import order_of_fulfilment_order
from waybill.orders import store
from waybill.orders.model.order import Order
from waybill.shop import store as shop

_MOST = 100
_BROKEN = (PARKED, REFUSED, REJECTED)


def read(clock: Clock) -> Floor:
    """At most a hundred of each list."""
    nodes = sorted(node.id for node in shop.nodes())
    waiting = sorted((_waiting(*each) for node in nodes for each in listing.open_records(node, _MOST)), key=lambda each: each.since)
    kept = sorted((_waiting(*each) for node in nodes for part in NOT_ASKED for each in listing.open_records(node, _MOST, part)), key=lambda each: each.since)
    troubles = sorted(map(_trouble, cases.listed(OPEN, "", _MOST, None)[0]), key=lambda case: case.opened)
    untold = sorted((_untold(each) for node in nodes for each in deliveries.page(node, FAILING, _MOST, None)[0]), key=lambda each: each.at)
    to_fetch = sorted((_to_fetch(*each) for node in nodes for each in listing.waiting_records(node, _MOST)), key=lambda each: each.since)
    claims = tuple(store.in_attention("claim", _MOST, None)[0])
    return Floor(tuple(waiting), tuple(kept), tuple(to_fetch), tuple(troubles), tuple(untold), tuple(_interchanges(Sending(clock))), claims, tuple(vans.coming(clock())), vans.bookable())


def _waiting(work: FulfilmentOrder, order: Order) -> Waiting:
    told = (work.pause.reason, work.pause.by.rpartition(":")[2], work.pause.until) if work.pause else ("", "", "")
    label = work.buying.waits or work.buying.giving_up if work.buying else ""
    reference = order.number or order.external_reference
    return Waiting(work.id, work.order_id, reference, work.node, work.status, work.since, sum(work.units().values()), *told, work.wave, label, work.schedule.day if work.schedule else "")


def _to_fetch(work: FulfilmentOrder, order: Order) -> Waiting:
    ready = next((entry.at for entry in reversed(work.history) if entry.type == f"fulfilment_order.{pickup.WAITS}"), work.since)
    store, until = (work.pickup.node, work.pickup.until) if work.pickup else (work.node, "")
    return Waiting(work.id, work.order_id, order.number or order.external_reference, store, work.status, ready, sum(pickup.lying(work).values()), until=until)


def _trouble(case: Case) -> Trouble:
    order_id = (order_of_fulfilment_order(case.fo_id) or ("", 0))[0]
    return Trouble(case.id, case.kind, case.fo_id, order_id, case.node, case.about, case.opened, case.package, case.carrier, case.tracking_number)


def _untold(delivery: Delivery) -> Untold:
    return Untold(delivery.id, delivery.node, delivery.type, delivery.data.get("fo_id", ""), delivery.at, delivery.tried, delivery.attempts, delivery.answer)


def _interchanges(sending: Sending) -> list[Interchange]:
    broken = [_interchange(kept, False) for status in _BROKEN for kept in edi.page(status, _MOST, None)[0]]
    silent = [_interchange(kept, True) for kept in edi.page(SENT, _MOST, None)[0] if sending.overdue(kept)]
    return sorted((*broken, *silent), key=lambda each: each.at)


def _interchange(kept: Kept, overdue: bool) -> Interchange:
    problem = next((text for text in (*kept.problems, *(part.problem for part in kept.parts)) if text), "")
    kinds = tuple(dict.fromkeys(part.kind for part in kept.parts))
    return Interchange(kept.id, kept.node, kept.way, kept.control, kept.at, kept.status, kinds, problem, overdue)
