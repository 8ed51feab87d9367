"""One function asking another and waiting for its answer: only where what it needs must not be loaded by the one that asks (docs/adr/0013)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from waybill.aws.clients import client
from waybill.aws.config import setting
from waybill.kernel.errors import Unavailable
from waybill.kernel.plain import compact


def ask(function_variable: str, question: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of the function whose name is in the environment variable. Raises Unavailable where it does not come: nobody knows then what was done."""
    from botocore.exceptions import BotoCoreError, ClientError

    payload = compact(question).encode()
    try:
        reply = client("lambda").invoke(FunctionName=setting(function_variable), InvocationType="RequestResponse", Payload=payload)
        answer = json.loads(reply["Payload"].read())
    except (BotoCoreError, ClientError, ValueError) as problem:
        raise Unavailable(f"the function does not answer ({type(problem).__name__})") from None
    if reply.get("FunctionError") or not isinstance(answer, dict):
        raise Unavailable("the function did not come to an end")
    return answer
