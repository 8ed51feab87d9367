"""Carriers' own APIs through karrio: what every carrier must do, what karrio's own tests say of requests and answers, and that nothing is ever bought twice."""

from __future__ import annotations

import json
import ssl
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.carriers.conformance import JACK, ONE, PLACE, TEA, TWO, Bench, Conformance
from tests.carriers.direct_vendors import FedEx, Ups, Vendor
from tests.support.cloud import cloud
from waybill.fulfilment.carriers.karrio import answers, asking, purchases
from waybill.fulfilment.carriers.karrio.carrier import Karrio
from waybill.fulfilment.carriers.karrio.connection import Connection
from waybill.fulfilment.carriers.karrio.direct import Direct
from waybill.fulfilment.model.tracking import Scan
from waybill.fulfilment.ports import Parcel, Sending
from waybill.kernel.clock import utc_now
from waybill.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable, WaybillError
from waybill.shop.model import Place

LATER = utc_now() + timedelta(hours=1)
VANCOUVER = Place("Oak", "5840 Oak St", "Vancouver", "BC", "V6M2V9", "CA")
MONCTON = JACK.__class__("Ship To", "", "125 Church St", "", "Moncton", "NB", "E1C4Z8", "CA")
CANADIAN = Sending(VANCOUVER, MONCTON, (Parcel(500, 100, 30, 30),), "2023-02-27", "CAD", "Your Customer Context", residential=False)
BORDER = Sending(PLACE, JACK.__class__("Ada", "", "1 Bay St", "", "Toronto", "ON", "M5V 2T6", "CA"), (Parcel(440, 254, 203, 102, (TEA,)),), "2026-11-23", reference="fo_2")


@pytest.fixture(autouse=True)
def kept() -> Iterator[None]:
    with cloud():
        yield


class OfDirect(Bench):
    """The thin adapter, the wire as JSON, the function's own code, karrio, and a vendor."""

    def __init__(self, connector: str, vendor: Vendor, **settings: Any) -> None:
        self.vendor = vendor
        self.connection = Connection(connector, vendor.account, True, vendor.send)
        self.direct = Direct(utc_now, lambda carrier: (self.connection, settings))
        self.carrier = Karrio(connector, lambda asked: json.loads(json.dumps(self.direct.answer(json.loads(json.dumps(asked))))))

    def live(self) -> int:
        return len(self.vendor.live())

    def break_down(self) -> None:
        self.vendor.down = True

    def lose(self, what: str) -> None:
        self.vendor.losses.append(what)

    def refuse(self) -> str:
        self.vendor.words = "The postal code 94107 is invalid"
        return self.vendor.words

    def talk_rubbish(self) -> None:
        self.vendor.rubbish = True


class OfNoKeys(Conformance):
    def test_a_purchase_whose_answer_was_lost_is_found_again(self) -> None:
        """By a person: the carrier has no keys and cannot be asked. Until then nothing is bought, however often it is tried."""
        bench = self.bench()
        offer = bench.carrier.offers(ONE)[0]
        bench.lose("buy")
        with pytest.raises(Unavailable):
            bench.carrier.buy(ONE, offer, "key-1")
        for again in (lambda: bench.carrier.buy(ONE, offer, "key-1"), lambda: bench.carrier.found(offer, "key-1")):
            with pytest.raises(Conflict, match="nobody knows"):
                again()
        assert bench.live() == 1


class TestUps(OfNoKeys):
    def bench(self) -> OfDirect:
        return OfDirect("ups", Ups())


class TestFedEx(OfNoKeys):
    def bench(self) -> OfDirect:
        return OfDirect("fedex", FedEx())


BENCHES = pytest.mark.parametrize("bench", [lambda **more: OfDirect("ups", Ups(), **more), lambda **more: OfDirect("fedex", FedEx(), **more)], ids=["ups", "fedex"])


# ── what karrio's own tests say ──────────────────────────────────────────────────────────────────────────────────────


