"""EasyPost with books that a world takes along: what was created, bought and given back, in few words, so that worlds are compared and gone back to quickly.

It refuses what `StrictEasyPost` refuses, and where the recordings are here (`../shared`) it takes no request of another shape; `tests/carriers/test_books.py` holds the two against each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.carriers.strict_easypost import FOLDER, KEY, PDF, ZPL, refuse_unknown, template
from waybill.aws.outbound import Reply
from waybill.kernel.errors import Unavailable

HOOK = "hook-secret"
FILES = "easypost-files.s3.us-west-2.amazonaws.com"
_RATES = (("Express", "34.15", 1), ("Priority", "7.42", 2), ("GroundAdvantage", "6.07", 3))
_EXISTS = ("SHIPMENT.POSTAGE.EXISTS", "Postage already exists for this shipment.")
_ON_A_FORM = ("SCAN_FORM.SHIPMENT.INVALID", "A shipment is on a form already.")
_NO_VAN = ("PICKUP.PURCHASE.FAILURE", "The pickup is booked or called off already.")
_STILL_COMES = ("PICKUP.CANCEL.FAILURE", "The pickup cannot be called off.")
_NO_REFUND = ("SHIPMENT.REFUND.UNAVAILABLE", "Refund is not available.")
_TRACKED = (("in_transit", "2026-11-24T00:00:00Z"), ("out_for_delivery", "2026-11-24T01:00:00Z"), ("delivered", "2026-11-24T02:00:00Z"))


class Label(NamedTuple):
    """One that was paid for. `order` is the reference that we gave, without the parcel's place; `price` in cents."""

    shipment: str
    order: str
    tracking_number: str
    live: bool
    price: int


class Van(NamedTuple):
    """A pickup. `reference` is what we gave, `status` unknown (only asked for), scheduled or canceled."""

    id: str
    reference: str
    status: str

    @property
    def confirmation(self) -> str:
        return f"WTC{int(self.id.removeprefix('pickup_'), 16):08d}" if self.status != "unknown" else ""


