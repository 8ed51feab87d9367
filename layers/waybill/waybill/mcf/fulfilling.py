"""Work of a node that is Amazon: asked for, cancelled, and looked at until it has left.

First Amazon is asked whether it knows the work, then told: each call may be repeated, from any point. Word of it, by notification or on a schedule,
only has it looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from waybill.aws.logs import logger
from waybill.channels.calling import Caller
from waybill.channels.ports import ChannelRefused
from waybill.fulfilment.away import Away
from waybill.fulfilment.away import Parcel as Left
from waybill.fulfilment.model.fulfilment_order import REROUTED, FulfilmentOrder
from waybill.fulfilment.model.machine import PARTLY_LEFT
from waybill.fulfilment.service import load
from waybill.kernel.errors import IllegalTransition, NotFound, WaybillError
from waybill.kernel.events import Event
from waybill.mcf.model import order as amazon
from waybill.mcf.model.order import CANCELLED, INVALID, SHIPPED, TAKEN, UNFULFILLABLE, Standing, Unit
from waybill.mcf.settings import check
from waybill.orders.store import Record
from waybill.shop import store as shop
from waybill.shop.model import Node

_BASE = "/fba/outbound/2020-07-01/fulfillmentOrders"
_REASONS = {UNFULFILLABLE: "NOT_IN_STOCK", INVALID: "OTHER", CANCELLED: "OTHER"}
_TOO_LATE, _WHOLE = "Amazon ships it already", "Amazon cancels an order whole or not at all"


@dataclass(frozen=True, slots=True)
class Account:
    """How a node's Amazon is called, and in which marketplace."""

    caller: Caller
    marketplace: str


