"""A label in ZPL II, for a 4 × 6 inch thermal printer. Places are in dots of a printer with 203 to the inch, and scaled for a finer one."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.fulfilment.printing.label import Label, address_lines
from waybill.kernel.errors import InvalidInput

DPI = {203: 4, 300: 6}
"""Dots per inch that are printed for, each with the dots of the narrowest bar: half a millimetre, as GS1 wants it on a carton."""
_DPI, _WIDTH, _HEIGHT, _INNER = 203, 812, 1218, 740
_MODULES, _SSCC_MODULES = 155, 156
"""Of a Code 128 with two letters and sixteen digits; of the GS1-128 of an SSCC."""
_SSCC_TALL = 254
"""31.75 mm: GS1 General Specifications, 5.5.2, for what is scanned in distribution."""


def zpl(label: Label, dpi: int = _DPI) -> bytes:
    """UTF-8 ZPL. Every text is hex-escaped, so that a name cannot become a command. Raises InvalidInput for a printer of another kind."""
    if dpi not in DPI:
        raise InvalidInput(f"labels are drawn for {' or '.join(map(str, DPI))} dots per inch", fields={"dpi": "unknown"})
    on = _Paper(dpi)
    parts = ["^XA", "^CI28", f"^PW{on.dots(_WIDTH)}", f"^LL{on.dots(_HEIGHT)}", "^LH0,0"]
    parts += on.block(36, 36, 24, ["From", *address_lines(label.ship_from)], 500)
    parts += on.block(560, 36, 32, [f"{label.weight_g / 1000:.2f} kg", f"Parcel {label.package} of {label.packages}"], 240)
    parts += [on.rule(254, 3), on.text(36, 272, 24, label.title, _INNER), *on.block(36, 306, 42, address_lines(label.ship_to), _INNER)]
    return "\n".join([*parts, *(_with_sscc(label, on) if label.sscc else _alone(label, on)), "^XZ", ""]).encode()


def _alone(label: Label, on: _Paper) -> list[str]:
    parts = [on.rule(664, 8), on.text(36, 690, 52, label.service, _INNER)]
    parts += [on.text(36, 742, 20, " · ".join(label.marks), _INNER)] if label.marks else []
    parts += [on.bars(764, 254, _MODULES, f"A^FD{label.tracking_number}"), on.centred(1040, 40, label.tracking_number)]
    return [*parts, on.rule(1104, 3), on.text(36, 1126, 28, f"{label.carrier} · Ref {label.reference}", _INNER)]


def _with_sscc(label: Label, on: _Paper) -> list[str]:
    """The carrier's barcode is lower, so that GS1's has its height."""
    parts = on.block(560, 124, 24, [label.carrier, f"Ref {label.reference}"], 240)
    parts += [on.rule(620, 8), on.text(36, 638, 44, label.service, _INNER)]
    parts += [on.text(36, 686, 20, " · ".join(label.marks), _INNER)] if label.marks else []
    parts += [on.bars(712, 146, _MODULES, f"A^FD{label.tracking_number}"), on.centred(866, 30, label.tracking_number)] if label.tracking_number else []
    return [*parts, on.rule(902, 3), on.bars(914, _SSCC_TALL, _SSCC_MODULES, f"N^FD>;>800{label.sscc}"), on.centred(1176, 28, f"SSCC (00) {label.sscc}")]


@dataclass(frozen=True, slots=True)
class _Paper:
    dpi: int

    def dots(self, at: float) -> int:
        return round(at * self.dpi / _DPI)

    def block(self, x: int, y: int, height: int, lines: list[str], width: int) -> list[str]:
        return [self.text(x, y + index * (height + 8), height, line, width) for index, line in enumerate(lines)]

    def text(self, x: int, y: int, height: int, text: str, width: int) -> str:
        """One line; a long one narrower, as a letter of font 0 is about half its width parameter wide."""
        wide = min(height, int(width / (0.52 * max(1, len(text)))))
        return f"^FO{self.dots(x)},{self.dots(y)}^A0N,{self.dots(height)},{self.dots(wide)}^FH_^FD{_escaped(text)}^FS"

    def rule(self, y: int, thick: int) -> str:
        return f"^FO{self.dots(24)},{self.dots(y)}^GB{self.dots(764)},{self.dots(thick)},{self.dots(thick)}^FS"

    def bars(self, y: int, tall: int, modules: int, what: str) -> str:
        """A Code 128 in the middle. `what`: its mode and its data, in the words of ^BC."""
        left = (self.dots(_WIDTH) - DPI[self.dpi] * modules) // 2
        return f"^FO{left},{self.dots(y)}^BY{DPI[self.dpi]},3,{self.dots(tall)}^BCN,{self.dots(tall)},N,N,N,{what}^FS"

    def centred(self, y: int, height: int, text: str) -> str:
        return f"^FO0,{self.dots(y)}^A0N,{self.dots(height)},{self.dots(height)}^FB{self.dots(_WIDTH)},1,0,C^FD{text}^FS"


def _escaped(text: str) -> str:
    """Letters, digits and plain signs as they are; everything else as the hex of its UTF-8 bytes."""
    return "".join(char if char.isascii() and (char.isalnum() or char in " .,:-/#") else _hex(char) for char in text)


def _hex(char: str) -> str:
    return "".join(f"_{byte:02X}" for byte in char.encode("utf-8", "replace"))
