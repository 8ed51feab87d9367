"""A world with a shop that is open, a gateway whose books can be read, and somebody at every address that is called: where lives are lived."""

from __future__ import annotations

import io
import itertools
import json
import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import local.receiver.server
import local.receiver.shops
import tests.flow.life
from proof.scheduler import Scheduler
from proof.world import World, world
from tests.carriers.books import HOOK
from tests.flow.life import Life
from tests.flow.outside import Outside, outside
from tests.payments.gateway_fake import FakeGateway
from tests.support import shop
from waybill.fulfilment.carriers.easypost import webhooks as easypost
from waybill.fulfilment.carriers.tracking_door import signature
from waybill.orders.model.work import OVER
from waybill.payments.stripe import gateway as stripe

_CLOCKS = (local.receiver.server,)


class Dark(io.StringIO):
    """Where what the functions print goes, if nobody wants to read it."""

    def write(self, text: str) -> int:
        return len(text)


class Kept:
    """The state of one who answers our calls, by its attributes."""

    def __init__(self, whose: Any, *names: str) -> None:
        self._whose, self._names = whose, names

    def snapshot(self) -> Any:
        return pickle.dumps(self.shown(), pickle.HIGHEST_PROTOCOL)

    def restore(self, taken: Any) -> None:
        for name, value in pickle.loads(taken).items():  # noqa: S301  (what we have kept ourselves; quicker than a deep copy)
            setattr(self._whose, name, value)

    def shown(self) -> dict[str, Any]:
        return {name: getattr(self._whose, name) for name in self._names}


class Dweller(Life):
    """A life in this world. Its nodes look at the order's own work: the list of all open work grows with the world."""

    world: World

    def ask(self, method: str, path: str, body: Any = None, who: str = "admin", **headers: str) -> Any:
        """An answer of 5xx is none: whoever repeats his calls repeats it."""
        reply = super().ask(method, path, body, who, **headers)
        return None if reply is not None and reply.status >= 500 else reply

    def scan_once(self, package: dict[str, Any], status: str, at: str) -> Any:
        """One signed tracking event of a carrier who does not repeat it."""
        body = {"tracking_number": package["tracking_number"], "status": status, "code": status.upper(), "at": at}
        raw, stamp = json.dumps(body).encode(), str(int(self.world.cloud.clock.seconds))
        signed = signature("carrier-secret", stamp, raw)
        return self.ask("POST", f"/v1/carriers/{package['carrier']}/events", raw, x_carrier_timestamp=stamp, x_carrier_signature=signed)

    def scan(self, package: dict[str, Any], status: str, at: str) -> Any:
        """Of a parcel that EasyPost has sold the label of, as it tells it."""
        if not package.get("shipment"):
            return super().scan(package, status, at)
        self.outside.carrier.takes(package["tracking_number"])
        tracker = {"tracking_code": package["tracking_number"], "status": status, "updated_at": at, "tracking_details": []}
        raw = json.dumps({"description": "tracker.updated", "result": tracker}).encode()
        return self.call("POST", f"/v1/carriers/{package['carrier']}/events", raw, **{easypost.SIGNATURE: easypost.signature(HOOK, raw)})

    def work(self, order_id: str) -> list[dict[str, Any]]:
        return [each for each in self.order(order_id)["fulfilment_orders"] if each["status"] not in OVER]


@contextmanager
def living(
    stock: dict[tuple[str, str], int] | None = None,
    scheduler: Scheduler | None = None,
    seed: int = 0,
    lag: Callable[[], int] = lambda: 0,
    logs: bool = False,
    lives: type[Dweller] = Dweller,
) -> Iterator[Dweller]:
    """A fresh world, shop and gateway, and everybody outside. `logs` keeps what the functions print."""
    gateway = FakeGateway()
    with ExitStack() as stack:
        said = stack.enter_context(redirect_stdout(io.StringIO() if logs else Dark()))
        made = stack.enter_context(world(scheduler, seed, lag, _CLOCKS))
        stack.enter_context(patch.object(stripe, "Stripe", lambda *_: gateway))
        stack.enter_context(patch.object(tests.flow.life, "_number", itertools.count(1)))
        stack.enter_context(patch.object(local.receiver.shops, "datetime", SimpleNamespace(now=lambda zone: made.now())))
        shop.open_shop(stock)
        the = lives(made, gateway)
        the.logs = said if logs else None
        the.outside = stack.enter_context(outside())
        made.others += _others(gateway, the.outside)
        yield the


def _others(gateway: FakeGateway, those: Outside) -> list[Kept]:
    return [
        Kept(gateway, "payments", "keys", "begun", "down", "refuses_refunds"),
        Kept(those, "pushed", "asked", "levels"),
        Kept(those.carrier, "shipments", "vans", "forms", "travelling", "down", "forgets"),
        Kept(those.shops, "_orders", "told"),
        Kept(those.receiver, "seen", "faults"),
        Kept(those.receiver.shelves, "_kept", "newest", "done"),
    ]
