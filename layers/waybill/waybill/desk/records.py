"""An order's stored records as the desk's facts. Pure: it is given what was read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from waybill.desk.model.facts import (
    Decision,
    Edit,
    FulfilmentOrder,
    Hold,
    JournalEntry,
    Line,
    Order,
    Parcel,
    Pause,
    Row,
)
from waybill.desk.money import money_facts
from waybill.editing.model.version import Version
from waybill.editing.model.version import versions_of as versions
from waybill.fulfilment.codec import work_from
from waybill.fulfilment.model import actions, pickup
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder as Work
from waybill.fulfilment.model.fulfilment_order import Package
from waybill.kernel.events import Entry
from waybill.kernel.money import minor_units
from waybill.orders import outbox, present
from waybill.orders.model import view
from waybill.orders.model.order import Address
from waybill.orders.store import Record, is_at_nodes
from waybill.routing import present as routing

_LINKED = ("https://", "http://localhost", "http://127.0.0.1")
"""What may stand in a link to a carrier's page; anything else would be a way in for a script."""
_AT_THE_DESK = ("cancellation/accept", "cancellation/decline", "collect", "hold", "move", "ready", "release", "short", "split", "open", "reschedule", "approve")
_EDITABLE = ("received", "on_hold", "backordered", "confirmed")
_CANCELLABLE = ("received", "on_hold", "backordered", "confirmed", "released", "in_fulfilment")


def row_facts(row: dict[str, Any], attention: tuple[str, ...] = ()) -> Row:
    """A list row of the orders' context."""
    total = minor_units(row["total"], row["currency"])
    return Row(
        row["id"],
        row["external_reference"],
        row["channel"],
        row["status"],
        row["received_at"],
        total,
        row["currency"],
        attention,
        tuple(row["skus"]),
    )


def order_facts(record: Record, node_names: dict[str, str], tracking_urls: dict[str, str], journal: Iterable[JournalEntry]) -> Order:
    """Everything of an order; names of nodes and tracking addresses of carriers come from the shop."""
    return Order(
        row=_row(record),
        lines=_lines(record),
        totals=_totals(record),
        customer=tuple(filter(None, (record.customer.name, record.customer.email, record.customer.phone))),
        ship_to=tuple(part for place in (record.customer.ship_to, *record.customer.groups.values()) for part in _address(place)),
        holds=tuple(Hold(h.id, h.kind, h.reason, h.placed_at, h.ended_at, bool(h.blocks)) for h in record.state.holds),
        money=money_facts(record),
        fulfilment_orders=tuple(_work(item, node_names, tracking_urls) for item in record.fulfilment_orders),
        decisions=tuple(Decision(told["n"], told.get("at", ""), told["headline"], tuple(told["because"])) for told in routing.decisions(record)),
        journal=tuple(journal),
        history=_history(record),
        waiting=record.wait["state"] if record.wait else "",
        allowed=_allowed(record),
        edits=tuple(map(_edit, versions(record))),
        version=record.state.version,
        nodes=tuple(node_names.items()),
    )


def _edit(version: Version) -> Edit:
    changes = version.changes
    lines = [f"{row['sku']}: {row['before']} → {row['after']}" for row in changes["lines"]]
    beside = [each["title"] for each in changes["surcharges"]]
    method = [f"ships by {changes['shipping_method'][1]}"] if changes["shipping_method"] else []
    told = [*(["another address"] if changes["address"] else []), *(["another note"] if changes["note"] else [])]
    who = version.actor.rpartition(":")[2]
    return Edit(version.number, version.at, who, version.reason, (*lines, *beside, *method, *told), changes["money"]["difference"], version.undoes)


def _row(record: Record) -> Row:
    order, state = record.order, record.state
    status = view.status(state, record.fulfilment_orders)
    attention = tuple(dict.fromkeys(hold.kind for hold in state.active_holds))
    skus = tuple(sorted({line.sku for line in order.lines}))
    reference = order.number or order.external_reference
    return Row(order.id, reference, order.channel, status, order.placed_at, order.total, order.currency, attention, skus)


def _lines(record: Record) -> tuple[Line, ...]:
    buckets = view.buckets(record.state, record.fulfilment_orders)
    return tuple(
        Line(line.id, line.sku, line.title or line.sku, line.quantity, line.unit_price, line.net, buckets.get(line.id, {}))
        for line in record.order.lines
    )


