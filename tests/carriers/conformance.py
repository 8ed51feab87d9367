"""What every carrier must do, whoever it is: the rules of `fulfilment.ports.Carrier`, asked of an adapter before a stand-in of its vendor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

import pytest

from waybill.fulfilment.ports import Carrier, Goods, Offer, Parcel, Sending
from waybill.kernel.errors import InvalidInput, Unavailable, WaybillError
from waybill.orders.model.order import Address
from waybill.shop.model import Place

PLACE = Place("Reno", "1 Lake St", "Reno", "NV", "89501", "US", phone="5555555555")
JACK = Address("Jack Sparrow", "", "388 Townsend St", "Apt 20", "San Francisco", "CA", "94107", "US", "5555555555")
TEA = Goods("TEA", "Green tea", 2, 250, 400, "CN", "090210")
ONE = Sending(PLACE, JACK, (Parcel(440, 254, 203, 102, (TEA,)),), "2026-11-23", reference="fo_1")
TWO = replace(ONE, parcels=(ONE.parcels[0], Parcel(1200, 300, 200, 200, (TEA,))))


class Bench(ABC):
    """A carrier, and its vendor behind it."""

    carrier: Carrier

    @abstractmethod
    def live(self) -> int:
        """Labels at the vendor that are paid for and not given back."""

    @abstractmethod
    def break_down(self) -> None:
        """From now on nobody answers."""

    @abstractmethod
    def lose(self, what: str) -> None:
        """The next `buy` or `void` is carried out, and its answer lost."""

    @abstractmethod
    def refuse(self) -> str:
        """From now on the vendor refuses the address; a word of its own that must come through."""

    @abstractmethod
    def talk_rubbish(self) -> None:
        """From now on what comes back makes no sense."""


class Conformance(ABC):
    """A class for each carrier; `bench` makes a fresh one."""

    @abstractmethod
    def bench(self) -> Bench: ...

    def bought(self, bench: Bench) -> tuple[Offer, str]:
        offer = bench.carrier.offers(ONE)[0]
        return offer, bench.carrier.buy(ONE, offer, "key-1").shipment

    def test_every_parcel_of_a_sending_has_its_own_offers(self) -> None:
        offers = self.bench().carrier.offers(TWO)
        assert {offer.parcel for offer in offers} == {0, 1}
        for offer in offers:
            assert offer.price > 0 and offer.delivery_days > 0 and len(offer.currency) == 3 and offer.service_name
            assert sum(offer.made_of.values()) == offer.price

    def test_to_ask_what_it_costs_buys_nothing(self) -> None:
        bench = self.bench()
        bench.carrier.offers(TWO)
        assert bench.live() == 0

    def test_what_is_bought_has_a_number_a_price_and_a_label(self) -> None:
        bench = self.bench()
        offer = bench.carrier.offers(ONE)[0]
        bought = bench.carrier.buy(ONE, offer, "key-1")
        assert (bought.price, bought.currency) == (offer.price, offer.currency)
        assert 0 < len(bought.tracking_number) <= 64
        assert bool(bought.label.get("label.pdf")) == bool(bought.shipment) == bench.carrier.calls
        assert bench.live() == (1 if bench.carrier.calls else 0)

    def test_the_same_offer_under_the_same_key_is_bought_once(self) -> None:
        bench = self.bench()
        offer = bench.carrier.offers(ONE)[0]
        assert bench.carrier.buy(ONE, offer, "key-1") == bench.carrier.buy(ONE, offer, "key-1")
        assert bench.live() <= 1

    def test_a_purchase_whose_answer_was_lost_is_found_again(self) -> None:
        bench = self.bench()
        offer = bench.carrier.offers(ONE)[0]
        if not bench.carrier.calls:
            return
        bench.lose("buy")
        with pytest.raises(Unavailable):
            bench.carrier.buy(ONE, offer, "key-1")
        assert bench.live() == 1
        assert bench.carrier.buy(ONE, offer, "key-1").tracking_number
        assert bench.live() == 1

    def test_what_is_given_back_is_live_no_more_however_often_it_is_said(self) -> None:
        bench = self.bench()
        _, shipment = self.bought(bench)
        assert bench.carrier.void(shipment, "key-1") and bench.live() == 0
        assert bench.carrier.void(shipment, "key-1") and bench.live() == 0

    def test_giving_back_whose_answer_was_lost_may_be_said_again(self) -> None:
        bench = self.bench()
        if not bench.carrier.calls:
            return
        _, shipment = self.bought(bench)
        bench.lose("void")
        with pytest.raises(Unavailable):
            bench.carrier.void(shipment, "key-1")
        assert bench.carrier.void(shipment, "key-1") and bench.live() == 0

    def test_where_nobody_answers_it_says_so(self) -> None:
        bench = self.bench()
        if not bench.carrier.calls:
            return
        offer, shipment = self.bought(bench)
        bench.break_down()
        for call in (lambda: bench.carrier.offers(ONE), lambda: bench.carrier.buy(ONE, offer, "key-2"), lambda: bench.carrier.void(shipment, "key-1")):
            with pytest.raises(Unavailable):
                call()

    def test_an_address_that_it_refuses_is_told_in_its_own_words(self) -> None:
        bench = self.bench()
        if not bench.carrier.calls:
            return
        words = bench.refuse()
        with pytest.raises(InvalidInput, match=words) as refused:
            bench.carrier.offers(ONE)
        assert refused.value.fields
        assert bench.live() == 0

    def test_an_answer_that_makes_no_sense_is_an_error_of_ours_and_buys_nothing(self) -> None:
        bench = self.bench()
        if not bench.carrier.calls:
            return
        bench.talk_rubbish()
        with pytest.raises(WaybillError):
            bench.carrier.offers(ONE)
        assert bench.live() == 0
