"""A packing slip as PDF: what is in the parcel, for whoever opens it."""

from __future__ import annotations

from io import BytesIO

from waybill.fulfilment.printing.label import Slip, address_lines
from waybill.fulfilment.printing.label_pdf import lines, printable

_ROWS_A_PAGE = 40


def pdf(slip: Slip) -> bytes:
    """As many US Letter pages as the lines need; deterministic bytes."""
    from reportlab.lib.pagesizes import LETTER
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    page = Canvas(out, pagesize=LETTER, invariant=1)
    page.setTitle(f"Packing slip {slip.order_number}")
    for start in range(0, max(1, len(slip.lines)), _ROWS_A_PAGE):
        _head(page, slip)
        for row, (sku, title, quantity) in enumerate(slip.lines[start : start + _ROWS_A_PAGE]):
            height = 590 - row * 13
            page.drawRightString(90, height, str(quantity))
            page.drawString(105, height, printable(sku)[:22])
            page.drawString(240, height, printable(title)[:60])
        page.showPage()
    page.save()
    return out.getvalue()


def _head(page, slip: Slip) -> None:  # type: ignore[no-untyped-def]
    page.setFont("Helvetica-Bold", 18)
    page.drawString(54, 738, f"Packing slip  {printable(slip.order_number)[:40]}")
    page.setFont("Helvetica", 10)
    page.drawString(54, 720, printable(f"{slip.date}   {slip.node_name}   parcel {slip.package} of {slip.packages}"))
    lines(page, 54, 696, 10, address_lines(slip.ship_to))
    if slip.note:
        page.drawString(54, 624, printable(" ".join(slip.note.split()))[:100])
    page.setFont("Helvetica-Bold", 9)
    page.drawRightString(90, 607, "Units")
    page.drawString(105, 607, "SKU")
    page.drawString(240, 607, "Item")
    page.setFont("Helvetica", 9)
