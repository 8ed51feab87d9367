"""`make demo`: orders of every channel, live, from received to delivered. Exits with 1 where one did not arrive."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence

from local import stackfile
from local.demo.documents import sendings
from local.demo.door import Door
from local.demo.following import Followed
from local.demo.play import mails_since, play
from local.demo.table import Table
from local.problems import Problem
from local.settings import ROOT


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to wait for the last order (60)")
    chosen = parser.parse_args()
    try:
        return run(chosen.seconds)
    except Problem as problem:
        print(f"\n  {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def run(seconds: float) -> int:
    """The exit code. Raises Problem when the system is not up."""
    stack = stackfile.read()
    door = Door(stack.api_url, stack.mail_url, stack.ops_key)
    door.knock()
    mails = door.mails()
    sent = sendings(ROOT / "events" / "intake", stack.api_keys, stack.webhook_secrets, int(time.time()))
    print(f"\n  {len(sent)} orders from {len({each.channel for each in sent})} channels\n", flush=True)
    orders = play(door, sent, Table(), seconds)
    shows = ", ".join(f"{channel} {len(door.shelf(stack.receiver_url, channel))}" for channel in sorted({each.channel for each in sent}))
    print(f"\n{said(orders, mails_since(door, mails))}\n    told of stock {shows} SKUs\n    the desk      {stack.desk_url}\n    the mailbox   {stack.mail_url}\n")
    return 0 if all(order.arrived or order.rests for order in orders) else 1


def said(orders: Sequence[Followed], mails: Sequence[str]) -> str:
    """The totals."""
    arrived = [order.seconds for order in orders if order.arrived]
    resting = Counter(order.status.replace("_", " ") for order in orders if order.rests)
    parts = [f"{len(arrived)} delivered" + (f" (the fastest in {min(arrived):.1f} s, the slowest in {max(arrived):.1f} s)" if arrived else "")]
    parts += [f"{count} {status}" for status, count in resting.items()]
    missing = [order.reference for order in orders if not order.arrived and not order.rests]
    text = f"  {', '.join(parts)}; {len(mails)} mails sent."
    return f"{text}\n  NOT ARRIVED: {', '.join(missing)}" if missing else text


if __name__ == "__main__":
    sys.exit(main())
