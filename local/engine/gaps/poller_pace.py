"""Event source mappings look once a second for what becomes visible by itself, and start five workers a queue.

A delayed or returned message then waits up to a second too long; five processes a queue drown a laptop.
"""

from __future__ import annotations

import threading

_TICK_SECONDS = 0.05
_WORKERS_A_QUEUE = 2


def close() -> None:
    from ministack.core import concurrency
    from ministack.services import lambda_svc

    lambda_svc._ESM_SQS_DEFAULT_CONCURRENCY = _WORKERS_A_QUEUE
    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = 0.0
    real_wait = concurrency.esm_wake.wait

    def wait(timeout: float | None = None) -> bool:
        return real_wait(min(timeout, _TICK_SECONDS) if timeout else timeout)

    concurrency.esm_wake.wait = wait  # type: ignore[method-assign]


def wake() -> threading.Event:
    from ministack.core import concurrency

    return concurrency.esm_wake
