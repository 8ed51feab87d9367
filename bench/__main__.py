"""`make bench`: every measurement beside its baseline, as tables; at the end each target with PASS or MISS. As JSON in .local/bench.json.

    python -m bench [coldstart] [cost] [hot_sku] [laptop] [routing] [season] [brokering] [oversell] [imports] [cartons] [packing]

Exits 0 also where a target is missed that depends on the machine: this is a measurement and no test. It exits otherwise where a bench itself
breaks, and where a target is missed that depends on seeds alone.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench import brokering, cartons, coldstart, cost, hot_sku, imports, laptop, oversell, packing, routing, season
from tests.support.template import ROOT

_MOST_DOLLARS = 0.15
_ROUTING_P50_MS, _ROUTING_P99_MS = 0.3, 20.0
_OF_THE_MYOPIC, _PRICED_IN_S = 0.5, 60
_COST_COLUMNS = (
    "lines", "at once", "per_1000", "state transitions", "write units", "read units", "sqs requests", "bus events", "http requests",
    "s3 puts", "lambda, logs", "calls",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was to be reached, and whether it was. `seeded`: on every machine alike."""

    what: str
    measured: str
    target: str
    reached: bool
    seeded: bool = False


def main(wanted: Sequence[str]) -> None:
    unknown = set(wanted) - set(_BENCHES)
    if unknown:
        sys.exit(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(_BENCHES)}")
    results: dict[str, Any] = {}
    verdicts: list[Verdict] = []
    for name in wanted or _BENCHES:
        started = time.monotonic()
        results[name], found = _BENCHES[name]()
        verdicts += found
        print(f"  ({time.monotonic() - started:.0f} s)", flush=True)
    _say(verdicts)
    path = ROOT / ".local" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**results, "targets": [asdict(verdict) for verdict in verdicts]}, indent=1, default=str))
    print(f"\n  also in {path.relative_to(ROOT)}")
    sys.exit(any(verdict.seeded and not verdict.reached for verdict in verdicts))


def _coldstart() -> tuple[Any, list[Verdict]]:
    _title("cold start: milliseconds of CPU, medians of fresh processes: init, and the whole first call", "about two minutes")
    rows = _shown(coldstart.measure(), ("function", "init", "call", "ms", "mb", "ratio", "target", "judged"))
    intake = next(row for row in rows if row["function"] == "intake")
    others = [row for row in rows if row["judged"] in ("PASS", "MISS") and row is not intake]
    slowest = max(others, key=lambda row: row["ms"])
    uncalled = [row["function"] for row in rows if row["judged"] == "NO CALL"]
    return rows, [
        Verdict("cold start of intake", f"1/{intake['ratio']:.2f}, {intake['mb']:.1f} MB", intake["target"], intake["judged"] == "PASS"),
        Verdict(
            f"cold start of the slowest other, {slowest['function']}", f"1/{slowest['ratio']:.2f}", slowest["target"], slowest["judged"] == "PASS"
        ),
        *(Verdict(f"cold start of {name}", "no first call", "one in bench/first_calls.py", False) for name in uncalled),
    ]


def _cost() -> tuple[Any, list[Verdict]]:
    _title("AWS list price of 1,000 orders from the door to delivered, in dollars (design of the usual tutorial: 0.43)", "about a minute")
    rows = _shown(cost.measure(), _COST_COLUMNS)
    return rows, [
        Verdict(
            f"cost of 1,000 orders of {row['lines']} lines, {row['at once']} at once",
            f"${row['per_1000']:.3f}", f"≤ ${_MOST_DOLLARS:.2f}", row["per_1000"] <= _MOST_DOLLARS,
        )
        for row in rows
    ]  # fmt: skip


