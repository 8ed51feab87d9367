"""localstripe, the laptop's payment gateway: GPL, so an environment and a process of its own, never imported."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.problems import Problem
from local.settings import DOWNLOADS, ROOT, Home, Ports

_PINS = ROOT / "requirements" / "localstripe.txt"
# Told to its own interpreter, for what its command line cannot say: listen on this machine alone, keep the objects in this
# folder instead of one file in /tmp, and do not write them all again for each request when they have become many.
_START = """
import asyncio, os, pickle, sys, time
from aiohttp import web
import localstripe.resources as resources
from localstripe.server import app

file, store = os.environ["LOCALSTRIPE_FILE"], resources.store
state = {"dirty": False, "next": 0.0}

def dump():
    started = time.monotonic()
    with open(file + ".part", "wb") as out:
        pickle.dump(store, out, protocol=pickle.HIGHEST_PROTOCOL)
    os.replace(file + ".part", file)
    state.update(dirty=False, next=time.monotonic() + 10 * (time.monotonic() - started))

def mark(self=None):
    state["dirty"] = True
    if time.monotonic() >= state["next"]:
        dump()

async def keep(app):
    async def loop():
        while True:
            await asyncio.sleep(0.5)
            if state["dirty"]:
                dump()
    task = asyncio.ensure_future(loop())
    yield
    task.cancel()
    dump()

async def changed(request, response):
    if request.method != "GET":
        mark()

type(store).dump_to_disk = mark
app.on_response_prepare.append(changed)
if os.path.exists(file):
    with open(file, "rb") as saved:
        store.update(pickle.load(saved))
app.cleanup_ctx.append(keep)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
"""


def environment() -> Path:
    """The folder of its environment."""
    return DOWNLOADS / "venvs" / "localstripe"


def install() -> bool:
    """Makes its environment unless it is there; says whether it had to. Two at once wait for each other."""
    folder = environment()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "localstripe.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _install(folder)


def _install(folder: Path) -> bool:
    stamp = folder / "made-from"
    recipe = _PINS.read_text() + sys.version
    if stamp.exists() and stamp.read_text() == recipe:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    command = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "-q", "--no-deps"]
    done = subprocess.run([*command, "--require-hashes", "-r", str(_PINS)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"pip could not install localstripe: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    stamp.write_text(recipe)
    return True


def command(ports: Ports) -> list[str]:
    return [str(environment() / "bin" / "python"), "-c", _START, str(ports.stripe)]


def variables(place: Home) -> dict[str, str]:
    return {"LOCALSTRIPE_FILE": os.fspath(place.path / "localstripe.pickle"), "PYTHONUNBUFFERED": "1"}
