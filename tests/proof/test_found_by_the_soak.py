"""What random stories have found, told shortly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ReadTimeoutError

from proof.cloud.sqs import Message
from proof.faults import Crash
from proof.judging import Judge
from proof.living import Dweller, living
from proof.quick import quick
from tests.flow.life import an_order
from waybill.aws import batch, gate


def test_a_wait_that_is_told_late_does_not_displace_the_token_on_which_the_execution_waits_now() -> None:
    """Seed 6: the order had shipped, and its execution waited for three months on."""
    with living({("TEA", "reno"): 1}) as the, quick():
        judge = Judge(the)
        order_id = the.place(an_order(("TEA", 2), reference="late"))
        wait = _next(the, "WaitsQueue")
        the.world.deliver("WaitsQueue", [wait])
        the.call("POST", "/v1/inventory/TEA/reno/movements", {"kind": "received", "quantity": 5, "reference": "po"}, idempotency_key="po")
        the.settle()
        assert the.order(order_id)["status"] == "released"
        the.world.deliver("WaitsQueue", [wait])  # SQS says it once more
        shipped = the.fulfil(order_id)
        the.settle()
        the.deliver(shipped)
        the.settle()
        assert [run.status for run in the.world.machine.executions.values()] == ["SUCCEEDED"]
        assert judge.verdict() == []


def test_an_answer_that_never_came_fails_its_own_message_only() -> None:
    """An error of a line that went dead has an answer too, and it is None."""

    def handle(body: dict[str, int]) -> None:
        if body["n"] == 1:
            raise ReadTimeoutError(endpoint_url="https://dynamodb.example")

    records = [{"messageId": f"m{n}", "body": f'{{"n": {n}}}'} for n in (1, 2)]
    assert batch.each({"Records": records}, handle) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}


def test_an_order_cancelled_before_its_execution_starts_needs_none() -> None:
    """Seed 0: the worker died between the order and its execution, and the customer cancelled before the message came again."""

    class Dies:
        """At the first start of an execution."""

        started = False

        def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
            if name == "stepfunctions.StartExecution" and not self.started:
                self.started = True
                raise Crash(name)
            return thunk()

    with living({("TEA", "reno"): 1}) as the, quick():
        judge = Judge(the)
        order_id = the.place(an_order(("TEA", 1), reference="early"))
        with gate.watching(Dies()):
            the.world.deliver("IntakeQueue", [_next(the, "IntakeQueue")])
        assert the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "changed my mind"}).status == 200
        the.settle()
        assert the.world.machine.executions == {}
        assert judge.verdict(struck=True) == []


def _next(the: Dweller, queue: str) -> Message:
    """Lets everything else happen until a message waits there, and takes it out."""
    here = the.world.cloud.sqs.queues[queue]
    while not here.messages:
        the.world.make(next(move for move in the.world.moves() if move.what != queue))
    return the.world.cloud.sqs.take(here, list(here.messages))[0]
