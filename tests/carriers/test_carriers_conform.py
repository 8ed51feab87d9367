"""Every carrier against the same rules: our own price list offline, EasyPost before a stand-in that takes what was recorded and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.carriers.conformance import Bench, Conformance
from tests.carriers.strict_easypost import FOLDER, KEY, StrictEasyPost
from tests.support.shop import _parcelway as parcelway
from waybill.aws.outbound import Reply
from waybill.fulfilment.carriers.easypost.api import Api
from waybill.fulfilment.carriers.easypost.carrier import EasyPost
from waybill.fulfilment.carriers.tariff import TariffCarrier
from waybill.shop import store

recordings = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded exchanges are not here (../shared/samples/carrier_easypost)")


class OfATariff(Bench):
    def __init__(self) -> None:
        self.carrier = TariffCarrier(parcelway())

    def live(self) -> int:
        return 0

    def break_down(self) -> None: ...

    def lose(self, what: str) -> None: ...

    def refuse(self) -> str:
        return ""

    def talk_rubbish(self) -> None: ...


class OfEasyPost(Bench):
    def __init__(self) -> None:
        self.vendor = StrictEasyPost()
        self.rubbish = False
        self.carrier = EasyPost("easypost", Api("easypost", KEY, sender=self.send), {})

    def send(self, *args, **more) -> Reply:
        reply = self.vendor.send(*args, **more)
        return Reply(200, {}, b'{"rates": [{"id": 7, "rate": "NaN"}], "selected_rate": []}') if self.rubbish else reply

    def live(self) -> int:
        return len(self.vendor.live())

    def break_down(self) -> None:
        self.vendor.down = True

    def lose(self, what: str) -> None:
        self.vendor.loses.append({"buy": "easypost.shipments.buy", "void": "easypost.shipments.refund"}[what])

    def refuse(self) -> str:
        error = {"field": "street1", "message": "House number is missing", "suggestion": None}
        self.vendor.refuses = {"error": {"code": "ADDRESS.VERIFY.FAILURE", "message": "Unable to verify address.", "errors": [error]}}
        return "House number is missing"

    def talk_rubbish(self) -> None:
        self.rubbish = True


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    store.forget()
    yield
    store.forget()


class TestTariff(Conformance):
    def bench(self) -> Bench:
        return OfATariff()


@recordings
class TestEasyPost(Conformance):
    def bench(self) -> Bench:
        return OfEasyPost()
