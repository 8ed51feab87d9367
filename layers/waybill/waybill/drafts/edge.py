"""What may be written into a draft: the fields of `POST /v1/orders` but for what is ours to say, each as far as it goes.

Only what must never be kept is refused here: fields that nobody would read, card numbers, too much. What an order would still be refused
for is said of the draft instead (`lacks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.channels import shapes
from waybill.channels.model.masking import without_credit_codes
from waybill.channels.shapes import Check, Problems, array, maybe, plain, shape, table, text
from waybill.kernel import json as strict_json
from waybill.kernel.errors import InvalidInput, TooLarge

LARGEST = 100_000
MOST_LINES = 100
"""As many as stock can be kept for."""


def _some(*names: str, **checks: Check) -> Check:
    """An object of any of these fields, none of which must be there or be right."""
    return shape({}, {**{name: (maybe(plain(500)), None) for name in names}, **{name: (maybe(check), None) for name, check in checks.items()}})


_ADDRESS = _some("name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone", "instructions")
_ATTRIBUTES = table(50, plain(500))
_LINE = _some("id", "sku", "title", "quantity", "unit_price", "discount", "tax", "total", "ships", "group", attributes=_ATTRIBUTES)
_TENDER = _some("kind", "amount", "gateway", "token", "reference", "currency", attributes=_ATTRIBUTES)
_TENDERS = array(_TENDER, 0, 10)
_DRAFT = _some(
    *("channel", "currency", "number", "fees", "tax_included"),
    customer=_some("email", "name", "phone", "locale", "reference", "tax_id"),
    ship_to=_ADDRESS,
    bill_to=_ADDRESS,
    lines=array(_LINE, 0, MOST_LINES),
    shipping=_some("method", "amount", "discount", "tax", "promise_days", "pickup_node", "ship_not_before"),
    groups=array(_some("id", "method", "promise_days", "ship_not_before", ship_to=_ADDRESS), 0, 20),
    tenders=_TENDERS,
    taxes=array(_some("title", "amount", "rate"), 0, 50),
    charges=array(_some("title", "amount"), 0, 20),
    note=text(2000, trim=False),
    attributes=_ATTRIBUTES,
)


def read(raw: bytes) -> dict[str, Any]:
    """A draft without what is empty; codes of gift cards are replaced by what they are kept by. Raises InvalidInput by field, Malformed, TooLarge."""
    if len(raw) > LARGEST:
        raise TooLarge(f"a draft has at most {LARGEST} bytes")
    return said(strict_json.parse(raw) if raw.strip() else {})


def said(body: Any) -> dict[str, Any]:
    """The same of a body that has been parsed."""
    cleaned = _without_empty(shapes.read(_DRAFT, body))
    safe: dict[str, Any] = without_credit_codes(cleaned)
    return safe


def tenders(body: Any) -> list[dict[str, Any]]:
    """`tenders` of a body that holds nothing else; empty for none."""
    problems: Problems = {}
    cleaned = shape({}, {"tenders": (maybe(_TENDERS), None)})(body, "", problems)
    if problems:
        raise InvalidInput("; ".join(f"{at} {what}" for at, what in problems.items())[:500], fields=problems)
    found: list[dict[str, Any]] = without_credit_codes(_without_empty(cleaned)).get("tenders", [])
    return found


def _without_empty(value: Any) -> Any:
    """Without fields that say nothing, and what consists of nothing else."""
    if isinstance(value, Mapping):
        kept = {name: _without_empty(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner is not None and inner != "" and inner != {} and inner != []}
    if isinstance(value, list):
        return [each for each in map(_without_empty, value) if each]
    return value
