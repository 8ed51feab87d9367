"""What every adapter must hold, whoever wrote it: rules by name, each told on a bench in a world of its own orders.

`RULES[name](on)` raises AssertionError where the adapter breaks the rule. A new adapter is held to them by adding its bench to `benches.BENCHES`.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.channels.benches import SECRET, Bench, Document
from tests.channels.intake_world import stored_text
from tests.flow.life import Life
from tests.flow.lived import life
from waybill.aws import clients, secrets
from waybill.channels import registry
from waybill.channels.ports import Adapter, Page
from waybill.channels.quiet import Quiet
from waybill.kernel.errors import NotFound
from waybill.shop import store as shop
from waybill.shop.model import Channel

STOCK = {("TEA", "reno"): 400, ("CUP", "reno"): 400}


@dataclass
class Asked(Quiet):
    """The channel's side: its orders as they stand."""

    reference: Callable[[Document], str]
    orders: dict[str, Document] = field(default_factory=dict)

    def order(self, reference: str) -> Document:
        if reference not in self.orders:
            raise NotFound(reference)
        return self.orders[reference]

    def changed(self, since: str, until: str, next: str) -> Page:
        return Page(tuple(self.orders.items()))


@dataclass
class On:
    """A bench at work. `tell` brings an order in by the way that its channel has, as it stands there."""

    the: Life
    bench: Bench
    asked: Asked
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def new(self) -> Document:
        return self.bench.document(next(self.numbers))

    def tell(self, document: Document) -> Any:
        bench, number = self.bench, next(self.numbers)
        reference = bench.reference(document)
        self.asked.orders[reference] = document
        reply = None
        if bench.word is None and bench.signed is None:
            self.the.world.handler("channel_changes")({"detail-type": "Scheduled Event"}, None)
        elif bench.signed is None:
            self._notice(bench.word(reference, number))
        else:
            body = document if bench.word is None else bench.word(reference, number)
            reply = self.post(json.dumps(body).encode(), number)
        self.the.settle()
        return reply

    def post(self, raw: bytes, number: int = 0, **changed: str) -> Any:
        """A webhook, signed over these bytes unless told otherwise."""
        now = int(self.the.world.now().timestamp())
        headers = self.bench.signed(raw, number or next(self.numbers), now) | {name.replace("_", "-"): value for name, value in changed.items()}
        return self.the.world.call("POST", f"/v1/channels/{self.bench.kind}/webhooks", raw, headers)

    def _notice(self, notice: Document) -> None:
        record = {"messageId": "1", "body": json.dumps(notice), "attributes": {}}
        assert not self.the.world.handler("channel_changes")({"Records": [record]}, None)["batchItemFailures"]

    def found(self, document: Document) -> list[dict[str, Any]]:
        query = f"external_reference={self.bench.reference(document)}&channel={self.bench.kind}"
        return self.the.call("GET", f"/v1/orders?{query}").json()["items"]

    def the_order(self, document: Document) -> dict[str, Any]:
        (found,) = self.found(document)
        return self.the.order(found["id"])

    def parked(self) -> list[dict[str, Any]]:
        return self.the.call("GET", "/v1/documents?status=parked").json()["items"]


@contextmanager
def on(bench: Bench, adapter: Adapter | None = None) -> Iterator[On]:
    """A world whose shop has one channel of this kind more, served by its own adapter or by the one given."""
    asked = Asked(bench.reference)
    with life(STOCK) as the, pytest.MonkeyPatch.context() as patch:
        served = replace(adapter or registry.adapter(bench.kind), remote=lambda outgoing: asked, address="bench", needs=())
        real = registry.adapter
        patch.setattr(registry, "adapter", lambda kind: served if kind == bench.kind else real(kind))
        shop.save(shop.CHANNEL, bench.kind, Channel(bench.kind, bench.kind, bench.kind.title(), settings={"bench": "here", **bench.settings}))
        manager = clients.client("secretsmanager")
        known = json.loads(manager.get_secret_value(SecretId="waybill/local/channels")["SecretString"])
        manager.put_secret_value(SecretId="waybill/local/channels", SecretString=json.dumps(known | {bench.kind: [SECRET]}))
        shop.forget()
        secrets.forget()
        yield On(the, bench, asked)


def an_order_comes_whole_and_goes_its_way(at: On) -> None:
    document = at.new()
    at.tell(document)
    order = at.the_order(document)
    assert order["status"] == "released" and not order["holds"], order["holds"]
    assert sorted((line["sku"], line["quantity"]) for line in order["lines"]) == list(at.bench.lines)
    assert order["totals"]["discrepancy"] == "0.00" and order["customer"]["ship_to"]["country"] == "US"


def told_three_times_it_is_one_order(at: On) -> None:
    document = at.new()
    for _ in range(3):
        at.tell(document)
    assert len(at.found(document)) == 1
    before = at.the_order(document)["version"]
    at.tell(document)
    assert at.the_order(document)["version"] == before


