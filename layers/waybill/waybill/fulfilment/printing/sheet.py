"""A sheet of paper with a heading, blocks of text and a table: what all documents but labels are made of."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from waybill.fulfilment.printing.text import block, line, printable

LEFT, WIDTH, TOP, BOTTOM = 54, 504, 738, 60
_LETTER = (612, 792)
_ROW = 14
Column = tuple[str, float, bool]
"""Heading, width in points, whether it is a number and stands on the right."""


class Sheet:
    """US Letter, filled from the top; a new page is begun where one is full. Deterministic bytes."""

    def __init__(self, title: str) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self._out = BytesIO()
        self.page: Any = Canvas(self._out, pagesize=_LETTER, invariant=1)
        self.page.setTitle(printable(title))
        self._title, self._pages = title, 1
        self.y = float(TOP)
        self._heading()

    def room(self, points: float) -> None:
        """A new page, unless so much is left of this one."""
        if self.y - points < BOTTOM:
            self.page.showPage()
            self._pages += 1
            self.y = float(TOP)
            self._heading()

    def text(self, texts: Sequence[str], size: float = 9, font: str = "Helvetica", x: float = LEFT, width: float = WIDTH) -> None:
        """Line under line."""
        for each in texts:
            self.room(size + 4)
            line(self.page, x, self.y, each, font, size, width)
            self.y -= size + 4

    def beside(self, blocks: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Blocks with a heading each, side by side."""
        width, most = WIDTH / len(blocks), max(len(texts) for _, texts in blocks)
        self.room(12 * (most + 2))
        for place, (heading, texts) in enumerate(blocks):
            line(self.page, LEFT + place * width, self.y, heading, "Helvetica-Bold", 9, width - 12)
            block(self.page, LEFT + place * width, self.y - 13, list(texts), 9, width - 12)
        self.y -= 12 * (most + 2)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """The headings again on each page."""
        self._headings(columns)
        for row in rows:
            if self.y - _ROW < BOTTOM:
                self.room(BOTTOM + TOP)
                self._headings(columns)
            self._row(columns, row, "Helvetica")
        self.y -= 6

    def done(self) -> bytes:
        self.page.showPage()
        self.page.save()
        return self._out.getvalue()

    def _heading(self) -> None:
        line(self.page, LEFT, self.y, self._title if self._pages == 1 else f"{self._title} (page {self._pages})", "Helvetica-Bold", 16, WIDTH)
        self.y -= 24

    def _headings(self, columns: Sequence[Column]) -> None:
        self.room(3 * _ROW)
        self._row(columns, [heading for heading, *_ in columns], "Helvetica-Bold")
        self.page.line(LEFT, self.y + 9, LEFT + WIDTH, self.y + 9)

    def _row(self, columns: Sequence[Column], row: Sequence[str], font: str) -> None:
        x = float(LEFT)
        for (_, width, number), text in zip(columns, row, strict=True):
            if number:
                self.page.setFont(font, 8.5)
                self.page.drawRightString(x + width - 8, self.y, printable(text))
            else:
                line(self.page, x, self.y, text, font, 8.5, width - 8)
            x += width
        self.y -= _ROW
