"""Cold start of every function: CPU and memory of a fresh process, beside the tutorial stack in the same run.

Counted are the import of `app.py` with everything that it makes at init, **and the whole first call**: a true event of the function,
taken down from orders that lived through the system (`first_calls`), with all that is imported late, every client made for real and
the work itself. Not counted is what no process can save: the start of the interpreter, and the network (the outside is answered at
the gate; no TLS handshake). `init` and `call` are shown apart; what is judged is their sum. The tutorial stack is charged its import
and init alone and answers nothing.

Both run on this Python from folders of their own: layers and functions as `sam build` builds them here, with botocore beside them as
Lambda's runtime brings it; the tutorial stack as a plain `sam build` ships it, without bytecode that validates.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import statistics
import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.first_calls import Call, first_calls
from bench.gateway_stand_in import gateway
from tests.support.template import ROOT, functions

RUNS = 7
BASELINE = "tutorial stack"
SHARE = {"intake": 5}
"""Of the tutorial's CPU a function may have one part in so many; the others one in `OTHERS`."""
OTHERS = 3
MOST_MB = {"intake": 50.0}
_BUILT = ROOT / ".local" / "cache" / "bench"
_PROCESS = Path(__file__).with_name("cold_process.py")
_TUTORIAL = ["boto3", "aws-lambda-powertools", "pydantic", "aws-xray-sdk", "jmespath"]


def measure(runs: int = RUNS) -> list[dict[str, Any]]:
    """A row a function and one for the baseline: medians of `runs` rounds, in each of which all take their turn, so that a busy
    machine is busy for all. Milliseconds of CPU, megabytes at the peak; `ratio` is the baseline's init over init and call."""
    _BUILT.mkdir(parents=True, exist_ok=True)
    with gateway() as address:
        calls, environment = first_calls(address)
        commands = {BASELINE: ([_tutorial()], [])}
        for folder, path in _paths().items():
            commands[folder] = (path, _saved(folder, calls.get(folder)))
        rounds = [{name: _run(*command, environment) for name, command in commands.items()} for _ in range(runs)]
    medians = {name: _median([each[name] for each in rounds]) for name in commands}
    baseline = medians[BASELINE]["ms"]
    return [{"function": name, **row, "ratio": baseline / row["ms"], **_judged(name, row, baseline)} for name, row in medians.items()]


def _saved(folder: str, call: Call | None) -> list[str]:
    if call is None:
        return []
    saved = _BUILT / f"{folder}.call"
    saved.write_bytes(pickle.dumps(asdict(call)))
    return [str(saved)]


def _judged(name: str, row: dict[str, float], baseline: float) -> dict[str, Any]:
    if name == BASELINE:
        return {"target": "", "judged": ""}
    part, most = SHARE.get(name, OTHERS), MOST_MB.get(name, float("inf"))
    target = f"1/{part}" + (f", {most:g} MB" if name in MOST_MB else "")
    if not row["call"]:
        return {"target": target, "judged": "NO CALL"}
    return {"target": target, "judged": "PASS" if row["ms"] * part <= baseline and row["mb"] <= most else "MISS"}


def _run(path: list[Path], arguments: list[str], more: dict[str, str]) -> dict[str, float]:
    environment = {
        **os.environ, **more, "PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONDONTWRITEBYTECODE": "1", "AWS_CONFIG_FILE": os.devnull,
        "POWERTOOLS_SERVICE_NAME": "x", "POWERTOOLS_METRICS_NAMESPACE": "x", "POWERTOOLS_TRACE_DISABLED": "true", "NO_PROXY": "127.0.0.1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }  # fmt: skip
    command = [sys.executable, "-S", str(_PROCESS), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=path[0])
    if done.returncode:
        raise RuntimeError(f"a cold start of {path[0].name} failed:\n{done.stderr[-1500:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _median(runs: list[dict[str, float]]) -> dict[str, float]:
    def middle(of: Any) -> float:
        return statistics.median(of(run) for run in runs)

    return {
        "init": middle(lambda run: run["init"]) * 1000,
        "call": middle(lambda run: run["call"]) * 1000,
        "ms": middle(lambda run: run["init"] + run["call"]) * 1000,
        "mb": middle(lambda run: run["mb"]),
    }


def _paths() -> dict[str, list[Path]]:
    """What each function finds: its own folder, its layers, the runtime."""
    runtime = _runtime()
    names = {layer["Ref"].removesuffix("Layer").lower() for properties in functions().values() for layer in properties["Layers"]}
    layers = {name: _layer(name) for name in sorted(names)}
    return {
        folder: [_function(folder), *(layers[layer["Ref"].removesuffix("Layer").lower()] for layer in properties["Layers"]), runtime]
        for folder, properties in functions().items()
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
    return _installed("runtime", ["botocore"], [])


def _tutorial() -> Path:
    folder = _installed("tutorial", _TUTORIAL, ["--no-compile"])
    shutil.copy(Path(__file__).with_name("tutorial_app.py"), folder / "app.py")
    return folder


def _installed(name: str, packages: list[str], options: list[str]) -> Path:
    """A folder with these packages, in the versions that we have ourselves; kept for the next time."""
    wanted = [_pinned(package) for package in packages]
    folder = _BUILT / f"{name}-{hashlib.sha256(' '.join([*wanted, *options, sys.version]).encode()).hexdigest()[:12]}"
    if not folder.exists():
        partial = folder.with_suffix(".part")
        shutil.rmtree(partial, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "install", "-q", *options, "--target", str(partial), *wanted]
        subprocess.run(command, check=True, capture_output=True)
        partial.rename(folder)
    return folder


def _pinned(package: str) -> str:
    try:
        return f"{package}=={version(package)}"
    except PackageNotFoundError:
        return package
