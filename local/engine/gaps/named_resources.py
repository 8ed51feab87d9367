"""Two calls whose resource the engine's IAM does not name, so that a policy with a named resource denies them: answering a task
token (AWS: the state machine that waits) and sending mail by SES v2 (AWS: the sender's identity).
"""

from __future__ import annotations

import json
from email.utils import parseaddr
from typing import Any

_ANSWERS = ("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat")
_OUTBOUND_MAIL = "/v2/email/outbound-emails"


def close() -> None:
    from ministack.core import iam_actions

    upstream = iam_actions.extract_resource_arn

    def extract_resource_arn(
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, query_params: Any, region: str, account_id: str
    ) -> str:
        named = _named(service, path, headers, body, region, account_id)
        return named or upstream(service, method, path, headers, body, query_params, region, account_id)

    iam_actions.extract_resource_arn = extract_resource_arn


def _named(service: str, path: str, headers: dict[str, str], body: bytes, region: str, account_id: str) -> str:
    if service == "states" and headers.get("x-amz-target", "").rpartition(".")[2] in _ANSWERS:
        return _waiting_machine(region, account_id)
    if service == "ses" and path.rstrip("/") == _OUTBOUND_MAIL:
        return _identity(body, region, account_id)
    return ""


def _waiting_machine(region: str, account_id: str) -> str:
    """The machine, where there is but one: the engine's tokens do not say whose they are."""
    from ministack.services import stepfunctions

    machines = list(stepfunctions._state_machines)
    return machines[0] if len(machines) == 1 else ""


def _identity(body: bytes, region: str, account_id: str) -> str:
    try:
        sender = json.loads(body).get("FromEmailAddress", "")
    except ValueError:
        return ""
    address = parseaddr(sender)[1]
    return f"arn:aws:ses:{region}:{account_id}:identity/{address}" if address else ""
