"""Mails to customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from waybill.bootstrap.clock import utc_now

if TYPE_CHECKING:
    from waybill.notifications.model import Store
    from waybill.notifications.service import Notifier


def notifier() -> Notifier:
    """Mails the customer: what the notifications queue's messages go to."""
    from waybill.aws import files
    from waybill.aws.config import setting
    from waybill.kernel.errors import NotFound
    from waybill.notifications.dynamodb import MessagesTable
    from waybill.notifications.fetching import place_of
    from waybill.notifications.model import Brand, Store, one_line
    from waybill.notifications.service import Notifier
    from waybill.notifications.ses import Ses
    from waybill.orders import store
    from waybill.orders.model.order import Address
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

    def stores(id: str) -> Store | None:
        try:
            node = shop.node(id)
        except NotFound:
            return None
        place = node.place
        address = Address("", "", place.line1, place.line2, place.city, place.region, place.postal_code, place.country)
        return Store(one_line(place.name or node.name), tuple(place_of(address)), one_line(str(node.settings.get("opening_hours", ""))))

    return Notifier(MessagesTable(), Ses(), store.load, brand, tracking, utc_now, files.get, stores)
