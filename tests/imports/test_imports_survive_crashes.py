"""Crash before and after every outside call of an import: each order is stored once, and nothing of a refused file ever."""

import pytest

from tests.channels.intake_world import documents_kept, messages_waiting, work
from tests.imports.desk import emptied, row, sheet
from tests.support.faults import AFTER, BEFORE, CrashAt
from tests.support.world import Crash
from waybill.aws import gate, secrets
from waybill.imports import worker
from waybill.shop import store as shop

FILE = sheet(row("A"), row("B", quantity="x"), row("C"))
_MOST_CALLS = 120


def sent(the, policy):
    """A caller that repeats until it is answered; the queue delivers again what was not done."""
    for _ in range(3):
        try:
            reply = the.call("POST", f"/v1/imports?channel=paper&policy={policy}", FILE, idempotency_key="k-1")
        except Crash:
            the.world.restart()
            continue
        the.drain()
        return reply.json()["id"]
    raise AssertionError("no answer in three attempts")


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    """Parts of two orders, and a message for each step."""
    monkeypatch.setattr(worker, "ORDERS_A_PART", 2)
    monkeypatch.setattr(worker, "_FOR_SECONDS", 0.0)


def swept(the, policy, moment):
    """One crash at each call in turn, until there is no call left to crash at: how it then stands, each time."""
    for number in range(_MOST_CALLS):
        fault = CrashAt(number, moment)
        emptied(the)
        the.world.restart()
        shop.forget()
        secrets.forget()
        with gate.watching(fault):
            id = sent(the, policy)
        yield fault.struck, the.look(id)
        if not fault.struck:
            return
    raise AssertionError("the sweep did not reach the end")


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
def test_a_crash_at_any_call_leaves_each_good_order_once(the, moment):
    struck = set()
    for call, it in swept(the, "reject_failed_rows", moment):
        struck.add(call)
        assert (it["status"], it["orders"]["stored"], it["rows"]["seen"], it["rows"]["stored"]) == ("done", 2, 3, 2), call
        assert documents_kept() == 2, call
        work(the.world)
        assert set(the.orders()) == {"A", "C"} and len(the.world.machine.executions) == 2, call
    assert {"s3.PutObject", "s3.DeleteObject", "dynamodb.PutItem", "sqs.SendMessageBatch", "sqs.SendMessage", "dynamodb.BatchGetItem"} <= struck


@pytest.mark.parametrize("moment", [AFTER])
def test_of_a_refused_file_nothing_is_kept_or_queued_wherever_it_crashed(the, moment):
    for call, it in swept(the, "reject_all", moment):
        assert it["status"] == "refused" and documents_kept() == messages_waiting() == 0, call


@pytest.mark.parametrize("at", range(8))
def test_of_two_deliveries_at_once_one_leaves_and_each_order_is_stored_once(the, at, monkeypatch):
    """Another delivery overtakes this one at the end of its step `at`, and goes on to the very end."""
    monkeypatch.setattr(worker, "_FOR_SECONDS", 60.0)
    id = the.call("POST", "/v1/imports?channel=paper", FILE, idempotency_key="k-1").json()["id"]
    real, overtaken = worker.store.save, []

    def save(it):
        if it.step == at + 1 and not overtaken:
            overtaken.append(it.step)
            the.drain()
        return real(it)

    monkeypatch.setattr(worker.store, "save", save)
    the.drain()
    it = the.look(id)
    assert overtaken and (it["status"], it["orders"]["stored"], it["rows"]["seen"]) == ("done", 2, 3)
    assert set(the.orders()) == {"A", "C"}


def test_a_message_about_no_import_fails_and_one_that_is_over_is_done(the):
    it = the.send(FILE)
    handler = the.world.handler("imports")
    record = {"messageId": "1", "body": '{"import": "%s"}', "attributes": {}}
    assert not handler({"Records": [{**record, "body": record["body"] % it["id"]}]}, None)["batchItemFailures"]
    for body in (record["body"] % "imp_none", "{}", '{"import": 7}'):
        assert handler({"Records": [{**record, "body": body}]}, None)["batchItemFailures"]
