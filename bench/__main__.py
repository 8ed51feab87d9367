"""`make bench`: every measurement beside its baseline, as tables, and as JSON in .local/bench.json.

    python -m bench [coldstart] [cost] [laptop] [routing]
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from bench import coldstart, cost, laptop
from tests.support.template import ROOT


def main(wanted: list[str]) -> None:
    chosen = wanted or ["coldstart", "cost", "laptop", "routing"]
    results: dict[str, Any] = {}
    if "coldstart" in chosen:
        print("\ncold start: CPU of a fresh process until its first call is answered (the tutorial stack: until it is ready for one), medians")
        results["coldstart"] = _shown(coldstart.measure(), ("function", "init", "call", "ms", "mb", "ratio", "target", "judged"))
    if "cost" in chosen:
        print("\nAWS list price of 1,000 orders from the door to delivered, in dollars (design of the usual tutorial: 0.43)")
        results["cost"] = _shown(cost.measure(), ("lines", "at once", "per_1000", "state transitions", "write units", "read units", "sqs requests", "bus events", "http requests", "s3 puts", "lambda, logs", "calls"))
    if "laptop" in chosen:
        print("\nthe laptop cloud: orders of three lines, each client waits for the payment before its next one")
        results["laptop"] = laptop.measure()
        _shown(results["laptop"]["rate"], ("clients", "orders", "per_s", "accepted_p50_ms", "accepted_p95_ms", "authorised_p50_ms", "authorised_p95_ms"))
        print("  CPU seconds an order, from the door to delivered (published of other systems on such a machine: Vendure 0.7 to 0.9, Medusa 1.4 to 1.9; not run here)")
        _shown(results["laptop"]["cpu"], ("orders", "functions_s", "with_engine_s"))
    if "routing" in chosen:
        print("\nrouting")
        subprocess.run([sys.executable, "-m", "bench.routing"], check=False, cwd=ROOT)
    path = ROOT / ".local" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=1, default=str))
    print(f"\n  also in {path.relative_to(ROOT)}")


def _shown(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Prints a table and hands the rows on."""
    print("  " + "".join(f"{column:>19}" for column in columns))
    for row in rows:
        print("  " + "".join(f"{_text(row.get(column, 0)):>19}" for column in columns))
    return rows


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main(sys.argv[1:])
