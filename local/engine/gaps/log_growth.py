"""Each invocation opens a log stream of its own and keeps it for ever: the engine grows by megabytes an hour.

Keeps the newest streams of a function, as a retention setting would.
"""

from __future__ import annotations

from typing import Any

_STREAMS_A_GROUP = 300


def close() -> None:
    from ministack.services import cloudwatch_logs, lambda_svc

    emit = lambda_svc._emit_lambda_logs

    def emit_and_trim(func: dict[str, Any], *rest: Any, **named: Any) -> None:
        emit(func, *rest, **named)
        config = func.get("config") or func
        name = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config.get('FunctionName')}"
        group = cloudwatch_logs._log_groups.get(name)
        while group and len(group["streams"]) > _STREAMS_A_GROUP:
            group["streams"].pop(next(iter(group["streams"])), None)

    lambda_svc._emit_lambda_logs = emit_and_trim