def test_ups_is_asked_for_rates_as_karrios_tests_have_it() -> None:
    bench = OfDirect("ups", Ups())
    bench.carrier.offers(CANADIAN)
    method, path, asked = bench.vendor.calls[-1]
    said, shipment = asked["RateRequest"], asked["RateRequest"]["Shipment"]
    assert (method, path) == ("POST", "/api/rating/v2409/Shop")
    assert said["Request"] == {"RequestOption": "Shoptimeintransit", "SubVersion": "2409", "TransactionReference": {"CustomerContext": "Your Customer Context"}}
    assert shipment["DeliveryTimeInformation"] == {"PackageBillType": "03", "Pickup": {"Date": "20230227"}}
    assert shipment["ShipFrom"]["Address"] == {"AddressLine": ["5840 Oak St"], "City": "Vancouver", "CountryCode": "CA", "PostalCode": "V6M2V9", "StateProvinceCode": "BC"}
    assert shipment["ShipTo"]["Address"] == {"AddressLine": ["125 Church St"], "City": "Moncton", "CountryCode": "CA", "PostalCode": "E1C4Z8", "StateProvinceCode": "NB"}
    assert shipment["Shipper"]["ShipperNumber"] == "Your Account Number"
    assert shipment["ShipmentRatingOptions"] == {"NegotiatedRatesIndicator": "Y"}


def test_what_karrio_reads_of_upss_rates_is_offered() -> None:
    """`ups_express_early_ca` 344.00 CAD in a day, `ups_express_ca` 303.48: the negotiated price with taxes."""
    offers = OfDirect("ups", Ups()).carrier.offers(CANADIAN)
    assert [(each.service, each.price, each.currency, each.delivery_days) for each in offers] == [("ups_express_ca", 30348, "CAD", 1), ("ups_express_early_ca", 34400, "CAD", 1)]


def test_ups_is_asked_for_a_shipment_as_karrios_tests_have_it() -> None:
    bench = OfDirect("ups", Ups())
    bought = bench.carrier.buy(CANADIAN, bench.carrier.offers(CANADIAN)[0], "k")
    method, path, asked = bench.vendor.calls[-1]
    shipment = asked["ShipmentRequest"]["Shipment"]
    assert (method, path, asked["ShipmentRequest"]["Request"]["RequestOption"]) == ("POST", "/api/shipments/v2409/ship", "validate")
    assert asked["ShipmentRequest"]["LabelSpecification"] == {"LabelImageFormat": {"Code": "PNG", "Description": "lable format"}, "LabelStockSize": {"Height": "6", "Width": "4"}}
    paid = {"BillShipper": {"AccountNumber": "Your Account Number"}}
    assert shipment["PaymentInformation"] == {"ShipmentCharge": [{**paid, "Type": "01"}, {**paid, "Type": "02"}]}
    assert shipment["Service"]["Code"] == "01" and shipment["Package"][0]["Packaging"] == {"Code": "02", "Description": "Packaging Type"}
    assert (bought.tracking_number, bought.shipment, bought.label["label.pdf"][:5]) == ("1ZXXXXXXXXXXXXXXXX", "1ZXXXXXXXXXXXXXXXX", b"%PDF-")


def test_ups_takes_a_shipment_back_where_karrios_tests_say() -> None:
    bench = OfDirect("ups", Ups())
    bench.vendor.labels["1ZWA82900191640782"] = True
    assert bench.carrier.void("1ZWA82900191640782", "k")
    assert bench.vendor.calls == [("DELETE", "/api/shipments/v2409/void/cancel/1ZWA82900191640782", None)]


def test_what_karrio_reads_of_upss_tracking_is_a_scan_in_our_words() -> None:
    bench = OfDirect("ups", Ups())
    assert bench.carrier.scans("1ZA82D672031716786") == [Scan("exception", "SR", "2021-02-10T07:13:00.000Z")]
    assert bench.vendor.calls == [("GET", "/api/track/v1/details/1ZA82D672031716786", None)]


def test_fedex_is_asked_for_a_shipment_as_karrios_tests_have_it() -> None:
    bench = OfDirect("fedex", FedEx())
    sending = replace(ONE, parcels=(Parcel(9071, 304, 304, 304),), leaves="2024-02-15", residential=False)
    bought = bench.carrier.buy(sending, bench.carrier.offers(sending)[0], "k")
    method, path, asked = bench.vendor.calls[-1]
    said = asked["requestedShipment"]
    assert (method, path, asked["accountNumber"], asked["shipAction"]) == ("POST", "/ship/v1/shipments", {"value": "2349857"}, "CONFIRM")
    assert said["labelSpecification"] == {"imageType": "PDF", "labelFormatType": "COMMON2D", "labelOrder": "SHIPPING_LABEL_FIRST", "labelStockType": "STOCK_4X6"}
    assert (said["serviceType"], said["shipDatestamp"], said["packagingType"]) == ("FEDEX_EXPRESS_SAVER", "2024-02-15", "YOUR_PACKAGING")
    assert said["requestedPackageLineItems"][0]["dimensions"] == {"height": 12.0, "length": 12.0, "units": "IN", "width": 12.0}
    assert said["requestedPackageLineItems"][0]["weight"] == {"units": "LB", "value": 20.0} and said["totalWeight"] == 20.0
    assert (bought.tracking_number, bought.shipment, bought.label["label.pdf"][:5]) == ("794953535000", "794953535000", b"%PDF-")