class Books:
    """`shipments` by id: (reference, place of the bought rate or None, tracking number, refund status); `vans` that were asked for; `forms`: the shipments on each. `down`: nobody answers; `forgets`: what is bought is bought, and
    nobody hears of it; `travelling`: numbers of parcels that it has in its hands, whose labels it does not take back; `tracked`: what it says of any parcel's
    way."""

    def __init__(self) -> None:
        self.shipments: dict[str, tuple[str, int | None, str, str]] = {}
        self.vans: dict[str, Van] = {}
        self.forms: dict[str, tuple[str, ...]] = {}
        self.travelling: frozenset[str] = frozenset()
        self.down = self.forgets = False
        self.tracked = _TRACKED

    def takes(self, number: str) -> None:
        """A parcel is handed over."""
        self.travelling |= {number}

    def labels(self) -> list[Label]:
        """Every one that was ever bought."""
        return [
            Label(id, reference.rpartition("-")[0], number, status not in ("submitted", "refunded"), int(_RATES[rate][1].replace(".", "")))
            for id, (reference, rate, number, status) in self.shipments.items()
            if rate is not None
        ]

    def coming(self) -> list[Van]:
        """Those that are booked and not called off."""
        return [van for van in self.vans.values() if van.status == "scheduled"]

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One request, as it comes over the network. Raises Unavailable."""
        if self.down:
            raise Unavailable("api.easypost.com does not answer (ReadTimeoutError)")
        if FILES in url:
            assert "authorization" not in headers, "our key goes to EasyPost alone"
            return Reply(200, {}, ZPL if url.endswith(".zpl") else PDF)
        assert headers["authorization"] == f"Bearer {KEY}"
        asked, path = json.loads(body) if body else None, template(url)
        if FOLDER.is_dir():
            refuse_unknown(method, path, asked)
        if path.startswith("/pickups"):
            status, told = self._van(path.removeprefix("/pickups"), re.findall(r"pickup_\w+", url), asked)
        else:
            status, told = self._carried_out(method, path, re.findall(r"shp_\w+", url), asked)
        if self.forgets and path.endswith("/buy"):
            raise Unavailable("api.easypost.com does not answer (ReadTimeoutError)")
        return Reply(status, {}, json.dumps(told).encode())

    def _carried_out(self, method: str, path: str, ids: list[str], asked: Any) -> tuple[int, Any]:
        if path == "/addresses/create_and_verify":
            return 200, {"address": {**asked["address"], "street1": asked["address"]["street1"].upper(), "verifications": {"delivery": {"success": True, "errors": []}}}}
        if path == "/trackers":
            number = asked["tracker"]["tracking_code"]
            return 200, {"id": "trk_1", "tracking_code": number, "tracking_details": [{"status": status, "datetime": at} for status, at in self.tracked]}
        if path == "/scan_forms":
            return self._form(tuple(each["id"] for each in asked["scan_form"]["shipment"]))
        if path == "/shipments":
            id = f"shp_{len(self.shipments) + 1:032x}"
            self.shipments[id] = (asked["shipment"]["reference"], None, "", "")
            return 201, self._shown(id)
        (id,) = ids
        reference, rate, number, refund = self.shipments[id]
        verb = path.partition("{id}")[2]
        if verb == "/buy":
            if rate is not None:
                return 422, _error(*_EXISTS)
            at = next(place for place, each in enumerate(self._shown(id)["rates"]) if each["id"] == asked["rate"]["id"])
            self.shipments[id] = (reference, at, f"94001002083031{int(id[4:], 16):08d}", "")
        elif verb == "/refund":
            if rate is None or refund:
                return 422, _error(*_NO_REFUND)
            self.shipments[id] = (reference, rate, number, "rejected" if number in self.travelling else "submitted")
        return 200, self._shown(id)

    def _form(self, shipments: tuple[str, ...]) -> tuple[int, Any]:
        if any(self._form_of(each) for each in shipments):
            return 422, _error(*_ON_A_FORM)
        id = f"sf_{len(self.forms) + 1:032x}"
        self.forms[id] = shipments
        return 200, self._form_shown(id)

    def _form_of(self, shipment: str) -> str:
        return next((id for id, shipments in self.forms.items() if shipment in shipments), "")

    def _form_shown(self, id: str) -> dict[str, Any]:
        return {"id": id, "status": "created", "tracking_codes": [self.shipments[each][2] for each in self.forms[id]], "form_url": f"https://{FILES}/{id}.pdf"}

    def _van(self, verb: str, ids: list[str], asked: Any) -> tuple[int, Any]:
        if not verb:
            van = Van(f"pickup_{len(self.vans) + 1:032x}", asked["pickup"]["reference"], "unknown")
        else:
            van = self.vans[ids[0]]
        if verb.endswith("/buy"):
            if van.status != "unknown":
                return 422, _error(*_NO_VAN)
            van = van._replace(status="scheduled")
        elif verb.endswith("/cancel"):
            if van.status != "scheduled":
                return 422, _error(*_STILL_COMES)
            van = van._replace(status="canceled")
        self.vans[van.id] = van
        rates = [{"id": f"pickuprate_{van.id[7:]}", "carrier": "USPS", "service": "NextDay", "rate": "0.00", "currency": "USD"}]
        return 200, {"id": van.id, "status": van.status, "reference": van.reference, "confirmation": van.confirmation or None, "messages": [], "pickup_rates": rates}

    def _shown(self, id: str) -> dict[str, Any]:
        reference, bought, number, refund = self.shipments[id]
        form = self._form_shown(found) if (found := self._form_of(id)) else None
        rates = [
            {"id": f"rate_{id[4:]}{at}", "carrier": "USPS", "service": service, "rate": price, "currency": "USD", "delivery_days": days}
            for at, (service, price, days) in enumerate(_RATES)
        ]
        label = {"label_url": f"https://{FILES}/{id}.pdf", "label_file_type": "application/pdf", "label_pdf_url": None, "label_zpl_url": f"https://{FILES}/{id}.zpl"}
        sold = {"selected_rate": rates[bought], "postage_label": label, "tracking_code": number} if bought is not None else {"selected_rate": None, "postage_label": None, "tracking_code": None}
        return {"id": id, "reference": reference, "rates": rates, "messages": [], "refund_status": refund or None, "scan_form": form, **sold}


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "errors": []}}
