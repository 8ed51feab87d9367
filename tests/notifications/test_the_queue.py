"""The notifications function on a cloud in this process: who is told how often, whatever happens between two calls (I26)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.cloud import cloud
from tests.support.shop import open_shop
from tests.support.template import functions, resources
from tests.support.world import Crash, _load
from waybill.aws import gate
from waybill.aws.clients import client
from waybill.bootstrap import clock as bootstrap_clock
from waybill.bootstrap import notifications as notifications_root
from waybill.kernel.clock import utc_now
from waybill.kernel.errors import Unavailable
from waybill.kernel.events import Event
from waybill.kernel.ids import order_id
from waybill.notifications import preview
from waybill.notifications.dynamodb import MessagesTable
from waybill.notifications.ports import Claim, Claims
from waybill.orders.model import state as verbs
from waybill.orders.model.order import Customer
from waybill.orders.store import add
from waybill.shop import store as shop

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ID = order_id("shopify", "1042")
HIDDEN = resources("AWS::SQS::Queue")["NotificationsQueue"]["VisibilityTimeout"]
ALL = ("order.confirmed", "order.backordered", "order.cancelled", "fulfilment_order.shipped", "fulfilment_order.delivered")


@pytest.fixture(autouse=True)
def on_a_cloud() -> Iterator[None]:
    with cloud():
        open_shop()
        yield


def placed(customer: Customer | None = None) -> None:
    known = preview.record()
    state = verbs.received(ID, {line.id: line.quantity for line in known.order.lines}, preview.AT, "test", {})
    state = verbs.backorder(state, {"l3": 3}, preview.AT, "test")
    add(replace(known.order, id=ID), customer or known.customer, state)


def about(type: str) -> Event:
    known = preview.event(type)
    return Event(known.id.replace("ord_preview", ID), known.type, known.time, ID, known.data)


def deliver(*events: Event, after: int = 0) -> int:
    """Hands the events to the function as one batch, so many seconds from now; answers how many went back to the queue."""
    bodies = [{"id": f"d-{event.id}", "detail-type": event.type, "detail": event.to_dict("local")} for event in events]
    records = [{"messageId": str(n), "body": json.dumps(body)} for n, body in enumerate(bodies)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap_clock, "source", lambda: utc_now() + timedelta(seconds=after))
        return len(_load("notifications").handler({"Records": records}, None)["batchItemFailures"])


def sent() -> list[str]:
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.sesv2.models import sesv2_backends

    return [message.raw_data for message in sesv2_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].core_backend.sent_messages]


class CrashAt:
    """Dies before or after the n-th call; remembers the calls."""

    def __init__(self, number: int, after: bool) -> None:
        self.number, self.after = number, after
        self.names: list[str] = []
        self.died_at = ""

    def around(self, name: str, thunk: Callable[[], Any], detail: Any) -> Any:
        self.names.append(name)
        here = len(self.names) == self.number
        if here and not self.after:
            self.died_at = name
            raise Crash(name)
        answer = thunk()
        if here:
            self.died_at = name
            raise Crash(name)
        return answer


def test_each_event_is_one_mail_and_a_redelivery_none() -> None:
    placed()
    events = [about(type) for type in ALL]
    assert deliver(*events) == 0
    assert deliver(*events) == deliver(*events, after=HIDDEN) == 0
    assert len(sent()) == len(ALL)


def test_one_mail_costs_two_reads_two_writes_and_the_call_itself() -> None:
    placed()
    with gate.watching(CrashAt(0, False)) as calls:
        deliver(about("order.confirmed"))
    assert calls.names == ["dynamodb.PutItem", "dynamodb.Query", "dynamodb.GetItem", "sesv2.SendEmail", "dynamodb.PutItem"]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, 6))
def test_a_crash_anywhere_still_sends_and_only_one_around_the_provider_sends_twice(number: int, after: bool) -> None:
    placed()
    crash = CrashAt(number, after)
    with gate.watching(crash), suppress(Crash):
        deliver(about("order.confirmed"))
    assert crash.died_at
    shop.forget()
    for times in (1, 2, 3):
        assert deliver(about("order.confirmed"), after=times * HIDDEN) == 0
    sent_but_not_known = (crash.died_at, after) == ("sesv2.SendEmail", True) or (number, after) == (5, False)
    assert len(sent()) == (2 if sent_but_not_known else 1)


def test_two_workers_with_one_event_at_the_same_time_send_one_mail() -> None:
    placed()
    with gate.watching(CrashAt(4, False)), suppress(Crash):
        deliver(about("order.confirmed"))
    assert deliver(about("order.confirmed")) == 1
    assert sent() == []
    assert deliver(about("order.confirmed"), after=HIDDEN) == 0
    assert deliver(about("order.confirmed"), after=HIDDEN) == 0
    assert len(sent()) == 1


def test_whoever_wakes_when_his_time_is_over_sends_nothing() -> None:
    placed()
    times = iter([0, 30])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap_clock, "source", lambda: NOW + timedelta(seconds=next(times)))
        with pytest.raises(Unavailable, match="too long"):
            notifications_root.notifier().tell(about("order.confirmed"))
    assert sent() == []


def test_a_claim_ends_before_the_queue_gives_the_message_out_again_and_after_the_function_may_run() -> None:
    (timeout,) = [each["Timeout"] for folder, each in functions().items() if folder == "notifications"]
    assert timeout < (MessagesTable().take("e:1", NOW) or pytest.fail("nobody else has it")).ends.timestamp() - NOW.timestamp() < HIDDEN


def test_a_mail_that_the_provider_refuses_goes_back_to_the_queue_and_its_neighbours_do_not() -> None:
    placed()
    client("sesv2").delete_email_identity(EmailIdentity="orders@shop.example")
    assert deliver(about("order.confirmed")) == 1
    client("sesv2").create_email_identity(EmailIdentity="orders@shop.example")
    assert deliver(about("order.confirmed"), about("fulfilment_order.shipped"), after=HIDDEN) == 0
    assert len(sent()) == 2


def test_an_unreadable_message_goes_back_alone() -> None:
    placed()
    good = {"id": "d", "detail": about("order.confirmed").to_dict("local")}
    records = [{"messageId": str(n), "body": body} for n, body in enumerate(["{not json", json.dumps(good), '{"detail": {}}', "[]"])]
    answer = _load("notifications").handler({"Records": records}, None)
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["0", "2", "3"]
    assert len(sent()) == 1


@pytest.mark.parametrize("address", ["", "nobody", "a@b.example\r\nBcc: c@d.example"])
def test_a_customer_who_cannot_be_reached_is_skipped_for_good(address: str) -> None:
    placed(Customer(email=address))
    assert deliver(about("order.confirmed")) == 0
    assert sent() == []
    row = MessagesTable().take(about("order.confirmed").id, NOW)
    assert row is None


def test_an_event_of_an_order_that_is_not_there_goes_back() -> None:
    assert deliver(about("order.confirmed")) == 1


def test_events_that_nobody_is_told_of_cost_nothing() -> None:
    placed()
    with gate.watching(CrashAt(0, False)) as calls:
        assert deliver(Event("x:1", "order.released", preview.AT, ID, {})) == 0
    assert calls.names == []


def test_the_mail_carries_the_brand_of_the_channel_and_no_log_line_carries_the_customer(capsys: pytest.CaptureFixture[str]) -> None:
    channel = shop.channel("shopify")
    shop.save(shop.CHANNEL, "shopify", replace(channel, settings={"brand": {"name": "Harbor & Pine", "support": "help@shop.example"}}))
    shop.forget()
    placed()
    deliver(about("order.confirmed"), about("fulfilment_order.shipped"))
    assert "From: Harbor & Pine <orders@shop.example>" in sent()[0] and "Reply-To: help@shop.example" in sent()[0]
    assert "https://track.example/PW1042003317425" in sent()[1].replace("=\r\n", "").replace("=\n", "")
    logged = capsys.readouterr().out
    assert "MailsSent" in logged and "robin" not in logged.lower() and "Ferris" not in logged


class FakeClaims:
    """`ports.Claims` in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[Claim, str]] = {}

    def take(self, event_id: str, now: datetime) -> Claim | None:
        old, status = self.rows.get(event_id, (Claim(event_id, 0, 0, now), "sending"))
        if status != "sending":
            return None
        if old.ends > now:
            raise Unavailable("busy")
        taken = Claim(event_id, old.version + 1, old.tries + 1, now + timedelta(seconds=20))
        self.rows[event_id] = taken, "sending"
        return taken

    def settle(self, claim: Claim, status: str, now: datetime, note: str = "") -> None:
        if self.rows[claim.event_id][0].version == claim.version:
            self.rows[claim.event_id] = (replace(claim, version=claim.version + 1), status)


@pytest.mark.parametrize("make", [FakeClaims, MessagesTable])
def test_a_claim_is_taken_over_after_its_time_and_never_once_settled(make: Callable[[], Claims]) -> None:
    claims = make()
    first = claims.take("e:1", NOW)
    assert first is not None and first.tries == 1
    with pytest.raises(Unavailable):
        claims.take("e:1", NOW + timedelta(seconds=5))
    late = claims.take("e:1", NOW + timedelta(seconds=30))
    assert late is not None and late.tries == 2
    claims.settle(first, "sent", NOW)  # a process that was frozen wakes late: the claim is no longer its own
    again = claims.take("e:1", NOW + timedelta(seconds=60))
    assert again is not None and again.tries == 3
    claims.settle(again, "sent", NOW)
    assert claims.take("e:1", NOW + timedelta(days=15)) is None
