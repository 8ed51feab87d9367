"""EasyPost's own ways: what was recorded is read whole, what is asked is what its SDK would ask, and its webhooks are believed only where they are signed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from tests.carriers.conformance import JACK, ONE, PLACE, TEA
from tests.carriers.strict_easypost import FOLDER, KEY, StrictEasyPost, exchanges, recorded
from tests.carriers.strict_easypost import template as place_of
from waybill.fulfilment.carriers.easypost import answers, asking, webhooks
from waybill.fulfilment.carriers.easypost.api import BASE, Api, BadAccount
from waybill.fulfilment.carriers.easypost.carrier import EasyPost
from waybill.fulfilment.model.tracking import STATUSES
from waybill.fulfilment.ports import Parcel, Sending, Van
from waybill.kernel.errors import InvalidInput, Malformed, Unauthenticated, Unavailable

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded exchanges are not here (../shared/samples/carrier_easypost)")
BORDER = Sending(PLACE, JACK.__class__("Ada", "", "1 Bay St", "", "Toronto", "ON", "M5V 2T6", "CA"), (Parcel(440, 254, 203, 102, (TEA,)),), "2026-11-23", reference="fo_2")


def at(vendor: StrictEasyPost, **settings: Any) -> EasyPost:
    return EasyPost("easypost", Api("easypost", KEY, sender=vendor.send), settings)


def test_the_recorded_rates_are_read_whole() -> None:
    offers = at(StrictEasyPost()).offers(ONE)
    assert [(offer.service, offer.price, offer.delivery_days) for offer in offers] == [
        ("USPS:GroundAdvantage", 607, 3), ("USPS:Priority", 742, 2), ("USPS:Express", 3415, 1),
    ]  # fmt: skip


def test_only_the_services_that_the_shop_has_named_are_offered() -> None:
    assert {offer.service for offer in at(StrictEasyPost(), services=["USPS:Express"]).offers(ONE)} == {"USPS:Express"}
    with pytest.raises(InvalidInput, match="takes no such parcel"):
        at(StrictEasyPost(), services=["UPS:Ground"]).offers(ONE)


def test_nothing_is_declared_lighter_or_smaller_than_it_is() -> None:
    told = asking.measures(Parcel(440, 254, 203, 102))
    assert told == {"length": 10.0, "width": 8.0, "height": 4.1, "weight": 15.6}
    assert told["weight"] * 28.349523125 >= 440 and told["height"] * 25.4 >= 102
    assert asking.measures(Parcel(1)) == {"weight": 0.1}


def test_a_parcel_over_a_border_says_what_is_in_it_and_who_signs() -> None:
    vendor = StrictEasyPost()
    at(vendor, customs_signer="Steve Brule").offers(BORDER)
    told = vendor.calls[-1][2]["shipment"]["customs_info"]
    assert told["customs_items"] == [
        {"description": "Green tea", "quantity": 2, "weight": 17.7, "value": "8.00", "hs_tariff_number": "090210", "origin_country": "CN", "code": "TEA"}
    ]
    with pytest.raises(InvalidInput, match="customs_signer"):
        at(vendor).offers(BORDER)


def test_what_is_dangerous_gets_no_offer_where_the_shop_has_no_word_for_it() -> None:
    dangerous = TEA.__class__(**{name: getattr(TEA, name) for name in TEA.__slots__} | {"hazard": "UN3481 9"})
    sending = Sending(PLACE, JACK, (Parcel(440, goods=(dangerous,)),), "2026-11-23")
    vendor = StrictEasyPost()
    assert at(vendor).offers(sending) == [] and vendor.calls == []
    assert at(vendor, hazmat="LITHIUM").offers(sending) and vendor.calls[-1][2]["shipment"]["options"]["hazmat"] == "LITHIUM"


def test_the_label_is_fetched_in_both_forms_and_our_key_goes_to_easypost_alone() -> None:
    carrier = at(StrictEasyPost())
    bought = carrier.buy(ONE, carrier.offers(ONE)[0], "k")
    assert {name: content[:4] for name, content in bought.label.items()} == {"label.pdf": b"%PDF", "label.zpl": b"^XA^"}


def test_what_is_in_the_carriers_hands_is_not_given_back() -> None:
    vendor = StrictEasyPost()
    carrier = at(vendor)
    shipment = carrier.buy(ONE, carrier.offers(ONE)[0], "k").shipment
    vendor.shipments[shipment]["refund_status"] = "rejected"
    assert not carrier.void(shipment, "k")


def test_an_address_comes_back_as_the_carrier_writes_it() -> None:
    found = at(StrictEasyPost()).verified(JACK)
    assert (found.line1, found.postal_code, found.city, found.phone) == ("388 TOWNSEND ST APT 20", "94107-1670", "SAN FRANCISCO", JACK.phone)


def test_an_address_that_does_not_exist_is_refused_by_our_fields() -> None:
    vendor = StrictEasyPost()
    vendor.refuses = next(answer for _, path, _, status, answer in exchanges() if path == "/addresses/{id}/verify" and status == 422)
    with pytest.raises(InvalidInput, match="Unable to verify address") as refused:
        at(vendor).verified(JACK)
    assert refused.value.fields == {"address": "Address not found", "line1": "House number is missing"}


VAN = Van(PLACE, "2026-11-23", "14:00", "18:00", "2026-11-23T22:00:00.000Z", "2026-11-24T02:00:00.000Z", 3, 2100, "shp_1", "Dock 4", "Ring twice", "col_1")


def test_a_van_is_asked_for_booked_and_called_off() -> None:
    vendor = StrictEasyPost()
    carrier = at(vendor)
    (offer,) = carrier.vans(VAN)
    assert (offer.service, offer.price, offer.currency) == ("USPS:NextDay", 0, "USD") and vendor.coming() == []
    asked = vendor.calls[-1][2]["pickup"]
    assert asked["shipment"] == {"id": "shp_1"} and (asked["instructions"], asked["reference"]) == ("Dock 4. Ring twice", "col_1")
    assert (asked["min_datetime"], asked["max_datetime"]) == (VAN.earliest, VAN.latest)
    booked = carrier.book(VAN, offer, "col_1")
    assert vendor.calls[-1][2] == {"carrier": "USPS", "service": "NextDay"}
    assert vendor.coming() == [booked.confirmation] and carrier.booked(offer, "col_1") == booked
    assert [carrier.call_off(VAN, offer, booked, "col_1") for _ in range(2)] == [True, True]
    assert vendor.coming() == [] and carrier.booked(offer, "col_1") is None


def test_a_van_whose_booking_was_not_heard_of_is_found_and_no_other_is_booked() -> None:
    vendor = StrictEasyPost()
    carrier = at(vendor)
    (offer,) = carrier.vans(VAN)
    assert carrier.booked(offer, "col_1") is None
    vendor.loses.append("easypost.pickups.buy")
    with pytest.raises(Unavailable):
        carrier.book(VAN, offer, "col_1")
    assert [carrier.book(VAN, offer, "col_1").confirmation] == vendor.coming() and len(vendor.vans) == 1


def test_a_van_that_is_on_its_way_is_not_called_off() -> None:
    vendor = StrictEasyPost()
    vendor.lets_go = False
    carrier = at(vendor)
    (offer,) = carrier.vans(VAN)
    assert carrier.call_off(VAN, offer, carrier.book(VAN, offer, "col_1"), "col_1") is False and len(vendor.coming()) == 1


def test_where_nobody_comes_the_carriers_words_say_so() -> None:
    vendor = StrictEasyPost()
    vendor.refuses = {"error": {"code": "PICKUP.FAILURE", "message": "Pickup date must be a business day.", "errors": []}}
    with pytest.raises(InvalidInput, match="business day"):
        at(vendor).vans(VAN)
    with pytest.raises(InvalidInput, match="none of the parcels was bought"):
        at(vendor).vans(replace(VAN, shipment=""))
    nobody = {**recorded("POST", "/pickups"), "pickup_rates": [], "messages": [{"carrier": "USPS", "message": "no service there"}]}
    assert "no service there" in answers.no_offer("easypost", nobody, "sends no van there then").message


def two_bought(carrier: EasyPost) -> list[str]:
    return [carrier.buy(ONE, carrier.offers(ONE)[0], key).shipment for key in "ab"]


def test_the_form_of_the_day_names_its_shipments() -> None:
    vendor = StrictEasyPost()
    shipments = two_bought(at(vendor))
    id, form = at(vendor).manifest(shipments)
    assert vendor.forms == [id] and form.startswith(b"%PDF")
    assert vendor.calls[-1][2] == {"scan_form": {"shipment": [{"id": each} for each in shipments]}}


@pytest.mark.parametrize("when", ["easypost.scan_forms.create", "easypost.file"])
def test_a_form_of_which_nobody_has_heard_is_found_and_no_other_is_made(when: str) -> None:
    vendor = StrictEasyPost()
    carrier, shipments = at(vendor), two_bought(at(vendor))
    vendor.loses.append(when)
    with pytest.raises(Unavailable):
        carrier.manifest(shipments)
    id, form = carrier.manifest(shipments)
    assert vendor.forms == [id] and form.startswith(b"%PDF")


def test_a_form_that_somebody_else_has_just_asked_for_is_the_one() -> None:
    vendor = StrictEasyPost()
    carrier, shipments = at(vendor), two_bought(at(vendor))
    look, looked = carrier._form_of, []

    def too_early(asked: list[str]) -> Any:
        looked.append(asked)
        if len(looked) > 1:
            return look(asked)
        at(vendor).manifest(shipments)
        return None

    carrier._form_of = too_early  # type: ignore[method-assign]
    id, _ = carrier.manifest(shipments)
    assert vendor.forms == [id]


def test_a_shipment_on_a_form_with_others_is_a_matter_for_a_person() -> None:
    vendor = StrictEasyPost()
    shipments = two_bought(at(vendor))
    at(vendor).manifest(shipments[:1])
    with pytest.raises(InvalidInput, match="with other parcels"):
        at(vendor).manifest(shipments)


def test_a_recorded_tracker_is_read_in_our_words_with_its_own_code_beside() -> None:
    scans = at(StrictEasyPost()).scans("EZ1000000001")
    assert [(scan.status, scan.code, scan.at) for scan in scans] == [
        ("pre_transit", "status_update", "2025-02-06T19:48:26.000Z"), ("pre_transit", "status_update", "2025-02-07T08:25:26.000Z"),
    ]  # fmt: skip
    assert set(answers.STATUSES.values()) <= set(STATUSES)


@pytest.mark.parametrize(("status", "error"), [(401, BadAccount), (402, BadAccount), (429, Unavailable), (503, Unavailable), (422, InvalidInput)])
def test_each_answer_of_theirs_is_an_error_of_ours(status: int, error: type[Exception]) -> None:
    from waybill.aws.outbound import Reply

    body = json.dumps({"error": {"code": "X", "message": "no", "errors": ["cannot be blank"]}}).encode()
    carrier = EasyPost("easypost", Api("easypost", KEY, sender=lambda *a, **k: Reply(status, {}, body)), {})
    with pytest.raises(error, match="easypost"):
        carrier.offers(ONE)


# ── the vendor's own SDK as the judge ────────────────────────────────────────────────────────────────────────────────


def test_we_ask_what_their_own_sdk_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same parameters through the official client, its transport replaced: the same address, the same authorisation, the same body."""
    easypost = pytest.importorskip("easypost")
    theirs: list[tuple[str, str, Any]] = []

    def transport(method: str, url: str, **more: Any) -> Any:
        method = method.upper()
        theirs.append((method, url, more["json"]))
        assert more["headers"]["Authorization"] == Api("easypost", KEY)._headers["authorization"]
        known = ("POST", "/pickups") if place_of(url) == "/pickups/{id}" else (method, place_of(url))
        told = next(answer for verb, path, _, status, answer in exchanges() if (verb, path) == known and status < 400)
        return SimpleNamespace(text=json.dumps(told), status_code=200, headers={})

    sdk = easypost.EasyPostClient(KEY)
    monkeypatch.setattr(sdk._requests_session, "request", transport)
    vendor = StrictEasyPost()
    ours = at(vendor)
    offer = ours.offers(ONE)[0]
    shipment, rate = offer.handle.split("/")
    ours.buy(ONE, offer, "k")
    ours.void(shipment, "k")
    ours.scans("EZ1000000001")
    wanted = asking.shipment(ONE, ONE.parcels[0], "fo_1-1", {})["shipment"]
    sdk.shipment.create(**wanted)
    sdk.shipment.buy(shipment, rate={"id": rate})
    sdk.shipment.refund(shipment)
    sdk.tracker.create(tracking_code="EZ1000000001")
    (offer,) = ours.vans(VAN)
    booked = ours.book(VAN, offer, "col_1")
    ours.call_off(VAN, offer, booked, "col_1")
    pickup, by, service = offer.handle.split("/")
    sdk.pickup.create(**asking.pickup(VAN)["pickup"])
    sdk.pickup.retrieve(pickup)
    sdk.pickup.buy(pickup, carrier=by, service=service)
    sdk.pickup.cancel(pickup)
    asked = [(method, place_of(f"{BASE}{path}"), body) for method, path, body in vendor.calls if "file_format" not in path]
    assert [(method, place_of(url), body or {}) for method, url, body in theirs] == [(method, path, body or {}) for method, path, body in asked]


