"""The columns of a spreadsheet of orders, and how a heading is known for one of them. The fields are those of `POST /v1/orders`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from waybill.kernel.errors import Malformed

TEXT, CODE, WHOLE, AMOUNT, FLAG, MOMENT = "text", "code", "whole", "amount", "flag", "moment"
PROBLEM, FIELD = "problem", "field"
"""What we add to a file of failed rows, and do not look at when it comes back."""
MOST_COLUMNS = 300
_MOST_TENDERS = 10


@dataclass(frozen=True, slots=True)
class Column:
    """`path` leads to the field in the order's body, for a line's column in the line. What is `optional` the order can do without: it may be left
    out where a person has asked for that. Never money, goods, or where they go."""

    name: str
    path: tuple[str, ...]
    kind: str = TEXT
    of_line: bool = False
    optional: bool = False

    @property
    def tender(self) -> int:
        """Which tender it says something of, from 1; 0 for none."""
        return int(self.path[1]) if self.path[0] == "tenders" else 0


def _address(whose: str, optional: bool) -> tuple[Column, ...]:
    spare = ("company", "phone")
    names = ("name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone")
    kinds = {"country": CODE}
    return tuple(Column(f"{whose}_{name}", (whose, name), kinds.get(name, TEXT), optional=optional or name in spare) for name in names)


_TENDER = (("kind", TEXT, False), ("amount", AMOUNT, False), ("gateway", TEXT, False), ("token", TEXT, False), ("reference", TEXT, True))

ORDER = (
    Column("external_reference", ("external_reference",)),
    Column("number", ("number",), optional=True),
    Column("placed_at", ("placed_at",), MOMENT, optional=True),
    Column("currency", ("currency",), CODE),
    Column("total", ("total",), AMOUNT),
    Column("fees", ("fees",), AMOUNT),
    Column("tax_included", ("tax_included",), FLAG),
    Column("note", ("note",), optional=True),
    Column("customer_email", ("customer", "email")),
    Column("customer_name", ("customer", "name"), optional=True),
    Column("customer_phone", ("customer", "phone"), optional=True),
    Column("customer_locale", ("customer", "locale"), optional=True),
    *_address("ship_to", False),
    *_address("bill_to", True),
    Column("shipping_method", ("shipping", "method")),
    Column("shipping_amount", ("shipping", "amount"), AMOUNT),
    Column("shipping_discount", ("shipping", "discount"), AMOUNT),
    Column("shipping_tax", ("shipping", "tax"), AMOUNT),
    Column("shipping_promise_days", ("shipping", "promise_days"), WHOLE, optional=True),
)
LINE = (
    Column("line_id", ("id",), of_line=True),
    Column("sku", ("sku",), of_line=True),
    Column("title", ("title",), of_line=True, optional=True),
    Column("quantity", ("quantity",), WHOLE, of_line=True),
    Column("unit_price", ("unit_price",), AMOUNT, of_line=True),
    Column("line_discount", ("discount",), AMOUNT, of_line=True),
    Column("line_tax", ("tax",), AMOUNT, of_line=True),
    Column("ships", ("ships",), FLAG, of_line=True),
)
TENDER = tuple(Column(f"tender_{name}", ("tenders", "1", name), kind, optional=spare) for name, kind, spare in _TENDER)
HISTORY = Column("history", ("history",))
"""`delivered`: the order was fulfilled elsewhere, and is to be known and no more."""
NEEDED = ("external_reference", "currency", "total", "customer_email", "ship_to_line1", "ship_to_city", "sku", "quantity", "unit_price")
_ALSO_CALLED = {
    "order": "external_reference", "orderid": "external_reference", "ordernumber": "external_reference", "reference": "external_reference",
    "email": "customer_email", "name": "customer_name", "phone": "customer_phone", "qty": "quantity", "price": "unit_price",
    "discount": "line_discount", "tax": "line_tax", "address": "ship_to_line1", "city": "ship_to_city", "state": "ship_to_region",
    "zip": "ship_to_postal_code", "postalcode": "ship_to_postal_code", "country": "ship_to_country", "orderdate": "placed_at",
}  # fmt: skip
_BY_HEADING = {column.name.replace("_", ""): column for column in (*ORDER, *LINE, *TENDER, HISTORY)}
_NTH_TENDER = re.compile(r"tender([1-9]|10)(kind|amount|gateway|token|reference)\Z")
_ATTRIBUTE = re.compile(r"\s*(line)?[\s_-]*attribute[\s_:.-]+(\S.*)", re.IGNORECASE | re.DOTALL)


def column(heading: str) -> Column | None:
    """The column that a heading means, whatever its capitals, blanks and underscores; None for one that we do not know."""
    if (found := _ATTRIBUTE.fullmatch(heading)) and found[2].isprintable():
        return Column(heading.strip()[:200], ("attributes", found[2].strip()[:200]), of_line=bool(found[1]), optional=True)
    squeezed = re.sub(r"[^a-z0-9]", "", heading.lower())
    if found := _NTH_TENDER.match(squeezed):
        name, kind, spare = next(each for each in _TENDER if each[0] == found[2])
        return Column(f"tender_{found[1]}_{name}" if found[1] != "1" else f"tender_{name}", ("tenders", found[1], name), kind, optional=spare)
    return _BY_HEADING.get(_ALSO_CALLED.get(squeezed, squeezed).replace("_", ""))


def columns(headings: Sequence[str]) -> list[Column | None]:
    """What each heading means. Raises Malformed, saying which, for a column that is missing or stands twice."""
    if len(headings) > MOST_COLUMNS:
        raise Malformed(f"the file has {len(headings)} columns, at most {MOST_COLUMNS} are taken")
    found = [column(heading) for heading in headings]
    names = [each.name for each in found if each]
    if not names:
        raise Malformed("the first line must name the columns, such as external_reference, sku, quantity: see /v1/imports/template.csv")
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Malformed(f"two columns mean {twice}", fields={twice: "stands twice"})
    if missing := [name for name in NEEDED if name not in names]:
        raise Malformed(f"the column {', '.join(missing)} is missing", fields={name: "is missing" for name in missing})
    return found


def ignored(headings: Sequence[str]) -> list[str]:
    """Headings that mean nothing to us: told to the person, for one may be misspelt."""
    return [heading.strip()[:80] for heading in headings if heading.strip() and column(heading) is None and not is_ours(heading)][:50]


def is_ours(heading: str) -> bool:
    """One that we have added to a file of failed rows."""
    return heading.strip().lower() in (PROBLEM, FIELD)
