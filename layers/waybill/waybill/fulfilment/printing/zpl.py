"""A label in ZPL II, for a 4 × 6 inch thermal printer at 203 dots per inch."""

from __future__ import annotations

from waybill.fulfilment.printing.label import Label, address_lines

_WIDTH, _HEIGHT = 812, 1218


def zpl(label: Label) -> bytes:
    """UTF-8 ZPL. Every text is hex-escaped, so that a name cannot become a command."""
    parts = ["^XA", "^CI28", f"^PW{_WIDTH}", f"^LL{_HEIGHT}"]
    parts += _block(40, 40, 26, address_lines(label.ship_from))
    parts += ["^FO30,240^GB752,3,3^FS"]
    parts += _block(60, 270, 42, address_lines(label.ship_to))
    parts += ["^FO30,590^GB752,3,3^FS"]
    parts += [_text(40, 615, 46, f"{label.carrier}  {label.service}")]
    parts += [f"^FO60,700^BY3,3,220^BCN,220,N,N,N,A^FD{label.tracking_number}^FS"]
    parts += [_text(60, 950, 40, label.tracking_number)]
    parts += [_text(40, 1060, 30, f"Ref {label.reference}")]
    parts += [_text(40, 1110, 30, f"{label.weight_g / 1000:.2f} kg   parcel {label.package} of {label.packages}")]
    return "\n".join([*parts, "^XZ", ""]).encode()


def _block(x: int, y: int, height: int, lines: list[str]) -> list[str]:
    return [_text(x, y + index * (height + 8), height, line) for index, line in enumerate(lines)]


def _text(x: int, y: int, height: int, text: str) -> str:
    return f"^FO{x},{y}^A0N,{height},{height}^FH_^FD{_escaped(text)}^FS"


def _escaped(text: str) -> str:
    """Letters, digits and plain signs as they are; everything else as the hex of its UTF-8 bytes."""
    return "".join(char if char.isascii() and (char.isalnum() or char in " .,:-/#") else _hex(char) for char in text)


def _hex(char: str) -> str:
    return "".join(f"_{byte:02X}" for byte in char.encode("utf-8", "replace"))
