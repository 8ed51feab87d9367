"""`make bench`: every measurement beside its baseline, as tables, and as JSON in .local/bench.json.

    python -m bench [coldstart] [cost] [routing]
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from bench import coldstart, cost
from tests.support.template import ROOT


def main(wanted: list[str]) -> None:
    chosen = wanted or ["coldstart", "cost", "routing"]
    results: dict[str, Any] = {}
    if "coldstart" in chosen:
        print("\ncold start: import, init and the clients of the first call, medians of fresh processes")
        results["coldstart"] = _shown(coldstart.measure(), ("function", "import_ms", "cpu_ms", "mb", "ratio"))
    if "cost" in chosen:
        print("\nAWS list price of 1,000 orders from the door to delivered, in dollars (design of the usual tutorial: 0.43)")
        results["cost"] = _shown(cost.measure(), ("lines", "at once", "per_1000", "state transitions", "write units", "read units", "sqs requests", "bus events", "http requests", "s3 puts", "lambda, logs", "calls"))
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
