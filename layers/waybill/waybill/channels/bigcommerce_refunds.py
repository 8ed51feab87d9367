"""BigCommerce returns money of an order by the payments that took it: asked how it would, then told to. Our mark is in the refund's reason."""

from __future__ import annotations

from typing import Any

from waybill.channels.calling import Caller
from waybill.channels.model.shipment import Refund
from waybill.channels.ports import ChannelRefused
from waybill.kernel.money import decimal_string


def tell(caller: Caller, order: str, refund: Refund) -> None:
    """Looks among the order's refunds first. A way that gives nothing back by itself (offline, store credit) is a person's to choose."""
    path = f"/v3/orders/{order}/payment_actions"
    known: Any = caller.json("bigcommerce.refunds", "GET", f"{path}/refunds") or {}
    if any(refund.mark in str(each.get("reason")) for each in known.get("data") or []):
        return
    items = [{"item_type": "ORDER", "item_id": int(order), "amount": float(decimal_string(refund.amount, refund.currency))}]
    quote: Any = caller.json("bigcommerce.quote", "POST", f"{path}/refund_quotes", {"items": items}) or {}
    ways = (quote.get("data") or {}).get("refund_methods") or []
    way = next((each for each in ways if each and not any(part.get("offline") or part.get("provider_id") == "storecredit" for part in each)), None)
    if way is None:
        raise ChannelRefused("BigCommerce returns this only by hand or as store credit: a person chooses")
    payments = [{"provider_id": part["provider_id"], "amount": part["amount"], "offline": False} for part in way]
    caller.json("bigcommerce.refund", "POST", f"{path}/refunds", {"items": items, "payments": payments, "reason": refund.mark})
