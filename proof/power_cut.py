"""The laptop cloud killed with SIGKILL at random moments while a shop trades, and started again: nothing accepted is lost, nothing happens twice,
and every order under way goes on.

    python -m proof.power_cut [--cuts 10] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from local.settings import ROOT
from local.stackfile import Stack
from local.testing import laptop
from proof.trade import Silence, Trade

_CUSTOMERS, _PACE = 3, 0.4
_BETWEEN = (0.5, 6.0)
"""Seconds from a start to the next cut."""
_REST_SECONDS = 240
_AT_REST = ("completed", "cancelled", "backordered", "on_hold")


@dataclass
class Report:
    """What was tried, and what was found to be broken."""

    seed: int
    cuts: int = 0
    accepted: int = 0
    ended: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)


def power_cuts(stack: Stack, folder: Path, cuts: int, seed: int, say: Any = print) -> Report:
    """Trades, pulls the plug so many times, lets everything come to rest and looks whether it is whole."""
    drawn, over, started = random.Random(seed), threading.Event(), time.monotonic()
    trade, report = Trade(stack, random.Random(seed + 1)), Report(seed)
    failed: list[str] = []

    def customer() -> None:
        try:
            trade.customer(over, _PACE)
        except AssertionError as problem:
            failed.append(str(problem))

    customers = [threading.Thread(target=customer, daemon=True) for _ in range(_CUSTOMERS)]
    for each in customers:
        each.start()
    for _ in range(cuts):
        over.wait(drawn.uniform(*_BETWEEN))
        pull_the_plug(folder)
        start_again(folder)
        report.cuts += 1
        say(f"  cut {report.cuts} of {cuts}: {len(trade.accepted)} orders accepted so far")
    over.wait(1.0)
    over.set()
    for each in customers:
        each.join(60)
    statuses = at_rest(trade)
    report.accepted, report.ended = len(trade.accepted), dict(Counter(statuses.values()))
    report.violations = [*failed, *broken(trade, statuses, cuts)]
    report.seconds = time.monotonic() - started
    return report


def pull_the_plug(folder: Path) -> None:
    """The engine and who watches over it, at once; the others lose their parent and end."""
    watcher = int((folder / "up.pid").read_text())
    for process in (watcher, _engine_of(watcher)):
        os.kill(process, signal.SIGKILL)


def start_again(folder: Path) -> None:
    """Raises RuntimeError where it does not come up."""
    environment = {**os.environ, "WAYBILL_HOME": str(folder)}
    environment.pop("WAYBILL_PORT", None)  # the state knows
    done = subprocess.run([sys.executable, "-m", "local", "start"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"it did not start again: {done.stdout[-1000:]}{done.stderr[-1000:]}")


def _engine_of(watcher: int) -> int:
    children = Path(f"/proc/{watcher}/task/{watcher}/children").read_text().split()
    return next(int(pid) for pid in children if b"local.engine" in Path(f"/proc/{pid}/cmdline").read_bytes())


def at_rest(trade: Trade) -> dict[str, str]:
    """The status of every accepted order, once each has ended or stands in front of a person; as they are when patience ends."""
    deadline, open_ones, statuses = time.monotonic() + _REST_SECONDS, set(trade.accepted.values()), dict[str, str]()
    while open_ones and time.monotonic() < deadline:
        for order in sorted(open_ones):
            try:
                statuses[order] = str(trade.call(f"/v1/orders/{order}")["status"])
            except Silence:
                continue
        open_ones = {order for order in open_ones if statuses.get(order) not in _AT_REST}
        time.sleep(0.5)
    return statuses


def broken(trade: Trade, statuses: dict[str, str], cuts: int) -> list[str]:
    """Every rule that does not hold of what was accepted, named by its number in the list of invariants."""
    found = [f"I19: {order} is {statuses.get(order, 'nowhere')} and goes nowhere" for order in _restless(trade, statuses)]
    for reference, order in sorted(trade.accepted.items()):
        listed = trade.call(f"/v1/orders?external_reference={reference}")["items"]
        if [each["id"] for each in listed] != [order]:
            found.append(f"I14, I17: {reference} is {[each['id'] for each in listed]}, answered was {order}")
            continue
        found += of_an_order(trade, trade.call(f"/v1/orders/{order}", key=trade.stack.ops_key))
    for sku in sorted({line["sku"] for line in trade._body["lines"]}):
        proof = trade.call(f"/v1/proof/inventory/{sku}", key=trade.stack.ops_key)
        if not proof["agrees"]:
            found.append(f"I1 to I3: {sku} {json.dumps(proof)[:300]}")
    if parked := trade.call("/v1/documents?status=parked", key=trade.stack.ops_key)["items"]:
        found.append(f"I14: {len(parked)} documents are parked")
    return [*found, *_captured_twice(trade, statuses), *_mails(trade, statuses, cuts)]


def _restless(trade: Trade, statuses: dict[str, str]) -> list[str]:
    return [order for order in trade.accepted.values() if statuses.get(order) not in _AT_REST]


def of_an_order(trade: Trade, shown: dict[str, Any]) -> Iterator[str]:
    id, total = shown["id"], Decimal(shown["totals"]["total"])
    charged = Decimal(shown["payments"]["balances"]["charged"])
    due = {"completed": total, "cancelled": Decimal(0)}.get(shown["status"])
    if due is not None and charged != due:
        yield f"I10: {id} is {shown['status']} and has {charged} charged of {total}"
    entries = trade.call(f"/v1/journal?order={id}", key=trade.stack.ops_key)["items"]
    postings = [posting for entry in entries for posting in entry["postings"]]
    if any(sum(Decimal(posting["amount"]) for posting in entry["postings"]) for entry in entries):
        yield f"I8: an entry of {id} does not balance"
    if shown["status"] == "completed" and sum(Decimal(each["amount"]) for each in postings if each["account"] == "receivable"):
        yield f"I11: {id} is delivered and owes something in the books"
    if len({entry["event_id"] for entry in entries}) != len(entries):
        yield f"I13: an event of {id} is booked twice"


def _captured_twice(trade: Trade, statuses: dict[str, str]) -> Iterator[str]:
    """I9, I10: what the gateway itself says of each order."""
    taken = Counter[str]()
    for intent in _intents(trade.stack):
        if intent["status"] == "succeeded":
            taken[str(intent["metadata"].get("order_id", ""))] += 1
    for order, status in sorted(statuses.items()):
        if taken[order] != (1 if status == "completed" else 0) and status in ("completed", "cancelled"):
            yield f"I9: the gateway has captured {taken[order]} times for {order}, which is {status}"


def _intents(stack: Stack) -> list[dict[str, Any]]:
    """All PaymentIntents of the gateway; it lists them a hundred at a time."""
    found: list[dict[str, Any]] = []
    while True:
        after = f"&starting_after={found[-1]['id']}" if found else ""
        request = urllib.request.Request(f"{stack.stripe_url}/v1/payment_intents?limit=100{after}", headers={"authorization": "Bearer sk_test_local"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            page = json.load(answer)
        found += page["data"]
        if not page.get("has_more") or not page["data"]:
            return found


def _mails(trade: Trade, statuses: dict[str, str], cuts: int) -> Iterator[str]:
    """I26: each mail at least once, and at most once more for each cut: the customer of what was delivered has heard of it."""
    with urllib.request.urlopen(f"{trade.stack.mail_url}/api/messages", timeout=20) as answer:
        mails = json.load(answer)["items"]
    times = Counter(mail["message_id"] for mail in mails)
    if often := [id for id, count in times.items() if count > 1 + cuts]:
        yield f"I26: {len(often)} mails went out more than once for each cut"
    told = {reference for mail in mails for reference in re.findall(r"cut-[0-9]+", mail["subject"])}
    for reference, order in sorted(trade.accepted.items()):
        if statuses.get(order) == "completed" and reference not in told:
            yield f"I26: nobody has told the customer of {reference}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m proof.power_cut", description=__doc__)
    parser.add_argument("--cuts", type=int, default=10, help="how often the plug is pulled (10)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="for when; the same draws again")
    given = parser.parse_args()
    folder = ROOT / ".local" / "proof"
    print(f"  a laptop cloud of its own, {given.cuts} cuts, seed {given.seed}", flush=True)
    with laptop(folder) as stack:
        report = power_cuts(stack, folder, given.cuts, given.seed)
    print(f"  {report.accepted} accepted, {report.ended}, {report.seconds:.0f} s, {len(report.violations)} violations")
    for each in report.violations:
        print(f"  {each}")
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