def test_what_karrio_reads_of_fedexs_rates_is_offered() -> None:
    """Its tests read no days in this answer: what is not known is kept in no promise."""
    bench = OfDirect("fedex", FedEx())
    assert [(each.service, each.price, each.currency, each.delivery_days) for each in bench.carrier.offers(ONE)] == [("fedex_express_saver", 5276, "CAD", 30)]
    assert bench.vendor.calls[-1][2]["rateRequestControlParameters"] == {"rateSortOrder": "COMMITASCENDING", "returnTransitTimes": True, "servicesNeededOnRateFailure": True}


def test_fedex_takes_a_shipment_back_and_tells_where_a_parcel_is_as_karrios_tests_have_it() -> None:
    bench = OfDirect("fedex", FedEx())
    bench.vendor.labels["794953555571"] = True
    assert bench.carrier.void("794953555571", "k")
    assert bench.vendor.calls[-1][2] == {"accountNumber": {"value": "2349857"}, "deletionControl": "DELETE_ALL_PACKAGES", "trackingNumber": "794953555571"}
    assert bench.carrier.scans("399368623212") == [Scan("in_transit", "PU", "2018-02-02T12:01:00.000Z")]
    assert bench.vendor.calls[-1][2] == {"includeDetailedScans": True, "trackingInfo": [{"trackingNumberInfo": {"trackingNumber": "399368623212"}}]}


# ── never twice ──────────────────────────────────────────────────────────────────────────────────────────────────────


@BENCHES
def test_what_nobody_knows_of_is_bought_again_once_a_person_has_said_that_nothing_was(bench: Any) -> None:
    the = bench()
    offer = the.carrier.offers(ONE)[0]
    the.vendor.losses.append("buy")
    with pytest.raises(Unavailable):
        the.carrier.buy(ONE, offer, "key-1")
    with pytest.raises(Conflict, match="just now"):
        purchases.told(the.carrier.id, "key-1", "", utc_now())  # it may still be on its way
    the.vendor.labels.clear()
    purchases.told(the.carrier.id, "key-1", "", LATER)
    assert the.carrier.found(offer, "key-1") is None
    assert the.carrier.buy(ONE, offer, "key-1").tracking_number and the.live() == 1


@BENCHES
def test_what_a_person_has_found_is_given_back_and_not_bought_again(bench: Any) -> None:
    """Its label has come to nobody."""
    the = bench()
    offer = the.carrier.offers(ONE)[0]
    the.vendor.losses.append("buy")
    with pytest.raises(Unavailable):
        the.carrier.buy(ONE, offer, "key-1")
    (number,) = the.vendor.live()
    purchases.told(the.carrier.id, "key-1", number, LATER)
    with pytest.raises(InvalidInput, match=number):
        the.carrier.buy(ONE, offer, "key-1")
    found = the.carrier.found(offer, "key-1")
    assert found and found.tracking_number == number and the.carrier.void(found.shipment, "v")
    assert the.live() == 0 and the.carrier.found(offer, "key-1") is None


@BENCHES
def test_only_of_what_nobody_knows_a_person_has_a_word(bench: Any) -> None:
    the = bench()
    with pytest.raises(NotFound):
        purchases.told(the.carrier.id, "key-1", "", LATER)
    the.carrier.buy(ONE, the.carrier.offers(ONE)[0], "key-1")
    with pytest.raises(Conflict):
        purchases.told(the.carrier.id, "key-1", "", LATER)


@BENCHES
def test_a_refusal_is_certain_and_the_same_key_may_be_tried_again(bench: Any) -> None:
    the = bench()
    offer = the.carrier.offers(ONE)[0]
    the.vendor.words = "The postal code is invalid"
    with pytest.raises(InvalidInput, match="postal code"):
        the.carrier.buy(ONE, offer, "key-1")
    assert the.carrier.found(offer, "key-1") is None
    the.vendor.words = ""
    assert the.carrier.buy(ONE, offer, "key-1") and the.live() == 1


