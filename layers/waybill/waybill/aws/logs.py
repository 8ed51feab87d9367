"""Structured logs and business metrics, one JSON line each, ids only.

Metrics are CloudWatch's embedded metric format. Own lines instead of a library: this is imported by every function, and the
line is all there is to it.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from typing import Any

_NAMESPACE = "Waybill"


class _Logger:
    """`logger.info("order created", order_id=…)`. Values are ids, counts and codes; never a body, never a person."""

    def info(self, message: str, **keys: Any) -> None:
        self._line("INFO", message, keys)

    def warning(self, message: str, **keys: Any) -> None:
        self._line("WARNING", message, keys)

    def error(self, message: str, **keys: Any) -> None:
        self._line("ERROR", message, keys)

    def exception(self, message: str, **keys: Any) -> None:
        """An error with where it was raised; the exception's own text stays out, for it may quote a body."""
        kind, error, trace = sys.exc_info()
        keys["exception"] = kind.__name__ if kind else None
        denied = (getattr(error, "response", None) or {}).get("Error", {})  # an answer that never came has one too, and it is None
        if denied:
            keys["aws_code"] = denied.get("Code")
        if denied.get("Code") in ("AccessDenied", "AccessDeniedException"):
            keys["aws_message"] = denied.get("Message")  # names an action and a resource, nothing of a customer
        frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(trace)]  # their source is not read, which nobody is shown
        keys["at"] = [f"{os.path.basename(code.co_filename)}:{line} {code.co_name}" for code, line in frames[-8:]]
        self._line("ERROR", message, keys)

    @staticmethod
    def _line(level: str, message: str, keys: dict[str, Any]) -> None:
        line = {"level": level, "message": message, "function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME"), **keys}
        print(json.dumps(line, default=str, separators=(",", ":")), flush=True)


logger = _Logger()


def count(metric: str, number: int = 1, **dimensions: str) -> None:
    """A business metric, for example `count("DocumentsParked", channel="shopify")`."""
    line = {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {"Namespace": _NAMESPACE, "Dimensions": [sorted(dimensions)], "Metrics": [{"Name": metric, "Unit": "Count"}]}
            ],
        },
        metric: number,
        **dimensions,
    }
    print(json.dumps(line, separators=(",", ":")), flush=True)
