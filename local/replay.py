"""Reads the archive of raw documents again with the normalisers of this checkout, and says which past orders would come out otherwise.

On the laptop, or on AWS with the caller's own rights (reading alone): nothing is written.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import botocore.session

from local import stackfile
from local.problems import Problem
from local.settings import STACK_NAME, aws_environment, our_code

_TABLES = {"ORDERS_TABLE": "OrdersTableName", "DOCUMENTS_TABLE": "DocumentsTableName", "SHOP_TABLE": "ShopTableName", "FILES_BUCKET": "FilesBucketName"}
_SHOWN = 40


def replay_stack(channel: str | None, stack: str | None) -> None:
    """Prints each document whose reading differs, and the count of every outcome."""
    if not stack:
        os.environ |= aws_environment(stackfile.read().engine_url)
    os.environ |= _names(stack or STACK_NAME)
    _import_ours()
    from waybill.channels.time_machine import replay

    outcomes, shown = Counter[str](), 0
    for found in replay(channel or ""):
        outcomes[found.outcome] += 1
        if found.outcome != "same" and shown < _SHOWN:
            shown += 1
            print(f"  {found.order_id or '-':24}  {found.outcome:10}  {', '.join(found.parts) or found.problem}", flush=True)
        if sum(outcomes.values()) % 500 == 0:
            print(f"  … {sum(outcomes.values())} documents read", flush=True)
    said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"  {sum(outcomes.values())} documents read again{f' of {channel}' if channel else ''}: {said or 'none in the archive'}")


def _import_ours() -> None:
    import sys

    sys.path[:0] = our_code()["PYTHONPATH"].split(os.pathsep)


def _names(stack: str) -> dict[str, str]:
    """The environment of the functions, from the stack's outputs."""
    cloudformation: Any = botocore.session.Session().create_client("cloudformation", endpoint_url=os.environ.get("AWS_ENDPOINT_URL"))
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]}
    if missing := [output for output in _TABLES.values() if output not in outputs]:
        raise Problem(f"The stack {stack} has no output {', '.join(missing)}: is it a Waybill?")
    return {variable: outputs[output] for variable, output in _TABLES.items()}
