"""A wave on paper: its stops in walking order, each with its bin large, a barcode, and a box to tick for each slot of the cart."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from waybill.fulfilment.printing.code128 import widths
from waybill.fulfilment.printing.text import line
from waybill.picking.model.walk import Stop
from waybill.picking.model.wave import Wave

_LETTER = (612, 792)
_LEFT, _RIGHT = 40, 572
_TOP, _BOTTOM, _ROW = 700, 50, 62
_MODULE = 0.9
_SLOTS_A_ROW = 7
_LONGEST_CODE = 24
"""Longer codes would not fit as bars: they stand there in letters alone."""


def pdf(wave: Wave, stops: list[Stop], node_name: str) -> bytes:
    """As many US Letter pages as the stops need; deterministic bytes."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    page = Canvas(out, pagesize=_LETTER, invariant=1)
    page.setTitle(f"Pick list {wave.id}")
    y, number = _head(page, wave, node_name, 1), 1
    for stop in stops:
        height = _ROW + 16 * ((len(stop.takes) - 1) // _SLOTS_A_ROW)
        if y - height < _BOTTOM:
            page.showPage()
            number += 1
            y = _head(page, wave, node_name, number)
        _stop(page, y, stop)
        y -= height
    page.showPage()
    page.save()
    return out.getvalue()


def _head(page: Any, wave: Wave, node_name: str, number: int) -> float:
    line(page, _LEFT, 748, f"Pick list · {node_name}", "Helvetica-Bold", 18, 300)
    line(page, _LEFT, 730, f"{len(wave.works)} orders · {wave.units} units · planned {wave.since[:16].replace('T', ' ')} UTC · page {number}", "Helvetica", 9, 300)
    _bars(page, wave.id, _RIGHT, 726, 26)
    page.line(_LEFT, 714, _RIGHT, 714)
    return _TOP


def _stop(page: Any, y: float, stop: Stop) -> None:
    line(page, _LEFT, y - 18, stop.bin or "no bin", "Helvetica-Bold", 22, 128)
    line(page, _LEFT + 140, y - 8, f"{stop.left} × {stop.title}", "Helvetica-Bold", 11, 226)
    line(page, _LEFT + 140, y - 21, stop.sku, "Courier", 9, 226)
    _bars(page, stop.sku, _RIGHT, y - 24, 24)
    for place, take in enumerate(stop.takes):
        x, below = _LEFT + 140 + 56 * (place % _SLOTS_A_ROW), y - 40 - 16 * (place // _SLOTS_A_ROW)
        page.rect(x, below, 9, 9)
        line(page, x + 13, below + 1.5, f"slot {take.slot}: {take.left}", "Helvetica", 8, 42)
    page.setLineWidth(0.4)
    page.line(_LEFT, y - 48 - 16 * ((len(stop.takes) - 1) // _SLOTS_A_ROW), _RIGHT, y - 48 - 16 * ((len(stop.takes) - 1) // _SLOTS_A_ROW))
    page.setLineWidth(1)


def _bars(page: Any, text: str, right: float, y: float, height: float) -> None:
    """Code 128 that ends at `right`; nothing for what it has no sign for."""
    if not text.isascii() or not text.isprintable() or len(text) > _LONGEST_CODE:
        return
    bars = widths(text)
    module = min(_MODULE, 150 / sum(bars))
    x = right - sum(bars) * module
    for index, modules in enumerate(bars):
        if index % 2 == 0:
            page.rect(x, y, modules * module, height, stroke=0, fill=1)
        x += modules * module
