"""The books of the worlds of `proof` answer what the recorded stand-in answers, refusals too: what is proven over them is proven of it."""

from __future__ import annotations

import json

import pytest

from tests.carriers.books import Books
from tests.carriers.strict_easypost import FOLDER, KEY, StrictEasyPost
from waybill.fulfilment.carriers.easypost.api import Api
from waybill.fulfilment.carriers.easypost.asking import shipment
from waybill.fulfilment.carriers.easypost.carrier import EasyPost
from waybill.fulfilment.ports import Parcel, Sending, Van
from waybill.kernel.errors import InvalidInput
from waybill.orders.model.order import Address
from waybill.shop.model import Place

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded exchanges are not here (../shared/samples/carrier_easypost)")
SENDING = Sending(Place("Reno", "1 Lake St", "Reno", "NV", "89501", "US"), Address("Ada", "", "500 Main St", "", "Denver", "CO", "80202", "US", ""), (Parcel(500),), "2026-11-23", reference="order-1")


def carriers() -> tuple[EasyPost, EasyPost]:
    books, strict = Books(), StrictEasyPost()
    over = Api("easypost", KEY, sender=lambda name, method, url, headers, body=b"", seconds=6.0: books.answer(method, url, headers, body))
    return EasyPost("easypost", over, {}), EasyPost("easypost", Api("easypost", KEY, sender=strict.send), {})


def test_both_offer_the_same_and_sell_one_label_of_an_offer_and_take_it_back_once() -> None:
    said = []
    for carrier in carriers():
        offers = carrier.offers(SENDING)
        first, again = carrier.buy(SENDING, offers[0], "key"), carrier.buy(SENDING, offers[1], "key")
        assert (first.tracking_number, first.shipment) == (again.tracking_number, again.shipment)
        found = carrier.found(offers[0], "key")
        assert found is not None and found.tracking_number == first.tracking_number
        back = [carrier.void(first.shipment, "key") for _ in range(2)]
        said.append(([(offer.service, offer.price, offer.delivery_days) for offer in offers], first.price, sorted(first.label), back, carrier.found(offers[0], "key")))
    assert said[0] == said[1]


def test_both_refuse_to_take_back_what_was_never_bought() -> None:
    for carrier in carriers():
        (offer, *_) = carrier.offers(SENDING)
        assert not carrier.void(offer.handle.partition("/")[0], "key")


def test_both_send_one_van_of_an_offer_and_call_it_off_once() -> None:
    van = Van(SENDING.sender, "2026-11-23", "14:00", "18:00", "2026-11-23T14:00:00Z", "2026-11-23T18:00:00Z", 1, 500, "shp_1", reference="col_1")
    said = []
    for carrier in carriers():
        (offer,) = carrier.vans(van)
        before, first, again = carrier.booked(offer, "key"), carrier.book(van, offer, "key"), carrier.book(van, offer, "key")
        assert first == again == carrier.booked(offer, "key")
        back = [carrier.call_off(van, offer, first, "key") for _ in range(2)]
        with pytest.raises(InvalidInput):
            carrier.book(van, offer, "key")
        said.append((offer.service, offer.price, before, back, carrier.booked(offer, "key")))
    assert said[0] == said[1]


def test_both_make_one_form_for_a_shipment() -> None:
    for carrier in carriers():
        shipments = [carrier.buy(SENDING, carrier.offers(SENDING)[0], key).shipment for key in "ab"]
        assert carrier.manifest(shipments) == carrier.manifest(shipments)


def test_a_request_that_was_never_recorded_is_refused() -> None:
    asked = shipment(SENDING, SENDING.parcels[0], "order-1-1", {})
    headers = {"authorization": f"Bearer {KEY}"}
    assert Books().answer("POST", "https://api.easypost.com/v2/shipments", headers, json.dumps(asked).encode()).status == 201
    asked["shipment"]["insured_for_nothing"] = True
    with pytest.raises(AssertionError, match="is not in the recordings"):
        Books().answer("POST", "https://api.easypost.com/v2/shipments", headers, json.dumps(asked).encode())


def test_a_parcel_that_travels_keeps_its_label() -> None:
    books = Books()
    over = Api("easypost", KEY, sender=lambda name, method, url, headers, body=b"", seconds=6.0: books.answer(method, url, headers, body))
    carrier = EasyPost("easypost", over, {})
    bought = carrier.buy(SENDING, carrier.offers(SENDING)[0], "key")
    books.takes(bought.tracking_number)
    assert not carrier.void(bought.shipment, "key")
    assert [label.live for label in books.labels()] == [True]
