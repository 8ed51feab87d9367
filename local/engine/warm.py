"""Starts one process of each function before anybody asks, as provisioned concurrency would: the first order after
`make run` should not pay for twenty cold starts in a row."""

from __future__ import annotations

import logging
from typing import Any

from local.engine.gaps.function_process import InitError

_FIRST = ("IntakeFunction", "IntakeWorker", "StockWorker", "Publisher", "Payment", "Orders", "Routing")
log = logging.getLogger("waybill.warm")


def warm_all() -> None:
    """One after the other, in the order in which an order meets them. Blocks: give it a thread."""
    from ministack.core import lambda_runtime
    from ministack.core.responses import request_scope
    from ministack.services import lambda_svc

    for (account, region, name), function in sorted(lambda_svc._functions._data.items(), key=_turn):
        with request_scope(account, region):
            worker, _ = lambda_runtime.acquire_worker(name, function["config"], function["code_zip"])
            try:
                lambda_runtime.ensure_spawned(worker)
            except InitError as error:
                log.error("%s does not start: %s", name, error)
            finally:
                lambda_runtime.release_worker(worker)


def _turn(entry: tuple[tuple[str, str, str], Any]) -> tuple[int, str]:
    name = entry[0][2]
    place = next((n for n, part in enumerate(_FIRST) if part in name), len(_FIRST))
    return place, name
