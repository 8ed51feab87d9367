"""`python -m local <command>`: up, start (in the background), stop, clean, redrive, replay, import."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time

from local.problems import Problem
from local.settings import ROOT, home

_KEPT = ("cache", "venvs", "runtime", "test")  # downloads, not state
_START_SECONDS = 300


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (
        ("up", "start everything and stay until Ctrl-C"),
        ("start", "the same in the background; returns when it is up"),
        ("stop", "stop what `up` or `start` has started"),
        ("clean", "forget all state: orders, mail, keys"),
    ):
        commands.add_parser(name, help=what)
    redrive = commands.add_parser("redrive", help="send dead letters back to the queue they came from")
    redrive.add_argument("queue", nargs="?", help="the queue's name or part of it, e.g. PaymentQueue; all when left out")
    redrive.add_argument("--stack", help="a stack on AWS; the laptop cloud when left out")
    replay = commands.add_parser("replay", help="read the kept documents again and say which orders would differ; changes nothing")
    replay.add_argument("channel", nargs="?", help="of this channel only")
    replay.add_argument("--stack", help="a stack on AWS; the laptop cloud when left out")
    spreadsheet = commands.add_parser("import", help="send a spreadsheet of orders, and say how far it is")
    spreadsheet.add_argument("file", nargs="?", help="a CSV file or an .xlsx workbook")
    spreadsheet.add_argument("--channel", default="api")
    spreadsheet.add_argument("--policy", help="reject_all, reject_failed_rows or ignore_failed")
    spreadsheet.add_argument("--dry", action="store_true", help="only check")
    tariff = commands.add_parser("tariff", help="send a carrier's price list")
    tariff.add_argument("file", nargs="?", help="a CSV file (docs/fulfilment.md)")
    tariff.add_argument("--carrier")
    tariff.add_argument("--since", help="the day from which it holds; today when left out")
    given = parser.parse_args()
    try:
        run(given)
    except Problem as problem:
        print(f"\n  {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def run(given: argparse.Namespace) -> None:
    if given.command == "up":
        from local.up import up

        up()
    elif given.command == "start":
        start()
    elif given.command == "stop":
        stop()
    elif given.command == "clean":
        clean()
    elif given.command == "replay":
        from local.replay import replay_stack

        replay_stack(given.channel, given.stack)
    elif given.command == "import":
        from local.importing import import_file

        import_file(given.file, given.channel, given.policy, given.dry)
    elif given.command == "tariff":
        from local.tariffs import import_tariff

        import_tariff(given.file, given.carrier, given.since)
    else:
        from local.redrive import redrive_stack

        redrive_stack(given.queue, given.stack)


def start() -> None:
    """`up` in the background. Raises Problem with what it said when it does not come up."""
    place = home()
    place.logs.mkdir(parents=True, exist_ok=True)
    log = place.logs / "up.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local", "up"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    deadline = time.monotonic() + _START_SECONDS
    while "Waybill is up" not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise Problem(log.read_text().strip() or f"it did not come up: see {log}")
        time.sleep(0.1)  # between two looks, until the deadline
    print(log.read_text())


def stop() -> None:
    pid = _pid_of_running()
    if pid is None:
        print("  nothing is up")
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 30
    while _pid_of_running() is not None:
        if time.monotonic() > deadline:
            raise Problem(f"process {pid} does not stop: look at {home().logs}")
        time.sleep(0.1)  # between two looks, until the deadline
    print("  stopped")


def clean() -> None:
    if _pid_of_running() is not None:
        raise Problem("The laptop cloud is up: stop it first with `make stop`.")
    place = home().path
    for path in place.iterdir() if place.exists() else ():
        if path.name not in _KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    print("  forgotten")


def _pid_of_running() -> int | None:
    from local.up import only_one

    place = home()
    if not place.lock_file.exists():
        return None
    try:
        with only_one(place):
            return None
    except Problem:
        return int(place.lock_file.read_text().strip() or "0") or None


if __name__ == "__main__":
    sys.exit(main())
