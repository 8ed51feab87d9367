"""However whoever tells dies, is slow or is two: a channel never shows an older number after a newer one, and shows the newest in the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest

from tests.channels.receiver_world import TOKENS
from tests.channels.shelves import SHELVES, Shelf
from tests.channels.telling_rules import PATHS, SETTINGS
from tests.flow.life import Life
from tests.flow.lived import life
from tests.support.faults import AFTER, BEFORE, CrashAt
from tests.support.world import Crash
from waybill.aws import clients, gate, outbound, secrets
from waybill.channels import oauth, registry
from waybill.shop import store as shop
from waybill.shop.model import Channel

STOCK = {("TEA", "reno"): 900, ("CUP", "reno"): 4}


class Telling:
    def __init__(self, the: Life, kind: str, shelf: Shelf) -> None:
        self.the, self.kind, self.shelf, self.left = the, kind, shelf, 900

    def sold(self, fault: CrashAt | None = None) -> None:
        """One TEA less. Whoever dies of the fault is run again, as the stream does."""
        self.left -= 1
        body = {"kind": "adjusted", "quantity": -1, "reason": "counted"}
        assert self.the.call("POST", "/v1/inventory/TEA/reno/movements", body, idempotency_key=f"{self.left}").status == 201
        with gate.watching(fault) if fault else nullcontext():
            self.the.settle()

    def run(self) -> None:
        self.the.world.handler("listing")({"detail-type": "Scheduled Event"}, None)

    def minute(self) -> None:
        self.the.world.later(61)
        try:
            self.run()
        except Crash:
            self.the.world.restart()

    @property
    def shown(self) -> list[int]:
        return [units for sku, units in self.shelf.log if sku == "TEA"]

    def due(self) -> int:
        found: int = self.the.call("GET", f"/v1/channels/{self.kind}/stock").json()["channel"]["due"]
        return found


@contextmanager
def told(kind: str) -> Iterator[Telling]:
    shelf, adapter, token = SHELVES[kind](), registry.adapter(kind), TOKENS.get(kind, "t")
    names = ("access_token", "refresh_token", "client_id", "client_secret", "consumer_key", "consumer_secret", "signing_secret")
    with life(STOCK) as the, pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbound, "_send", shelf)
        oauth.forget()
        settings = {**SETTINGS, adapter.address: "https://vendor.example" + PATHS.get(kind, "")}
        shop.save(shop.CHANNEL, kind, Channel(kind, kind, kind, settings=settings))
        manager = clients.client("secretsmanager")
        known = json.loads(manager.get_secret_value(SecretId="waybill/local/channels")["SecretString"])
        known[f"{kind}/outbound"] = dict.fromkeys(names, token)
        manager.put_secret_value(SecretId="waybill/local/channels", SecretString=json.dumps(known))
        shop.forget()
        secrets.forget()
        the.world.tell_channels()
        the.settle()
        assert the.call("PUT", "/v1/policies/listing", {kind: {"near": 1000}}).status == 200
        shop.forget()
        yield Telling(the, kind, shelf)
        oauth.forget()


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
@pytest.mark.parametrize("kind", SHELVES)
def test_whoever_dies_at_any_call_leaves_nothing_older_and_nothing_untold(kind, moment):
    with told(kind) as at:
        at.sold()
        for number in range(60):
            fault = CrashAt(number, moment)
            at.sold(fault)
            at.sold()
            for _ in range(2):
                at.minute()
            assert at.shown == sorted(at.shown, reverse=True), fault.struck
            assert at.shelf.shows["TEA"] == at.left and at.due() == 0, fault.struck
            if not fault.struck:
                return
        raise AssertionError("there are more calls than were tried")


class Meanwhile:
    """Before a call of the channel is made, something else happens, once: whoever makes it was slow."""

    def __init__(self, then: Any) -> None:
        self.then, self.done = then, False

    def around(self, name: str, thunk: Any, detail: Any) -> Any:
        if not self.done and name.split(".")[0] not in ("dynamodb", "secretsmanager", "sqs", "events"):
            self.done = True
            self.then()
        return thunk()


@pytest.mark.parametrize("kind", SHELVES)
def test_nobody_tells_a_channel_while_another_is_about_to(kind):
    with told(kind) as at:
        at.sold()

        def another() -> None:
            at.sold()
            at.run()

        with gate.watching(Meanwhile(another)):
            at.sold()
        assert at.shown == sorted(at.shown, reverse=True)
        for _ in range(2):
            at.minute()
        assert at.shown == sorted(at.shown, reverse=True) and at.shelf.shows["TEA"] == at.left and at.due() == 0
