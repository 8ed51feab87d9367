"""What one order's whole life costs at AWS list prices, mail left out: counted from the calls really made, at the door to delivered."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Any

from bench.meter import Meter
from tests.flow.life import an_order, life, whole_life
from tests.support.world import World
from waybill.aws import gate

_SKUS = ("TEA", "CUP", "POT")
_LAMBDA_GB = 0.25
_LAMBDA_SECONDS = 0.03
_RECEIVED_AND_DELETED = 2


def measure() -> list[dict[str, Any]]:
    """A row for an order of one, two and three lines; dollars for 1,000 orders in all and by what they are paid for."""
    return [_row(lines) for lines in (1, 2, 3)]


def _row(lines: int) -> dict[str, Any]:
    meter, logs = Meter(), io.StringIO()
    with life({(sku, "columbus"): 50 for sku in _SKUS}) as the, redirect_stdout(logs):
        counted = _Counted(the.world)
        with gate.watching(meter):
            whole_life(the, an_order(*((sku, 1) for sku in _SKUS[:lines])))
        meter.units["state transitions"] = the.world.machine.transitions
    meter.units["http requests"] = counted.http
    meter.units["lambda requests"] = counted.invocations
    meter.units["lambda GB-s"] = counted.invocations * _LAMBDA_GB * _LAMBDA_SECONDS  # type: ignore[assignment]
    meter.units["sqs requests"] += counted.messages * (1 + _RECEIVED_AND_DELETED) - meter.calls["sqs.SendMessage"]
    meter.units["log bytes"] = len(logs.getvalue())
    del meter.units["secret calls"]  # kept five minutes in a function: nothing an order
    by_kind = {name: dollars * 1000 for name, dollars in meter.cost().items()}
    return {"lines": lines, "per_1000": sum(by_kind.values()), **by_kind, "calls": sum(meter.calls.values()), "units": dict(meter.units)}


class _Counted:
    """Counts invocations, HTTP calls and queue messages of a world."""

    def __init__(self, world: World) -> None:
        self.invocations = self.http = self.messages = 0
        handler, call, once = world.handler, world.call, world._queue_once

        def counted_handler(folder: str) -> Any:
            self.invocations += 1
            return handler(folder)

        def counted_call(*args: Any, **kwargs: Any) -> Any:
            self.http += 1
            return call(*args, **kwargs)

        def counted_once(queue: str, folder: str) -> bool:
            before = self.invocations
            moved = once(queue, folder)
            self.messages += self.invocations - before
            return moved

        world.handler, world.call, world._queue_once = counted_handler, counted_call, counted_once  # type: ignore[method-assign]

