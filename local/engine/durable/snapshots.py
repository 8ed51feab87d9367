"""Everything that changes seldom: a service's whole state, saved a moment after a request that may have changed it.

A change by CloudFormation can be in any service, so it marks them all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

_PAUSE_SECONDS = 1.0
_READS = (
    "Get",
    "List",
    "Describe",
    "Receive",
    "Batch",
    "Query",
    "Scan",
    "Head",
    "Assume",
    "Filter",
    "Poll",
    "Lookup",
    "Search",
    "Validate",
)
_DATA = {
    "dynamodb": ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "TransactGetItems", "ExecuteStatement"),
    "sqs": ("SendMessage", "DeleteMessage", "ChangeMessage", "PurgeQueue"),
    "states": ("StartExecution", "SendTask", "StopExecution"),
    "events": ("PutEvents",),
    "logs": ("PutLogEvents", "CreateLogStream", "CreateLogGroup"),
    "monitoring": ("PutMetricData",),
    "ses": ("Send",),
}
_NEVER_SAVED = {"cloudwatch_logs", "cloudwatch", "sts"}  # large, and nobody misses them after a crash

log = logging.getLogger("waybill.snapshots")
_dirty: set[str] = set()


def enable(restore_rest: Callable[[], Any]) -> None:
    """Marks what requests change, saves it in the background, and restores the journal after upstream's snapshot."""
    from ministack import app

    dispatch, load = app._dispatch_service_request, app._load_persisted_state

    async def dispatch_and_mark(method: str, path: str, headers: dict, body: bytes, query: dict, request_id: str) -> Any:
        answer = await dispatch(method, path, headers, body, query, request_id)
        if answer[0] < 400:
            _mark(app, method, path, headers, body, query)
        return answer

    def load_and_restore() -> None:
        load()
        _settle_stacks()
        restore_rest()
        asyncio.get_running_loop().create_task(_save_for_ever(app))

    app._dispatch_service_request = dispatch_and_mark
    app._load_persisted_state = load_and_restore


def _mark(app: Any, method: str, path: str, headers: dict, body: bytes, query: dict) -> None:
    service = app.detect_service(method, path, headers, app._routing_params(method, path, headers, body, query))
    target = headers.get("x-amz-target", "")
    action = target.rsplit(".", 1)[-1] if target else (query.get("Action") or [""])[0]
    if not action and b"Action=" in body[:2000]:
        action = body.split(b"Action=", 1)[1].split(b"&", 1)[0].decode()
    if not action and (method in ("GET", "HEAD") or "/invocations" in path):
        return
    if action.startswith(_READS) or action.startswith(_DATA.get(service, ("\x00",))):
        return
    names = app._state_map.values() if service == "cloudformation" else [app.SERVICE_REGISTRY.get(service, {}).get("module", service)]
    _dirty.update(names)
    if service == "ses":
        _dirty.add("ses_v2")


async def _save_for_ever(app: Any) -> None:
    while True:
        await asyncio.sleep(_PAUSE_SECONDS)
        if any(stack["StackStatus"].endswith("_IN_PROGRESS") for stack in _stacks()):
            _dirty.update(app._state_map.values())  # CloudFormation works on after it has answered: save the whole or nothing
            continue
        names = set(_dirty) - _NEVER_SAVED
        _dirty.clear()
        if names:
            await save(app, names)


async def save(app: Any, modules: set[str]) -> None:
    """Writes the state of these services. One that is changing this instant is taken again in the next round."""
    from ministack.core.persistence import save_state

    for key, get_state in app._build_persistence_save_dict().items():
        module = app._state_map[key]
        if module not in modules:
            continue
        try:
            state = get_state()
        except RuntimeError:  # a dictionary grew under the copy
            _dirty.add(module)
            continue
        if state is not None:
            await asyncio.to_thread(save_state, key, state)


def _settle_stacks() -> None:
    """A stack that was being changed when the engine died would refuse every later deploy."""
    for stack in _stacks():
        if stack.get("StackStatus", "").endswith("_IN_PROGRESS"):
            log.warning("the stack %s was being changed when the engine ended", stack.get("StackName"))
            stack["StackStatus"] = "UPDATE_ROLLBACK_COMPLETE"


def _stacks() -> list[dict[str, Any]]:
    from ministack.services import cloudformation

    return list(cloudformation._stacks.all_values())
