"""From a kept document to one order and its execution. Safe to repeat at any point, weeks later too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from waybill.aws import workflow
from waybill.aws.logs import count, logger
from waybill.channels import api, checks, shopify, webhooks, woocommerce
from waybill.channels.exploding import exploded
from waybill.channels.imported import CONTENT, DOCUMENT, Imported, differences, fingerprint, holds
from waybill.kernel import json as strict_json
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import InvalidInput, Malformed, NotFound
from waybill.orders import documents, store
from waybill.orders.documents import Document
from waybill.orders.model.state import State, received
from waybill.orders.store import Record
from waybill.shop import store as shop
from waybill.shop.bundles import bundles

_NORMALISERS = {"shopify": shopify.normalise, "woocommerce": woocommerce.normalise}


@dataclass(frozen=True, slots=True)
class IntakeWorker:
    clock: Clock

    def take(self, message: dict[str, Any]) -> None:
        """One message of the intake queue, `{"document": <id>}`. What cannot be understood is parked, with the reason.

        Raises NotFound for a document that was never kept: that message ends in the dead-letter queue.
        """
        document = documents.load(message["document"])
        try:
            imported = read(document)
            content = fingerprint(imported)
        except InvalidInput as problem:
            self._park(document, problem.message)
            return
        self._import(document, imported, content)

    def _import(self, document: Document, imported: Imported, content: str) -> None:
        ready = _marked(_looked_over(imported), content, document)
        state = self._state(ready)
        if store.add(ready.order, ready.customer, state):
            workflow.start(ready.order.id)
        elif not self._same(document, ready, content):
            return
        logger.info("order imported", order_id=ready.order.id, holds=[hold.kind for hold in state.holds])
        if document.problem:
            documents.unpark(document.id)

    def _state(self, imported: Imported) -> State:
        """What ships is unrouted; held where a person must look first. Lines that do not ship have no stock and no way to go."""
        order, at = imported.order, instant(self.clock())
        quantities = {line.id: line.quantity for line in order.lines if line.ships}
        placed = holds(imported.findings, at)
        data = {"channel": order.channel, "total": order.total, "currency": order.currency, "held": bool(placed)}
        return received(order.id, quantities, at, f"channel:{order.channel}", data, placed)

    def _same(self, document: Document, imported: Imported, content: str) -> bool:
        """The order stands already. By the same content: its execution is started, should a crash have come before. Else: parked."""
        record = store.load(imported.order.id)
        if record.order.attributes.get(CONTENT) != content:
            self._park(document, _differs(imported, record))
            return False
        if record.state.run == 0 and record.state.status not in ("cancelled", "completed"):
            workflow.start(imported.order.id)
        return True

    @staticmethod
    def _park(document: Document, problem: str) -> None:
        if document.problem != problem[:1000]:
            documents.park(document.id, problem)
        count("DocumentsParked", channel=document.channel)
        logger.warning("document parked", channel=document.channel, order_id=document.order_id)


def read(document: Document) -> Imported:
    """The document in our terms. Raises InvalidInput (Malformed among them) saying why it is no order."""
    body = strict_json.parse(document.body)
    if document.door == "api":
        return api.normalise(document.channel, body, document.received_at)
    kind = _kind(document.channel)
    if document.topic != webhooks.SCHEMES[kind].order_topic:
        raise Malformed(f"topic {document.topic or '(none)'}: not processed yet")
    return _NORMALISERS[kind](document.channel, body, document.received_at)


def _looked_over(imported: Imported) -> Imported:
    """Bundles taken apart, and what the shop's own data have to say to it."""
    kits, sold = bundles(), [line.sku for line in imported.order.lines if line.sku]
    known = shop.items([*sold, *(part for sku in sold for part in kits.get(sku, ()))])
    return checks.checked(replace(imported, order=exploded(imported.order, kits, known)), known)


def _kind(channel: str) -> str:
    try:
        kind = shop.channel(channel).kind
    except NotFound:
        raise Malformed("the shop has no such channel any more") from None
    if kind not in _NORMALISERS:
        raise Malformed(f"a channel of kind {kind} has no webhooks")
    return kind


def _marked(imported: Imported, content: str, document: Document) -> Imported:
    attributes = {**imported.order.attributes, CONTENT: content, DOCUMENT: documents.public_id(document.id)}
    return replace(imported, order=replace(imported.order, attributes=attributes))


def _differs(imported: Imported, record: Record) -> str:
    parts = differences(imported, Imported(record.order, record.customer)) or ["what was said"]
    return f"differs: {imported.order.id} stands already, with another {', '.join(parts)}; the first one counts"
