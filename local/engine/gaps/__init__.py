"""What MiniStack lacks, one module a gap. Each has `close()` and a probe in tests/engine that fails once upstream closes it.

They are private names of one pinned version that are replaced here: the probes also say when a name has gone.
"""

from __future__ import annotations

import os
from importlib import import_module

NAMES = (
    "function_process",
    "http_api_body",
    "function_failure",
    "table_settings",
    "task_tokens",
    "named_resources",
    "batch_actions",
    "execution_start",
    "stream_mapping",
    "poller_pace",
    "raw_mail",
    "queue_races",
    "alarm_expressions",
    "log_growth",
)


def close_all() -> None:
    """Closes every gap, but for those that WAYBILL_GAPS_OPEN names (or `all`): that is how the probes look at upstream."""
    left_open = os.environ.get("WAYBILL_GAPS_OPEN", "").split(",")
    for name in NAMES if "all" not in left_open else ():
        if name in left_open:
            continue
        import_module(f"{__name__}.{name}").close()
