"""A whole laptop cloud for tests: engine, deployed template, gateway, mailbox, 3PL, seeded demo shop.

    from local.testing import laptop

    with laptop() as stack:
        urllib.request.urlopen(f"{stack.api_url}/v1/openapi.json")

It lives in a folder and on ports of its own, so that it disturbs no `make run`; what it has built is kept for the next time.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.settings import DOWNLOADS, HOST, ROOT, Ports
from local.stackfile import Stack

_BASES = (20_000, 32_000)  # below what the kernel hands out by itself; at random, for others may be looking too
FOLDER = DOWNLOADS / "test"
"""Where tests have their laptop cloud."""
_KEPT = ("cache", "runtime", "build")


@contextmanager
def laptop(folder: Path = FOLDER) -> Iterator[Stack]:
    """Starts one from nothing and stops it. Raises RuntimeError with what it said when it does not come up."""
    forget(folder)
    environment = {**os.environ, "WAYBILL_HOME": str(folder), "WAYBILL_PORT": str(free_base())}
    done = subprocess.run([sys.executable, "-m", "local", "start"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the laptop cloud did not start: {done.stdout}{done.stderr}")
    values = json.loads((folder / "stack.json").read_text())
    try:
        yield Stack(**{name: values[name] for name in Stack.__slots__})
    finally:
        subprocess.run([sys.executable, "-m", "local", "stop"], cwd=ROOT, env=environment, check=True, capture_output=True)


def forget(folder: Path) -> None:
    for path in folder.iterdir() if folder.exists() else ():
        if path.name not in _KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def free_base() -> int:
    """A base port all of whose neighbours are free."""
    for _ in range(200):
        base = random.randrange(*_BASES, 20)
        if all(_is_free(port) for port in Ports(base).by_name().values()):
            return base
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex((HOST, port)) != 0
