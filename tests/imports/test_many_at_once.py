"""Many messages and many writes at a time."""

import threading

import pytest

from tests.channels.intake_world import messages_waiting
from tests.support.cloud import plain_client
from waybill.aws import gate, queues
from waybill.imports.many import some_at_a_time
from waybill.kernel.errors import Unavailable
from waybill.orders import documents


class Refusing:
    """The queue does not take the first message of a batch, so many times."""

    def __init__(self, times):
        self.times, self.calls = times, 0

    def around(self, name, thunk, detail):
        if name != "sqs.SendMessageBatch":
            return thunk()
        self.calls += 1
        if self.times <= 0:
            return thunk()
        self.times -= 1
        first, *others = detail["Entries"]
        if others:
            plain_client("sqs").send_message_batch(QueueUrl=detail["QueueUrl"], Entries=others)
        return {"Failed": [{"Id": first["Id"], "Code": "InternalError", "SenderFault": False}]}


def test_what_the_queue_did_not_take_is_sent_again(the):
    with gate.watching(Refusing(2)) as queue:
        documents.enqueue_many([f"paper#{number}" for number in range(25)])
    assert (messages_waiting(), queue.calls) == (25, 5)


def test_a_queue_that_goes_on_refusing_is_not_waited_for(the):
    with gate.watching(Refusing(99)), pytest.raises(Unavailable):
        queues.send_many("INTAKE_QUEUE_URL", [{"document": "paper#1"}])
    documents.enqueue_many([])


def test_what_fails_for_one_of_many_is_told_when_those_under_way_have_ended():
    done, lock, before = [], threading.Lock(), threading.active_count()

    def do(number):
        if number == 3:
            raise Unavailable("not this one")
        with lock:
            done.append(number)

    with pytest.raises(Unavailable):
        some_at_a_time(4, do, range(8))
    assert {0, 1, 2} <= set(done) and threading.active_count() == before
    with pytest.raises(Unavailable):
        some_at_a_time(1, do, [3, 9])
    assert 9 not in done
