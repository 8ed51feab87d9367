"""One order's work packed on a laptop cloud: cartons, service, number, label, slip and plan, over HTTP. Nobody is called: all carriers have price lists."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from bench.laptop import LINES, bench
from bench.processes import used
from bench.shoppers import Line, Watch

ORDERS = 20
MOST_MS = 300.0


def measure() -> dict[str, Any]:
    """Milliseconds of a POST to `pack`, and of CPU: of the engine's whole tree, and of the functions in it."""
    with bench() as it:
        line, walls = Line(it.stack), []
        placed = [it.shop.place(line, LINES) for _ in range(ORDERS)]
        with Watch(it.stack) as watch:
            for each in placed:
                watch.wait(each.id, "released")
        works = [work for each in placed for work in line.call("GET", f"/v1/orders/{each.id}", it.stack.ops_key)["fulfilment_orders"]]
        for work in works:
            for verb in ("accept", "pick"):
                line.call("POST", f"/v1/fulfilment-orders/{work['id']}/{verb}", it.stack.node_keys[work["node"]], {})
        packages, before = 0, used(it.engine)
        for work in works:
            started = time.perf_counter()
            answer = line.call("POST", f"/v1/fulfilment-orders/{work['id']}/pack", it.stack.node_keys[work["node"]], {})
            walls.append(1000 * (time.perf_counter() - started))
            packages += len(answer["packages"])
        spent = used(it.engine).since(before)
    return {
        "packed": len(works),
        "packages": packages,
        "p50 ms": median(walls),
        "slowest ms": max(walls),
        "CPU ms": 1000 * spent.all / len(works),
        "of it functions": 1000 * spent.children / len(works),
    }