def a_cancellation_is_heard(at: On) -> None:
    document = at.new()
    at.tell(document)
    at.tell(at.bench.cancelled(document))
    assert at.the_order(document)["status"] == "cancelled"


def an_older_document_takes_nothing_back(at: On) -> None:
    document = at.new()
    at.tell(document)
    at.tell(at.bench.cancelled(document))
    at.tell(document)
    assert at.the_order(document)["status"] == "cancelled"


def a_document_of_a_month_ago_is_an_order_all_the_same(at: On) -> None:
    document = at.new()
    at.the.world.later(30 * 86_400)
    at.tell(document)
    assert len(at.found(document)) == 1
    at.the.world.later(-30 * 86_400)


def sums_that_are_off_hold_the_order_with_the_difference(at: On) -> None:
    document = at.bench.mis_summed(at.new())
    at.tell(document)
    reasons = [hold["reason"] for hold in at.the_order(document)["holds"] if hold["kind"] == "sums"]
    assert len(reasons) == 1 and reasons[0].endswith("difference 1.00"), reasons


def what_cannot_be_read_is_parked_with_a_reason_and_lost_by_nobody(at: On) -> None:
    before = {each["id"] for each in at.parked()}
    document = at.bench.malformed(at.new())
    at.tell(document)
    new = [each for each in at.parked() if each["id"] not in before]
    assert len(new) == 1 and new[0]["problem"] and not at.found(document)
    assert not at.the.world.dead_letters(), "it was not understood, and is nobody's crash"


def a_card_number_is_not_kept(at: On) -> None:
    document = at.new()
    document["said_by_mistake"] = "4242 4242 4242 4242"
    at.tell(document)
    assert "4242 4242 4242 4242" not in stored_text()


def what_nobody_signed_is_refused_and_not_kept(at: On) -> None:
    raw = _body(at)
    (header,) = [name for name in at.bench.signed(raw, 1, 1) if "signature" in name or "hmac" in name]
    for forged in ("", "AAAA", "v1,AAAA"):
        assert at.post(raw, **{header: forged}).status == 401


def the_signature_is_over_the_bytes(at: On) -> None:
    raw = _body(at)
    now = int(at.the.world.now().timestamp())
    headers = at.bench.signed(raw, 7, now)
    again = json.dumps(json.loads(raw), indent=1).encode()
    assert at.the.world.call("POST", f"/v1/channels/{at.bench.kind}/webhooks", again, headers).status == 401


def a_body_cut_short_is_answered_400_and_kept_for_a_person(at: On) -> None:
    before = len(at.parked())
    raw = _body(at)
    assert at.post(raw[: len(raw) // 2]).status == 400
    assert len(at.parked()) == before + 1


def a_body_beyond_five_mebibytes_is_413(at: On) -> None:
    assert at.post(b" " * (5 * 1024 * 1024 + 1)).status == 413


def beyond_its_measure_it_is_asked_to_come_again_and_nothing_is_lost(at: On) -> None:
    """What it sends again is taken; what it gives up is found by asking."""
    known = shop.channel(at.bench.kind)
    shop.save(shop.CHANNEL, known.id, replace(known, settings={**known.settings, "per_minute": 1, "burst": 2}))
    at.the.world.restart()
    documents = [at.new() for _ in range(4)]
    statuses = [at.tell(document).status for document in documents]
    shop.save(shop.CHANNEL, known.id, known)
    at.the.world.restart()
    assert statuses == [200, 200, 429, 429], statuses
    assert at.tell(documents[2]).status == 200
    at.the.world.handler("channel_changes")({"detail-type": "Scheduled Event"}, None)
    at.the.settle()
    assert [len(at.found(document)) for document in documents] == [1, 1, 1, 1]


def _body(at: On) -> bytes:
    document = at.new()
    return json.dumps(document if at.bench.word is None else at.bench.word(at.bench.reference(document), 999)).encode()


ALWAYS = (
    an_order_comes_whole_and_goes_its_way,
    told_three_times_it_is_one_order,
    a_cancellation_is_heard,
    an_older_document_takes_nothing_back,
    a_document_of_a_month_ago_is_an_order_all_the_same,
    sums_that_are_off_hold_the_order_with_the_difference,
    what_cannot_be_read_is_parked_with_a_reason_and_lost_by_nobody,
    a_card_number_is_not_kept,
)
OF_WEBHOOKS = (
    what_nobody_signed_is_refused_and_not_kept,
    the_signature_is_over_the_bytes,
    a_body_cut_short_is_answered_400_and_kept_for_a_person,
    a_body_beyond_five_mebibytes_is_413,
    beyond_its_measure_it_is_asked_to_come_again_and_nothing_is_lost,
)
RULES = {rule.__name__: rule for rule in (*ALWAYS, *OF_WEBHOOKS)}


def rules_of(bench: Bench) -> list[str]:
    return [rule.__name__ for rule in (*ALWAYS, *(OF_WEBHOOKS if bench.signed else ()))]
