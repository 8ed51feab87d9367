"""A spreadsheet of 10,000 orders on a laptop cloud of the bench's own: seconds until all are checked, and until all are stored, as CSV and as .xlsx;
and whether an order of another channel, placed when all of them wait, has to wait for them. CPU is that of the engine and all functions until then.
"""

from __future__ import annotations

import csv
import io
import json
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from bench.processes import child_called, used
from bench.shoppers import Line, Shop
from local.importing import Door
from local.settings import DOWNLOADS
from local.stackfile import Stack
from local.testing import laptop

HOME = DOWNLOADS / "bench-imports"
ORDERS, CHANNEL = 10_000, "paper"
MOST_SECONDS = 180.0
_PROBES, _PATIENCE_SECONDS, _LOOK_SECONDS = 5, 120.0, 0.1
_WARM_UP = 20


@dataclass
class Course:
    """When it was first seen to be where, in seconds since its upload began."""

    began: float = field(default_factory=time.monotonic)
    seen: dict[str, float] = field(default_factory=dict)

    def note(self, it: dict[str, Any]) -> None:
        self.seen.setdefault(it["status"], time.monotonic() - self.began)


def measure() -> list[dict[str, Any]]:
    """A row a format: seconds to `checked` and `stored`, orders a second, and what an order of our API's own channel took beside them, at most."""
    return [_measured(name, make) for name, make in (("csv", as_csv), ("xlsx", as_workbook))]


def _measured(name: str, make: Any) -> dict[str, Any]:
    with laptop(HOME) as stack:
        door, shop = Door(stack.api_url, stack.ops_key), Shop(stack)
        shop.fill_the_shelves(10 * ORDERS)
        _open_channel(stack)
        door.run(make(rows(_WARM_UP, "warm")), {"channel": CHANNEL})
        alone = max(_probe(stack, shop) for _ in range(_PROBES))
        engine = child_called(int((HOME / "up.pid").read_text()), "local.engine")
        raw, before, course = make(rows(ORDERS, name)), used(engine), Course()
        it = door.run(raw, {"channel": CHANNEL}, course.note)
        spent = used(engine).since(before)
        beside = max(_probe(stack, shop) for _ in range(_PROBES))
    if it["orders"]["stored"] != ORDERS:
        raise RuntimeError(f"not all were stored: {it}")
    stored = course.seen["done"]
    return {
        "file": name, "MB": len(raw) / 1e6, "orders": ORDERS, "checked s": course.seen["storing"], "stored s": stored, "orders/s": ORDERS / stored, "CPU s": spent.all,
        "another's order alone s": alone, "beside s": beside, "judged": "PASS" if stored < MOST_SECONDS else "MISS",
    }  # fmt: skip


def rows(orders: int, run: str) -> list[list[str]]:
    """One line each, paid later, with the first line that names the columns."""
    names = ["external_reference", "currency", "total", "customer_email", "customer_name", "ship_to_name", "ship_to_line1", "ship_to_city", "ship_to_region",
             "ship_to_postal_code", "ship_to_country", "shipping_method", "shipping_amount", "tender_kind", "tender_amount", "sku", "title", "quantity",
             "unit_price", "line_tax"]  # fmt: skip
    return [names, *(_row(number, run) for number in range(orders))]


def _row(number: int, run: str) -> list[str]:
    return [f"{run}-{number}", "USD", "31.80", f"shopper{number}@example.com", "Ada Byron", "Ada Byron", "500 Main St", "Denver", "CO", "80202", "US", "standard",
            "6.00", "terms", "31.80", f"WB-{number % 24 + 1:03}", "Thing", "1", "24.00", "1.80"]  # fmt: skip


def as_csv(lines: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return out.getvalue().encode()


def as_workbook(lines: list[list[str]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet("Orders")
    for line in lines:
        page.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _open_channel(stack: Stack) -> None:
    body = json.dumps({"kind": "spreadsheet", "name": "Paper"}).encode()
    headers = {"x-api-key": stack.ops_key, "content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{stack.api_url}/v1/channels/{CHANNEL}", body, headers, method="PUT"), timeout=30):
        pass


def _probe(stack: Stack, shop: Shop) -> float:
    """Seconds from the POST of one order by our API until intake has made it one."""
    line, began = Line(stack), time.monotonic()
    placed = shop.place(line, 1)
    while time.monotonic() - began < _PATIENCE_SECONDS:
        try:
            line.call("GET", f"/v1/orders/{placed.id}", stack.ops_key)
            return time.monotonic() - began
        except RuntimeError:
            time.sleep(_LOOK_SECONDS)  # between two looks, until patience is over
    return _PATIENCE_SECONDS


if __name__ == "__main__":
    for found in measure():
        print(json.dumps(found))
