"""Where orders come from, and what channels are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from waybill.bootstrap.clock import utc_now
from waybill.bootstrap.inventory import carts
from waybill.bootstrap.orders import orders
from waybill.bootstrap.third_parties import edi_notices, mcf

if TYPE_CHECKING:
    from waybill.aws.http import Router
    from waybill.channels.acks import ChannelAcks
    from waybill.channels.condition import Conditions
    from waybill.channels.watching import Watching
    from waybill.channels.worker import IntakeWorker
    from waybill.drafts.service import Drafts
    from waybill.imports.worker import Worker as ImportWorker
    from waybill.kernel.events import Event
    from waybill.orders.store import Record


def intake_api() -> Router:
    """Routes of `functions/intake`. Clients are made here, at init, and not by the first caller's order."""
    from waybill.aws.clients import client
    from waybill.channels import door
    from waybill.channels.service import Intake

    for service in ("dynamodb", "sqs"):
        client(service)
    return door.router(Intake(utc_now))


def imports_api() -> Router:
    """Routes of `functions/imports`."""
    from functools import partial

    from waybill.aws import queues
    from waybill.imports import api
    from waybill.imports.service import Imports

    return api.router(Imports(utc_now, partial(queues.send, "IMPORTS_QUEUE_URL")))


def import_worker() -> ImportWorker:
    """What the imports queue's messages go to."""
    import os
    from functools import partial
    from time import monotonic

    from waybill.aws import queues
    from waybill.imports.many import some_at_a_time
    from waybill.imports.worker import Worker

    at_once = int(os.environ.get("IMPORT_THREADS", "1"))
    return Worker(utc_now, partial(queues.send, "IMPORTS_QUEUE_URL"), partial(some_at_a_time, at_once), monotonic)


def drafts() -> Drafts:
    """Orders being made by people."""
    from waybill.channels.service import Intake
    from waybill.drafts.looking import Looks
    from waybill.drafts.service import Drafts
    from waybill.drafts.shelves import Shelves
    from waybill.drafts.table import DraftsTable
    from waybill.inventory.stock_table import StockTable

    return Drafts(DraftsTable(), Looks(Shelves(StockTable(), utc_now), carts(), utc_now), Intake(utc_now), utc_now)


def drafts_api() -> Router:
    """Routes of `functions/drafts`."""
    from waybill.drafts import api

    return api.router(drafts())


def intake_worker() -> IntakeWorker:
    """What the intake queue's messages go to."""
    from waybill.channels.worker import IntakeWorker
    from waybill.orders import documents

    return IntakeWorker(utc_now, lambda document, record, said: documents.enqueue_change(document.id))


def channel_changes() -> Callable[[dict[str, Any]], None]:
    """What the channel-changes queue's messages go to."""
    from waybill.channels.changes import Changes
    from waybill.channels.following import Following
    from waybill.channels.worker import IntakeWorker

    def settle(order_id: str, paid: int | None, refunded: int | None, actor: str) -> None:
        from waybill.payments.at_channel import AtChannel
        from waybill.payments.dynamodb import OrdersTable

        AtChannel(OrdersTable(), utc_now).settle(order_id, paid, refunded, actor)

    following = Following(orders(), settle, utc_now)
    changes = Changes(IntakeWorker(utc_now, lambda document, record, said: following.follow(record, said)), utc_now)

    def take(message: dict[str, Any]) -> None:
        if message.get("NotificationType") != "FULFILLMENT_ORDER_STATUS" or not mcf().heard(message):
            changes.take(message)

    return take


def channel_watch() -> Watching:
    """What the schedule of the same function starts."""
    from waybill.channels.watching import Watching

    return Watching(utc_now)


def channel_conditions(secrets: bool = True) -> Conditions:
    """How channels stand: for their own door, and for the desk, which is given no channel's secrets."""
    from waybill.channels.condition import Conditions, secrets_of
    from waybill.listing.table import ListingTable

    def stock(channel: str) -> dict[str, Any]:
        known = ListingTable().standing(channel)
        waiting = {*known.due, *(level.sku for level in known.sending)}
        said = {"due": len(waiting), "since": min(filter(None, known.due.values()), default=None)}
        return {**said, "failures": known.failures, "left_alone_until": known.until or None} if known.version else {}

    return Conditions(stock, utc_now, secrets_of if secrets else lambda channel: {})


def channels_api() -> Router:
    """Routes of `functions/channels`."""
    from waybill.channels import channels_api

    def check_edi(says: Any) -> None:
        from waybill.edi.partner import check

        check(says)

    return channels_api.router(channel_conditions(), utc_now, check_edi)


def keys_api() -> Router:
    """Routes of `functions/keys`."""
    import secrets

    from waybill.channels import secrets_api
    from waybill.channels.rotating import Rotating
    from waybill.shop import keys_api as api
    from waybill.shop.keys import Keys

    def make() -> str:
        return f"wb_{secrets.token_urlsafe(32)}"

    routes = api.router(Keys(make, utc_now))
    secrets_api.add_routes(routes, Rotating(lambda: secrets.token_urlsafe(32), utc_now))
    return routes


def channel_acks() -> ChannelAcks:
    """What the channel-acks queue's events go to."""
    from waybill.channels.acks import ChannelAcks

    def steps(record: Record, event: Event) -> tuple[int, int] | None:
        from waybill.payments.at_channel import steps_of
        from waybill.payments.records import account

        tenders = account(record.order, record.state, record.tenders).tenders
        return steps_of(tenders, int(event.data["tender"]), event.time, int(event.data["amount"]))

    def noticed(record: Record, event: Event) -> None:
        edi_notices().shipped(record, event)

    return ChannelAcks(utc_now, steps, noticed)
