"""Routing dies after each of its writes, or before all of them; the message comes again.

That is every place where it can die, as far as anybody outside can tell: what is only read leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.routing.orders import ORDER, Desk, cup, order_of, pot, tea
from tests.support.faults import AFTER, BEFORE, CrashAt, Recorder
from tests.support.world import Crash
from waybill.aws import gate
from waybill.bootstrap import inventory as inventory_root
from waybill.orders.model.order import Line

_READS = ("dynamodb.Query", "dynamodb.GetItem", "dynamodb.BatchGetItem")


def test_routing_survives_a_crash_at_every_call():
    for desk in _crashed_everywhere((cup(), pot(), tea(2)), lambda desk: None, Desk.route):
        assert {line for lines in desk.work().values() for line in lines} == {"1", "2", "3"}
        assert len(desk.record.decisions) == 1
        assert not desk.tokens


def test_rerouting_survives_a_crash_at_every_call():
    for desk in _crashed_everywhere((tea(12),), _rejected, Desk.go_on):
        assert desk.work() == {"reno": {"1": 10}}
        assert set(desk.tokens.answers) == {("token-1", "OrderHeld")}
        assert desk.stock("TEA") == {"columbus": (5, 0), "reno": (10, 10)}


def _rejected(desk: Desk) -> None:
    """Columbus finds that its five are not there; Reno has three more, and the books say that Columbus has."""
    desk.route()
    desk.reject(1, "NOT_IN_STOCK")


def _crashed_everywhere(lines: tuple[Line, ...], before: Callable[[Desk], None], deed: Callable[[Desk], None]) -> Iterator[Desk]:
    """For each place where the deed can die: an order for which it died there, was repeated, and repeated once more."""
    with order_of(*lines) as desk, gate.watching(recorder := Recorder()):
        before(desk)
        recorder.calls.clear()
        deed(desk)
    writes = [number for number, (name, _) in enumerate(recorder.calls) if name not in _READS]
    assert len(writes) >= 2
    for number, moment in [(0, BEFORE), *((number, AFTER) for number in writes)]:
        with order_of(*lines) as desk:
            before(desk)
            with gate.watching(CrashAt(number, moment)), pytest.raises(Crash):
                deed(desk)
            deed(desk)
            deed(desk)
            _is_sound(desk)
            yield desk


def _is_sound(desk: Desk) -> None:
    """Every released unit is in one live fulfilment order, and reserved where that is; nothing else is reserved."""
    released = sum(lines.released for lines in desk.record.state.lines.values())
    assert released == sum(sum(lines.values()) for lines in desk.work().values())
    held = inventory_root.inventory().held(ORDER).held
    reserved = {(line, node): units for line, nodes in held.items() for node, units in nodes.items()}
    assert reserved == {(line, node): units for node, lines in desk.work().items() for line, units in lines.items()}
