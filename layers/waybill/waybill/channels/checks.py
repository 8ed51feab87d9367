"""The checks at intake (A6). What fails them is imported and held: never repaired, never refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from waybill.channels.imported import Finding, Imported
from waybill.kernel.money import decimal_string
from waybill.orders import addresses
from waybill.orders.model.order import Address, Customer, Order
from waybill.shop.model import Item, Node

_MOST_NAMED = 5


def checked(imported: Imported, items: Mapping[str, Item], policy: Mapping[str, Any] | None = None) -> Imported:
    """The order with what the shop knows of its items (which of them ship), its addresses as their countries write them, and every finding.
    `policy`: the shop's `addresses`."""
    customer = addresses.written_of(imported.customer)
    order = replace(
        imported.order,
        lines=tuple(replace(line, ships=False) if line.sku in items and not items[line.sku].ships else line for line in imported.order.lines),
    )
    findings = (*imported.findings, *sums(order), *items_known(order, items), *_each_deliverable(order, customer, policy))
    return replace(imported, order=order, customer=customer, findings=findings)


def fetched(imported: Imported, store: Node | None) -> Imported:
    """An order that its customer fetches: its goods go to the store, care of him; the address that he gave is where he is billed, where he gave no other.
    A store that there is not is a finding."""
    named, person = imported.order.shipping.pickup_node, imported.customer
    if not named:
        return imported
    if store is None:
        return replace(imported, findings=(*imported.findings, Finding("address", f"there is no node {named[:64]} at which it could be fetched")))
    place = store.place
    there = Address(
        name=person.name or person.ship_to.name,
        company=place.name,
        **{name: getattr(place, name) for name in ("line1", "line2", "city", "region", "postal_code", "country", "phone")},
    )
    billed = person.bill_to or (person.ship_to if person.ship_to.line1 else None)
    return replace(imported, customer=replace(person, ship_to=there, bill_to=billed))


def sums(order: Order) -> list[Finding]:
    """Parts against total, and tenders against total, each with the exact difference."""
    found = []
    if order.discrepancy:
        found.append(Finding("sums", _difference(order, "the parts sum to", order.computed_total)))
    charged = sum(charge.amount for charge in order.charges)
    if order.charges and charged != order.fees:
        found.append(Finding("sums", f"the charges sum to {_shown(charged, order)}, the fees are {_shown(order.fees, order)}"))
    if below := _below_nothing(order):
        found.append(Finding("sums", f"less than nothing: {_named(below)}"))
    tendered = sum(tender.amount for tender in order.tenders)
    if tendered != order.total:
        found.append(Finding("payment", _difference(order, "the payments sum to", tendered)))
    return found


def _below_nothing(order: Order) -> list[str]:
    """What of an order nobody can charge. Fees may be less: a channel writes a discount so."""
    sent = order.shipping
    said = {"the total": order.total, "shipping": sent.amount - sent.discount, "shipping discount": sent.discount, "shipping tax": sent.tax}
    for line in order.lines:
        said |= {f"line {line.id}": line.net, f"discount of line {line.id}": line.discount, f"tax of line {line.id}": line.tax}
    said |= {f"payment {number}": tender.amount for number, tender in enumerate(order.tenders, 1)}
    return [name for name, amount in said.items() if amount < 0]


def items_known(order: Order, items: Mapping[str, Item]) -> list[Finding]:
    """Lines that ship without a SKU, or with one that the shop does not have; an order with nothing to ship."""
    if not order.lines:
        return [Finding("item", "the order has no lines")]
    shipping = [line for line in order.lines if line.ships]
    if not shipping:
        return [Finding("item", "nothing in the order ships: it is fulfilled by hand")]
    found = []
    nameless = [line.id for line in shipping if not line.sku]
    unknown = list(dict.fromkeys(line.sku for line in shipping if line.sku and line.sku not in items))
    if nameless:
        found.append(Finding("item", f"without a SKU: line {_named(nameless)}"))
    if unknown:
        found.append(Finding("item", f"unknown SKU {_named(unknown)}"))
    return found


def deliverable(order: Order, ship_to: Address, policy: Mapping[str, Any] | None = None, phone: str = "") -> list[Finding]:
    """Whether a parcel could be addressed, asked only where something ships. The reason names fields, never their content. `policy`: the shop's
    `addresses`; `phone`: the customer's own."""
    if not any(line.ships for line in order.lines):
        return []
    return [Finding("address", reason) for reason in addresses.looked_at(ship_to, policy or {}, phone)[1]]


def _each_deliverable(order: Order, customer: Customer, policy: Mapping[str, Any] | None) -> list[Finding]:
    """Every ship group's own address, asked for the lines that go there."""
    found = []
    for group, part in by_group(order):
        said = deliverable(part, customer.address_of(group), policy, customer.phone)
        found += [Finding(each.kind, f"{each.reason} (ship group {group})") for each in said] if group else said
    return found


def by_group(order: Order) -> list[tuple[str, Order]]:
    """(ship group, the order with its lines alone); the order whole where it has but one."""
    if not order.groups:
        return [("", order)]
    parts = [(group, replace(order, lines=tuple(line for line in order.lines if line.group == group))) for group in ("", *(each.id for each in order.groups))]
    return [(group, part) for group, part in parts if part.lines]


def _difference(order: Order, what: str, ours: int) -> str:
    return f"{what} {_shown(ours, order)} {order.currency}, the total is {_shown(order.total, order)}: difference {_shown(order.total - ours, order)}"


def _shown(minor: int, order: Order) -> str:
    return decimal_string(minor, order.currency)


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(name[:80] for name in names[:_MOST_NAMED]) + more
