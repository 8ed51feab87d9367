"""A cart for which stock is kept while its customer decides: a reservation with an end. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from waybill.kernel.errors import InvalidInput
from waybill.kernel.ids import digest

POLICY = "carts"
"""{"minutes": how long stock is kept after the last time that the cart was heard of}."""
MINUTES, MOST_MINUTES = 10, 120
MOST_LINES, MOST_UNITS = 100, 10_000
PREFIX = "cart_"


@dataclass(frozen=True, slots=True)
class Cart:
    """`wanted` {sku: units}; nothing once it has ended. `expires_at`: from when on it may be ended by itself."""

    id: str
    channel: str
    expires_at: str
    wanted: Mapping[str, int] = field(default_factory=dict)
    version: int = 0


def cart_id(channel: str, reference: str) -> str:
    """A function of the channel and of what it calls the cart. The order that comes of it names the same in `attributes.cart`."""
    return PREFIX + digest(channel, reference)


def check(policy: Mapping[str, Any]) -> None:
    """Raises InvalidInput for a policy that cannot be obeyed."""
    wrong = dict.fromkeys(policy.keys() - {"minutes"}, "is unknown; there is minutes")
    if not _is_number(policy.get("minutes", MINUTES), MOST_MINUTES):
        wrong["minutes"] = f"is a whole number from 1 to {MOST_MINUTES}"
    if wrong:
        raise InvalidInput("; ".join(f"{name} {what}" for name, what in wrong.items()), fields=wrong)


def wanted(raw: Any) -> dict[str, int]:
    """[{"sku", "quantity"}] as units by SKU. Raises InvalidInput that names the row."""
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_LINES:
        raise InvalidInput(f"lines is a list of 1 to {MOST_LINES}", fields={"lines": "a list"})
    units: dict[str, int] = {}
    wrong: dict[str, str] = {}
    for number, row in enumerate(raw):
        sku, quantity = (row.get("sku"), row.get("quantity")) if isinstance(row, dict) else (None, None)
        if not isinstance(sku, str) or not 0 < len(sku) <= 120 or sku in units:
            wrong[f"lines[{number}].sku"] = "is a SKU, each once"
        elif not _is_number(quantity, MOST_UNITS):
            wrong[f"lines[{number}].quantity"] = f"is a whole number from 1 to {MOST_UNITS}"
        else:
            units[sku] = quantity
    if wrong:
        raise InvalidInput("; ".join(f"{place} {what}" for place, what in wrong.items()), fields=wrong)
    return units


def _is_number(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