def _hot_sku() -> tuple[Any, list[Verdict]]:
    _title("10,000 orders a minute for one SKU, in a model of DynamoDB's conflicts and throttles", "seconds")
    rows = _shown(hot_sku.measure(), ("way", "orders", "stock", "sold", "oversold", "failed %", "attempts/success", "largest row, bytes"))
    mine = [row for row in rows if row["way"] == next(iter(hot_sku.WAYS))]
    oversold, failed, attempts = (max(row[name] for row in mine) for name in ("oversold", "failed %", "attempts/success"))
    return rows, [
        Verdict("hot SKU, oversold", str(oversold), "0", oversold == 0),
        Verdict("hot SKU, failed", f"{failed:.2f} %", "< 1 %", failed < 1),
        Verdict("hot SKU, attempts per success", f"{attempts:.3f}", "< 1.2", attempts < 1.2),
    ]


def _laptop() -> tuple[Any, list[Verdict]]:
    _title("laptop cloud: orders of three lines, each client waits for the payment before its next one; milliseconds", "about three minutes")
    results = laptop.measure()
    _shown(results["throughput"], ("clients", "orders", "orders/s", "202 p50", "202 p95", "authorised p50", "authorised p95", "CPU s/order"))
    vendure, medusa = (f"{low} to {high}" for low, high in (laptop.VENDURE, laptop.MEDUSA))
    print(f"\n  CPU seconds an order, place → pay → allocate → ship (from the literature, not run here: Vendure {vendure}, Medusa {medusa})")
    rows = _shown(results["cpu"], ("CPU of", "s/order", "of Vendure's", "judged"))
    target = f"≤ {laptop.VENDURE[0] / laptop.PART:.2f} s"
    return results, [Verdict(f"CPU an order, {row['CPU of']}", f"{row['s/order']:.3f} s", target, row["judged"] == "PASS") for row in rows]


def _routing() -> tuple[Any, list[Verdict]]:
    _title("routing one order, provably cheapest, beside HiGHS", "about a minute")
    rows = routing.main()
    small = [row["p50_ms"] for row in rows if row["orders"].startswith("1 to 5 lines")]
    large = [row["p99_ms"] for row in rows if row["orders"].startswith("1 to 10 lines")]
    compared = [row for row in rows if "compared" in row]
    proven, of = sum(row["equal"] for row in compared), sum(row["compared"] for row in compared)
    return rows, [
        Verdict("routing, 1 to 5 lines, p50 of the slower goods", f"{max(small):.2f} ms", f"< {_ROUTING_P50_MS} ms", max(small) < _ROUTING_P50_MS),
        Verdict("routing, 1 to 10 lines, p99 of the slower goods", f"{max(large):.1f} ms", f"< {_ROUTING_P99_MS:g} ms", max(large) < _ROUTING_P99_MS),
        Verdict("routing, as cheap as HiGHS says", f"{proven} of {of}", "all", proven == of > 0),
    ]


def _season() -> tuple[Any, list[Verdict]]:
    _title("a season on stock that has to last: cost of an order above what it costs who knows all orders", "about five minutes")
    rows = _shown(season.measure(), ("policy", "$ above the bound", "of the myopic", "better in", "units lost"))
    taken = season.seconds_to_price()
    priced = next(row for row in rows if row["policy"] == season.PRICED)
    halved = priced["of the myopic"] <= _OF_THE_MYOPIC
    return {"policies": rows, "seconds": taken}, [
        Verdict("scarcity prices, excess over the bound", f"{priced['of the myopic']:.0%}", "≤ 50 % of the myopic", halved, seeded=True),
        Verdict("scarcity prices, 100 regions × 50 nodes × 100 SKUs", f"{taken:.0f} s", f"< {_PRICED_IN_S} s", taken < _PRICED_IN_S),
    ]


def _brokering() -> tuple[Any, list[Verdict]]:
    _title("many orders that wait for the same stock: assigned all at once, beside first come, first served", "about two minutes")
    columns = ("orders", "nodes", "dearer by at most $", "$ as they come", "$ all at once", "saved", "gap", "worse served", "limits broken", "slowest s")
    rows = _shown(brokering.measure(), columns)
    worse, broken = sum(row["worse served"] for row in rows), sum(row["limits broken"] for row in rows)
    dearer = sum(row["$ all at once"] > row["$ as they come"] for row in rows)
    return rows, [
        Verdict("brokering, pools dearer than first come", str(dearer), "0", dearer == 0),
        Verdict("brokering, orders worse served than allowed", str(worse), "0", worse == 0),
        Verdict("brokering, stock or hands overstepped", str(broken), "0", broken == 0),
    ]


