"""The papers of a package, printed from its record: label as PDF and ZPL, packing slip as PDF. Loads what draws only here."""

from __future__ import annotations

from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.kernel.clock import parse_instant
from waybill.orders.store import Record
from waybill.shop import store as shop


def printer(record: Record, work: FulfilmentOrder, package: Package) -> dict[str, bytes]:
    """The real printer: label as PDF and ZPL, packing slip as PDF. Loads what draws only here."""
    from waybill.fulfilment.printing.label import Label, Slip
    from waybill.fulfilment.printing.label_pdf import pdf as label_pdf
    from waybill.fulfilment.printing.packing_slip import pdf as slip_pdf
    from waybill.fulfilment.printing.zpl import zpl

    node, order = shop.node(work.node), record.order
    number, count = order.number or order.external_reference, len(work.packages)
    lines = {line.id: line for line in order.lines}
    label = Label(
        ship_from=node.place,
        ship_to=record.customer.address_of(work.group),
        carrier=shop.carrier(package.carrier).name,
        service=package.service_name,
        tracking_number=package.tracking_number,
        weight_g=package.weight_g,
        reference=number,
        package=package.n,
        packages=count,
    )
    slip = Slip(
        order_number=number,
        date=parse_instant(work.since).date().isoformat(),
        node_name=node.name,
        ship_to=record.customer.address_of(work.group),
        lines=tuple((lines[line].sku, lines[line].title, units) for line, units in package.lines.items()),
        package=package.n,
        packages=count,
        note=order.note,
    )
    return {"label.pdf": label_pdf(label), "label.zpl": zpl(label), "packing-slip.pdf": slip_pdf(slip)}
