"""Text on paper of a given width, in fonts that every PDF reader has."""

from __future__ import annotations

import unicodedata
from typing import Any

_SMALLEST = 6.5
_LONGEST = 400
_PLAIN = str.maketrans("ŁłĐđĦħıŦŧ’‘‚", "LlDdHhiTt'',")


def printable(text: str) -> str:
    """What the built-in fonts can show: accents they lack are taken off, the rest becomes a question mark."""
    plain = (unicodedata.normalize("NFKD", char) if ord(char) > 255 else char for char in text.translate(_PLAIN))
    kept = "".join(char for char in "".join(plain) if not unicodedata.combining(char))
    return kept.encode("cp1252", "replace").decode("cp1252")


def line(page: Any, x: float, y: float, text: str, font: str, size: float, width: float) -> None:
    """One line no wider than `width` points: smaller where it must be, cut where even that is too wide."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    shown = printable(" ".join(text[:_LONGEST].split()))
    wide = stringWidth(shown, font, size)
    fitted = max(_SMALLEST, min(size, size * width / wide)) if wide else size
    while stringWidth(shown, font, fitted) > width:
        shown = shown[:-2].rstrip() + "…"
    page.setFont(font, fitted)
    page.drawString(x, y, shown)


def block(page: Any, x: float, y: float, texts: list[str], size: float, width: float, font: str = "Helvetica") -> None:
    """Line under line from the top."""
    for index, text in enumerate(texts):
        line(page, x, y - index * (size + 3), text, font, size, width)
