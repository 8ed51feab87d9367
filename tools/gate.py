"""`make test`: the whole gate. Each step is shown as it runs; the first that fails ends it.

    python -m tools.gate [pytest arguments]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from local import gateway
from local.problems import Problem
from local.settings import ROOT, our_code, tool

_WORKERS = "2"


def main() -> int:
    started = time.monotonic()
    os.environ.update(our_code())
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the tests start hundreds of processes: each would compile the house anew
    try:
        gateway.install()
        node_tools()
    except Problem as problem:
        print(f"\n  {problem}", file=sys.stderr)
        return 1
    for name, command in steps(sys.argv[1:]):
        print(f"\n── {name}", flush=True)
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if code:
            print(f"\n  {name}: failed after {time.monotonic() - started:.0f} s", file=sys.stderr)
            return code
    print(f"\n  all passed in {time.monotonic() - started:.0f} s")
    return 0


def steps(extra: list[str]) -> list[tuple[str, list[str]]]:
    """Quick ones first. Tests of one group share a process, so that an engine is started once and not per worker."""
    tests = [sys.executable, "-m", "pytest", "-n", _WORKERS, "--dist", "loadgroup", "--durations", "10"]
    return [
        ("code style", [tool("ruff"), "check", "."]),
        ("imports only fall", [tool("lint-imports")]),
        ("judges from outside", [sys.executable, "-m", "tools.judges"]),
        ("tests", [*tests, *extra]),
    ]


def node_tools() -> None:
    """The judges written in JavaScript, as pinned by package-lock.json, if the tree has any."""
    lock = ROOT / "package-lock.json"
    if not lock.exists():
        return
    stamp = ROOT / "node_modules" / ".installed"
    if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise Problem("npm is missing; some judges of the tests need it: apt-get install nodejs npm (node 20 or later).")
    done = subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--silent"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"`npm ci` failed: {(done.stderr or done.stdout).strip()[-400:]}")
    Path(stamp).touch()


if __name__ == "__main__":
    sys.exit(main())