@BENCHES
def test_an_account_that_is_refused_leaves_no_doubt_behind(bench: Any) -> None:
    the = bench()
    the.vendor.locked_out = True
    with pytest.raises(Unavailable, match="Invalid Authentication"):
        the.carrier.offers(ONE)
    offer = replace(OfDirect("ups", Ups()).carrier.offers(ONE)[0], carrier=the.carrier.id, handle=f"{the.carrier.id}_ground")
    with pytest.raises(Unavailable):
        the.carrier.buy(ONE, offer, "key-1")
    assert the.carrier.found(offer, "key-1") is None and the.vendor.calls == []


@BENCHES
def test_a_purchase_that_is_answered_with_what_makes_no_sense_may_have_been_made(bench: Any) -> None:
    the = bench()
    offer = the.carrier.offers(ONE)[0]
    the.vendor.rubbish = True
    with pytest.raises(Unavailable):
        the.carrier.buy(ONE, offer, "key-1")
    with pytest.raises(Conflict, match=r"POST /v1/carriers/\w+/purchases/key-1"):
        the.carrier.buy(ONE, offer, "key-1")


@BENCHES
def test_what_is_in_the_carriers_hands_is_not_given_back(bench: Any) -> None:
    the = bench()
    assert not the.carrier.void("1Z0000000000000000", "k")


@BENCHES
def test_a_label_whose_way_to_us_was_cut_off_is_there_when_it_is_asked_for_again(bench: Any) -> None:
    the = bench()
    offer = the.carrier.offers(ONE)[0]
    first = the.carrier.buy(ONE, offer, "key-1")
    the.vendor.down = True
    assert the.carrier.buy(ONE, offer, "key-1") == first and first.label["label.pdf"]


# ── what it is told ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_declared_lighter_or_smaller_than_it_is() -> None:
    told = asking.measures(Parcel(440, 254, 203, 102))
    assert told == {"length": 10.0, "width": 8.0, "height": 4.1, "dimension_unit": "IN", "weight": 0.98, "weight_unit": "LB", "packaging_type": "your_packaging"}
    assert told["weight"] * 453.59237 >= 440 and told["height"] * 25.4 >= 102
    with pytest.raises(InvalidInput):
        asking.measures(Parcel(0))


@BENCHES
def test_a_parcel_over_a_border_says_what_is_in_it_and_who_signs(bench: Any) -> None:
    with pytest.raises(InvalidInput, match="customs_signer"):
        bench().carrier.offers(BORDER)
    the = bench(customs_signer="Steve Brule")
    the.carrier.buy(BORDER, the.carrier.offers(BORDER)[0], "k")
    told = json.dumps(the.vendor.calls[-1][2])
    assert "090210" in told and "Green tea" in told and '"CN"' in told


@BENCHES
def test_what_is_dangerous_is_not_offered_and_nobody_is_asked(bench: Any) -> None:
    the = bench()
    parcel = replace(ONE.parcels[0], goods=(replace(TEA, hazard="UN3481 9"),))
    assert the.carrier.offers(replace(ONE, parcels=(parcel,))) == [] and the.vendor.calls == []


@BENCHES
def test_only_the_services_that_the_shop_has_named_are_offered(bench: Any) -> None:
    named = bench().carrier.offers(ONE)[0].service
    assert {offer.service for offer in bench(services=[named]).carrier.offers(TWO)} == {named}
    with pytest.raises(WaybillError):
        bench(services=["none_such"]).carrier.offers(ONE)


@BENCHES
def test_a_token_is_asked_for_once(bench: Any) -> None:
    the = bench()
    the.carrier.offers(TWO)
    the.carrier.offers(TWO)
    assert the.vendor.tokens == 1


def test_days_that_cannot_be_are_kept_in_no_promise() -> None:
    """karrio counts FedEx's from today to the date of the answer."""
    rate = {"service": "fedex_ground", "currency": "USD", "total_charge": 408.45, "transit_days": 115}
    (offer,) = answers.offers("fedex", 0, [rate], ())
    assert (offer.price, offer.delivery_days) == (40845, 30)


def test_the_check_of_certificates_stays_on_whatever_karrio_does() -> None:
    before = urllib.request._opener
    OfDirect("ups", Ups()).carrier.offers(ONE)
    assert urllib.request._opener is before  # and nobody else's calls go its way
    assert ssl._create_default_https_context is ssl.create_default_context
