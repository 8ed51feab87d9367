"""A fulfilment order as its node sees it: what to pick, where it goes, which labels are on it. Pure."""

from __future__ import annotations

from typing import Any

from waybill.fulfilment.model import actions
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package, Pause
from waybill.fulfilment.model.parcel import Back
from waybill.fulfilment.model.reprinting import times_reprinted
from waybill.kernel.plain import plain
from waybill.orders.model.order import Customer, Order


def document(order: Order, customer: Customer, work: FulfilmentOrder) -> dict[str, Any]:
    """The whole document; the address comes from the order's personal data and is nowhere else."""
    lines, way = {line.id: line for line in order.lines}, order.ships_by(work.group)
    return {
        "id": work.id,
        "order_id": work.order_id,
        "order_number": order.number or order.external_reference,
        "node": work.node,
        "status": work.status,
        "requested_at": work.since,
        "lines": {line: {"sku": lines[line].sku, "title": lines[line].title, **plain(at_node)} for line, at_node in work.lines.items()},
        "ship_to": plain(customer.address_of(work.group)),
        "service": {"method": way.method, "promise_days": way.promise_days},
        "packages": [_package(work, package) for package in work.packages],
        "note": order.note,
        "supported_actions": actions.supported(work),
        "pause": _pause(work.pause) if work.pause else None,
        **({"ship_not_before": work.schedule.day, "opens_at": work.schedule.opens} if work.schedule else {}),
        **({"pickup": {"node": work.pickup.node, "until": work.pickup.until or None}} if work.pickup else {}),
        **({"buying": {"since": work.buying.since, "waits": work.buying.waits or work.buying.giving_up}} if work.buying else {}),
    }


def _pause(pause: Pause) -> dict[str, Any]:
    """Why it stands still."""
    return {"reason": pause.reason, "by": pause.by, "since": pause.at, "until": pause.until or None, "goes_on": pause.was, "lines": dict(pause.units)}


def _package(work: FulfilmentOrder, package: Package) -> dict[str, Any]:
    base = f"/v1/fulfilment-orders/{work.id}/packages/{package.n}"
    shown = {name: value for name, value in plain(package).items() if name not in ("scan", "back")}
    tracking = plain(package.scan) if package.scan else None
    links = {"label": f"{base}/label", "packing_slip": f"{base}/packing-slip"} | ({"packing_plan": f"{base}/packing-plan"} if package.box else {}) if not package.labelled_by_node else {}
    return {**shown, "reprints": times_reprinted(work, package), "return_label": _back(base, package.back), "tracking": tracking, "status": _status(package), "links": links}


def _status(package: Package) -> str:
    """The carrier's word, once it has one."""
    if package.scan:
        return package.scan.status
    return "handed_over" if package.left else package.label or ("manifested" if package.manifest else "labelled")


def _back(base: str, back: Back | None) -> dict[str, Any] | None:
    """What brings it back."""
    if back is None:
        return None
    shown = {name: getattr(back, name) for name in ("carrier", "service", "service_name", "cost", "currency", "tracking_number", "status", "mailed")}
    return {**shown, "tracking": plain(back.scan) if back.scan else None, "link": f"{base}/return-label"}
