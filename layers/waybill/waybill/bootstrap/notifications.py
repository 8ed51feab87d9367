"""Mails to customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from waybill.bootstrap.clock import utc_now

if TYPE_CHECKING:
    from waybill.notifications.service import Notifier


def notifier() -> Notifier:
    """Mails the customer: what the notifications queue's messages go to."""
    from waybill.aws import files
    from waybill.aws.config import setting
    from waybill.kernel.errors import NotFound
    from waybill.notifications.dynamodb import MessagesTable
    from waybill.notifications.model import Brand
    from waybill.notifications.service import Notifier
    from waybill.notifications.ses import Ses
    from waybill.orders import store
    from waybill.shop import store as shop

    def brand(channel: str) -> Brand:
        known = shop.channel(channel)
        return Brand.of(known.settings.get("brand") or {}, known.name, setting("MAIL_FROM"))

    def tracking(id: str) -> tuple[str, str]:
        try:
            carrier = shop.carrier(id)
        except NotFound:
            return id, ""
        return carrier.name, carrier.tracking_url

    return Notifier(MessagesTable(), Ses(), store.load, brand, tracking, utc_now, files.get)
