"""From sources to a running stack: `sam build` and `sam deploy` against the engine, skipped when nothing has changed.

What has gone in is fingerprinted. The engine remembers its stack across restarts, so an unchanged tree needs neither.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from local.problems import Problem
from local.settings import DOWNLOADS, REGION, ROOT, STACK_NAME, STAGE, Home, Ports, aws_environment, tool

_SOURCES = ("functions", "layers", "statemachines", "requirements", "template.yaml")
_POLL_SECONDS = "0.25"
_RECONCILER = "ReconcilerFunction"
_BUCKET = "waybill-local-deployments"


def fingerprint(parameters: dict[str, str], paths: Iterable[Path] | None = None) -> str:
    """A hash of everything that `sam build` and `sam deploy` read."""
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode() + sys.version.encode())
    for path in sorted(paths or _source_files()):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _source_files() -> Iterator[Path]:
    for name in _SOURCES:
        start = ROOT / name
        if start.is_file():
            yield start
        for folder, folders, files in os.walk(start):
            folders[:] = [inner for inner in folders if inner != "__pycache__"]
            yield from (Path(folder) / file for file in files if not file.endswith(".pyc"))


def parameters(ports: Ports, template: Path) -> dict[str, str]:
    """The template's parameters on a laptop; those that it does not declare are left out."""
    wished = {
        "Stage": STAGE,
        "StripeApiBase": f"http://127.0.0.1:{ports.stripe}",
        "MailFrom": "orders@demo-shop.example",
        "PaymentDecisionSeconds": "3600",
        "ReconcileEvery": "rate(1 minute)",
        "SettleEvery": "rate(365 days)",  # localstripe keeps no payouts, and refuses to list its books by time
        "TellChannels": "true",
        "TellAccepted": "true",
        "DeskAddress": f"http://127.0.0.1:{ports.api}",
    }
    declared = _declared_parameters(template)
    return {name: value for name, value in wished.items() if name in declared}


def _declared_parameters(template: Path) -> set[str]:
    from samcli.yamlhelper import yaml_parse

    return set(yaml_parse(template.read_text()).get("Parameters") or {})


def build(home: Home, template: Path) -> None:
    """`sam build`, several functions at a time. Raises Problem with what went wrong."""
    command = [tool("sam"), "build", "--template-file", str(template), "--build-dir", str(home.build), "--cached"]
    command += ["--cache-dir", str(home.sam_cache), "--parallel"]
    _sam(command, home, "build", {"WAYBILL_LAYER_TARGET": "laptop", "WAYBILL_LAYER_CACHE": str(DOWNLOADS / "cache" / "layers")})


def deploy(home: Home, endpoint: str, values: dict[str, str]) -> None:
    """`sam deploy` of what was built. Raises Problem with CloudFormation's first complaint."""
    client("s3", endpoint).create_bucket(Bucket=_BUCKET)
    _clear_failed_creation(endpoint)
    command = [tool("sam"), "deploy", "--template-file", str(home.build / "template.yaml"), "--stack-name", STACK_NAME]
    command += ["--s3-bucket", _BUCKET, "--region", REGION, "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    command += ["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"]
    command += ["--parameter-overrides", *(f'{name}="{value}"' for name, value in values.items())]
    _sam(command, home, "deploy", aws_environment(endpoint))


def _clear_failed_creation(endpoint: str) -> None:
    """A stack whose very first deploy failed can only be deleted; there is nothing in it yet."""
    cloudformation = client("cloudformation", endpoint)
    try:
        status = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]["StackStatus"]
    except cloudformation.exceptions.ClientError:
        return
    if status in ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS", "CREATE_FAILED", "DELETE_FAILED"):
        cloudformation.delete_stack(StackName=STACK_NAME)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK_NAME, WaiterConfig={"Delay": 1})


def outputs(endpoint: str) -> dict[str, str] | None:
    """The stack's outputs, or None while there is no healthy stack."""
    cloudformation = client("cloudformation", endpoint)
    try:
        stack = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    except cloudformation.exceptions.ClientError:
        return None
    if not stack["StackStatus"].endswith("_COMPLETE") or "ROLLBACK" in stack["StackStatus"]:
        return None
    return {entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", [])}


def wake(endpoint: str) -> None:
    """Lets the engine start its functions, and the reconciler look at once for orders whose execution a restart has cut off."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{endpoint}/_waybill/warm", timeout=10):
        pass
    cloudformation = client("cloudformation", endpoint)
    resources = cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    for resource in resources:
        if resource["LogicalResourceId"] == _RECONCILER:
            client("lambda", endpoint).invoke(FunctionName=resource["PhysicalResourceId"], InvocationType="Event", Payload=b"{}")


def resource_count(endpoint: str) -> int:
    return len(client("cloudformation", endpoint).describe_stack_resources(StackName=STACK_NAME)["StackResources"])


def client(service: str, endpoint: str) -> Any:
    """A botocore client of the laptop cloud, as its root user."""
    import botocore.session
    from botocore.config import Config

    return botocore.session.Session().create_client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 2}, proxies={}),
    )


def link_makefiles() -> None:
    """Each function folder needs a Makefile for SAM; all are links to one."""
    for folder in (ROOT / "functions").iterdir():
        makefile = folder / "Makefile"
        if (folder / "app.py").exists() and not makefile.exists():
            makefile.symlink_to("../function.mk")


def _sam(command: list[str], home: Home, step: str, extra: dict[str, str]) -> None:
    home.logs.mkdir(parents=True, exist_ok=True)
    log = home.logs / f"sam-{step}.log"
    quiet = {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": _POLL_SECONDS, "SAM_CLI_CHECK_VERSION": "0"}
    with log.open("w") as output:
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **quiet, **extra}, stdout=output, stderr=output, check=False)
    if done.returncode:
        raise Problem(f"`sam {step}` failed: {_complaint(log.read_text(errors='replace'))} (all of it: {log})")


def _complaint(log: str) -> str:
    """The line of a SAM log that a person would look for first."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    for mark in ("CREATE_FAILED", "UPDATE_FAILED", "Error:", "Build Failed", "error"):
        for place, line in enumerate(lines):
            if mark in line:
                return " ".join(lines[place : place + 3])[:400]
    return lines[-1][:400] if lines else "it said nothing"
