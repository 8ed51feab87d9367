"""A manifest as PDF: what the driver signs for."""

from __future__ import annotations

from waybill.fulfilment.model.manifest import Manifest
from waybill.fulfilment.printing.code128 import drawn, widths
from waybill.fulfilment.printing.sheet import LEFT, Sheet

_MODULE, _TALL = 1.0, 40
_COLUMNS = (("", 28.0, True), ("Tracking number", 150.0, False), ("Service", 110.0, False), ("SSCC", 120.0, False), ("Weight, kg", 70.0, True))


def pdf(manifest: Manifest, node: str, carrier: str) -> bytes:
    """As many pages as it takes; deterministic bytes."""
    sheet = Sheet(f"Manifest {carrier}, {manifest.date}" + (f" ({manifest.number})" if manifest.number > 1 else ""))
    sheet.text([f"{node} · {len(manifest.packages)} packages · {_kg(manifest.weight_g)} kg · closed {manifest.at}"], 10)
    sheet.room(_TALL + 24)
    drawn(sheet.page, widths(manifest.id), LEFT, sheet.y - _TALL + 8, _TALL, _MODULE)
    sheet.y -= _TALL + 6
    sheet.text([f"{manifest.id}" + (f" · the carrier's form {manifest.form}" if manifest.form else "")], 9)
    sheet.text([f"{service}: {count}" for service, count in sorted(manifest.services().items())], 9)
    sheet.y -= 8
    rows = [(str(place), each.tracking_number, each.service, each.sscc, _kg(each.weight_g)) for place, each in enumerate(manifest.packages, 1)]
    sheet.table(_COLUMNS, rows)
    sheet.room(50)
    sheet.y -= 20
    sheet.text(["Taken over: ______________________________   Name: ______________________   At: ______________"], 9)
    return sheet.done()


def _kg(grams: int) -> str:
    return f"{grams / 1000:.3f}"
