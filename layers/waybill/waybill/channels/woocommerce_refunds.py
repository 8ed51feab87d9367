"""WooCommerce returns money by the payment plugin of the order (`api_refund`), no line and no stock with it. Our mark is in the refund's reason."""

from __future__ import annotations

from typing import Any

from waybill.channels.calling import Caller
from waybill.channels.model.shipment import Refund
from waybill.channels.ports import ChannelRefused
from waybill.kernel.money import decimal_string


def tell(caller: Caller, path: str, refund: Refund) -> None:
    """Looks among the order's refunds first."""
    known: Any = caller.json("woocommerce.refunds", "GET", f"{path}/refunds?per_page=100")
    if not isinstance(known, list):
        raise ChannelRefused("woocommerce.refunds: the answer is no list")
    if not any(refund.mark in str(each.get("reason")) for each in known):
        said = {"amount": decimal_string(refund.amount, refund.currency), "reason": refund.mark, "api_refund": True, "api_restock": False}
        caller.json("woocommerce.refund", "POST", f"{path}/refunds", said)
