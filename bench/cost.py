"""What one order's whole life costs at AWS list prices, mail left out: counted from the calls really made, from the door to delivered.

Counted twice: for one order alone, where every queue message is fetched, handled and deleted by itself and every function looks up the shop
anew; and for orders that come ten at a time, where a fetch brings what is there, up to the template's batch sizes. What an invocation lasts cannot be counted
here: it is assumed, and said in the table's own column.
"""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Any

from bench.meter import Meter
from tests.flow.life import Life, an_order, life
from tests.support.world import World
from waybill.aws import gate

_SKUS = ("TEA", "CUP", "POT")
_LAMBDA_GB = 0.25
_LAMBDA_SECONDS = 0.03
_FETCHED_AND_DELETED = 2
TOGETHER = 10


def measure() -> list[dict[str, Any]]:
    """A row for orders of one, two and three lines, alone and ten at a time; dollars for 1,000 orders in all and by what they are paid for."""
    return [_row(lines, orders) for orders in (1, TOGETHER) for lines in (1, 2, 3)]


def _row(lines: int, orders: int) -> dict[str, Any]:
    meter, logs = Meter(), io.StringIO()
    with life({(sku, "columbus"): 50 for sku in _SKUS}) as the, redirect_stdout(logs):
        the.world.most_at_once = orders
        counted = _Counted(the.world)
        with gate.watching(meter):
            _lives(the, lines, orders)
        meter.units["state transitions"] = the.world.machine.transitions
    meter.units["http requests"] = counted.http
    meter.units["lambda requests"] = counted.invocations
    meter.units["lambda GB-s"] = counted.invocations * _LAMBDA_GB * _LAMBDA_SECONDS  # type: ignore[assignment]
    meter.units["sqs requests"] = counted.messages + counted.batches * _FETCHED_AND_DELETED
    meter.units["log bytes"] = len(logs.getvalue())
    del meter.units["secret calls"]  # kept five minutes in a function: nothing an order
    by_kind = {name: dollars * 1000 / orders for name, dollars in meter.cost().items()}
    lambdas = by_kind.pop("lambda requests") + by_kind.pop("lambda GB-s") + by_kind.pop("log bytes")
    total = sum(by_kind.values()) + lambdas
    return {"lines": lines, "at once": orders, "per_1000": total, **by_kind, "lambda, logs": lambdas, "calls": sum(meter.calls.values()) / orders}


def _lives(the: Life, lines: int, orders: int) -> None:
    """From the door to delivered, all orders in step."""
    wanted = [an_order(*((sku, 1) for sku in _SKUS[:lines])) for _ in range(orders)]
    ids = [the.place(order, f"key-{n}") for n, order in enumerate(wanted)]
    the.settle()
    work = the.call("GET", "/v1/fulfilment-orders").json()["items"]
    assert {each["order_id"] for each in work} == set(ids)
    shipped = the.carry_out(work)
    the.settle()
    the.deliver(shipped)
    the.settle()


class _Counted:
    """Counts invocations, HTTP calls, queue messages and the batches in which they came."""

    def __init__(self, world: World) -> None:
        self.invocations = self.http = self.messages = self.batches = 0
        handler, call, deliver = world.handler, world.call, world._deliver

        def counted_handler(folder: str) -> Any:
            self.invocations += 1
            return handler(folder)

        def counted_call(*args: Any, **kwargs: Any) -> Any:
            self.http += 1
            return call(*args, **kwargs)

        def counted_deliver(queue: str, folder: str, messages: list[dict[str, Any]]) -> None:
            self.messages += len(messages)
            self.batches += 1
            deliver(queue, folder, messages)

        world.handler, world.call, world._deliver = counted_handler, counted_call, counted_deliver  # type: ignore[method-assign]
