"""Worlds that differ anywhere have different fingerprints."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest

from proof.cloud.small import Mail
from proof.cloud.tables import Kept
from proof.fingerprint import Fingerprint, mark
from proof.judging import Judge
from proof.living import Dweller, living
from proof.quick import quick
from tests.flow.life import an_order
from waybill.aws.tables import commit, overwrite
from waybill.channels import messages
from waybill.fulfilment import deliveries
from waybill.fulfilment.deliveries import DELIVERED, FAILING
from waybill.kernel.errors import Unavailable
from waybill.kernel.events import Event
from waybill.notifications.dynamodb import MESSAGES, MessagesTable, _item, claims
from waybill.notifications.ports import Claim
from waybill.payments.breaker import Breaker, CircuitTable
from waybill.payments.model.circuit import Circuit

_LEFT_OUT = ("write_id",)
_OF_A_TAKEN_PUSH = (*_LEFT_OUT, "attempts", "tried", "version")


@pytest.fixture(scope="module")
def the() -> Iterator[Dweller]:
    with living() as the, quick():
        Judge(the)
        order_id = the.place(an_order())
        the.settle()
        the.fulfil(order_id, "accept", "pick")
        yield the


@pytest.fixture(scope="module")
def told(the: Dweller) -> Fingerprint:
    return Fingerprint(the)


def test_every_change_of_a_stored_item_changes_it(the: Dweller) -> None:
    changed = 0
    for table in the.world.cloud.dynamodb.tables.values():
        for item in table.every():
            if table.name == "MessagesTable" and item.get("status", {}).get("S") in ("sent", "done"):
                continue
            before = mark(table.name, item)
            assert mark("Another", Kept(dict(item))) != before == mark(table.name, Kept(copy.deepcopy(dict(item))))
            for other in _others(dict(item)):
                changed += 1
                assert mark(table.name, Kept(other)) != before, (table.name, item, other)
    assert changed > 1000


def test_every_write_changes_it_and_going_back_brings_it_back(the: Dweller, told: Fingerprint) -> None:
    table = the.world.cloud.dynamodb.tables["OrdersTable"]
    before, taken = told.of(), the.world.snapshot()
    item = next(table.every())
    table.delete(table.key(item), 0.0)
    assert told.of() != before
    the.world.restore(taken)
    assert told.of() == before


@pytest.mark.parametrize("status", ["sent", "skipped"])
def test_a_mail_that_is_settled_is_asked_for_nothing_but_that(the: Dweller, status: str) -> None:
    def asked(event_id: str) -> Any:
        return MessagesTable().take(event_id, the.world.now())

    for claim in (Claim("e1", 1, 1, the.world.now()), Claim("e2", 7, 3, the.world.now() + timedelta(days=1))):
        commit(overwrite(MESSAGES, {**_item(claim, status, the.world.now()), "note": "any"}))
        assert (asked(claim.event_id), claims([claim.event_id])) == (None, {claim.event_id: status})
        assert _kept(the, f"notifications#{claim.event_id}")["version"] == {"N": str(claim.version)}


def test_a_channel_that_was_told_is_asked_for_nothing_but_that(the: Dweller) -> None:
    for version, lease in ((2, "2026-01-01T00:00:00.000Z"), (9, "2099-01-01T00:00:00.000Z")):
        commit(overwrite(MESSAGES, {"pk": "channel-acks#e", "status": "done", "version": version, "lease": lease, "not_before": lease, "at": lease}))
        assert messages.claim("e", the.world.now()) is None
        assert _kept(the, "channel-acks#e")["version"] == {"N": str(version)}


def test_a_push_that_was_taken_is_asked_for_nothing_but_what_it_was(the: Dweller) -> None:
    """However often it was told: it stays taken, and is told again and listed as the same."""
    went, marks, taken = [], set(), the.world.snapshot()
    for number, answers in enumerate([(204,), (500, 500, 204), (204, 204), (204, 500)]):
        event = Event("told", "fulfilment_order.requested", "2026-11-23T08:00:00.000Z", "fo-1", {"id": "fo-1"})
        for attempt, answer in enumerate(answers):
            deliveries.note(event, "mars", answer, f"2026-11-23T09:{number}{attempt}:00.000Z")
        item = the.world.cloud.dynamodb.tables["OrdersTable"].find(("PUSH#told", "PUSH"))
        marks.add(mark("OrdersTable", item))
        then = [deliveries.load("told").event, len(deliveries.page("mars", DELIVERED, 9, None)[0]), deliveries.page("mars", FAILING, 9, None)[0]]
        for answer in (500, 204, 500):
            deliveries.note(event, "mars", answer, "2026-11-23T10:00:00.000Z")
            then.append((deliveries.load("told").status, deliveries.load("told").answer))
        went.append(then)
        the.world.restore(taken)
    assert went[0] == went[1] == went[2] == went[3]
    assert len(marks) == 1


def test_what_those_outside_have_heard_is_the_same_in_any_order(the: Dweller, told: Fingerprint) -> None:
    taken, found = the.world.snapshot(), set()
    for order in (("a", "b"), ("b", "a")):
        for each in order:
            the.outside.pushed[each] = each
            the.outside.shops.told.append({"kind": each})
        found.add(told.of())
        the.world.restore(taken)
    assert len(found) == 1


def test_a_circuit_that_has_seen_no_failure_is_as_none(the: Dweller) -> None:
    """Whatever happens next, the worker answers the same, and what it writes differs by the version alone."""
    went = []
    for circuit in (Circuit("none"), Circuit("fresh", version=1), Circuit("healed", version=6)):
        if circuit.version:
            commit(overwrite(MESSAGES, {"pk": f"GATEWAY#{circuit.gateway}", **asdict(circuit)}))
        breaker, answers = Breaker(circuit.gateway, CircuitTable(), the.world.now), []
        for number in range(12):
            try:
                answers.append(breaker.call(lambda number=number: _flaky(number)))
            except Unavailable as problem:
                answers.append(type(problem))
        kept = CircuitTable().of(circuit.gateway)
        went.append((answers, replace(kept, gateway="", version=0, failed_at="", since="", until="")))
    assert went[0] == went[1] == went[2]


def _flaky(number: int) -> int:
    if number % 3:
        raise Unavailable("down")
    return number


def _kept(the: Dweller, pk: str) -> Any:
    return the.world.cloud.dynamodb.tables["MessagesTable"].find((pk, ""))


def _message(the: Dweller) -> None:
    the.world.cloud.sqs.put("IntakeQueue", "{}")


def _had(the: Dweller) -> None:
    queue = the.world.cloud.sqs.queues["IntakeQueue"]
    for id, each in list(queue.messages.items()):
        queue.messages[id] = each._replace(received=each.received + 1)


def _payment(the: Dweller) -> None:
    next(iter(the.gateway.payments.values())).captured += 1


def _change(the: Dweller) -> None:
    table = the.world.cloud.dynamodb.tables["OrdersTable"]
    item = next(table.every())
    for each in ({**item, "more": {"S": ""}}, item):  # what stands is the same again
        table.put(each, 0, False, 0.0)


CHANGES: list[Callable[[Dweller], Any]] = [
    _message,
    lambda the: (_message(the), _had(the)),
    lambda the: the.world.cloud.sqs.put("IntakeQueue", "{}", 60),
    lambda the: the.world.cloud.sqs.put("StockQueue", "{}"),
    lambda the: the.world.later(0.001),
    _payment,
    _change,
    lambda the: the.world.cloud.ses.sent.append(Mail(("a@example.com",), b"X-Waybill-Event: e")),
    lambda the: the.world.cloud.s3.files.update(more=b"1"),
    lambda the: the.world.cloud.machine.lose(next(iter(the.world.cloud.machine.executions))),
    lambda the: the.outside.pushed.update(more="1"),
    lambda the: the.outside.shops.told.append({}),
    lambda the: the.outside.receiver.seen.add("more"),
    lambda the: setattr(the.world, "put_aside", 1),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_anywhere_else_changes_it(the: Dweller, told: Fingerprint, change: Callable[[Dweller], Any]) -> None:
    before, taken = told.of(), the.world.snapshot()
    change(the)
    assert told.of() != before
    the.world.restore(taken)
    assert told.of() == before


def _others(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The item with one value of it changed, gone, or one more."""
    left_out = _OF_A_TAKEN_PUSH if item["pk"]["S"].startswith("PUSH#") and item["status"] == {"S": DELIVERED} else _LEFT_OUT
    yield {**item, "more": {"S": ""}}
    for name, value in item.items():
        if name not in left_out:
            yield {each: value for each, value in item.items() if each != name}
            yield from ({**item, name: other} for other in _changed(value))


def _changed(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield {**value, "more": {"S": "1"}}
        yield from ({**value, name: other} for name, inner in value.items() for other in _changed(inner))
    elif isinstance(value, list):
        yield [*value, {"S": "1"}]
        yield from ([*value[:place], other, *value[place + 1 :]] for place, inner in enumerate(value) for other in _changed(inner))
    elif isinstance(value, bool):
        yield not value
    else:
        yield value + (b"1" if isinstance(value, bytes) else "1")
