"""The world's DynamoDB and SQS against moto's and the laptop engine's: the same random operations, the same answers, the same stream.

Differences that are known, each with who is right; whatever else differs fails.
- A write that changes nothing: moto and the engine put a record of it on the stream. AWS's documentation says that it puts none, and ours does not (NOTHING_CHANGED).
- A page that is full with the last item: AWS says that there may be more, as does ours; moto knows better (THE_LAST_PAGE).
- A page that shall begin outside of what is asked for: refused by AWS, the engine and ours; moto answers (START_OUTSIDE).
- A transaction under a token that was used: AWS, the engine and ours do not carry it out again; moto does. Against moto each has a token of its own.
- Deleting once more what is gone: the engine refuses the receipt, AWS, moto and ours take it. By a receipt from before it was received again: the engine
  does not delete, moto and ours do, AWS promises neither; nobody is asked (OLD_RECEIPT).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.proof.clouds import Little, engines, motos, ours
from tests.proof.operations import OPERATIONS, Operation, named, with_its_own_token
from tests.proof.queue_operations import STEPS, Step, told

_TASTE = ("ConsumedCapacity", "ItemCollectionMetrics", "Count", "ScannedCount", "UnprocessedKeys", "UnprocessedItems")
_HARD = settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def moto_s() -> Iterator[Callable[[], Little]]:
    with motos() as make:
        yield make


@pytest.fixture(scope="module")
def engine_s() -> Iterator[Callable[[], Little]]:
    with engines() as make:
        yield make


@_HARD
@given(operations=OPERATIONS)
def test_tables_are_as_moto_has_them(moto_s: Callable[[], Little], operations: list[Operation]) -> None:
    _same(ours(), moto_s(), [with_its_own_token(operation, number) for number, operation in enumerate(operations)])


@pytest.mark.engine
@pytest.mark.xdist_group("engine")
@_HARD
@given(operations=OPERATIONS)
def test_tables_are_as_the_engine_has_them(engine_s: Callable[[], Little], operations: list[Operation]) -> None:
    _same(ours(), engine_s(), operations)


def _same(here: Little, there: Little, operations: list[Operation]) -> None:
    for operation in operations:
        known, other = (_ask(cloud, operation) for cloud in (here, there))
        while not _known(operation, known, other):
            assert _plain(known, here) == _plain(other, there), operation
            if not isinstance(known, dict) or "LastEvaluatedKey" not in known:
                break
            operation = ("query", {**operation[1], "ExclusiveStartKey": known["LastEvaluatedKey"]})
            known, other = (_ask(cloud, operation) for cloud in (here, there))
    assert here.changes() == [change for change in there.changes() if change[2] != change[3]]  # NOTHING_CHANGED


def _ask(cloud: Little, operation: Operation) -> Any:
    verb, request = named(operation, cloud.table)
    return cloud.ask(verb, **request)


def _known(operation: Operation, known: Any, other: Any) -> bool:
    """Whether this is a difference that we know: then the operation is not followed any further."""
    if isinstance(known, tuple):
        return known[1] == "ValidationException" and isinstance(other, dict) and "ExclusiveStartKey" in operation[1]  # START_OUTSIDE
    if not isinstance(other, dict) or "LastEvaluatedKey" not in known or "LastEvaluatedKey" in other:
        return False
    return known["Items"] == other["Items"]  # THE_LAST_PAGE


def _plain(answer: Any, cloud: Little) -> Any:
    """An answer without what is a matter of taste."""
    if isinstance(answer, tuple):
        return answer
    answer = {name: value for name, value in answer.items() if name not in _TASTE}
    if "Responses" in answer:
        answer["Responses"] = sorted(answer["Responses"].get(cloud.table, []), key=str)
    return answer


@_HARD
@given(steps=STEPS)
def test_queues_are_as_moto_has_them(moto_s: Callable[[], Little], steps: list[Step]) -> None:
    assert told(ours(), steps) == told(moto_s(), steps)


@pytest.mark.engine
@pytest.mark.xdist_group("engine")
@settings(_HARD, max_examples=25)
@given(steps=STEPS)
def test_queues_are_as_the_engine_has_them(engine_s: Callable[[], Little], steps: list[Step]) -> None:
    assert told(ours(), steps) == told(engine_s(), steps)
