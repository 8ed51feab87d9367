"""A label as PDF, 4 × 6 inches, with a Code 128 that a scanner reads."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from waybill.fulfilment.printing.label import Label, address_lines


def pdf(label: Label) -> bytes:
    """One page; deterministic bytes."""
    from reportlab.graphics.barcode.code128 import Code128
    from reportlab.lib.units import inch
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    page = Canvas(out, pagesize=(4 * inch, 6 * inch), invariant=1)
    page.setTitle(f"Label {label.tracking_number}")
    lines(page, 14, 415, 8, address_lines(label.ship_from))
    page.line(10, 345, 278, 345)
    lines(page, 22, 325, 13, address_lines(label.ship_to))
    page.line(10, 222, 278, 222)
    page.setFont("Helvetica-Bold", 15)
    page.drawString(14, 202, printable(f"{label.carrier}  {label.service}")[:40])
    barcode = Code128(label.tracking_number, barHeight=78, barWidth=1.05, quiet=False)
    barcode.drawOn(page, (288 - barcode.width) / 2, 110)
    page.setFont("Courier-Bold", 13)
    page.drawCentredString(144, 92, label.tracking_number)
    page.setFont("Helvetica", 9)
    page.drawString(14, 40, printable(f"Ref {label.reference}")[:60])
    page.drawString(14, 24, f"{label.weight_g / 1000:.2f} kg   parcel {label.package} of {label.packages}")
    page.showPage()
    page.save()
    return out.getvalue()


def lines(page: Any, x: int, y: int, size: int, texts: list[str]) -> None:
    """Text under text from the top."""
    page.setFont("Helvetica", size)
    for index, text in enumerate(texts):
        page.drawString(x, y - index * (size + 3), printable(text))


def printable(text: str) -> str:
    """What the built-in fonts can show: accents they lack are taken off, the rest becomes a question mark."""
    import unicodedata

    plain = (unicodedata.normalize("NFKD", char) if ord(char) > 255 else char for char in text)
    kept = "".join(char for char in "".join(plain) if not unicodedata.combining(char))
    return kept.encode("cp1252", "replace").decode("cp1252")
