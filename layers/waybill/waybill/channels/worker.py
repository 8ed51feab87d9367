"""From a kept document to one order and its execution. Safe to repeat at any point, weeks later too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from waybill.aws import workflow
from waybill.aws.logs import count, logger
from waybill.channels import api, checks, pickup, registry
from waybill.channels.exploding import exploded
from waybill.channels.following import units
from waybill.channels.imported import CONTENT, DOCUMENT, Finding, Imported, differences, fingerprint, holds
from waybill.channels.ports import NOTHING, ORDER, WORD, About
from waybill.channels.screening import screened
from waybill.kernel import json as strict_json
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import InvalidInput, Malformed, NotFound
from waybill.orders import addresses, documents, store
from waybill.orders.documents import Document
from waybill.orders.model import remorse
from waybill.orders.model.order import FULFILLED_ELSEWHERE
from waybill.orders.model.state import State, go_without, received, remembered
from waybill.orders.store import Record
from waybill.shop import store as shop
from waybill.shop.bundles import bundles
from waybill.shop.model import Node

HISTORY = "history"
"""The door of orders that were fulfilled before they came to us."""
OUR_OWN = ("api", HISTORY)
"""Doors through which orders come in our own shape."""
WHOLE = ("fetched", "listed")
"""Doors through which only whole orders come: those that we asked the channel for."""


@dataclass(frozen=True, slots=True)
class IntakeWorker:
    """`follow` is told of an order that stands already, and of what its channel says of it now."""

    clock: Clock
    follow: Callable[[Document, Record, Imported], None]

    def take(self, message: dict[str, Any]) -> None:
        """One message of the intake queue, `{"document": <id>}`. What cannot be understood is parked, with the reason.

        Raises NotFound for a document that was never kept: that message ends in the dead-letter queue.
        """
        document = documents.load(message["document"])
        if about(document).carries == WORD:
            documents.enqueue_change(document.id)
            return
        try:
            imported = read(document)
            content = fingerprint(imported)
        except InvalidInput as problem:
            self._park(document, problem.message)
            return
        self._import(document, imported, content)

    def _import(self, document: Document, imported: Imported, content: str) -> None:
        if document.door == "listed" and _is_over(imported) and not store.stands(imported.order.id):
            return  # it was over before the channel was ours to serve
        if document.door == HISTORY:
            self._remember(document, imported, content)
            return
        ready = _marked(looked_over(_arrived(imported)), content, document)
        state = self._state(ready)
        if store.add(ready.order, ready.customer, state, ready.standing.as_of):
            workflow.start(ready.order.id)
            logger.info("order imported", order_id=ready.order.id, holds=[hold.kind for hold in state.holds])
            if document.door != "api":
                self._catch_up(document, ready)
        elif not self._stands(document, ready, content):
            return
        if document.problem:
            documents.unpark(document.id)

    def _remember(self, document: Document, imported: Imported, content: str) -> None:
        """An order that is over is found and looked at like any other; nothing is reserved, paid, mailed or executed for it."""
        marked = _marked(imported, content, document).order
        order = replace(marked, attributes={**marked.attributes, FULFILLED_ELSEWHERE: True})
        data = {"channel": order.channel, "total": order.total, "currency": order.currency, "held": False}
        quantities = {line.id: line.quantity for line in order.lines if line.ships}
        state = remembered(order.id, quantities, order.placed_at, instant(self.clock()), f"channel:{order.channel}", data)
        if (store.add(order, imported.customer, state) or self._stands(document, imported, content)) and document.problem:
            documents.unpark(document.id)

    def _state(self, imported: Imported) -> State:
        """What ships is unrouted, less what is not wanted any more; held where a person must look first. Lines that do not ship have no
        stock and no way to go."""
        order, at = imported.order, instant(self.clock())
        quantities = {line.id: line.quantity for line in order.lines if line.ships}
        placed = holds(imported.findings, at)
        data = {"channel": order.channel, "total": order.total, "currency": order.currency, "held": bool(placed)}
        actor = f"channel:{order.channel}"
        window = remorse.window(order, shop.policy(remorse.POLICY), at)
        state = received(order.id, quantities, at, actor, data, (*placed, *window))
        gone = {line: count for line, count in units(order.lines, imported.standing.removed).items() if line in quantities}
        return state if all(gone.get(line, 0) >= count for line, count in quantities.items()) else go_without(state, gone, "by the channel", at, actor)

    def _catch_up(self, document: Document, imported: Imported) -> None:
        """What came before the order it is about can go on now; and what had become of it by then is done here too."""
        for id in documents.parked_of(imported.order.id):
            documents.enqueue(id)
        if imported.standing.cancelled or imported.standing.refunded:
            self.follow(document, store.load(imported.order.id), imported)

    def _stands(self, document: Document, imported: Imported, content: str) -> bool:
        """The order stands already. By the same content: its execution is started, should a crash have come before. Else: an order of our
        own API is parked, for its first word counts; any other channel is followed."""
        record = store.load(imported.order.id)
        same = record.order.attributes.get(CONTENT) == content
        if record.state.run == 0 and same and record.state.status not in ("cancelled", "completed"):
            workflow.start(imported.order.id)
        if document.door not in OUR_OWN:
            if record.order.attributes.get(DOCUMENT) == documents.public_id(document.id):
                self._catch_up(document, imported)  # it is the one that made the order, and may have been cut off then
            elif not same or imported.standing.has_grown:
                self.follow(document, record, imported)
        elif not same:
            self._park(document, _differs(imported, record))
            return False
        return True

    @staticmethod
    def _park(document: Document, problem: str) -> None:
        if document.problem != problem[:1000]:
            documents.park(document.id, problem)
        count("DocumentsParked", channel=document.channel)
        logger.warning("document parked", channel=document.channel, order_id=document.order_id)


def about(document: Document) -> About:
    """What a kept document is about; of one that nobody can read, nothing."""
    if document.door in OUR_OWN or document.door in WHOLE:
        return About(ORDER)
    try:
        return registry.adapter(shop.channel(document.channel).kind).about(document.topic, strict_json.parse(document.body))
    except (NotFound, InvalidInput):
        return About(NOTHING)


def read(document: Document) -> Imported:
    """The document in our terms. Raises InvalidInput (Malformed among them) saying why it is no order."""
    body = strict_json.parse(document.body)
    if document.door in OUR_OWN:
        return api.normalise(document.channel, body, document.received_at)
    try:
        adapter = registry.adapter(shop.channel(document.channel).kind)
    except NotFound:
        raise Malformed("the shop has no such channel any more, or nobody reads its kind") from None
    if about(document).carries != ORDER:
        raise Malformed(f"topic {document.topic or '(none)'}: not processed yet")
    return adapter.normalise(document.channel, body, document.received_at)


def _is_over(imported: Imported) -> bool:
    standing = imported.standing
    gone = [standing.shipped.get(line.id, 0) + standing.removed.get(line.id, 0) >= line.quantity for line in imported.order.lines if line.ships]
    return bool(standing.cancelled) or all(gone)


def _arrived(imported: Imported) -> Imported:
    """An order that is new to us and over already, or on its way: a person looks before we do anything."""
    standing, found = imported.standing, list(imported.findings)
    if standing.cancelled:
        found.append(Finding("manual", "the channel had cancelled the order when it arrived"))
    if left := sum(standing.shipped.values()):
        found.append(Finding("manual", f"{left} units had left from elsewhere when the order arrived"))
    return replace(imported, findings=tuple(found))


def looked_over(imported: Imported) -> Imported:
    """Bundles taken apart, and what the shop's own data have to say to it."""
    kits, sold = bundles(), [line.sku for line in imported.order.lines if line.sku]
    known = shop.items([*sold, *(part for sku in sold for part in kits.get(sku, ()))])
    there = _fetched(imported)
    complete = checks.checked(replace(there, order=exploded(there.order, kits, known)), known, shop.policy(addresses.POLICY))
    return screened(complete, imported.order, shop.policy)


def _fetched(imported: Imported) -> Imported:
    """What its customer fetches goes to the store."""
    named = pickup.placed(imported, shop.channel(imported.order.channel).settings) if imported.fetched_at else imported
    return checks.fetched(named, _store(named.order.shipping.pickup_node))


def _store(node: str) -> Node | None:
    """Where it is fetched; None where it is sent, or there is no such node."""
    try:
        return shop.node(node) if node else None
    except NotFound:
        return None


def _marked(imported: Imported, content: str, document: Document) -> Imported:
    attributes = {**imported.order.attributes, CONTENT: content, DOCUMENT: documents.public_id(document.id)}
    return replace(imported, order=replace(imported.order, attributes=attributes))


def _differs(imported: Imported, record: Record) -> str:
    said = replace(imported, customer=addresses.written_of(imported.customer))
    parts = differences(said, Imported(record.order, addresses.written_of(record.customer))) or ["what was said"]
    return f"differs: {imported.order.id} stands already, with another {', '.join(parts)}; the first one counts"