@dataclass(frozen=True, slots=True)
class Fulfilling:
    """`account` of a node: raises NotFound where its settings name none. `open_work` of a node: ids of its fulfilment orders, oldest first."""

    away: Away
    account: Callable[[Node], Account]
    open_work: Callable[[str], Iterable[str]]

    def told(self, event: Event) -> None:
        """What the bus says to the node."""
        node, fo_id = shop.node(event.data["node"]), event.data["fo_id"]
        what = event.type.removeprefix("fulfilment_order.")
        if what == "requested":
            self._ask(node, fo_id)
        elif what in ("cancellation_requested", "cancelled") or (what == "rejected" and event.data.get("reason") == REROUTED):
            self._cancel(node, fo_id)

    def heard(self, notice: Any) -> bool:
        """Amazon's notification of a status; False for one that is of something else, or of nobody's work here."""
        fo_id = amazon.noticed(notice)
        if not fo_id:
            return False
        try:
            node = shop.node(load(fo_id)[1].node)
        except NotFound:
            return True
        if node.settings.get("mcf"):
            self.look(node, fo_id)
        return True

    def look_around(self) -> int:
        """All open work of such nodes is looked at. Answers how many; one that fails keeps no other from it."""
        looked = 0
        for node in shop.nodes():
            for fo_id in self.open_work(node.id) if node.settings.get("mcf") else ():
                try:
                    self.look(node, fo_id)
                except WaybillError as problem:
                    logger.warning("Amazon cannot be asked", node=node.id, fo_id=fo_id, problem=problem.code)
                looked += 1
        return looked

    def look(self, node: Node, fo_id: str) -> FulfilmentOrder:
        """The work becomes what it is at Amazon; asked for there where Amazon does not know it."""
        found = self._found(node, fo_id)
        work = load(fo_id, node.id)[1]
        return self._follow(work, found) if found else work

    def _ask(self, node: Node, fo_id: str) -> None:
        record, work = load(fo_id, node.id)
        if work.status != "requested":
            return
        found = self._found(node, fo_id)
        if found is None:
            account = self.account(node)
            body = _body(record, work, account.marketplace, str(node.settings["mcf"].get("comment", "")))
            try:
                account.caller.json("amazon.createFulfillmentOrder", "POST", _BASE, body)
            except ChannelRefused as refusal:
                self._refused(work, refusal)
                return
            found = Standing(TAKEN, "new")
        self._follow(work, found)

    def _refused(self, work: FulfilmentOrder, refusal: ChannelRefused) -> None:
        said = refusal.reply.body.decode("utf-8", "replace").lower() if refusal.reply is not None else ""
        reason = "NOT_IN_STOCK" if "inventory" in said or "fulfillable" in said else "INCORRECT_ADDRESS" if "address" in said else "OTHER"
        logger.warning("Amazon will not fulfil it", node=work.node, fo_id=work.id, reason=reason)
        self.away.fulfilment.reject(work.id, reason, [], _actor(work), work.node)

    def _cancel(self, node: Node, fo_id: str) -> None:
        found, work = self._found(node, fo_id), load(fo_id, node.id)[1]
        if work.status == "cancellation_requested" and work.pause and work.pause.units:
            self.away.fulfilment.cancellation_declined(fo_id, _WHOLE, _actor(work), node.id)
            return
        if found is None or found.means in (CANCELLED, UNFULFILLABLE, INVALID):
            self._given_up(work)
            return
        if found.means == SHIPPED:
            self._follow(work, found)
            return
        try:
            self.account(node).caller.json("amazon.cancelFulfillmentOrder", "PUT", f"{_BASE}/{quote(fo_id, safe='')}/cancel")
        except ChannelRefused:
            if work.status == "cancellation_requested":
                self.away.fulfilment.cancellation_declined(fo_id, _TOO_LATE, _actor(work), node.id)
            return
        self._given_up(work)

    def _given_up(self, work: FulfilmentOrder) -> None:
        if work.status == "cancellation_requested":
            self.away.fulfilment.cancellation_accepted(work.id, _actor(work), work.node)

    def _follow(self, work: FulfilmentOrder, found: Standing) -> FulfilmentOrder:
        if work.status in PARTLY_LEFT or (found.means != SHIPPED and work.status in ("rejected", "cancelled")):
            return work
        if found.means == TAKEN:
            return self.away.fulfilment.accept(work.id, _actor(work), work.node)[1] if work.status == "requested" else work
        if found.means == SHIPPED:
            parcels = [Left(each.units, each.tracking_number, each.carrier, "Multi-Channel Fulfillment") for each in found.parcels]
            return self.away.left(work.id, parcels, _actor(work), work.node)
        if work.status == "cancellation_requested":
            return self.away.fulfilment.cancellation_accepted(work.id, _actor(work), work.node)[1]
        return self.away.fulfilment.reject(work.id, _REASONS[found.means], [], _actor(work), work.node)[1]

    def _found(self, node: Node, fo_id: str) -> Standing | None:
        """How it stands at Amazon; None where Amazon does not know it."""
        try:
            answer = self.account(node).caller.json("amazon.getFulfillmentOrder", "GET", f"{_BASE}/{quote(fo_id, safe='')}")
        except NotFound:
            return None
        except ChannelRefused as refusal:  # Amazon answers 400 for an id that it has never seen
            if refusal.reply is not None and refusal.reply.status == 400:
                return None
            raise
        return amazon.standing((answer or {}).get("payload"))


def account_of(remote: Callable[[str], Any]) -> Callable[[Node], Account]:
    """`remote` is a channel as it is called, or None."""

    def of(node: Node) -> Account:
        says = node.settings.get("mcf") or {}
        check(says)
        called = remote(says["channel"])
        if called is None or not hasattr(called, "marketplace"):
            raise IllegalTransition(f"the channel {says['channel']!r} is no Amazon that can be called: see its settings and its secret")
        return Account(called.caller, called.marketplace)

    return of


def _actor(work: FulfilmentOrder) -> str:
    return f"mcf:{work.node}"


def _body(record: Record, work: FulfilmentOrder, marketplace: str, comment: str) -> dict[str, Any]:
    order, lines = record.order, {line.id: line for line in record.order.lines}
    to = {name: str(value or "") for name, value in asdict(record.customer.address_of(work.group)).items()}
    to["phone"] = to.get("phone") or record.customer.phone
    units = [Unit(line, lines[line].sku, at_node.quantity) for line, at_node in work.lines.items() if at_node.quantity]
    within = work.within or order.ships_by(work.group).promise_days
    return amazon.request(work.id, order.number or order.external_reference, order.placed_at, to, units, within, marketplace, comment)
