"""Whose an order is, changed by a person (A16): a guest who becomes known, an address that was mistyped, two addresses of one customer.

Personal data stays in the order's PII item; the history says which fields are others, never what they say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from waybill.aws.tables import Write
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import InvalidInput, NotFound
from waybill.kernel.ids import customer_key
from waybill.orders import store
from waybill.orders.model import state as verbs
from waybill.orders.model.order import Customer
from waybill.orders.store import Record

CHANGED = "order.customer_changed"
A_PAGE = 25
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+\Z")
_LOCALE = re.compile(r"[a-z]{2}(_[A-Z]{2})?\Z")
_FIELDS = {"email": 254, "name": 200, "phone": 40, "locale": 5}
"""What may be changed, and how long it may be. Addresses are edited, not changed here."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Orders that were moved by one page, and where the next page starts."""

    moved: list[str]
    next: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Customers:
    clock: Clock

    def change(self, order_id: str, given: Mapping[str, Any], actor: str) -> Record:
        """Those fields of an order's customer that are named. Safe to repeat. Raises InvalidInput by field, NotFound."""
        said = checked(given)
        self._changed(order_id, said, actor)
        return store.load(order_id)

    def merge(self, away: str, into: str, actor: str, start: dict[str, Any] | None = None) -> Merged:
        """A page of the orders of one address becomes another's. It may be stopped after any order and begun anew: what is moved is no longer the
        first one's. The index may lag behind, so each order is asked itself. Raises InvalidInput."""
        away, into = (checked({"email": email}, field)["email"] for email, field in ((away, "from"), (into, "into")))
        if customer_key(away) == customer_key(into):
            raise InvalidInput("these are the same address", fields={"into": "is the same address"})
        ids, following = store.of_customer(away, A_PAGE, start)
        moved = [order_id for order_id in ids if self._moved(order_id, away, into, actor)]
        return Merged(moved, following)

    def _moved(self, order_id: str, away: str, into: str, actor: str) -> bool:
        try:
            return self._changed(order_id, {"email": into}, actor, only_of=away)
        except NotFound:  # a cart, or what the index still knows
            return False

    def _changed(self, order_id: str, said: Mapping[str, str], actor: str, only_of: str = "") -> bool:
        at, done = instant(self.clock()), [False]

        def changed(record: Record) -> list[Write]:
            done[0] = False
            before = record.customer
            if only_of and customer_key(before.email) != customer_key(only_of):
                return []
            after: Customer = replace(before, **said)
            fields = sorted(name for name in said if getattr(before, name) != getattr(after, name))
            if not fields:
                return []
            done[0] = True
            state = verbs.noted(record.state, CHANGED, at, actor, {"fields": fields})
            return [record.save(state), store.addressed(record, after, store.addressed_as_of(record))]

        store.change(order_id, changed)
        return done[0]


def checked(given: Mapping[str, Any], field: str = "") -> dict[str, str]:
    """The fields as they are kept; `field`: what the caller calls the one that there is. Raises InvalidInput naming each that cannot be."""
    wrong = {name[:100]: f"is not one of {', '.join(_FIELDS)}" for name in given if name not in _FIELDS}
    said = {name: value.strip() for name, value in given.items() if isinstance(value, str)}
    wrong |= {field or name: _wrong(name, said.get(name)) for name in given if name in _FIELDS and _wrong(name, said.get(name))}
    if wrong or not given:
        raise InvalidInput("the customer cannot be so", fields=wrong or {"body": f"names none of {', '.join(_FIELDS)}"})
    return said


def _wrong(name: str, value: str | None) -> str:
    if value is None or len(value) > _FIELDS[name] or not value.isprintable():
        return f"is a text of at most {_FIELDS[name]} characters"
    if name == "email" and not _EMAIL.match(value):
        return "is an e-mail address"
    if name == "locale" and not _LOCALE.match(value):
        return "is a locale such as en_US"
    return ""
