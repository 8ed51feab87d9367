"""WooCommerce as we call it (REST v3): orders are read; tracking numbers in a note and as the order's meta data; the last parcel completes the order.

Looks first: the meta data is written last, so where it stands all has been told; a note is written only where none names the
tracking number yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from waybill.channels.calling import Caller
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.model.shipment import Acceptance, Cancellation, Declined, GivenBack, Ready, Reduction, Refund, Shipment
from waybill.channels.ports import ChannelRefused, Page

_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class WooCommerce:
    caller: Caller

    def accepted(self, acceptance: Acceptance) -> None:
        """Nothing: an order that is paid is `processing` there already."""

    def given_back(self, given: GivenBack) -> None:
        """Nothing: money that went back by a gateway of ours, WooCommerce never had."""

    def refund(self, refund: Refund) -> None:
        from waybill.channels import woocommerce_refunds

        woocommerce_refunds.tell(self.caller, _path(refund.external_reference), refund)

    def stock(self, levels: Levels) -> Heard:
        from waybill.channels import woocommerce_stock

        return woocommerce_stock.tell(self.caller, levels)

    def order(self, reference: str) -> Any:
        return self.caller.json("woocommerce.order", "GET", _path(reference))

    def changed(self, since: str, until: str, next: str) -> Page:
        """Pages are numbered; what changes while they are read moves to the end, and is read twice rather than not at all."""
        page = int(next or 1)
        when = f"modified_after={since}&modified_before={until}&dates_are_gmt=true"
        order = f"orderby=modified&order=asc&per_page={_A_PAGE}&page={page}"
        found = self.caller.json("woocommerce.orders", "GET", f"/wp-json/wc/v3/orders?{when}&{order}")
        if not isinstance(found, list):
            raise ChannelRefused("woocommerce.orders: the answer is no list")
        return Page(tuple((str(each["id"]), each) for each in found), str(page + 1) if len(found) == _A_PAGE else "")

    def ready(self, ready: Ready) -> None:
        """Nothing: WooCommerce has no word for it."""

    def shipped(self, shipment: Shipment) -> None:
        """The note first, the order after it: whoever sees the order completed finds the tracking number."""
        key = f"_waybill_shipment_{shipment.name}"
        if self._told(shipment.external_reference, key):
            return
        self._note(shipment)
        parcels = [{"carrier": parcel.carrier, "tracking_number": parcel.tracking_number, "url": parcel.url} for parcel in shipment.parcels]
        change: dict[str, Any] = {"meta_data": [{"key": key, "value": parcels}]}
        if shipment.last:
            change["status"] = "completed"
        self.caller.json("woocommerce.update", "PUT", _path(shipment.external_reference), change)

    def reduced(self, reduction: Reduction) -> None:
        """Of the part nothing: WooCommerce takes it back only together with its money, and that a person returns (`payment.refund_owed`). With the last of it the
        order is complete."""
        path = _path(reduction.external_reference)
        if reduction.last and self.caller.json("woocommerce.order", "GET", path).get("status") not in ("completed", "cancelled", "refunded"):
            self.caller.json("woocommerce.update", "PUT", path, {"status": "completed"})

    def declined(self, declined: Declined) -> None:
        """Nothing: there the order stands as it did, and hears of its parcels."""

    def cancelled(self, cancellation: Cancellation) -> None:
        path = _path(cancellation.external_reference)
        if self.caller.json("woocommerce.order", "GET", path).get("status") != "cancelled":
            self.caller.json("woocommerce.update", "PUT", path, {"status": "cancelled"})

    def _told(self, reference: str, key: str) -> bool:
        order = self.caller.json("woocommerce.order", "GET", _path(reference))
        return any(meta.get("key") == key for meta in order.get("meta_data") or [] if isinstance(meta, dict))

    def _note(self, shipment: Shipment) -> None:
        path = _path(shipment.external_reference) + "/notes"
        known = self.caller.json("woocommerce.notes", "GET", path)
        if not isinstance(known, list):
            raise ChannelRefused("woocommerce.notes: the answer is no list")
        told = " ".join(str(note.get("note", "")) for note in known if isinstance(note, dict))
        untold = [parcel for parcel in shipment.parcels if parcel.tracking_number not in told]
        if untold:
            text = "Shipped: " + ", ".join(f"{parcel.carrier} {parcel.tracking_number} {parcel.url}".strip() for parcel in untold)
            self.caller.json("woocommerce.note", "POST", path, {"note": text, "customer_note": False})


def _path(reference: str) -> str:
    if not reference.isascii() or not reference.isdecimal():
        raise ChannelRefused("WooCommerce numbers its orders; this reference is no number")
    return f"/wp-json/wc/v3/orders/{reference}"
