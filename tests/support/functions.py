"""Functions that other functions ask, run in this process: stands in for the `lambda` client behind the gate."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from tests.support.said import said_by
from tests.support.template import resources


class Functions:
    """`handler` answers a function by its folder. A function that raises ends in `FunctionError`, as on AWS."""

    def __init__(self, handler: Callable[[str], Any]) -> None:
        self.meta, self.exceptions = said_by("lambda")
        self._handler = handler

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:
        assert InvocationType == "RequestResponse"
        folder = resources("AWS::Serverless::Function")[FunctionName]["CodeUri"].removeprefix("functions/").strip("/")
        try:
            answer = self._handler(folder)(json.loads(Payload), None)
        except Exception as problem:  # noqa: BLE001
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps({"errorType": type(problem).__name__}).encode())}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}
