"""`fulfilment.ports.Carrier` at EasyPost. It has no idempotency keys: a shipment is created with our reference and costs nothing; its id is in the offer's handle and so on
our record before it is bought, and whoever asks again finds what was bought of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.fulfilment.carriers.easypost import answers, asking
from waybill.fulfilment.carriers.easypost.api import Api, Refused
from waybill.fulfilment.model.tracking import Scan
from waybill.fulfilment.ports import Bought, Offer, Sending, Van, VanBooked, VanOffer
from waybill.kernel.errors import InvalidInput, NotFound, Unavailable
from waybill.orders.model.order import Address

_FORM_KINDS = {"label_pdf_url": "PDF", "label_zpl_url": "ZPL"}


class EasyPost:
    """One account. `settings`: `accounts` (ids of carrier accounts to ask; all where none), `services` (`USPS:GroundAdvantage`; all where none), `zpl` (false where its
    carriers draw none), `customs_signer`, `eel_pfc`, `hazmat` (the word for what is dangerous; without it such parcels get no offer)."""

    calls = True

    def __init__(self, carrier: str, api: Api, settings: Mapping[str, Any]) -> None:
        self.id, self._api, self._settings = carrier, api, settings

    def offers(self, sending: Sending) -> list[Offer]:
        found = [offer for place in range(len(sending.parcels)) for offer in self._offers_of(sending, place)]
        return sorted(found, key=lambda offer: (offer.parcel, offer.price, offer.delivery_days, offer.service))

    def buy(self, sending: Sending, offer: Offer, key: str) -> Bought:
        shipment, rate = offer.handle.split("/")
        try:
            bought = self._api.post("shipments.buy", f"/shipments/{shipment}/buy", {"rate": {"id": rate}})
        except Refused as problem:
            bought = self._api.get("shipments.retrieve", f"/shipments/{shipment}")
            if not answers.is_bought(bought):
                raise problem from None
        if not answers.is_bought(bought):
            raise Unavailable(f"{self.id} has not bought the label yet")
        return self._bought(bought, self._label(shipment, bought))

    def found(self, offer: Offer, key: str) -> Bought | None:
        known = self._api.get("shipments.retrieve", f"/shipments/{offer.handle.split('/')[0]}")
        return self._bought(known, {}) if answers.is_bought(known) and not known.get("refund_status") else None

    def void(self, shipment: str, key: str) -> bool:
        try:
            told = self._api.post("shipments.refund", f"/shipments/{shipment}/refund", {})
        except NotFound:
            return False
        except Refused:
            told = self._api.get("shipments.retrieve", f"/shipments/{shipment}")
        status = told.get("refund_status")
        return isinstance(status, str) and status not in answers.TOO_LATE

    def scans(self, tracking_number: str) -> list[Scan]:
        """Creating a tracker for a number that has one answers that one."""
        return answers.scans(self._api.post("trackers.create", "/trackers", {"tracker": {"tracking_code": tracking_number}}))

    def verified(self, address: Address) -> Address:
        try:
            told = self._api.post("addresses.verify", "/addresses/create_and_verify", {"address": asking.address(address)})
        except Refused as problem:
            raise InvalidInput(problem.message, fields={answers._OUR_FIELDS.get(field, field): words for field, words in problem.fields.items()}) from None
        found = told.get("address")
        return answers.address(found if isinstance(found, dict) else told, address)

    def vans(self, van: Van) -> list[VanOffer]:
        """A pickup that is created costs nothing until it is bought; its id goes into the handle."""
        made = self._api.post("pickups.create", "/pickups", asking.pickup(van))
        found = list(answers.vans(made))
        if not found:
            raise answers.no_offer(self.id, made, "sends no van there then")
        return sorted(found, key=lambda offer: (offer.price, offer.service))

    def book(self, van: Van, offer: VanOffer, key: str) -> VanBooked:
        known = self.booked(offer, key)
        if known:
            return known
        pickup, carrier, service = offer.handle.split("/", 2)
        try:
            ordered = self._api.post("pickups.buy", f"/pickups/{pickup}/buy", {"carrier": carrier, "service": service})
        except Refused as problem:
            known = self.booked(offer, key)
            if known is None:
                raise problem from None
            return known
        if not answers.comes(ordered):
            raise Unavailable(f"{self.id} has not booked the van yet")
        return VanBooked(answers.text(ordered, "confirmation"), offer.price, offer.currency)

    def booked(self, offer: VanOffer, key: str) -> VanBooked | None:
        known = self._pickup(offer)
        return VanBooked(answers.text(known, "confirmation"), offer.price, offer.currency) if answers.comes(known) else None

    def call_off(self, van: Van, offer: VanOffer, booked: VanBooked, key: str) -> bool:
        try:
            told = self._api.post("pickups.cancel", f"/pickups/{offer.handle.split('/')[0]}/cancel", {})
        except Refused:
            told = self._pickup(offer)
        return told.get("status") in answers.CALLED_OFF

    def _pickup(self, offer: VanOffer) -> Mapping[str, Any]:
        return self._api.get("pickups.retrieve", f"/pickups/{offer.handle.split('/')[0]}")

    def manifest(self, shipments: list[str]) -> tuple[str, bytes]:
        """A shipment is on one form for good: what was made before, and nobody has heard of, is looked for first."""
        made = self._form_of(shipments)
        if made is None:
            try:
                made = self._api.post("scan_forms.create", "/scan_forms", {"scan_form": {"shipment": [{"id": each} for each in shipments]}})
            except Refused:
                made = self._form_of(shipments)
                if made is None:
                    raise
        if made.get("status") == "failed":
            raise InvalidInput(f"{self.id}: {str(made.get('message') or 'the form was refused')[:200]}")
        url = made.get("form_url")
        return answers.id_of(made, "sf_"), self._api.file(url) if isinstance(url, str) and url.startswith("https://") else b""

    def _form_of(self, shipments: list[str]) -> Mapping[str, Any] | None:
        """Raises InvalidInput where it stands on one with other shipments."""
        form = self._api.get("shipments.retrieve", f"/shipments/{shipments[0]}").get("scan_form")
        if not isinstance(form, dict) or form.get("status") == "failed":
            return None
        numbers = form.get("tracking_codes")
        if isinstance(numbers, list) and len(numbers) != len(shipments):
            raise InvalidInput(f"{self.id}: the form {answers.id_of(form, 'sf_')} was made with other parcels: print it in its account, and see to the rest there")
        return form

    def _offers_of(self, sending: Sending, place: int) -> list[Offer]:
        parcel = sending.parcels[place]
        if any(goods.hazard for goods in parcel.goods) and not self._settings.get("hazmat"):
            return []
        if parcel.weight_g <= 0:
            raise InvalidInput("a parcel weighs something", fields={"weight_g": "at least 1"})
        reference = f"{sending.reference}-{place + 1}" if sending.reference else ""
        made = self._api.post("shipments.create", "/shipments", asking.shipment(sending, parcel, reference, self._settings))
        found = list(answers.offers(self.id, place, made, tuple(self._settings.get("services") or ())))
        if not found:
            raise answers.no_offer(self.id, made)
        return found

    @staticmethod
    def _bought(shipment: Mapping[str, Any], label: Mapping[str, bytes]) -> Bought:
        price, currency = answers.paid(shipment)
        return Bought(answers.text(shipment, "tracking_code"), answers.id_of(shipment, "shp_"), price, currency, label)

    def _label(self, shipment: str, bought: Mapping[str, Any]) -> dict[str, bytes]:
        """The bytes are kept by us: the addresses expire."""
        label = {"label.pdf": self._api.file(self._url(shipment, bought, "label_pdf_url"))}
        if self._settings.get("zpl", True):
            label["label.zpl"] = self._api.file(self._url(shipment, bought, "label_zpl_url"))
        return label

    def _url(self, shipment: str, bought: Mapping[str, Any], kind: str) -> str:
        """Where a label lies in a form; made in it where it is not yet."""
        found = answers.label_url(bought, kind)
        if not found and kind == "label_pdf_url" and (bought.get("postage_label") or {}).get("label_file_type") == "application/pdf":
            found = answers.label_url(bought)
        if not found:
            converted = self._api.get("shipments.label", f"/shipments/{shipment}/label?file_format={_FORM_KINDS[kind]}")
            found = answers.label_url(converted, kind)
        if not found:
            raise Unavailable(f"{self.id} has not drawn the label yet")
        return found
