"""One edit as it is kept: what it has changed, who, when and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from waybill.kernel.money import decimal_string
from waybill.kernel.plain import plain
from waybill.orders.model.order import Order

EDIT = "EDIT#"
"""How the sort keys of edits begin (`orders.codec`)."""


@dataclass(frozen=True, slots=True)
class Version:
    """`before`: the whole content of the order before it, as it was stored. `changes`: what differs, minor units. `undoes`: the edit before which
    it has put the order back."""

    number: int
    at: str
    actor: str
    reason: str
    key: str
    asked: str
    changes: Mapping[str, Any]
    before: Mapping[str, Any]
    undoes: int = 0
    currency: str = field(default="")

    def to_dict(self) -> dict[str, Any]:
        return {name: value for name, value in plain(self).items() if value}

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Version:
        known = {name: item[name] for name in cls.__slots__ if name in item}
        return cls(**{"reason": "", "key": "", "asked": "", "changes": {}, "before": {}, **known})


def versions_of(record: Any) -> list[Version]:
    """Every edit of a stored order (`orders.store.Record`), the first one first."""
    found = [Version.of(item) for key, item in (record.others or {}).items() if key.startswith(EDIT)]
    return sorted(found, key=lambda version: version.number)


def money(before: Order, after: Order) -> dict[str, int]:
    """What differs of an order's money, minor units."""
    return {
        "total_before": before.total,
        "total_after": after.total,
        "difference": after.total - before.total,
        "tax_before": before.tax,
        "tax_after": after.tax,
        "shipping_before": before.shipping.amount - before.shipping.discount,
        "shipping_after": after.shipping.amount - after.shipping.discount,
    }


def shown(changes: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """The changes as the API shows them: amounts as decimal strings."""

    def amounts(of: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
        return {name: decimal_string(value, currency) if name in names else value for name, value in of.items()}

    money = changes.get("money", {})
    return {
        "money": amounts(money, tuple(money)),
        "lines": list(changes.get("lines", ())),
        "surcharges": [{**amounts(each, ("net", "tax")), "gross": decimal_string(each["net"] + each["tax"], currency)} for each in changes.get("surcharges", ())],
        "shipping_method": changes.get("shipping_method"),
        "address": list(changes.get("address", ())),
        "note": bool(changes.get("note")),
        "payments": [amounts(each, ("before", "after")) for each in changes.get("payments", ())],
    }
