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

lock = threading.RLock()


def close() -> None:
    from ministack.services import eventbridge, sqs

    for name in _TOUCHES_MESSAGES:
        guarded = _guard(getattr(sqs, name))
        for action, function in list(sqs._HANDLERS.items()):
            if function is getattr(sqs, name):
                sqs._HANDLERS[action] = guarded
        setattr(sqs, name, guarded)
    eventbridge._dispatch_to_sqs = _guard(eventbridge._dispatch_to_sqs)


def _guard(function: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):
        raise TypeError(f"{function.__name__} awaits: a lock cannot be held across that")

    @functools.wraps(function)
    def guarded(*args: Any, **named: Any) -> Any:
        with lock:
            return function(*args, **named)

    return guarded
