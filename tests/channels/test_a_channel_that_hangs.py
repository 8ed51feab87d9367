"""A channel that accepts our call and never comes to an end holds up nobody else: not the telling, not the looking up, not the asking."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.channels.test_channel_acks import LINES, event, placed, receiver, shipped
from tests.support.shop import headers
from waybill.aws import outbound, secrets
from waybill.channels import patience, watching
from waybill.channels.patience import LeftAlone, Patience
from waybill.channels.ports import AskedToWait
from waybill.kernel.errors import Unavailable
from waybill.shop import store as shop
from waybill.shop.model import Channel

__all__ = ["receiver"]


class Hanging:
    """Accepts, and answers a byte now and then, for ever; or nothing at all."""

    def __init__(self, drips: bytes) -> None:
        self.accepted = 0
        self._drips = drips
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._drip, args=(line,), daemon=True).start()

    def _drip(self, line: socket.socket) -> None:
        with line:
            for byte in self._drips:
                if self._over.wait(0.05):
                    return
                try:
                    line.sendall(bytes([byte]))
                except OSError:
                    return
            self._over.wait()

    def close(self) -> None:
        self._over.set()
        self._listening.close()


@contextmanager
def hanging(drips: bytes = b"") -> Iterator[Hanging]:
    made = Hanging(drips)
    try:
        yield made
    finally:
        made.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"


@pytest.mark.parametrize("drips", [b"", b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1000, HEAD + b"x" * 1000])
def test_an_answer_that_never_ends_is_hung_up_on(monkeypatch, drips):
    monkeypatch.setenv("STAGE", "local")
    monkeypatch.setattr(outbound, "_CONNECT_SECONDS", 0.1)
    with hanging(drips) as there:
        started = time.monotonic()
        with pytest.raises(Unavailable):
            outbound.send("test", "GET", there.address, {}, seconds=0.3)
        assert time.monotonic() - started < 2.0


def test_calls_that_share_their_time_have_no_more_when_it_is_over(monkeypatch):
    monkeypatch.setenv("STAGE", "local")
    with hanging() as there, outbound.within(0.2):
        for _ in range(3):
            with pytest.raises(Unavailable):
                outbound.send("test", "GET", there.address, {})
        assert there.accepted == 1


def test_the_others_of_a_batch_are_told_while_one_channel_hangs(world, receiver, monkeypatch):
    monkeypatch.setattr(patience, "MOST_SECONDS", 0.3)
    monkeypatch.setattr(patience, "SLOW_SECONDS", 0.2)
    mute, _ = placed(world, receiver, "api")
    from tests.channels.documents import call
    from tests.channels.intake_world import orders, work

    call(world, "woocommerce_processing")
    work(world)
    (well,) = [id for id, record in orders().items() if record.order.channel == "woocommerce"]
    record = orders()[well]
    lines = [{"id": line.id, "sku": line.sku, "quantity": line.quantity, "ships": line.ships} for line in record.order.lines]
    receiver.receiver.shops.place("woocommerce", record.order.external_reference, lines)
    with hanging() as there:
        known = shop.channel("api")
        shop.save(shop.CHANNEL, "api", Channel("api", "api", "Api", settings={"webhook_url": there.address}))
        shop.forget()
        messages = [event("order.cancelled", f"{mute}:{n}", mute, {"reason": "x", "lines": LINES["api"]}) for n in range(3, 7)]
        batch = [*messages, shipped(well, LINES["woocommerce"])]
        records = [{"messageId": str(n), "body": json.dumps(each), "attributes": {}} for n, each in enumerate(batch)]
        started = time.monotonic()
        failed = world.handler("channel_acks")({"Records": records}, None)["batchItemFailures"]
        assert [each["itemIdentifier"] for each in failed] == ["0", "1", "2", "3"]
        assert there.accepted == 1 and time.monotonic() - started < 3.0
        assert receiver.kinds() == ["note", "order"]
        shown = world.call("GET", "/v1/channels/api", None, headers("viewer")).json()
        assert "does not" in shown["untold"]["problem"] and shown["untold"]["event_id"] == f"{mute}:3"
        shop.save(shop.CHANNEL, "api", known)
        world.restart()
    world.later(600)  # as long as the queue hides what went back
    record = {"messageId": "1", "body": json.dumps(batch[0]), "attributes": {}}
    assert not world.handler("channel_acks")({"Records": [record]}, None)["batchItemFailures"], "what went back is told later"


def test_a_channel_that_is_slow_once_is_left_alone_and_then_heard_again():
    now = [0.0]
    patient = Patience(lambda: now[0])
    with pytest.raises(Unavailable), patient.given("a"):
        now[0] += patience.SLOW_SECONDS
        raise Unavailable("no answer")
    with pytest.raises(LeftAlone), patient.given("a"):
        raise AssertionError("it is not called")
    with patient.given("b"):
        pass
    now[0] += patience.LEFT_ALONE_SECONDS
    with patient.given("a"):
        pass


@pytest.mark.parametrize(("problem", "seconds"), [(Unavailable("503"), 0.1), (AskedToWait("429", 60), 30.0)])
def test_who_answers_though_it_be_no_is_not_left_alone(problem, seconds):
    now = [0.0]
    patient = Patience(lambda: now[0])
    with pytest.raises(Unavailable), patient.given("a"):
        now[0] += seconds
        raise problem
    with patient.given("a"):
        pass


def test_every_channel_is_asked_though_the_first_one_hangs(world, receiver, monkeypatch):
    monkeypatch.setattr(watching, "_MOST_SECONDS", 1.5)
    with hanging() as mute, hanging() as last:
        for id, at in (("api", ""), ("shopify", mute.address), ("woocommerce", last.address)):
            settings = {{"shopify": "admin_url", "woocommerce": "rest_url"}.get(id, "x"): at} if at else {}
            shop.save(shop.CHANNEL, id, Channel(id, id, id, settings=settings))
        shop.forget()
        secrets.forget()
        seen = world.handler("channel_changes")({"detail-type": "Scheduled Event"}, None)
        assert (seen["shopify"], seen["woocommerce"]) == ("unavailable", "unavailable") and last.accepted == 1
        for id in ("shopify", "woocommerce"):
            shop.save(shop.CHANNEL, id, Channel(id, id, id))
        world.restart()
