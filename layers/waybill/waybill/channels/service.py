"""The door for orders: whatever is answered 2xx is kept first, then queued (I14). Nothing here decides what an order means."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from waybill.aws.secrets import read_anew
from waybill.channels import api, registry
from waybill.channels.connecting import live_secrets
from waybill.channels.imported import CONTENT, fingerprint
from waybill.channels.model.masking import without_card_numbers, without_credit_codes
from waybill.channels.pace import Pace
from waybill.channels.ports import NOTHING, WORD, Adapter, Hook, Signed
from waybill.kernel import json as strict_json
from waybill.kernel.cards import masked
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, Forbidden, InvalidInput, KeyReused, Malformed, NotFound, TooLarge, Unauthenticated
from waybill.kernel.ids import digest, order_id
from waybill.orders import documents, keys
from waybill.orders.documents import Document
from waybill.orders.model.order import Order
from waybill.shop import store as shop
from waybill.shop.model import Channel, Key

LARGEST_ORDER = 1024 * 1024
LARGEST_WEBHOOK = 5 * 1024 * 1024
_DELIVERY = re.compile(r"[\x21-\x7e]{1,200}\Z")
_IDEMPOTENCY_KEY = re.compile(r"[\x20-\x7e]{1,255}\Z")


@dataclass(frozen=True, slots=True)
class Accepted:
    """An order that we have. The same call answers the same, before and after the worker has seen it."""

    order_id: str
    channel: str
    external_reference: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A webhook's document that we have. `status`: kept (on its way), parked, or ping."""

    status: str
    order_id: str = ""


@dataclass(frozen=True, slots=True)
class Intake:
    clock: Clock
    pace: Pace = field(default_factory=Pace)

    def order(self, caller: Key, idempotency_key: str, raw: bytes) -> Accepted:
        """Takes one canonical order.

        Raises Malformed (no key, unreadable body), InvalidInput (fields named), TooLarge, KeyReused (the key came with another
        body), Conflict (the order exists with other content), Forbidden (somebody else's channel), TooMany.
        """
        self.pace.refuse_beyond(caller.scope)
        _refuse_beyond(raw, LARGEST_ORDER)
        key = _checked_key(idempotency_key)
        body = strict_json.parse(raw)
        safe = without_credit_codes(body)
        if safe != body:
            body, raw = safe, json.dumps(safe, default=str, separators=(",", ":")).encode()
        channel = _channel_of(caller, body)
        self.pace.take(channel, partial(_settings, channel))
        received_at = instant(self.clock())
        imported = api.normalise(channel, body, received_at)
        order = imported.order
        _refuse_unknown_store(order)
        document = Document(channel, key, "api", "order", raw, received_at, order.id)
        _refuse_other_content(document, fingerprint(imported))
        documents.keep(document)
        documents.enqueue(document.id)
        return Accepted(order.id, channel, order.external_reference)

    def webhook(self, channel_id: str, headers: dict[str, str], raw: bytes) -> Kept:
        """Takes one webhook of a channel, verified over its raw bytes.

        Raises NotFound (no such channel), Unauthenticated (signature), TooLarge, Malformed, TooMany. What is signed and cannot be read as JSON,
        or is an order without an id, can never become an order by itself: it is kept, parked, and answered Malformed all the same.
        """
        self.pace.refuse_beyond(channel_id)
        _refuse_beyond(raw, LARGEST_WEBHOOK)
        channel = shop.channel(channel_id)
        adapter = registry.adapter(channel.kind)
        hook = adapter.hook
        if hook is None:
            raise NotFound(f"the channel {channel_id[:64]!r} has no webhooks")
        now = self.clock()
        if not headers.get(hook.signature) and hook.ping(raw):
            return Kept("ping")
        if not _verified(hook, headers, raw, channel, int(now.timestamp())):
            raise Unauthenticated(f"the signature in {hook.signature} does not fit the body")
        self.pace.take(channel.id, lambda: channel.settings)
        return _taken(adapter, headers, Document(channel.id, "", "webhook", "", raw, instant(now)))


def _verified(hook: Hook, headers: Mapping[str, str], raw: bytes, channel: Channel, now: int) -> bool:
    """By the secrets that we know; where none fits, by those that stand now: one may have been added a moment ago."""
    if hook.verified(Signed(headers, raw, live_secrets(channel), channel, now)):
        return True
    return read_anew("channels") and hook.verified(Signed(headers, raw, live_secrets(channel), channel, now))


