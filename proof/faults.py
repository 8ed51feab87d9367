"""What may happen to a call that leaves a process, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from waybill.kernel.errors import Unavailable

READS = frozenset(
    """dynamodb.BatchGetItem dynamodb.GetItem dynamodb.Query dynamodb.Scan s3.GetObject secretsmanager.GetSecretValue stepfunctions.ListExecutions
    fake.retrieve fake.refunds fake.disputes woocommerce.order woocommerce.notes shopify.order easypost.shipments.retrieve
    easypost.pickups.retrieve easypost.file""".split()
)
"""Calls that change nothing."""
TWICE = "sesv2.SendEmail"
"""The one call that no key makes harmless and that cannot be looked up: struck after it, a mail may go out twice (I26)."""
_OURS = ("dynamodb.", "sqs.", "events.", "stepfunctions.", "s3.", "secretsmanager.", "sesv2.")
CRASHES = ("crash before", "crash after")
FAULTS = (*CRASHES, "timeout before", "timeout after", "throttle", "asked twice")
"""`asked twice`: the call is carried out, its answer is lost, and the SDK asks again."""


class Crash(BaseException):
    """The process dies here. A BaseException: no handler of ours may survive it."""


def strike(fault: str, name: str, call: Callable[[], Any]) -> Any:
    """One call under a fault."""
    if fault == "asked twice":
        _tried(call)
        return call()
    if fault.endswith("after"):
        _tried(call)
    if fault.startswith("crash"):
        raise Crash(f"{fault} {name}")
    raise _trouble(fault, name)


def doubles(fault: str, name: str, before: str) -> bool:
    """Whether a mail may leave once more for it: it has left, and nobody could write that down."""
    return (
        name == TWICE
        and fault in ("crash after", "timeout after", "asked twice")
        or before == TWICE
        and fault in ("crash before", "timeout before", "throttle")
    )


def differs(fault: str, name: str, first: bool) -> bool:
    """Whether it leaves a world that no other fault leaves. Nothing but calls leaves a process: so a crash before a call is a crash after the one
    before it, unless it is the first of its invocation, and what happens after a mere read happens before it; and who is not AWS has one way of not answering."""
    if fault == "crash before":
        return first
    if fault == "throttle":
        return name.startswith(_OURS)
    return name not in READS if fault in ("crash after", "timeout after", "asked twice") else True


def _tried(call: Callable[[], Any]) -> None:
    """Carried out; what it answers is lost, a refusal too."""
    try:
        call()
    except Exception:  # noqa: BLE001  (whatever it says, nobody hears it)
        return


def _trouble(fault: str, name: str) -> Exception:
    """As the caller sees it: botocore's errors for AWS, ours for whoever else we call."""
    if not name.startswith(_OURS):
        return Unavailable(f"{name} did not answer")
    if fault == "throttle":
        return ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, name.partition(".")[2])
    return ReadTimeoutError(endpoint_url="https://world.example")
