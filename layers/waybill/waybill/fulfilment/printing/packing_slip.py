"""A packing slip as PDF: what is in the parcel, for whoever opens it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from waybill.fulfilment.printing.label import Slip, address_lines
from waybill.fulfilment.printing.text import block, line, printable

_ROWS_A_PAGE = 34
_LETTER = (612, 792)
_LEFT, _WIDTH = 54, 504


def pdf(slip: Slip) -> bytes:
    """As many US Letter pages as the lines need; deterministic bytes."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    page = Canvas(out, pagesize=_LETTER, invariant=1)
    page.setTitle(printable(f"Packing slip {slip.order_number}"))
    starts = range(0, max(1, len(slip.lines)), _ROWS_A_PAGE)
    for number, start in enumerate(starts, 1):
        _head(page, slip, f"page {number} of {len(starts)}")
        for row, (sku, title, quantity) in enumerate(slip.lines[start : start + _ROWS_A_PAGE]):
            height = 543 - row * 14
            page.setFont("Helvetica", 9)
            page.drawRightString(_LEFT + 32, height, str(quantity))
            line(page, _LEFT + 48, height, sku, "Helvetica", 9, 120)
            line(page, _LEFT + 176, height, title, "Helvetica", 9, _WIDTH - 176)
        page.showPage()
    page.save()
    return out.getvalue()


def _head(page: Any, slip: Slip, which: str) -> None:
    line(page, _LEFT, 738, f"Packing slip  {slip.order_number}", "Helvetica-Bold", 18, _WIDTH)
    parcel = f"{slip.date} · {slip.node_name} · parcel {slip.package} of {slip.packages} · {which}"
    line(page, _LEFT, 718, parcel, "Helvetica", 10, _WIDTH)
    block(page, _LEFT, 694, address_lines(slip.ship_to), 10, _WIDTH)
    line(page, _LEFT, 590, slip.note, "Helvetica-Oblique", 9, _WIDTH)
    outside = [f"Carton: {slip.carton}"] if slip.carton else []
    outside += ["On the outside: " + "; ".join(slip.marks)] if slip.marks else []
    line(page, _LEFT, 578, " · ".join(outside), "Helvetica", 9, _WIDTH)
    page.setFont("Helvetica-Bold", 9)
    page.drawRightString(_LEFT + 32, 564, "Units")
    page.drawString(_LEFT + 48, 564, "SKU")
    page.drawString(_LEFT + 176, 564, "Item")
    page.line(_LEFT, 558, _LEFT + _WIDTH, 558)
