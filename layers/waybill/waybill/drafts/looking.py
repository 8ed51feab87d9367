"""A draft looked at: what it comes to, what still lacks before it can be placed, what a person will be asked about afterwards, what there is of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from waybill.channels import api, checks
from waybill.channels.imported import Finding, Imported
from waybill.channels.worker import looked_over
from waybill.drafts.model.draft import Draft
from waybill.drafts.model.pricing import Offer, as_customer, as_order, is_currency, priced, wanted
from waybill.drafts.shelves import Shelves
from waybill.inventory.carts import Carts
from waybill.inventory.model.cart import cart_id
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import InvalidInput
from waybill.kernel.money import decimal_string
from waybill.orders import addresses
from waybill.orders.model.order import Address, Order
from waybill.shop import store as shop
from waybill.shop.bundles import bundles, in_parts, least_part


@dataclass(frozen=True, slots=True)
class Looked:
    """`body`: what was said, with the shop's prices and titles; `order` the same as far as it can be read. `lacks`: field → what is missing or wrong there;
    `findings`: for what the order would be held. Of each SKU `sellable` units, and what is `kept` for the draft until `kept_until`."""

    draft: Draft
    body: Mapping[str, Any]
    order: Order
    lacks: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    sellable: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    kept_until: str = ""

    @property
    def lacks_of_quote(self) -> dict[str, str]:
        """How it is paid is asked when a quote is taken."""
        return {at: what for at, what in self.lacks.items() if not at.startswith("tenders")}


@dataclass(frozen=True, slots=True)
class Looks:
    shelves: Shelves
    carts: Carts
    clock: Clock

    def summed(self, draft: Draft) -> Looked:
        """What it comes to, and no more: for lists."""
        return self._priced(draft, self.shelves.offers(_skus(draft)))

    def look(self, draft: Draft) -> Looked:
        """Everything. A draft that is over lacks nothing and is found nothing of."""
        offers = self.shelves.offers(_skus(draft))
        known = self._priced(draft, offers)
        if draft.is_over:
            return known
        lacks, read = lacking(known.body, known.order, offers)
        kept, until = self._kept(draft, known.order)
        there = self.shelves.sellable(draft.channel, [sku for sku in wanted(known.order) if sku in offers])
        return Looked(draft, known.body, known.order, lacks, _findings(read, known.order, lacks), there, kept, until)

    def text(self, looked: Looked) -> str:
        """The order as it is placed, the same each time that it is written down."""
        return json.dumps(posted(looked.body, looked.order), sort_keys=True, separators=(",", ":"))

    def _priced(self, draft: Draft, offers: Mapping[str, Offer]) -> Looked:
        body = priced({"currency": shop.channel(draft.channel).currency, **draft.said}, offers)
        attributes = {"cart": draft.id, **body.get("attributes", {})}
        return Looked(draft, {"number": draft.number, **body, "attributes": attributes}, as_order(body, draft.id, draft.channel, instant(self.clock())))

    def _kept(self, draft: Draft, order: Order) -> tuple[dict[str, int], str]:
        cart = self.carts.store.load(cart_id(draft.channel, draft.id))
        if cart is None or not cart.wanted:
            return {}, ""
        held = {sku: sum(nodes.values()) for sku, nodes in self.carts.inventory.held(cart.id).held.items()}
        kits = bundles()
        return {sku: least_part(kits.get(sku, {sku: 1}), held) for sku in wanted(order)}, cart.expires_at


def lacking(body: Mapping[str, Any], order: Order, offers: Mapping[str, Offer]) -> tuple[dict[str, str], Imported]:
    """What keeps a draft from being placed: all that the door for orders would refuse, and what a person who is on the phone can ask for now. And the
    order as that door reads it, or as far as it can be read."""
    lacks = {} if is_currency(order.currency) else {"currency": "unknown currency"}
    for place, line in enumerate(order.lines):
        if line.sku and line.sku not in offers:
            lacks[f"lines[{place}].sku"] = "the shop has no such SKU"
    customer = as_customer(body)
    ship_to = addresses.written(customer.ship_to)
    if any(line.ships for line in order.lines) and (rules := addresses.rules_of(ship_to.country)):
        lacks |= {f"ship_to.{name}": "is required" for name in sorted(rules.required) if not getattr(ship_to, name)}
    if order.total and not order.tenders:
        lacks["tenders"] = "say how it is paid"
    try:
        read = api.normalise(order.channel, posted(body, order), order.placed_at)
    except InvalidInput as problem:
        return {**lacks, **problem.fields}, Imported(order, customer)
    tendered = sum(tender.amount for tender in read.order.tenders)
    if tendered != order.total and order.tenders:
        shown = (decimal_string(each, order.currency) for each in (tendered, order.total))
        lacks["tenders"] = "the payments sum to {}, the total is {}".format(*shown)
    return lacks, read


def posted(body: Mapping[str, Any], order: Order) -> dict[str, Any]:
    """As it goes through the door for orders. The total is ours, and so the sums are right."""
    total = decimal_string(order.total, order.currency) if is_currency(order.currency) else "0"
    return {**body, "external_reference": order.external_reference, "placed_at": order.placed_at, "total": total}


def units(looked: Looked) -> dict[str, int]:
    """What stock is to be kept of, in parts."""
    return in_parts({sku: each for sku, each in wanted(looked.order).items() if sku in looked.sellable}, bundles())


def _findings(read: Imported, order: Order, lacks: Mapping[str, str]) -> tuple[Finding, ...]:
    """What intake would find, less what is said to lack already. Nothing yet where nobody could say any amount."""
    if not is_currency(order.currency):
        return ()
    customer = read.customer
    found = looked_over(read).findings
    said = [*checks.sums(order)]
    if any(at.startswith("lines") for at in lacks):
        said += checks.items_known(order, shop.items([line.sku for line in order.lines if line.sku]))
    if any(at.startswith("ship_to") for at in lacks) or customer.ship_to == Address():
        said += checks.deliverable(order, addresses.written(customer.ship_to), shop.policy(addresses.POLICY), customer.phone)
    return tuple(finding for finding in found if finding not in said)


def _skus(draft: Draft) -> list[str]:
    return [line["sku"] for line in draft.said.get("lines", ()) if isinstance(line.get("sku"), str)]
