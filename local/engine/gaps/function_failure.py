"""An HTTP API answers 502 with the function's error and stack trace when a function raises; AWS answers a bare 500."""

from __future__ import annotations

import json
from typing import Any


def close() -> None:
    from ministack.services import apigateway

    invoke = apigateway._invoke_lambda_proxy

    async def invoke_lambda_proxy(*given: Any, **named: Any) -> Any:
        status, headers, body = await invoke(*given, **named)
        if status == 502 and b'"errorType"' in (body or b""):
            return 500, {"Content-Type": "application/json"}, json.dumps({"message": "Internal Server Error"}).encode()
        return status, headers, body

    apigateway._invoke_lambda_proxy = invoke_lambda_proxy
