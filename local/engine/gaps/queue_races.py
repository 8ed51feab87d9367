"""Two threads at one queue lose messages: each removal builds a new list and puts it in the old one's place, and what another
thread has appended meanwhile is gone. One lock around everything that touches a queue's list.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any

_TOUCHES_MESSAGES = (
    "_act_send_message",
    "_act_send_message_batch",
    "_act_delete_message",
    "_act_delete_message_batch",
    "_act_purge_queue",
    "_collect_msgs",
    "_dlq_sweep",
    "_refresh_counts",
    "_delete_messages_for_esm",
    "_receive_messages_for_esm",
    "_expire_retained",
)

_PUTS_ONE_THERE = (
    ("eventbridge", "_dispatch_to_sqs"),
    ("s3", "_deliver_event_to_sqs"),
    ("sns", "_deliver_to_sqs"),
    ("lambda", "_route_async_failure"),
    ("lambda", "_send_ddb_stream_failure_record"),
)

lock = threading.RLock()


def close() -> None:
    from ministack.services import eventbridge, lambda_svc, s3, sns, sqs

    for name in _TOUCHES_MESSAGES:
        guarded = _guard(getattr(sqs, name))
        for action, function in list(sqs._HANDLERS.items()):
            if function is getattr(sqs, name):
                sqs._HANDLERS[action] = guarded
        setattr(sqs, name, guarded)
    for service, name in _PUTS_ONE_THERE:
        module = {"eventbridge": eventbridge, "lambda": lambda_svc, "s3": s3, "sns": sns}[service]
        setattr(module, name, _guard(getattr(module, name)))


def _guard(function: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):
        raise TypeError(f"{function.__name__} awaits: a lock cannot be held across that")

    @functools.wraps(function)
    def guarded(*args: Any, **named: Any) -> Any:
        with lock:
            return function(*args, **named)

    return guarded
