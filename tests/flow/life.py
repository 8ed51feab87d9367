"""One order's whole life, told once: the customer orders, the node works, the carrier scans. Used by the flow tests and the sweep.

Every step is what a real caller would do: it repeats its call until it is answered, as clients do.
"""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.flow.outside import Outside
from tests.payments.gateway_fake import FakeGateway
from tests.support import shop
from tests.support.world import Crash, Reply, World, world
from waybill.fulfilment.carriers.tracking_door import signature
from waybill.payments.stripe import gateway as stripe

CARD, DECLINED = "tok_good", "tok_declined"
_MOST_TRIES = 12


class Life:
    """A world with an open shop and a gateway whose books can be read; `outside` where somebody answers our calls, `logs` where
    what the functions print is kept."""

    outside: Outside | None = None
    logs: io.StringIO | None = None

    def __init__(self, the_world: World, gateway: FakeGateway) -> None:
        self.world = the_world
        self.gateway = gateway

    def call(self, method: str, path: str, body: Any = None, who: str = "admin", **headers: str) -> Reply:
        """One request, repeated as a client repeats it when the line goes dead."""
        for _ in range(_MOST_TRIES):
            reply = self.ask(method, path, body, who, **headers)
            if reply is not None:
                return reply
        raise AssertionError(f"{method} {path} was never answered")

    def ask(self, method: str, path: str, body: Any = None, who: str = "admin", **headers: str) -> Reply | None:
        """One request by a caller who does not repeat it: None where the line goes dead."""
        sent = {**shop.headers(who), **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            return self.world.call(method, path, body, sent)
        except Crash as crash:
            self.world.died(crash)
            return None

    def place(self, body: dict[str, Any], key: str = "key-1") -> str:
        """Places an order at the API door and answers its id."""
        reply = self.call("POST", "/v1/orders", body, "api", idempotency_key=key)
        assert reply.status == 202, reply.content
        return reply.json()["id"]

    def order(self, order_id: str) -> dict[str, Any]:
        return self.call("GET", f"/v1/orders/{order_id}").json()

    def work(self, order_id: str) -> list[dict[str, Any]]:
        """The open fulfilment orders of an order."""
        items = self.call("GET", "/v1/fulfilment-orders").json()["items"]
        return [item for item in items if item["order_id"] == order_id]

    def fulfil(self, order_id: str, *verbs: str) -> list[dict[str, Any]]:
        """The nodes do their work, up to shipped unless told otherwise."""
        return self.carry_out(self.work(order_id), *verbs)

    def carry_out(self, work: list[dict[str, Any]], *verbs: str) -> list[dict[str, Any]]:
        """The same for these fulfilment orders."""
        done = []
        for each in work:
            for verb in verbs or ("accept", "pick", "pack", "ship"):
                reply = self.call("POST", f"/v1/fulfilment-orders/{each['id']}/{verb}", {}, each["node"])
                assert reply.status == 200, (verb, reply.content)
                each = reply.json()
            done.append(each)
        return done

    def deliver(self, shipped: list[dict[str, Any]]) -> None:
        """The carrier scans every parcel until it is at the door."""
        for package in (package for each in shipped for package in each["packages"]):
            for hour, status in enumerate(("in_transit", "out_for_delivery", "delivered")):
                reply = self.scan(package, status, f"2026-11-24T{hour:02d}:00:00Z")
                assert reply.status == 202, reply.content

    def scan(self, package: dict[str, Any], status: str, at: str) -> Reply:
        """One signed tracking event."""
        body = {"tracking_number": package["tracking_number"], "status": status, "code": status.upper(), "at": at}
        raw, stamp = json.dumps(body).encode(), str(int(self.world.now().timestamp()))
        signed = signature("carrier-secret", stamp, raw)
        path = f"/v1/carriers/{package['carrier']}/events"
        return self.call("POST", path, raw, x_carrier_timestamp=stamp, x_carrier_signature=signed)

    def tick(self, folder: str) -> None:
        """The schedule of a function, again whenever it has died."""
        for _ in range(_MOST_TRIES):
            try:
                self.world.handler(folder)({"detail-type": "Scheduled Event"}, None)
            except Crash as crash:
                self.world.died(crash)
            else:
                return
        raise AssertionError(f"the round of {folder} never came to its end")

    def settle(self) -> None:
        self.world.settle()


@contextmanager
def life(stock: dict[tuple[str, str], int] | None = None) -> Iterator[Life]:
    """A fresh world, shop and gateway."""
    gateway = FakeGateway()
    with world() as the_world, pytest.MonkeyPatch.context() as patch:
        patch.setattr(stripe, "Stripe", lambda *_: gateway)
        shop.open_shop(stock)
        yield Life(the_world, gateway)


_number = itertools.count(1)


def an_order(*lines: tuple[str, int], token: str = CARD, reference: str = "", **more: Any) -> dict[str, Any]:
    """A canonical order over SKUs and quantities at 4.00 each, 5.00 shipping, 0.40 tax a line, paid by card."""
    wanted = lines or (("TEA", 2), ("CUP", 1))
    rows = [{"sku": sku, "title": sku.title(), "quantity": units, "unit_price": "4.00", "tax": "0.40"} for sku, units in wanted]
    cents = sum(400 * units + 40 for _, units in wanted) + 500
    total = f"{cents / 100:.2f}"
    return {
        "external_reference": reference or f"order-{next(_number)}",
        "currency": "USD",
        "customer": {"email": "ada@example.com", "name": "Ada Byron"},
        "ship_to": {"name": "Ada Byron", "line1": "500 Main St", "city": "Denver", "region": "CO", "postal_code": "80202"},
        "lines": rows,
        "shipping": {"amount": "5.00"},
        "tenders": [{"kind": "card", "gateway": "stripe", "token": token, "amount": total}],
        "total": total,
        **more,
    }


def whole_life(the: Life, order: dict[str, Any]) -> str:
    """From the door to delivered."""
    order_id = the.place(order)
    the.settle()
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.settle()
    return order_id
