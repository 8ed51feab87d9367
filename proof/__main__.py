"""The long form of the proof, two pieces at a time: races, faults, planted bugs, malformed input, a soak; then a laptop cloud that loses its power.
What came of it is one page.

    python -m proof [--only races --only soak] [--seed 1] [--lives 12000] [--inputs 1000000] [--thirds 0.001] [--cuts 3]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
import time
from datetime import UTC, datetime
from functools import partial

from proof import power_cut
from proof.report import Report, write
from proof.tasks import PARTS, Done, Task, done, planned, tasks
from tests.support.template import ROOT

FOLDER = ROOT / ".local" / "proof"
_POWER = "power cuts"
_MORE = {_POWER: "a laptop cloud killed with SIGKILL at random moments while a shop trades over HTTP, and started again: orders that were accepted"}


def main() -> int:
    given = _arguments()
    started, at = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
    wanted = tasks(given.only, given.seed, given.lives, given.inputs, given.thirds)
    pieces = list[Done]()
    try:
        _all(wanted, started, pieces)
        if _POWER in given.only and given.cuts:
            pieces.append(_power(given.cuts, given.seed, started))
    except KeyboardInterrupt:
        print("\n  stopped: the report says what was tried until now", flush=True)
    report = Report(given.seed, at, time.monotonic() - started, pieces, _MORE, planned(wanted))
    page = write(report, FOLDER)
    left = f"; not tried: {'; '.join((*report.not_tried, *report.in_part.values()))}" if report.not_tried or report.in_part else ""
    print(f"\n  {sum(each.tried for each in pieces):,} tried in {report.seconds:.0f} s, {len(report.broken)} did not hold{left}\n  {page}")
    for line in report.broken[:20]:
        print(f"    {line[:400]}")
    return 1 if report.broken or report.in_part else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proof", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=[*PARTS, _POWER], help="this part alone; may be said several times")
    parser.add_argument("--seed", type=int, default=1, help="the same seed tries the same (1)")
    parser.add_argument("--lives", type=int, default=12_000, help="orders of the soak that come to an end (12000)")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="malformed inputs (1000000)")
    parser.add_argument("--thirds", type=float, default=0.001, help="at which share of the worlds that two faults leave a third is tried (0.001)")
    parser.add_argument("--cuts", type=int, default=3, help="how often the laptop cloud loses its power (3)")
    given = parser.parse_args()
    given.only = given.only or [*PARTS, _POWER]
    return given


def _all(wanted: list[Task], started: float, finished: list[Done]) -> None:
    """Each in a process of its own, as many at once as there are cores; what is done is added to `finished`. Raises KeyboardInterrupt where somebody stops it."""
    work = multiprocessing.get_context("fork")
    with work.Pool(len(os.sched_getaffinity(0)), _deaf, maxtasksperchild=1) as pool:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        for count, pieces in enumerate(pool.imap_unordered(_tried, [partial(done, task) for task in wanted], chunksize=1), 1):
            finished += pieces
            for piece in pieces:
                _say(piece, count, len(wanted), started)


def _deaf() -> None:
    """Whoever stops the proof stops the process that began it, and that ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _tried(piece: partial[list[Done]]) -> list[Done]:
    return piece()


def _power(cuts: int, seed: int, started: float) -> Done:
    from local.testing import laptop

    begun = time.monotonic()
    with laptop(FOLDER / "laptop") as stack:
        went = power_cut.power_cuts(stack, FOLDER / "laptop", cuts, seed)
    piece = Done(_POWER, f"{went.cuts} cuts, {went.ended}", went.accepted, round(time.monotonic() - begun, 1), went.violations)
    _say(piece, 1, 1, started)
    return piece


def _say(piece: Done, number: int, of: int, started: float) -> None:
    verdict = f"{len(piece.broken)} DID NOT HOLD" if piece.broken else "held"
    said = f"; {piece.said}" if piece.said else ""
    print(f"  {time.monotonic() - started:5.0f} s  {number:3}/{of}  {piece.part}: {piece.name}: {piece.tried:,} tried, {verdict} ({piece.seconds} s){said}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