def _totals(record: Record) -> tuple[tuple[str, int], ...]:
    order = record.order
    parts = (
        ("Items", sum(line.unit_price * line.quantity for line in order.lines)),
        ("Discounts", -(sum(line.discount for line in order.lines) + order.shipping.discount + order.taken_off)),
        (f"Shipping, {order.shipping.method}", order.shipping.amount),
        ("Fees", order.fees + order.on_top),
        ("Tax, included" if order.tax_included else "Tax", order.tax),
        ("Does not add up by", order.discrepancy),
    )
    return (*((name, amount) for name, amount in parts if amount), ("Total", order.total))


def _address(place: Address) -> tuple[str, ...]:
    city = " ".join(filter(None, (place.city, place.region, place.postal_code)))
    return tuple(filter(None, (place.name, place.company, place.line1, place.line2, city, place.country)))


def _work(item: dict[str, Any], node_names: dict[str, str], tracking_urls: dict[str, str]) -> FulfilmentOrder:
    work = work_from(item)
    pause = Pause(work.pause.reason, work.pause.by.rpartition(":")[2], work.pause.at, work.pause.until) if work.pause else None
    return FulfilmentOrder(
        id=work.id,
        node=work.node,
        node_name=node_names.get(work.node, work.node),
        status=work.status,
        lines={line: at_node.quantity for line, at_node in work.lines.items()},
        parcels=tuple(_parcel(work, package, tracking_urls) for package in work.packages),
        pause=pause,
        label=work.buying.waits or work.buying.giving_up if work.buying else "",
        wave=work.wave,
        day=work.schedule.day if work.schedule else "",
        version=work.version,
        allowed=_verbs(work),
        fetched_at=node_names.get(work.pickup.node, work.pickup.node) if work.pickup else "",
        kept_until=work.pickup.until if work.pickup and work.status == pickup.WAITS else "",
        lying=pickup.lying(work) if work.status == pickup.WAITS else {},
    )


def _verbs(work: Work) -> frozenset[str]:
    """Those of a person at the desk; the node's own are the node's."""
    labelled = work.buying or any(not (package.left or package.label or package.labelled_by_node) for package in work.packages)
    relabel = {"relabel"} if work.status == "packed" and labelled else {"void"} if work.buying else {"reject"} if work.status == "awaiting_approval" else set()
    return frozenset(verb.replace("/", "-") for verb in actions.supported(work) if verb in _AT_THE_DESK) | relabel


def _parcel(work: Work, package: Package, tracking_urls: dict[str, str]) -> Parcel:
    template, number = tracking_urls.get(package.carrier, ""), package.tracking_number
    verbs = {"void": work.status == "packed" and not (package.left or package.with_carrier or package.label or package.labelled_by_node), "reship": package.left and not package.delivered}
    return Parcel(
        number=package.n,
        carrier=package.carrier.title(),
        service=package.service_name or package.service,
        tracking_number=number,
        tracking_url=template.replace("{tracking_number}", number) if number and template.startswith(_LINKED) else "",
        status=package.scan.status if package.scan else package.label or "labelled",
        lines=dict(package.lines),
        weight_g=package.weight_g,
        cost=package.cost,
        has_label=bool(number) and not package.label and not package.labelled_by_node,
        by_node=package.labelled_by_node,
        box=package.box,
        said=package.scan.code if package.scan else "",
        seen=package.scan.at if package.scan else "",
        left=package.left,
        allowed=frozenset(verb for verb, admitted in verbs.items() if admitted),
    )


def _history(record: Record) -> tuple[tuple[str, Entry], ...]:
    told = present.timeline(record)
    return tuple((outbox.record_id(record.order.id, entry["record"]), Entry.from_dict(entry)) for entry in told)


def _allowed(record: Record) -> frozenset[str]:
    """What the state admits; who may do it is the visitor's role."""
    holds = record.state.active_holds
    status = view.status(record.state, record.fulfilment_orders)
    editable = status in (*_EDITABLE, "released") and not is_at_nodes(record) and not record.state.all_shipped
    rest = bool(record.state.gone()) and not record.state.all_shipped
    verbs = {"edit": editable, "cancel": status in _CANCELLABLE, "cancel-rest": rest, "release_hold": bool(holds), "retry_payment": any(h.kind == "payment" and h.blocks for h in holds)}
    return frozenset(verb for verb, admitted in verbs.items() if admitted)
