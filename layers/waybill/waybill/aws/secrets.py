"""Secrets Manager, read once and kept for five minutes: a rotated secret is seen within that time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from waybill.aws.clients import client
from waybill.aws.config import stage
from waybill.kernel.errors import Conflict, InvalidInput, Unavailable
from waybill.kernel.plain import compact

_KEEP_SECONDS = 300.0
_YOUNG_SECONDS = 20.0
_LARGEST = 60_000
_MOST_TRIES = 8
_PENDING = "WAYBILL_PENDING"
_kept: dict[str, tuple[float, dict[str, Any]]] = {}


def secret(name: str) -> dict[str, Any]:
    """The JSON object kept as `waybill/<stage>/<name>`. Raises Unavailable where it is missing."""
    full = f"waybill/{stage()}/{name}"
    known = _kept.get(full)
    if known and time.monotonic() - known[0] < _KEEP_SECONDS:
        return known[1]
    value, _ = _current(full)
    _kept[full] = (time.monotonic(), value)
    return value


def read_anew(name: str) -> bool:
    """Drops what is kept of one, unless it was read a moment ago: whoever makes us doubt it cannot make us ask for each doubt. Answers
    whether it will be read anew."""
    full = f"waybill/{stage()}/{name}"
    known = _kept.get(full)
    if known and time.monotonic() - known[0] < _YOUNG_SECONDS:
        return False
    _kept.pop(full, None)
    return True


def change(name: str, decide: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Reads, decides, writes; once more from the start whenever somebody else was first, so that of two changes at once neither is lost. `decide`
    must be pure: it may run several times; answering what it was given changes nothing. Answers what stands then.

    Secrets Manager has no conditional write. The new value is put as a version that nobody reads, and AWSCURRENT is moved to it from the
    version that was read: that it refuses where AWSCURRENT is somewhere else by then. Raises InvalidInput beyond its size, Conflict after 8 tries.
    """
    full = f"waybill/{stage()}/{name}"
    for _ in range(_MOST_TRIES):
        value, seen = _current(full)
        after = decide(value)
        if after == value:
            return after
        if _moved(full, after, seen):
            _kept[full] = (time.monotonic(), after)
            return after
    raise Conflict(f"the secret {full} is being changed by many at once; try again")


def _current(full: str) -> tuple[dict[str, Any], str]:
    manager = client("secretsmanager")
    try:
        found = manager.get_secret_value(SecretId=full)
    except manager.exceptions.ResourceNotFoundException:
        raise Unavailable(f"the secret {full} is missing: create it, see the runbook") from None
    return json.loads(found["SecretString"]), found["VersionId"]


def _moved(full: str, value: dict[str, Any], seen: str) -> bool:
    from uuid import uuid4

    text, manager, token = compact(value), client("secretsmanager"), str(uuid4())
    if len(text.encode()) > _LARGEST:
        raise InvalidInput(f"the secret {full} has at most {_LARGEST} bytes")
    manager.put_secret_value(SecretId=full, SecretString=text, ClientRequestToken=token, VersionStages=[_PENDING])
    try:
        manager.update_secret_version_stage(SecretId=full, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=seen)
    except (manager.exceptions.InvalidParameterException, manager.exceptions.InvalidRequestException):
        _, now = _current(full)
        if now == seen:
            raise  # it was not refused for somebody else's change
        return now == token  # it had been carried out, and only its answer was lost
    return True


def forget() -> None:
    """Drops what was kept: for tests."""
    _kept.clear()
