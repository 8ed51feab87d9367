"""Who uses the laptop cloud in the bench: clients that place orders over HTTP, and the nodes that ship them."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from local.cloud import client
from local.stackfile import Stack
from waybill.kernel.clock import parse_instant

_SKUS = [f"WB-{n:03}" for n in range(1, 25)]
_PLACES = [("Denver", "CO", "80202"), ("Boston", "MA", "02133"), ("Portland", "OR", "97205"), ("Austin", "TX", "78701"), ("Miami", "FL", "33101")]
_LOOK_SECONDS = 0.05
_MOST_AT_ONCE = 100
_PATIENCE_SECONDS = 120


class Line:
    """One connection that is kept open, as a client in the same region keeps it. One thread at a time."""

    def __init__(self, stack: Stack) -> None:
        address = urlsplit(stack.api_url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)

    def call(self, method: str, path: str, key: str, body: Any = None, **headers: str) -> Any:
        """The answer's JSON. Raises RuntimeError where it is no 2xx."""
        sent = {"x-api-key": key, "content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        self._connection.request(method, path, None if body is None else json.dumps(body), sent)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return json.loads(content)


@dataclass
class Placed:
    """One order; `posted` and `accepted` are Unix time: before the POST, and when its 202 was there."""

    id: str
    posted: float
    accepted: float


@dataclass
class Shop:
    """The bench's view of a stack. `run` keeps its references apart from any other run's."""

    stack: Stack
    run: str = field(default_factory=lambda: str(time.time_ns()))
    _numbers: Any = field(default_factory=itertools.count)

    def fill_the_shelves(self, units: int) -> None:
        """Stock enough for all that comes."""
        line = Line(self.stack)
        for sku in _SKUS:
            body = {"kind": "received", "quantity": units, "reference": self.run}
            line.call("POST", f"/v1/inventory/{sku}/reno/movements", self.stack.ops_key, body, idempotency_key=f"{self.run}-{sku}")

    def place(self, line: Line, lines: int) -> Placed:
        """One order of so many lines, paid by card."""
        number = next(self._numbers)
        body = _order(f"bench-{self.run}-{number}", number, lines)
        posted = time.time()
        answer = line.call("POST", "/v1/orders", self.stack.api_keys["api"], body, idempotency_key=body["external_reference"])
        return Placed(answer["id"], posted, time.time())

    def authorised_at(self, line: Line, order_id: str) -> float:
        """Unix time at which the order's own timeline says that its payment was authorised. Raises RuntimeError."""
        timeline = line.call("GET", f"/v1/orders/{order_id}/timeline", self.stack.ops_key)["items"]
        for entry in timeline:
            if entry["type"] == "payment.authorised":
                return parse_instant(entry["at"]).timestamp()
        raise RuntimeError(f"{order_id} is not authorised: {[entry['type'] for entry in timeline]}")

    def ship(self, line: Line, order_id: str) -> None:
        """The nodes accept, pick, pack and ship all work of an order."""
        work = line.call("GET", f"/v1/orders/{order_id}", self.stack.ops_key)["fulfilment_orders"]
        for each in work:
            for verb in ("accept", "pick", "pack", "ship"):
                line.call("POST", f"/v1/fulfilment-orders/{each['id']}/{verb}", self.stack.node_keys[each["node"]], {})


class Watch:
    """Looks for all waiting clients together, and straight into the table, so that their waiting costs the system next to nothing."""

    def __init__(self, stack: Stack) -> None:
        self._table = stack.outputs["OrdersTableName"]
        self._dynamodb = client("dynamodb", stack.engine_url)
        self._waiting: dict[str, str] = {}
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def wait(self, order_id: str, *statuses: str) -> None:
        """Until the order has one of these. Raises RuntimeError when it takes too long."""
        with self._changed:
            self._waiting[order_id] = ""
            if not self._changed.wait_for(lambda: self._waiting[order_id] in statuses, _PATIENCE_SECONDS):
                raise RuntimeError(f"{order_id} is {self._waiting[order_id]} after {_PATIENCE_SECONDS} s, not {' or '.join(statuses)}")
            del self._waiting[order_id]

    def _look(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            keys = [{"pk": {"S": f"ORDER#{order_id}"}, "sk": {"S": "STATE"}} for order_id in list(self._waiting)[:_MOST_AT_ONCE]]
            found = self._dynamodb.batch_get_item(RequestItems={self._table: {"Keys": keys}})["Responses"] if keys else {self._table: []}
            with self._changed:
                for item in found[self._table]:
                    order_id = item["pk"]["S"].removeprefix("ORDER#")
                    if order_id in self._waiting:
                        self._waiting[order_id] = item["status"]["S"]
                self._changed.notify_all()


def _order(reference: str, number: int, lines: int) -> dict[str, Any]:
    city, region, postal_code = _PLACES[number % len(_PLACES)]
    skus = [_SKUS[(number * lines + n) % len(_SKUS)] for n in range(lines)]
    cents = 600 + 2580 * lines
    return {
        "external_reference": reference,
        "currency": "USD",
        "customer": {"email": f"shopper{number}@example.com", "name": "Ada Byron"},
        "ship_to": {"name": "Ada Byron", "line1": "500 Main St", "city": city, "region": region, "postal_code": postal_code, "country": "US"},
        "lines": [{"sku": sku, "title": f"Thing {sku}", "quantity": 1, "unit_price": "24.00", "tax": "1.80"} for sku in skus],
        "shipping": {"method": "standard", "amount": "6.00", "promise_days": 6},
        "tenders": [{"kind": "card", "gateway": "stripe", "token": "pm_card_visa", "amount": f"{cents / 100:.2f}"}],
        "total": f"{cents / 100:.2f}",
    }