def test_their_sdk_accepts_our_signature_and_we_accept_theirs() -> None:
    util = pytest.importorskip("easypost.util")
    raw, secret = b'{"description": "tracker.updated"}', "sécrét"
    assert util.validate_webhook(raw, {"X-Hmac-Signature": webhooks.signature(secret, raw)}, secret)
    webhooks.verify(["old", secret], {"x-hmac-signature": webhooks.signature(secret, raw)}, raw)
    for headers in ({}, {"x-hmac-signature": "hmac-sha256-hex=00"}, {"x-hmac-signature": webhooks.signature("other", raw)}):
        with pytest.raises(Unauthenticated):
            webhooks.verify([secret], headers, raw)


def test_a_trackers_event_names_its_parcel_and_other_events_are_passed_by() -> None:
    tracker = recorded("POST", "/trackers")
    number, scans = webhooks.read({"description": "tracker.updated", "result": tracker})
    assert number == "EZ1000000001" and scans and all(datetime.fromisoformat(scan.at) for scan in scans)
    assert webhooks.read({"description": "batch.updated", "result": {}}) == ("", [])
    for result in (None, {}, {"tracking_code": 7}, {"tracking_code": "x" * 65}):
        with pytest.raises(Malformed):
            webhooks.read({"description": "tracker.updated", "result": result})
