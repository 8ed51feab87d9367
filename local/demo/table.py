"""The table on the terminal: redrawn in place on a screen, a line for each change elsewhere."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TextIO

from local.demo.following import STAGES, Followed

_COLOURS = {"arrived": "\033[32m", "rests": "\033[33m", "refused": "\033[31m"}
_PLAIN, _UP, _CLEAR = "\033[0m", "\033[{}A", "\033[J"


@dataclass
class Table:
    """`show` whenever something may have changed."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    _drawn: int = 0
    _told: dict[str, str] = field(default_factory=dict)

    def show(self, orders: Sequence[Followed]) -> None:
        width, height = shutil.get_terminal_size((120, 40))
        if self.out.isatty() and len(orders) + 3 < height:
            self._redraw(orders, width)
        else:
            self._append(orders)
        self.out.flush()

    def _redraw(self, orders: Sequence[Followed], width: int) -> None:
        lines = [_coloured(order, cut(text, width)) for order, text in zip(orders, rows(orders, self._marks()), strict=True)]
        back = _UP.format(self._drawn) + "\r" + _CLEAR if self._drawn else ""
        self.out.write(back + cut(head(), width) + "\n" + "".join(f"{line}\n" for line in lines))
        self._drawn = len(lines) + 1

    def _append(self, orders: Sequence[Followed]) -> None:
        for order, text in zip(orders, rows(orders, self._marks()), strict=True):
            if order.status != "sending" and self._told.get(order.name) != order.status:
                self._told[order.name] = order.status
                self.out.write(text.rstrip() + "\n")

    def _marks(self) -> tuple[str, str]:
        return ("●", "○") if "utf" in (self.out.encoding or "").lower() else ("#", ".")


def head() -> str:
    return f"  {'order':<22}{'channel':<13}{'':<8}{'status':<20}{'node':<22}{'carrier':<20}{'seconds':>7}"


def rows(orders: Sequence[Followed], marks: tuple[str, str]) -> list[str]:
    """One line each, without colour."""
    return [_row(order, *marks) for order in orders]


def cut(text: str, width: int) -> str:
    """A wrapped line would spoil the next redraw."""
    return text if len(text) < width else text[: max(width - 2, 0)] + "…"


def _row(order: Followed, full: str, empty: str) -> str:
    way = full * order.stage + empty * (len(STAGES) - order.stage)
    nodes, carriers = ", ".join(order.nodes), ", ".join(order.carriers)
    where = f"{nodes:<22}{carriers:<20}"
    text = f"  {order.reference:<22}{order.channel:<13}{way:<8}{order.status:<20}{where}{order.seconds:>7.1f}"
    return f"{text}  {order.note}" if order.note else text


def _coloured(order: Followed, text: str) -> str:
    kind = "arrived" if order.arrived else "rests" if order.rests else order.status
    return f"{_COLOURS[kind]}{text}{_PLAIN}" if kind in _COLOURS else text