def _settings(channel_id: str) -> Mapping[str, Any]:
    """Of a channel whose key we know, whether or not the shop knows the channel."""
    try:
        return shop.channel(channel_id).settings
    except NotFound:
        return {}


def _taken(adapter: Adapter, headers: dict[str, str], document: Document) -> Kept:
    assert adapter.hook is not None
    try:
        body, safe = _readable(document.body)
        given = masked(adapter.hook.delivery(headers, body).strip())
        topic = masked(adapter.hook.topic(headers, body)[:120])
        document = replace(document, body=safe, key=given if _DELIVERY.match(given) else "", topic=topic)
        about = adapter.about(topic, body)
    except Malformed as problem:
        _keep(replace(document, body=_masked_text(document.body)), problem=problem.message)
        raise
    if about.carries == NOTHING:
        _keep(document, problem=f"topic {document.topic or '(none)'}: not processed yet")
        return Kept("parked")
    document = replace(document, order_id=order_id(document.channel, about.reference))
    (documents.enqueue_change if about.carries == WORD else documents.enqueue)(_keep(document).id)
    return Kept("kept", document.order_id)


def _keep(document: Document, problem: str = "") -> Document:
    """Keeps it under the channel's own number; where that number came with another body, or there is none, under the topic's and the body's hash as
    well: the same bytes may say two things."""
    by_hash = replace(document, key=f"{document.key}.{digest('webhook', document.topic, document.sha256, length=32)}".lstrip("."))
    if not document.key:
        document = by_hash
    try:
        documents.keep(document, problem)
    except KeyReused:
        document = by_hash
        documents.keep(document, problem)
    return document


def _readable(raw: bytes) -> tuple[Any, bytes]:
    """The body parsed, and the bytes to keep: as they came, unless a card number had to be masked in them."""
    body = strict_json.parse(raw)
    safe = without_card_numbers(body)
    return (body, raw) if safe == body else (safe, json.dumps(safe, default=str, separators=(",", ":")).encode())


def _masked_text(raw: bytes) -> bytes:
    return masked(raw.decode("latin-1")).encode("latin-1")


def _refuse_beyond(raw: bytes, most: int) -> None:
    if len(raw) > most:
        raise TooLarge(f"the body has {len(raw)} bytes, at most {most} are taken")


def _checked_key(presented: str) -> str:
    if not presented:
        raise Malformed("send an Idempotency-Key header", fields={"Idempotency-Key": "is required"})
    if not _IDEMPOTENCY_KEY.match(presented) or masked(presented) != presented:
        raise Malformed("Idempotency-Key is 1 to 255 printable ASCII characters", fields={"Idempotency-Key": "is not usable"})
    return presented


def _channel_of(caller: Key, body: Any) -> str:
    """A channel's key places that channel's orders; an admin's names the channel in the body."""
    named = body.get("channel") if isinstance(body, dict) else None
    if "admin" not in caller.roles or not named:
        if named not in (None, caller.scope):
            raise Forbidden(f"this key places orders of the channel {caller.scope}")
        if not caller.scope:
            raise InvalidInput("channel is required with this key", fields={"channel": "is required"})
        return caller.scope
    try:
        return shop.channel(named).id if isinstance(named, str) else ""
    except NotFound:
        raise InvalidInput("the shop has no such channel", fields={"channel": "unknown"}) from None


def _refuse_unknown_store(order: Order) -> None:
    """It is fetched at a node of ours, or nowhere."""
    store = order.shipping.pickup_node
    if not store:
        return
    try:
        shop.node(store)
    except NotFound:
        raise InvalidInput(f"there is no node {store[:64]!r} at which it could be fetched", fields={"shipping.pickup_node": "no such node"}) from None


def _refuse_other_content(document: Document, content: str) -> None:
    """The order exists and says something else: a repeated call keeps its old answer, a new one is told (A2)."""
    existing = keys.ORDERS.get(keys.partition(document.order_id), keys.DOC)
    if existing is None or existing.get("attributes", {}).get(CONTENT) == content:
        return
    try:
        before = documents.load(document.id)
    except NotFound:
        message = f"{document.order_id} has this external_reference already, with other content"
        raise Conflict(message, fields={"external_reference": "is another order's"}) from None
    if before.body != document.body:
        raise KeyReused("this key came before with another body", fields={"Idempotency-Key": "used before"})
