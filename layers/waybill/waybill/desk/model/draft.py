"""An order that a person makes at the desk: what its page shows, and what its form says. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_LINES, MOST_TENDERS = 100, 3
CUSTOMER = (("name", "Name", "w4"), ("email", "E-mail", "w4"), ("phone", "Phone", "w4"))
SHIP_TO = (
    ("name", "Name, if another", "w4"),
    ("company", "Company", "w4"),
    ("phone", "Phone, if another", "w4"),
    ("line1", "Street and number", "w6"),
    ("line2", "Apartment, floor", "w6"),
    ("city", "City", "w4"),
    ("region", "State", "w2"),
    ("postal_code", "ZIP", "w3"),
    ("country", "Country", "w3"),
)
SHIPPING = (("method", "Method", "w4"), ("amount", "Costs", "w4"), ("tax", "Tax on it", "w4"))
PAYMENTS = (
    ("", "–"),
    ("card", "Card"),
    ("gift_card", "Gift card"),
    ("store_credit", "Store credit"),
    ("terms", "On terms"),
    ("cod", "To the carrier"),
    ("channel", "Paid already"),
)
"""Kinds of tender, and how they are called. A card by its gateway's token, never by its number."""
_LINE = ("sku", "quantity", "unit_price", "discount", "tax")
_TENDER = ("kind", "amount", "token")
_COUNTED = re.compile(r"\s*([0-9]{1,5})\s*[x×*]?\s+(\S.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One draft in a list."""

    id: str
    number: str
    status: str
    channel: str
    units: int
    total: int
    currency: str
    changed: str
    by: str
    customer: str = ""
    expires_on: str = ""
    order_id: str = ""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line as it stands: what it comes to, and of its SKU how many may be sold now and are kept for this draft."""

    title: str
    net: int
    unit_price: int
    sellable: int | None = None
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything of one. `said` as the API has it; `lacks` field → what is missing; `findings` (kind of hold, reason)."""

    row: DraftRow
    version: int = 0
    said: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[DraftLine, ...] = ()
    totals: tuple[tuple[str, int], ...] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[tuple[str, str], ...] = ()
    kept_until: str = ""
    allowed: frozenset[str] = frozenset()
    log: tuple[tuple[str, str, str], ...] = ()

    @property
    def short(self) -> list[str]:
        """Titles of lines that want more than may be sold now."""
        wanted = [(line, _units(said.get("quantity"))) for line, said in zip(self.lines, self.said.get("lines", ()), strict=False)]
        return [line.title for line, units in wanted if line.sellable is not None and units > line.sellable + line.kept]


@dataclass(frozen=True, slots=True)
class Found:
    """An item that a person has looked for."""

    sku: str
    title: str
    price: int
    currency: str
    sellable: int


def said_in(form: Callable[[str], str], before: Mapping[str, Any]) -> dict[str, Any]:
    """What a form says, over what was there before: fields that the form does not have stay as they were."""
    lines = [line for place in range(MOST_LINES) if (line := _line(form, place, before)) is not None]
    tenders = [tender for place in range(MOST_TENDERS) if (tender := _row(form, "tender", place, _TENDER, before.get("tenders", ()))).get("kind")]
    more = list(before.get("tenders", ()))[MOST_TENDERS:]
    said = {
        **before,
        "customer": {**before.get("customer", {}), **{name: form(f"customer-{name}") for name, _, _ in CUSTOMER}},
        "ship_to": _ship_to(form, before.get("ship_to", {})),
        "shipping": {**before.get("shipping", {}), **{name: form(f"shipping-{name}") for name, _, _ in SHIPPING}},
        "lines": lines,
        "tenders": [*tenders, *more],
        "note": form("note"),
        "tax_included": True if form("tax_included") else None,
    }
    return {**said, "channel": form("channel")} if form("channel") else said


def added(said: Mapping[str, Any], sku: str, units: int) -> dict[str, Any]:
    """With so many more of a SKU: on its line, or on a new one."""
    lines = [dict(line) for line in said.get("lines", ())]
    for line in lines:
        if line.get("sku") == sku and isinstance(line.get("quantity"), int):
            line["quantity"] += units
            return {**said, "lines": lines}
    return {**said, "lines": [*lines, {"sku": sku, "quantity": units}]}


def sought(text: str) -> tuple[int, str]:
    """`3 tea` → 3 of what `tea` finds; without a number, one."""
    counted = _COUNTED.fullmatch(text)
    return (int(counted[1]) or 1, counted[2].strip()) if counted else (1, text.strip())


def matching(items: list[tuple[str, str]], text: str, most: int = 8) -> list[str]:
    """SKUs of the (SKU, title) that a text means: its very SKU, else those that have every word in SKU or title, those that begin with it first."""
    words = text.lower().split()
    if not words:
        return []
    exact = [sku for sku, _ in items if sku.lower() == text.lower()]
    found = [(not sku.lower().startswith(words[0]), sku) for sku, title in items if all(word in f"{sku} {title}".lower() for word in words)]
    return exact or [sku for _, sku in sorted(found)[:most]]


def _line(form: Callable[[str], str], place: int, before: Mapping[str, Any]) -> dict[str, Any] | None:
    """None for a line that there is not, or from which the number was taken away."""
    line = _row(form, "line", place, _LINE, before.get("lines", ()))
    if not line.get("sku") or line.get("quantity") in ("", "0"):
        return None
    return {**line, "quantity": _number(line["quantity"])}


def _row(form: Callable[[str], str], kind: str, place: int, names: tuple[str, ...], before: Any) -> dict[str, Any]:
    """A row of the form over the row that it showed."""
    known = before[place] if place < len(before) else {}
    row = {name: form(f"{kind}-{place}-{name}").strip() for name in names}
    same = row[names[0]] == known.get(names[0])
    return {**(known if same else {}), **row}


def _ship_to(form: Callable[[str], str], before: Mapping[str, Any]) -> dict[str, Any]:
    """The name of who buys, where nobody else is named; nothing where only the country stands there."""
    said = {name: form(f"ship_to-{name}").strip() for name, _, _ in SHIP_TO}
    if not any(value for name, value in said.items() if name != "country"):
        return {}
    return {**before, **said, "name": said["name"] or form("customer-name").strip(), "country": said["country"].upper()}


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else text


def _units(value: Any) -> int:
    return value if isinstance(value, int) else 0


def values(said: Mapping[str, Any]) -> Callable[[str], str]:
    """A form's fields as a draft has them: `customer-email`, `line-0-sku`; empty for what was not said."""
    rows = {"line": said.get("lines", ()), "tender": said.get("tenders", ())}

    def value(name: str) -> str:
        part, _, rest = name.partition("-")
        if part in rows:
            place, _, inner = rest.partition("-")
            found = rows[part][int(place)].get(inner) if int(place) < len(rows[part]) else None
        else:
            found = said.get(part, {}).get(rest) if rest else said.get(part)
        return "" if found is None or found is False else str(found)

    return value


_NAMES = {
    **{f"customer.{name}": label for name, label, _ in CUSTOMER},
    **{f"ship_to.{name}": label for name, label, _ in SHIP_TO},
    **{f"shipping.{name}": f"Shipping, {label.lower()}" for name, label, _ in SHIPPING},
    **{"customer": "Customer", "ship_to": "Where it goes", "lines": "What is ordered", "tenders": "Payment"},
}
_FIRST = {"customer": "customer-name", "ship_to": "ship_to-line1", "lines": "find", "tenders": "tender-0-kind"}
_ROW = re.compile(r"(lines|tenders)\[([0-9]+)\](?:\.(\w+))?\Z")


def pointed(at: str, draft: Draft) -> tuple[str, str]:
    """A field of the API as a person calls it, and where on the form it is."""
    row = _ROW.match(at)
    if row is None:
        return _NAMES.get(at, at.replace("_", " ").replace(".", ", ").capitalize()), _FIRST.get(at, at.replace(".", "-"))
    place, name = int(row[2]), row[3] or ""
    if row[1] == "tenders":
        return f"Payment {place + 1}{', ' + name if name else ''}", f"tender-{place}-{name or 'kind'}"
    title = draft.lines[place].title if place < len(draft.lines) else f"Item {place + 1}"
    return f"{title}{', ' + name.replace('_', ' ') if name else ''}", f"line-{place}-{'quantity' if name in ('', 'sku') else name}"
