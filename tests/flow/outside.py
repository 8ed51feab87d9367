"""Who is called by us over HTTP, in this process: the channels' shops (the receiver of `local/`, its memory in memory), the nodes, and the carrier."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import SplitResult

import pytest

from local.receiver.server import Receiver
from local.receiver.shelves import Shelves, catalogue
from local.receiver.shops import Order, Shops, nobody_knows
from tests.carriers.books import FILES, Books
from tests.channels.receiver_world import TOKENS, point_at
from tests.support import shop as test_shop
from waybill.aws import clients, outbound, secrets
from waybill.shop import store as shop

_BASE = "http://outside.example"
_CARRIER = ("api.easypost.com", FILES)


class InMemory(Shops):
    """The shops without their files: a world that is forked takes its own copy along."""

    def __init__(self) -> None:
        self._source = nobody_knows
        self.lock = threading.RLock()
        self._orders: dict[tuple[str, str], Order] = {}
        self.told: list[dict[str, Any]] = []

    def order(self, channel: str, reference: str) -> Order | None:
        return copy.deepcopy(self._orders.get((channel, reference)))

    def save(self, channel: str, order: Order) -> None:
        self._orders[channel, order["reference"]] = copy.deepcopy(order)

    def _all(self, channel: str) -> list[Order]:
        return [order for (of, _), order in self._orders.items() if of == channel]

    def note(self, channel: str, reference: str, kind: str, detail: Any) -> None:
        self.told.append({"channel": channel, "order": reference, "kind": kind, "detail": detail})


class InMemoryShelves(Shelves):
    """What the shops show, without a file."""

    def __init__(self) -> None:
        self.sells, self.lock, self.done, self.newest = catalogue(), threading.RLock(), {}, {}
        self._kept: dict[str, Any] = {}

    def _read(self, channel: str) -> dict[str, Any]:
        return copy.deepcopy(self._kept.get(channel, {"found": {}, "shows": {}}))

    def _write(self, channel: str, kept: dict[str, Any]) -> None:
        self._kept[channel] = kept


@dataclass
class Outside:
    """`pushed` is the work that nodes were told of, by the id of the webhook: they drop one that they have heard; `asked` of which of it they were asked to give up;
    `levels` the stock that channels were told of; `carrier` sells labels to a shop that has an account there."""

    shops: InMemory = field(default_factory=InMemory)
    pushed: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    carrier: Books = field(default_factory=Books)

    def __post_init__(self) -> None:
        self.receiver = Receiver(self.shops, InMemoryShelves(), TOKENS)

    def answer(self, method: str, target: SplitResult, headers: Mapping[str, str], body: bytes, seconds: float) -> outbound.Reply:
        """In the place of the network, behind the gate."""
        if target.hostname in _CARRIER:
            return self.carrier.answer(method, target.geturl(), headers, body)
        if target.path.startswith("/node/"):
            told = json.loads(body)
            kept = {"fulfilment_order.requested": self.pushed, "fulfilment_order.cancellation_requested": self.asked}.get(told["type"], {})
            kept[headers["webhook-id"]] = told["data"]["id"]
            return outbound.Reply(204, {}, b"")
        if target.path == "/stock":
            self.levels |= {level["sku"]: level["available"] for level in json.loads(body)["data"]["levels"]}
            return outbound.Reply(204, {}, b"")
        url = f"{target.path}?{target.query}"
        status, content = self.receiver.answer(method, url, {name.lower(): value for name, value in headers.items()}, body)
        return outbound.Reply(status, {}, b"" if content is None else json.dumps(content).encode())


@contextmanager
def outside() -> Iterator[Outside]:
    """Every channel and every node of the open shop has an address, and somebody answers there."""
    made = Outside()
    point_at(_BASE)
    for node in (test_shop._reno(), test_shop._columbus()):
        shop.save(shop.NODE, node.id, replace(node, webhook_url=f"{_BASE}/node/{node.id}"))
    keys = json.dumps({"reno": ["node-secret"], "columbus": ["node-secret"]})
    clients.client("secretsmanager").put_secret_value(SecretId="waybill/local/nodes", SecretString=keys)
    shop.forget()
    secrets.forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbound, "_send", made.answer)
        yield made
