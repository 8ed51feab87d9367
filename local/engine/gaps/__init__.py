"""What MiniStack lacks, one module a gap. Each has `close()` and a probe in tests/engine that fails once upstream closes it.

They are private names of one pinned version that are replaced here: the probes also say when a name has gone.
"""

from __future__ import annotations

from importlib import import_module

NAMES = (
    "function_process",
    "http_api_body",
    "table_settings",
    "task_tokens",
    "execution_start",
    "stream_mapping",
    "poller_pace",
    "raw_mail",
    "queue_races",
    "log_growth",
)


def close_all() -> None:
    """Closes every gap. Call it before the first request is served."""
    for name in NAMES:
        import_module(f"{__name__}.{name}").close()
