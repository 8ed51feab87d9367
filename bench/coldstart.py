"""Cold start of every function: CPU and memory of import, init and making its clients, in a fresh process, beside the tutorial stack.

Layers and functions are built as `sam build` builds them here. The baseline is the stack of the usual tutorial, installed as a plain
`sam build` ships it: without bytecode that validates.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tests.support.template import ROOT, functions

_RUNS = 5
_BUILT = ROOT / ".local" / "cache" / "bench"
_BASELINE = ["boto3", "aws-lambda-powertools", "pydantic", "aws-xray-sdk", "jmespath"]
_SERVICES = {"dynamodb": "dynamodb", "sqs": "sqs", "states": "stepfunctions", "s3": "s3", "events": "events", "ses": "sesv2"}
_PROBE = """
import json, resource, sys, time
start = time.process_time()
import app
from waybill.aws import clients
loaded = time.process_time()
for service in sys.argv[1:]:
    clients.client(service)
ready = time.process_time()
print(json.dumps({"import": loaded - start, "ready": ready - start, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""
_TUTORIAL = """
import json, resource, time
start = time.process_time()
import app
print(json.dumps({"import": 0, "ready": time.process_time() - start, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def measure() -> list[dict[str, Any]]:
    """A row a function and one for the baseline: medians of `_RUNS` fresh processes; `ratio` is baseline over function."""
    runtime = _runtime()
    layers = {layer: _layer(layer) for layer in ("waybill", "dependencies", "payments", "labels")}
    baseline = _median([_run(_TUTORIAL, [_tutorial()], []) for _ in range(_RUNS)])
    rows = [{"function": "tutorial stack", **baseline, "ratio": 1.0}]
    for folder, properties in functions().items():
        path = [_function(folder), *(layers[layer["Ref"].removesuffix("Layer").lower()] for layer in properties["Layers"])]
        row = _median([_run(_PROBE, [*path, runtime], _services(properties)) for _ in range(_RUNS)])
        rows.append({"function": folder, **row, "ratio": baseline["cpu_ms"] / row["cpu_ms"]})
    return rows


def _services(properties: dict[str, Any]) -> list[str]:
    """The clients that a function's first call makes: those its policy speaks of, secrets and large files apart."""
    found: dict[str, None] = {}
    for policy in properties.get("Policies", []):
        for statement in policy["Statement"]:
            service = statement["Action"][0].partition(":")[0]
            if service in _SERVICES and statement["Sid"] not in ("KeepLargeBodies", "ReadLargeBodies"):
                found[_SERVICES[service]] = None
    return list(found)


def _run(code: str, path: list[Path], arguments: list[str]) -> dict[str, float]:
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONDONTWRITEBYTECODE": "1", "AWS_DEFAULT_REGION": "us-east-1",
        "ORDER_MACHINE_ARN": "arn:aws:states:us-east-1:1:stateMachine:x", "BUS_NAME": "b", "STAGE": "local", "POWERTOOLS_SERVICE_NAME": "x",
        "POWERTOOLS_METRICS_NAMESPACE": "x", "POWERTOOLS_TRACE_DISABLED": "true", "MAIL_FROM": "a@b.co",
        **{f"{name}_TABLE": name for name in ("ORDERS", "DOCUMENTS", "INVENTORY", "LEDGER", "SHOP", "MESSAGES")},
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-S", "-c", code, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"a cold start failed:\n{done.stderr[-1500:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _median(runs: list[dict[str, float]]) -> dict[str, float]:
    return {
        "import_ms": statistics.median(run["import"] for run in runs) * 1000,
        "cpu_ms": statistics.median(run["ready"] for run in runs) * 1000,
        "mb": statistics.median(run["mb"] for run in runs),
    }


def _layer(layer: str) -> Path:
    folder = _BUILT / "layers" / layer
    shutil.rmtree(folder, ignore_errors=True)
    environment = {**os.environ, "WAYBILL_LAYER_TARGET": "laptop"}
    folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, str(ROOT / "layers" / "build.py"), layer, str(folder)], check=True, env=environment)
    return folder / "python"


def _function(folder: str) -> Path:
    built = _BUILT / "functions" / folder
    shutil.rmtree(built, ignore_errors=True)
    shutil.copytree(ROOT / "functions" / folder, built, ignore=shutil.ignore_patterns("__pycache__", "Makefile"), symlinks=True)
    subprocess.run([sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(built)], check=True)
    return built


def _runtime() -> Path:
    """The SDK as Lambda's own runtime brings it: botocore alone, compiled."""
    folder = _BUILT / "runtime"
    if not (folder / "botocore").exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), _pinned("botocore")]
        subprocess.run(command, check=True, capture_output=True)
    return folder


def _tutorial() -> Path:
    folder = _BUILT / "tutorial"
    if not (folder / "boto3").exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-compile", "--target", str(folder), *map(_pinned, _BASELINE)]
        subprocess.run(command, check=True, capture_output=True)
    shutil.copy(Path(__file__).with_name("tutorial_app.py"), folder / "app.py")
    return folder


def _pinned(package: str) -> str:
    """The baseline runs the same versions that we do, where we have them."""
    try:
        return f"{package}=={version(package)}"
    except PackageNotFoundError:
        return package
