"""What goes over a border with a parcel: CN 22 or CN 23, and the commercial invoice."""

from __future__ import annotations

from typing import Any

from waybill.fulfilment.model.customs import Declaration
from waybill.fulfilment.printing.label import address_lines
from waybill.fulfilment.printing.sheet import Sheet
from waybill.kernel.money import decimal_string

_CERTIFIED = "I certify that the particulars given in this declaration are correct and that this item does not contain any dangerous article prohibited by postal regulations."
_NUMBERS = {"vat": "VAT", "eori": "EORI", "ioss": "IOSS", "tax_id": "Tax number"}


def declaration(said: Declaration, sender: Any, recipient: Any, tracking_number: str) -> bytes:
    """CN 22 or CN 23, as the declaration asks."""
    sheet = Sheet(f"CUSTOMS DECLARATION {said.form}")
    sheet.text([f"May be opened officially · Item {tracking_number} · Order {said.reference} · {said.date}"])
    sheet.y -= 4
    _parties(sheet, said, sender, recipient)
    sheet.text([f"Reason for export: {said.reason}"], font="Helvetica-Bold")
    _goods(sheet, said)
    sheet.text([f"Total value {_money(said.value, said)} {said.currency} · net {_kilograms(said.net_g)} kg · gross {_kilograms(said.gross_g)} kg"], font="Helvetica-Bold")
    _signed(sheet, said, _CERTIFIED)
    return sheet.done()


def invoice(said: Declaration, sender: Any, recipient: Any, tracking_number: str) -> bytes:
    """The commercial invoice of one parcel."""
    sheet = Sheet(f"COMMERCIAL INVOICE {said.reference}")
    sheet.text([f"Date {said.date} · Parcel {tracking_number} · Currency {said.currency}"])
    sheet.y -= 4
    _parties(sheet, said, sender, recipient)
    sheet.text([f"Reason for export: {said.reason}"], font="Helvetica-Bold")
    _goods(sheet, said, unit_prices=True)
    sheet.text([f"Invoice total {_money(said.value, said)} {said.currency} · gross weight {_kilograms(said.gross_g)} kg"], font="Helvetica-Bold")
    _signed(sheet, said, "I declare that the information on this invoice is true and correct.")
    return sheet.done()


def _parties(sheet: Sheet, said: Declaration, sender: Any, recipient: Any) -> None:
    numbers = said.numbers or {}
    ours = [f"{_NUMBERS[name]} {numbers[name]}" for name in _NUMBERS if name in numbers]
    theirs = [f"Tax number {numbers['recipient']}"] if "recipient" in numbers else []
    phone = [f"Phone {recipient.phone}"] if getattr(recipient, "phone", "") else []
    sheet.beside([("From", [*address_lines(sender), *ours]), ("To", [*address_lines(recipient), *phone, *theirs])])


def _goods(sheet: Sheet, said: Declaration, unit_prices: bool = False) -> None:
    columns = [("Description", 176.0, False), ("HS code", 70.0, False), ("Origin", 46.0, False), ("Units", 44.0, True), ("Net kg", 58.0, True)]
    columns += [("Unit value", 54.0, True), ("Value", 56.0, True)] if unit_prices else [("Value", 110.0, True)]
    rows = []
    for row in said.rows:
        values = [_money(row.value // row.quantity, said), _money(row.value, said)] if unit_prices else [_money(row.value, said)]
        rows.append([f"{row.description} ({row.sku})", row.hs_code, row.origin, str(row.quantity), _kilograms(row.weight_g), *values])
    sheet.table(columns, rows)


def _signed(sheet: Sheet, said: Declaration, certified: str) -> None:
    sheet.y -= 6
    sheet.text([certified], size=8)
    sheet.text([f"Date and sender's signature: {said.date} {said.signer}"])


def _money(minor: int, said: Declaration) -> str:
    return decimal_string(minor, said.currency)


def _kilograms(grams: int) -> str:
    return f"{grams / 1000:.3f}"