def _oversell() -> tuple[Any, list[Verdict]]:
    _title("channels that learn of stock late: units held back by a budget, beside the same number for every SKU", "some seconds")
    rows = _shown(oversell.measure(), ("held back", "sold", "unsold", "oversold", "worst channel", "within"))
    budget, fixed = rows[-1], max(row["sold"] for row in rows[:-1] if row["within"])
    return rows, [
        Verdict("oversell budget, the worst channel's share", budget["worst channel"], f"≤ {oversell.BUDGET:.0%}", budget["within"]),
        Verdict("oversell budget, units sold", str(budget["sold"]), f"≥ {fixed} of the best fixed number", budget["sold"] >= fixed),
    ]


def _imports() -> tuple[Any, list[Verdict]]:
    _title(f"a spreadsheet of {imports.ORDERS} orders on the laptop cloud, seconds; and another channel's order, alone and beside all of them", "about five minutes")
    columns = ("file", "MB", "orders", "checked s", "stored s", "orders/s", "CPU s", "another's order alone s", "beside s", "judged")
    rows = _shown(imports.measure(), columns)
    target = f"< {imports.MOST_SECONDS:.0f} s"
    return rows, [Verdict(f"{imports.ORDERS} orders stored from {row['file']}", f"{row['stored s']:.0f} s", target, row["judged"] == "PASS") for row in rows]


def _cartons() -> tuple[Any, list[Verdict]]:
    _title("published orders into published boxes, beside the boxes that their own packer took; milliseconds of CPU", "some seconds")
    rows = _shown(cartons.measure(), ("turned", "orders", "units", "boxes", "theirs", "p50 ms", "p95 ms", "slowest ms", "p50 ms of 8 to 12 units"))
    verdicts = [Verdict(f"cartons, boxes in all, {row['turned']}", str(row["boxes"]), f"≤ {row['theirs']}", row["boxes"] <= row["theirs"], seeded=True) for row in rows]
    slower = max((row["p50 ms of 8 to 12 units"] for row in rows), default=0.0)
    return rows, [*verdicts, *([Verdict("cartons, about ten units, p50", f"{slower:.2f} ms", f"< {cartons.P50_MS:g} ms", slower < cartons.P50_MS)] if rows else [])]


def _packing() -> tuple[Any, list[Verdict]]:
    _title("one order's work of three lines packed and labelled on the laptop cloud, milliseconds", "about two minutes")
    rows = _shown([packing.measure()], ("packed", "packages", "p50 ms", "slowest ms", "CPU ms", "of it functions"))
    return rows, [Verdict("packed and labelled, p50", f"{rows[0]['p50 ms']:.0f} ms", f"< {packing.MOST_MS:.0f} ms", rows[0]["p50 ms"] < packing.MOST_MS)]


_BENCHES: dict[str, Callable[[], tuple[Any, list[Verdict]]]] = {"coldstart": _coldstart, "cost": _cost, "hot_sku": _hot_sku, "laptop": _laptop, "routing": _routing, "season": _season, "brokering": _brokering, "oversell": _oversell, "imports": _imports, "cartons": _cartons, "packing": _packing}


def _title(text: str, lasts: str) -> None:
    print(f"\n{text}\n  … {lasts}", flush=True)


def _say(verdicts: list[Verdict]) -> None:
    print("\ntargets")
    for each in verdicts:
        print(f"  {'PASS' if each.reached else 'MISS'}  {each.what:48}{each.measured:>22}   {each.target}")


def _shown(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Prints a table and hands the rows on."""
    texts = [list(columns), *([_text(row.get(column, "")) for column in columns] for row in rows)]
    widths = [max(len(line[place]) for line in texts) for place in range(len(columns))]
    for line in texts:
        print("  " + "  ".join([line[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(line[1:], widths[1:], strict=True))]))
    return rows


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main(sys.argv[1:])
