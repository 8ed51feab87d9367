"""A label in ZPL II, for a 4 × 6 inch thermal printer at 203 dots per inch."""

from __future__ import annotations

from waybill.fulfilment.printing.label import Label, address_lines

_WIDTH, _HEIGHT = 812, 1218
_INNER = 740
_MODULES = 155
"""Of a Code 128 with two letters and sixteen digits."""


def zpl(label: Label) -> bytes:
    """UTF-8 ZPL. Every text is hex-escaped, so that a name cannot become a command."""
    parts = ["^XA", "^CI28", f"^PW{_WIDTH}", f"^LL{_HEIGHT}", "^LH0,0"]
    parts += _block(36, 36, 24, ["From", *address_lines(label.ship_from)], 500)
    parts += _block(560, 36, 32, [f"{label.weight_g / 1000:.2f} kg", f"Parcel {label.package} of {label.packages}"], 240)
    parts += ["^FO24,254^GB764,3,3^FS", _text(36, 272, 24, "SHIP TO", _INNER)]
    parts += _block(36, 306, 42, address_lines(label.ship_to), _INNER)
    parts += ["^FO24,664^GB764,8,8^FS", _text(36, 690, 52, label.service, _INNER)]
    parts += [_text(36, 742, 20, " · ".join(label.marks), _INNER)] if label.marks else []
    parts += [f"^FO{(_WIDTH - 4 * _MODULES) // 2},764^BY4,3,254^BCN,254,N,N,N,A^FD{label.tracking_number}^FS"]
    parts += [f"^FO0,1040^A0N,40,40^FB{_WIDTH},1,0,C^FD{label.tracking_number}^FS"]
    parts += ["^FO24,1104^GB764,3,3^FS", _text(36, 1126, 28, f"{label.carrier} · Ref {label.reference}", _INNER)]
    return "\n".join([*parts, "^XZ", ""]).encode()


def _block(x: int, y: int, height: int, lines: list[str], width: int) -> list[str]:
    return [_text(x, y + index * (height + 8), height, line, width) for index, line in enumerate(lines)]


def _text(x: int, y: int, height: int, text: str, width: int) -> str:
    """One line; a long one narrower, as a letter of font 0 is about half its width parameter wide."""
    wide = min(height, int(width / (0.52 * max(1, len(text)))))
    return f"^FO{x},{y}^A0N,{height},{wide}^FH_^FD{_escaped(text)}^FS"


def _escaped(text: str) -> str:
    """Letters, digits and plain signs as they are; everything else as the hex of its UTF-8 bytes."""
    return "".join(char if char.isascii() and (char.isalnum() or char in " .,:-/#") else _hex(char) for char in text)


def _hex(char: str) -> str:
    return "".join(f"_{byte:02X}" for byte in char.encode("utf-8", "replace"))
