"""A DynamoDB stream's event source mapping lacks MaximumRetryAttempts, BisectBatchOnFunctionError and
ReportBatchItemFailures, and runs its function inside the one thread that serves every queue.

Left open, a poison record blocks its stream for ever, and the publisher holds up each queue behind it.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

_PAUSE_AFTER_FAILURE = 0.5
_FOR_EVER = -1


@dataclass
class Shard:
    """What one mapping remembers between two batches."""

    busy: bool = False
    attempts: int = 0
    size: int | None = None  # a bisected batch's size, until it is through
    not_before: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


_shards: dict[str, Shard] = {}


def close() -> None:
    from ministack.services import lambda_svc

    lambda_svc._poll_dynamodb_streams = poll


def poll() -> bool:
    """One look at every mapping; a mapping with records gets a thread of its own. Never says that work was done: it waits for nobody."""
    from ministack.core.responses import request_scope
    from ministack.services import lambda_svc

    for account, region, mapping in lambda_svc._iter_all_esms():
        if ":dynamodb:" not in mapping.get("EventSourceArn", "") or not mapping.get("Enabled", True):
            continue
        with request_scope(account, region):
            _start_if_ready(mapping)
    return False


def _start_if_ready(mapping: dict[str, Any]) -> None:
    from ministack.core.concurrency import esm_wake, spawn_background

    shard = _shards.setdefault(mapping["UUID"], Shard())
    if shard.busy or shard.not_before > time.time():
        return
    work = _next_batch(mapping, shard)
    if work is None:
        return
    shard.busy = True

    def run() -> None:
        try:
            work_off(mapping, shard)
        finally:
            shard.busy = False
            esm_wake.set()

    spawn_background(run, thread_name="stream-mapping")


def work_off(mapping: dict[str, Any], shard: Shard) -> None:
    """Batch after batch until the stream is dry or a batch has failed and must wait."""
    while shard.not_before <= time.time():
        work = _next_batch(mapping, shard)
        if work is None:
            return
        function, position, batch = work
        _one_batch(mapping, shard, function, position, batch)


def _next_batch(mapping: dict[str, Any], shard: Shard) -> tuple[dict[str, Any], int, list[dict[str, Any]]] | None:
    from ministack.services import dynamodb, lambda_svc

    source = mapping["EventSourceArn"]
    table_name = source.split("/stream/")[0].rsplit("/", 1)[-1]
    table = dynamodb._tables.get(table_name)
    function, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    if not table or function is None or table.get("LatestStreamArn") != source:
        return None
    first, end = dynamodb.stream_start_position(table_name), dynamodb.stream_end_position(table_name)
    with lambda_svc._dynamodb_stream_positions_lock:
        positions = lambda_svc._dynamodb_stream_positions
        if mapping["UUID"] not in positions:
            positions[mapping["UUID"]] = first if mapping.get("StartingPosition") == "TRIM_HORIZON" else end
        position = max(positions[mapping["UUID"]], first)
    batch = dynamodb.stream_records_since(table_name, position, shard.size or mapping.get("BatchSize", 100))
    return (function, position, batch) if batch else None


def _one_batch(mapping: dict[str, Any], shard: Shard, function: dict[str, Any], position: int, batch: list[dict[str, Any]]) -> None:
    from ministack.services import lambda_svc

    wanted = lambda_svc._apply_filter_criteria(batch, mapping)
    if not wanted:
        _advance(mapping, shard, position + len(batch))
        return
    result = lambda_svc._execute_function(function, {"Records": wanted})
    if not result.get("error"):
        failed_at = _first_failure(mapping, batch, result.get("body"))
        if failed_at is None:
            _advance(mapping, shard, position + len(batch))
            return
        if failed_at > 0:
            _advance(mapping, shard, position + failed_at)
            return
    _after_failure(mapping, shard, function, position, batch, result)


def _first_failure(mapping: dict[str, Any], batch: list[dict[str, Any]], body: Any) -> int | None:
    """The index of the earliest record that the function reported as failed, or None."""
    if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", []):
        return None
    body = json.loads(body) if isinstance(body, str) and body else body
    if not isinstance(body, dict):
        return None
    named = {item.get("itemIdentifier") for item in body.get("batchItemFailures") or []}
    places = [n for n, record in enumerate(batch) if record["dynamodb"]["SequenceNumber"] in named]
    return min(places) if places else (0 if named else None)


def _after_failure(
    mapping: dict[str, Any], shard: Shard, function: dict[str, Any], position: int, batch: list[dict[str, Any]], result: dict[str, Any]
) -> None:
    from ministack.services import lambda_svc

    shard.attempts += 1
    shard.not_before = time.time() + _PAUSE_AFTER_FAILURE
    mapping["LastProcessingResult"] = "FAILED"
    if mapping.get("BisectBatchOnFunctionError") and len(batch) > 1:
        shard.size = len(batch) // 2
        shard.attempts = 0
        return
    limit = int(mapping.get("MaximumRetryAttempts", _FOR_EVER))
    too_old = _older_than(batch[0], int(mapping.get("MaximumRecordAgeInSeconds", _FOR_EVER)))
    if too_old or 0 <= limit < shard.attempts:
        why = "MaxRecordAgeExceeded" if too_old else "RetryAttemptsExhausted"
        lambda_svc._send_ddb_stream_failure_record(mapping, function, batch, mapping["EventSourceArn"], result, why)
        _advance(mapping, shard, position + len(batch))


def _older_than(record: dict[str, Any], seconds: int) -> bool:
    return seconds > 0 and time.time() - float(record["dynamodb"]["ApproximateCreationDateTime"]) > seconds


def _advance(mapping: dict[str, Any], shard: Shard, position: int) -> None:
    from ministack.services import lambda_svc

    with lambda_svc._dynamodb_stream_positions_lock:
        lambda_svc._dynamodb_stream_positions[mapping["UUID"]] = position
    shard.attempts, shard.size, shard.not_before = 0, None, 0.0
    mapping["LastProcessingResult"] = "OK"
    for listener in advanced:
        listener(mapping, position)


# Told of every new position: the journal, so that a restart does not replay what was done.
advanced: list[Any] = []
