"""A label as PDF, 4 × 6 inches, with a Code 128 that a scanner reads."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from waybill.fulfilment.printing.code128 import widths
from waybill.fulfilment.printing.label import Label, address_lines
from waybill.fulfilment.printing.text import block, line

_WIDTH, _HEIGHT = 288, 432
_INNER = 262
_MODULE = 4 * 72 / 203
"""The narrowest bar: four of a thermal printer's dots. Whole dots, or it is printed ragged."""


def pdf(label: Label) -> bytes:
    """One page; deterministic bytes."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    page = Canvas(out, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    page.setTitle(f"Label {label.tracking_number}")
    block(page, 13, 412, ["From", *address_lines(label.ship_from)], 7.5, 180)
    block(page, 200, 412, [f"{label.weight_g / 1000:.2f} kg", f"Parcel {label.package} of {label.packages}"], 10, 76, "Helvetica-Bold")
    page.line(8, 342, 280, 342)
    line(page, 13, 328, "SHIP TO", "Helvetica", 8, _INNER)
    block(page, 13, 311, address_lines(label.ship_to), 13, _INNER, "Helvetica-Bold")
    page.setLineWidth(3)
    page.line(8, 196, 280, 196)
    line(page, 13, 168, label.service, "Helvetica-Bold", 17, _INNER)
    line(page, 13, 185, " · ".join(label.marks), "Helvetica-Bold", 8, _INNER)
    _barcode(page, label.tracking_number)
    page.setFont("Courier-Bold", 13)
    page.drawCentredString(_WIDTH / 2, 53, _in_fours(label.tracking_number))
    page.setLineWidth(1)
    page.line(8, 40, 280, 40)
    line(page, 13, 24, f"{label.carrier} · Ref {label.reference}", "Helvetica", 9, _INNER)
    page.showPage()
    page.save()
    return out.getvalue()


def _barcode(page: Any, number: str) -> None:
    bars = widths(number)
    x = (_WIDTH - sum(bars) * _MODULE) / 2
    for index, modules in enumerate(bars):
        if index % 2 == 0:
            page.rect(x, 70, modules * _MODULE, 90, stroke=0, fill=1)
        x += modules * _MODULE


def _in_fours(number: str) -> str:
    return " ".join([number[:2], *(number[start : start + 4] for start in range(2, len(number), 4))])
