"""The papers of a package, printed from its record: label, packing slip and, where it has any, the packing plan, customs forms and the note on dangerous goods.

Loads what draws only when it is called.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from waybill.fulfilment import contents
from waybill.fulfilment.model import customs, dangerous
from waybill.fulfilment.model.customs import Declaration, Row
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.ports import Sending
from waybill.kernel.clock import parse_instant
from waybill.kernel.errors import NotFound
from waybill.kernel.plain import compact
from waybill.orders.model.order import Order
from waybill.orders.store import Record
from waybill.shop import store as shop


def printer(record: Record, work: FulfilmentOrder, package: Package) -> dict[str, bytes]:
    """By file name; the same record gives the same bytes."""
    from waybill.fulfilment.printing.dangerous_goods import outside
    from waybill.fulfilment.printing.label import Label, Slip
    from waybill.fulfilment.printing.label_pdf import pdf as label_pdf
    from waybill.fulfilment.printing.packing_slip import pdf as slip_pdf
    from waybill.fulfilment.printing.zpl import zpl

    node, order, goods = shop.node(work.node), record.order, contents.Goods.of(record, work)
    number, count = _number(order), len(work.packages)
    lines, there = {line.id: line for line in order.lines}, record.customer.address_of(work.group)
    marks, box = dangerous.marks(goods.hazards(package.lines)), goods.boxes.get(package.box)
    label = Label(
        ship_from=node.place,
        ship_to=there,
        carrier=shop.carrier(package.carrier).name,
        service=package.service_name,
        tracking_number=package.tracking_number,
        weight_g=package.weight_g,
        reference=number,
        package=package.n,
        packages=count,
        marks=tuple(mark.text for mark in marks),
        sscc=package.sscc,
    )
    slip = Slip(
        order_number=number,
        date=parse_instant(work.since).date().isoformat(),
        node_name=node.name,
        ship_to=there,
        lines=tuple((lines[line].sku, lines[line].title, units) for line, units in package.lines.items()),
        package=package.n,
        packages=count,
        note=order.note,
        carton=box.name if box else package.note,
        marks=tuple(outside(mark) for mark in marks),
    )
    printed = {"label.pdf": label_pdf(label), "label.zpl": zpl(label), "label-300.zpl": zpl(label, 300), "packing-slip.pdf": slip_pdf(slip)}
    if package.shipment and package.sscc:
        carton = replace(label, tracking_number="", service="")
        printed |= {"carton-label.pdf": label_pdf(carton), "carton-label.zpl": zpl(carton), "carton-label-300.zpl": zpl(carton, 300)}
    return printed | _plan(order, package, goods) | _over_the_border(record, work, package, goods) | _of_danger(record, work, package, goods)


def return_printer(record: Record, work: FulfilmentOrder, package: Package, asked: Sending) -> dict[str, bytes]:
    """The label by which a package comes back, by ending; the same record gives the same bytes."""
    from waybill.fulfilment.printing.label import Label
    from waybill.fulfilment.printing.label_pdf import pdf
    from waybill.fulfilment.printing.zpl import zpl

    if package.back is None:
        raise NotFound(f"package {package.n} does not come back")
    label = Label(
        ship_from=asked.sender,
        ship_to=asked.recipient,
        carrier=shop.carrier(package.back.carrier).name,
        service=package.back.service_name,
        tracking_number=package.back.tracking_number,
        weight_g=package.weight_g,
        reference=_number(record.order),
        package=package.n,
        packages=len(work.packages),
        title="RETURN TO",
    )
    return {"pdf": pdf(label), "zpl": zpl(label)}


def declared(record: Record, work: FulfilmentOrder, package: Package, goods: contents.Goods) -> Declaration:
    """What is declared of a package."""
    order, lines = record.order, {line.id: line for line in record.order.lines}
    rows = []
    for line, units in package.lines.items():
        sold, item = lines[line], goods.items.get(line)
        value = sold.net * units // sold.quantity if sold.quantity else 0
        rows.append(Row(sold.sku, sold.title, units, units * goods.weight_g(line), value, item.origin if item else "", item.hs_code if item else ""))
    date = parse_instant(work.since).date().isoformat()
    return customs.declaration(_number(order), date, order.currency, rows, package.weight_g, shop.policy(customs.POLICY), record.customer.tax_id)


def _plan(order: Order, package: Package, goods: contents.Goods) -> dict[str, bytes]:
    filled, box = contents.laid(package, goods), goods.boxes.get(package.box)
    if filled is None or box is None:
        return {}
    from waybill.fulfilment.printing.packing_plan import Laid, pdf

    units = [Laid(goods.skus[each.piece.name], each.at, each.lengths) for each in filled.placed]
    return {"packing-plan.pdf": pdf(f"Packing plan {_number(order)}, parcel {package.n}", box.name, box.inner_mm, units)}


def _over_the_border(record: Record, work: FulfilmentOrder, package: Package, goods: contents.Goods) -> dict[str, bytes]:
    sender, there = shop.node(work.node).place, record.customer.address_of(work.group)
    if not customs.asked(sender.country, there.country):
        return {}
    from waybill.fulfilment.printing.customs_forms import declaration, invoice

    said = declared(record, work, package, goods)
    told: tuple[Any, ...] = (said, sender, there, package.tracking_number)
    return {"customs.pdf": declaration(*told), "commercial-invoice.pdf": invoice(*told), "customs.json": compact(said.to_dict()).encode()}


def _of_danger(record: Record, work: FulfilmentOrder, package: Package, goods: contents.Goods) -> dict[str, bytes]:
    hazards = {line: item.hazard for line in package.lines if (item := goods.items.get(line)) and item.hazard}
    if not hazards:
        return {}
    from waybill.fulfilment.printing.dangerous_goods import note

    rows = [(dangerous.note(hazard), package.lines[line], package.lines[line] * goods.weight_g(line)) for line, hazard in hazards.items()]
    sender, there = shop.node(work.node).place, record.customer.address_of(work.group)
    return {"dangerous-goods.pdf": note(rows, dangerous.marks(hazards.values()), sender, there, _number(record.order), package.tracking_number)}


def _number(order: Order) -> str:
    return order.number or order.external_reference
