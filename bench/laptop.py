"""Orders per second and CPU per order, over HTTP, on a laptop cloud of the bench's own (its folder, free ports; `make run` is not disturbed).

All orders have three lines. Throughput: so many clients, each of which places an order, waits until its payment is authorised, and places
the next. Latencies are from before the POST to its 202, and to the instant that the order's own timeline gives to `payment.authorised`.

CPU: user and system time of the engine's process tree, from the POST until everything that follows from shipping has come to rest
(captured, mailed, booked, told to the channel); what it burns while nothing is to be done is taken off. Two numbers: the functions alone,
and with them the engine, MiniStack playing AWS. The gateway, the mailbox, the nodes and the clients are processes of their own and not
counted.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.processes import Used, child_called, used
from bench.shoppers import Line, Placed, Shop, Watch
from local.settings import DOWNLOADS
from local.stackfile import Stack
from local.testing import laptop

HOME = DOWNLOADS / "bench-cloud"
ROUNDS = ((1, 30), (8, 100))
"""Clients, orders."""
LINES = 3
WHOLE_LIVES = (3, 15)
"""Rounds, orders."""
VENDURE, MEDUSA = (0.7, 0.9), (1.4, 1.9)
"""Seconds of CPU per order, from the literature, on this size of machine; not run here."""
PART = 10
"""Of Vendure's lower figure an order may take one part in so many."""
_WARM_UP = 24
_UNITS = 1000
_NEVER = 86_400
_QUIET, _QUIET_SECONDS, _REST_SECONDS, _IDLE_SECONDS = 0.1, 1.0, 60.0, 5.0
_ON_THEIR_WAY = ("confirmed", "released", "in_fulfilment")


@dataclass(frozen=True)
class Bench:
    """A stack under measurement; `engine` is the process id of its AWS."""

    stack: Stack
    shop: Shop
    engine: int


@contextmanager
def bench() -> Iterator[Bench]:
    """A laptop cloud from nothing, its functions warm, its warehouses full, its simulated warehouse workers idle."""
    os.environ["WAYBILL_PACE"] = str(_NEVER)
    with laptop(HOME) as stack:
        engine = child_called(int((HOME / "up.pid").read_text()), "local.engine")
        made = Bench(stack, Shop(stack), engine)
        made.shop.fill_the_shelves(_UNITS)
        _whole_lives(made, 3)
        _placed_by(made, 8, _WARM_UP)
        yield made


def measure() -> dict[str, Any]:
    """`throughput`: a row a number of clients, milliseconds; `cpu`: rows of seconds per order."""
    with bench() as it:
        rows = [_throughput(it, clients, orders) for clients, orders in ROUNDS]
        cpu = _cpu(it)
    return {"throughput": rows, "cpu": cpu}


def _throughput(it: Bench, clients: int, orders: int) -> dict[str, Any]:
    _come_to_rest(it)
    before, started = used(it.engine), time.monotonic()
    placed = _placed_by(it, clients, orders)
    seconds, spent = time.monotonic() - started, used(it.engine).since(before)
    line = Line(it.stack)
    authorised = [it.shop.authorised_at(line, each.id) - each.posted for each in placed]
    accepted = [each.accepted - each.posted for each in placed]
    return {
        "clients": clients,
        "orders": orders,
        "orders/s": orders / seconds,
        "202 p50": _share(accepted, 0.5) * 1000,
        "202 p95": _share(accepted, 0.95) * 1000,
        "authorised p50": _share(authorised, 0.5) * 1000,
        "authorised p95": _share(authorised, 0.95) * 1000,
        "CPU s/order": spent.all / orders,
    }


def _placed_by(it: Bench, clients: int, orders: int) -> list[Placed]:
    """Orders of so many clients at once. Raises what went wrong at a client."""
    numbers, placed, problems = iter(range(orders)), [], []

    def client() -> None:
        line = Line(it.stack)
        try:
            while not problems and next(numbers, None) is not None:
                order = it.shop.place(line, LINES)
                placed.append(order)
                watch.wait(order.id, *_ON_THEIR_WAY)
        except (RuntimeError, OSError) as problem:
            problems.append(problem)

    with Watch(it.stack) as watch:
        threads = [threading.Thread(target=client) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if problems:
        raise problems[0]
    return placed


def _cpu(it: Bench) -> list[dict[str, Any]]:
    """Seconds per order: medians of `WHOLE_LIVES` rounds of so many orders each."""
    rounds, orders = WHOLE_LIVES
    spent = [_whole_lives(it, orders) for _ in range(rounds)]
    return [
        _cpu_row("functions alone", median(each.children for each in spent) / orders),
        _cpu_row("functions and engine", median(each.all for each in spent) / orders),
    ]


def _cpu_row(name: str, seconds: float) -> dict[str, Any]:
    return {"CPU of": name, "s/order": seconds, "of Vendure's": seconds / VENDURE[0], "judged": "PASS" if seconds * PART <= VENDURE[0] else "MISS"}


def _whole_lives(it: Bench, orders: int) -> Used:
    """Places orders, ships them, and waits for all that follows. CPU of it all, less what would have been burnt anyway."""
    _come_to_rest(it)
    idle = _idle(it)
    started, before, line = time.monotonic(), used(it.engine), Line(it.stack)
    placed = [it.shop.place(line, LINES) for _ in range(orders)]
    with Watch(it.stack) as watch:
        for each in placed:
            watch.wait(each.id, "released")
        for each in placed:
            it.shop.ship(line, each.id)
        for each in placed:
            watch.wait(each.id, "shipped")
    _come_to_rest(it)
    return used(it.engine).since(before).less(idle, time.monotonic() - started)


def _idle(it: Bench) -> Used:
    """CPU a second while nothing is to be done."""
    before = used(it.engine)
    time.sleep(_IDLE_SECONDS)  # what is measured is that nothing is done
    spent = used(it.engine).since(before)
    return Used(spent.itself / _IDLE_SECONDS, spent.children / _IDLE_SECONDS)


def _come_to_rest(it: Bench) -> None:
    """Until the engine does no more than look for work. Raises RuntimeError when it does not."""
    for _ in range(int(_REST_SECONDS / _QUIET_SECONDS)):
        before = used(it.engine)
        time.sleep(_QUIET_SECONDS)  # over which it must be quiet
        if used(it.engine).since(before).all <= _QUIET:
            return
    raise RuntimeError(f"the laptop cloud is still busy after {_REST_SECONDS} s: {HOME / 'logs'}")


def _share(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
