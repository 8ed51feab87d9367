"""A label as PDF, 4 × 6 inches, with barcodes that a scanner reads."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from waybill.fulfilment.printing.code128 import drawn, widths
from waybill.fulfilment.printing.label import Label, address_lines
from waybill.fulfilment.printing.text import block, line

_WIDTH, _HEIGHT = 288, 432
_INNER = 262
_MODULE = 4 * 72 / 203
"""The narrowest bar: four of a thermal printer's dots. Whole dots, or it is printed ragged."""
_SSCC_TALL = 90
"""31.75 mm: GS1 General Specifications, 5.5.2, for what is scanned in distribution."""


def pdf(label: Label) -> bytes:
    """One page; deterministic bytes."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    page = Canvas(out, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    page.setTitle(f"Label {label.tracking_number or label.sscc}")
    block(page, 13, 412, ["From", *address_lines(label.ship_from)], 7.5, 180)
    block(page, 200, 412, [f"{label.weight_g / 1000:.2f} kg", f"Parcel {label.package} of {label.packages}"], 10, 76, "Helvetica-Bold")
    page.line(8, 342, 280, 342)
    line(page, 13, 328, label.title, "Helvetica", 8, _INNER)
    block(page, 13, 311, address_lines(label.ship_to), 13, _INNER, "Helvetica-Bold")
    (_with_sscc if label.sscc else _alone)(page, label)
    page.showPage()
    page.save()
    return out.getvalue()


def _alone(page: Any, label: Label) -> None:
    _rule(page, 196, 3)
    line(page, 13, 168, label.service, "Helvetica-Bold", 17, _INNER)
    line(page, 13, 185, " · ".join(label.marks), "Helvetica-Bold", 8, _INNER)
    _bars(page, widths(label.tracking_number), 70, 90)
    _centred(page, 53, 13, _in_fours(label.tracking_number))
    _rule(page, 40, 1)
    line(page, 13, 24, f"{label.carrier} · Ref {label.reference}", "Helvetica", 9, _INNER)


def _with_sscc(page: Any, label: Label) -> None:
    """The carrier's barcode is lower, so that GS1's has its height."""
    block(page, 200, 384, [label.carrier, f"Ref {label.reference}"], 7.5, 76)
    _rule(page, 212, 3)
    line(page, 13, 193, label.service, "Helvetica-Bold", 14, _INNER)
    line(page, 13, 183, " · ".join(label.marks), "Helvetica-Bold", 7, _INNER)
    if label.tracking_number:
        _bars(page, widths(label.tracking_number), 130, 50)
        _centred(page, 119, 10, _in_fours(label.tracking_number))
    _rule(page, 113, 1)
    _bars(page, widths(f"00{label.sscc}", gs1=True), 18, _SSCC_TALL)
    _centred(page, 7, 10, f"SSCC (00) {label.sscc}")


def _rule(page: Any, y: float, thick: float) -> None:
    page.setLineWidth(thick)
    page.line(8, y, 280, y)


def _centred(page: Any, y: float, size: float, text: str) -> None:
    page.setFont("Courier-Bold", size)
    page.drawCentredString(_WIDTH / 2, y, text)


def _bars(page: Any, bars: list[int], y: float, tall: float) -> None:
    drawn(page, bars, (_WIDTH - sum(bars) * _MODULE) / 2, y, tall, _MODULE)


def _in_fours(number: str) -> str:
    return " ".join([number[:2], *(number[start : start + 4] for start in range(2, len(number), 4))])
