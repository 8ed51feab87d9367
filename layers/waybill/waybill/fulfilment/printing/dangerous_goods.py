"""The note that goes with dangerous goods, and what must be on the outside of the parcel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from waybill.fulfilment.model.dangerous import Mark
from waybill.fulfilment.printing.label import address_lines
from waybill.fulfilment.printing.sheet import Sheet

_SIGNS = {"lithium": "lithium battery mark (100 × 100 mm)", "limited": "limited quantity mark (100 × 100 mm)"}


def note(rows: Sequence[tuple[str, int, int]], marks: Sequence[Mark], sender: Any, recipient: Any, reference: str, tracking_number: str) -> bytes:
    """`rows`: (what it is as a transport document says it, units, grams of all of them)."""
    sheet = Sheet(f"DANGEROUS GOODS NOTE {reference}")
    sheet.text([f"Parcel {tracking_number}"])
    sheet.y -= 4
    sheet.beside([("Shipper", address_lines(sender)), ("Consignee", address_lines(recipient))])
    sheet.table(
        [("UN number, proper shipping name, class, packing group", 380.0, False), ("Units", 54.0, True), ("Net kg", 70.0, True)],
        [[said, str(units), f"{grams / 1000:.3f}"] for said, units, grams in rows],
    )
    sheet.text(["On the outside of the parcel:"], font="Helvetica-Bold")
    sheet.text([f"[ ] {outside(mark)}" for mark in marks])
    phone = getattr(sender, "phone", "")
    sheet.text([f"Telephone for further information: {phone}"] if phone else [])
    return sheet.done()


def outside(mark: Mark) -> str:
    """A mark in words: `UN3481, lithium battery mark (100 × 100 mm)`."""
    return f"{mark.text}, {_SIGNS.get(mark.sign, f'class {mark.sign} hazard label')}"
