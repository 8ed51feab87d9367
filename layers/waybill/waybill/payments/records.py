"""A tender to its stored item and back, and the tenders that an order has or is to have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from waybill.kernel.events import Entry
from waybill.orders.codec import TENDER, partition
from waybill.orders.model.order import AT_A_GATEWAY, Order
from waybill.orders.model.sale import sale_of
from waybill.orders.model.state import State
from waybill.payments.model.events import PaymentEvent
from waybill.payments.model.tender import CARD, Tender
from waybill.payments.owed import due, shares

DEFAULT_GATEWAY, LEDGER = "stripe", "ledger"


@dataclass(frozen=True, slots=True)
class Account:
    """An order's money side as it was read: the order, its state, and every tender, stored or yet to be. `live_label`: it is cancelled, and a carrier has not taken its label
    back yet."""

    order: Order
    state: State
    tenders: tuple[Tender, ...]
    live_label: bool = False

    @property
    def due(self) -> int:
        """Minor units owed for what was not cancelled."""
        return due(self.order, self.state.lines)

    @property
    def gone(self) -> int:
        """Minor units that what has left is worth, as the books count it; never more than is owed in all."""
        return min(sale_of(self.order, self.state.lines).up_to(self.state.gone()).total, self.due)

    @property
    def covered(self) -> bool:
        """The tenders bear the whole total."""
        return sum(tender.amount for tender in self.tenders) >= self.order.total

    def token(self, tender: Tender) -> str:
        return tender.token or self.order.tenders[tender.number - 1].token

    def reference(self, tender: Tender) -> str | None:
        """The channel's own reference of money that it has taken."""
        return self.order.tenders[tender.number - 1].reference or None


def account(order: Order, state: State, items: Iterable[dict[str, Any]]) -> Account:
    """Joins what was read. A card that has nothing left to bear is no tender; one that holds nothing yet bears what an edit says by now."""
    stored = {tender.number: tender for tender in map(tender_from, items)}
    planned = [stored.get(tender.number, tender) for tender in _planned(order)]
    if order.edits and not state.confirmed:
        planned = [_as_it_stands(known, tender) for known, tender in zip(planned, _planned(order), strict=True)]
    return Account(order, state, tuple(tender for tender in planned if tender.amount > 0))


def _as_it_stands(tender: Tender, planned: Tender) -> Tender:
    balances = tender.balances
    held = balances.authorised or balances.auth_pending or balances.charged or balances.charge_pending
    free = tender.at_gateway and not held and tender.open("CANCEL") is None
    return replace(tender, amount=planned.amount) if free else tender


def _planned(order: Order) -> list[Tender]:
    gateways = [_gateway(told.kind, told.gateway) for told in order.tenders]
    return [
        Tender(order.id, number, told.kind, gateway, share, order.currency)
        for number, (told, gateway, share) in enumerate(zip(order.tenders, gateways, shares(order), strict=True), 1)
    ]


def _gateway(kind: str, told: str) -> str:
    if kind == CARD:
        return told or DEFAULT_GATEWAY
    return LEDGER if kind in AT_A_GATEWAY else told


def tender_item(tender: Tender) -> dict[str, Any]:
    """The item of the version after the one that was read."""
    item: dict[str, Any] = {
        "pk": partition(tender.order_id),
        "sk": f"{TENDER}{tender.number}",
        "version": tender.version + 1,
        "kind": tender.kind,
        "gateway": tender.gateway,
        "amount": tender.amount,
        "currency": tender.currency,
        "events": [event.to_dict() for event in tender.events],
        "history": [entry.to_dict() for entry in tender.history],
    }
    if tender.waits:
        item |= {"lookup_pk": waiting_for(tender.gateway), "lookup_sk": f"{tender.history[-1].at}#{tender.record_id}"}
    elif expires_at := tender.expires_at:
        item |= {"lookup_pk": expiring_on(expires_at[:10]), "lookup_sk": f"{expires_at}#{tender.record_id}"}
    elif moved := _money_moved(tender):
        item |= {"lookup_pk": money_moved_on(tender.gateway, moved[:10]), "lookup_sk": f"{moved}#{tender.record_id}"}
    return item | {"token": tender.token} if tender.token else item


def expiring_on(day: str) -> str:
    """`lookup_pk` of the tenders whose authorisation ends on a day."""
    return f"EXPIRING#{day}"


def money_moved_on(gateway: str, day: str) -> str:
    """`lookup_pk` of the tenders whose money moved last on a day: reconciliation looks for them at the gateway."""
    return f"MONEY#{gateway}#{day}"


def _money_moved(tender: Tender) -> str:
    """The instant at which a gateway last took or returned something; empty for never."""
    moved = ("CHARGE_SUCCESS", "REFUND_SUCCESS", "CHARGEBACK") if tender.kind == CARD else ()
    return max((event.at for event in tender.events if event.type in moved), default="")


def waiting_for(gateway: str) -> str:
    """`lookup_pk` of the tenders that wait for a gateway."""
    return f"WAITING#{gateway}"


def tender_from(item: dict[str, Any]) -> Tender:
    return Tender(
        order_id=item["pk"].removeprefix("ORDER#"),
        number=int(item["sk"].removeprefix(TENDER)),
        kind=item["kind"],
        gateway=item["gateway"],
        amount=item["amount"],
        currency=item["currency"],
        token=item.get("token", ""),
        events=tuple(PaymentEvent.from_dict(event) for event in item["events"]),
        history=tuple(Entry.from_dict(entry) for entry in item["history"]),
        version=item["version"],
    )


def saved(seen: Account, tender: Tender | None, state: State | None) -> Account:
    """The account as it stands after a save: versions moved on by one."""
    after = replace(tender, version=tender.version + 1) if tender else None
    tenders = tuple(after if after and known.number == after.number else known for known in seen.tenders)
    return Account(seen.order, replace(state, version=state.version + 1) if state else seen.state, tenders)
