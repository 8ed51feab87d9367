"""`python -m local.threepl [--port 4575] [--stack .local/stack.json] [--pace 1.0]`: runs until it is stopped."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import threading
import time
from pathlib import Path

from local import settings
from local.threepl.api import Api, Refused
from local.threepl.floor import Floor
from local.threepl.refusals import Refusals
from local.threepl.server import Door, serve

_HANDS = 3
_LOOK_SECONDS = 1.0
_IDLE_LOOK_SECONDS = 4.0
_SHIPPED_LOOK_SECONDS = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="local.threepl", description="plays the demo shop's warehouses, its 3PL and its carriers")
    parser.add_argument("--port", type=int, default=settings.ports().threepl)
    parser.add_argument("--stack", type=Path, default=settings.home().stack_file)
    parser.add_argument("--pace", type=float, default=float(os.environ.get("WAYBILL_PACE", "0.7")), help="seconds between two steps")
    chosen = parser.parse_args()
    stack = json.loads(chosen.stack.read_text())
    refusals = Refusals(settings.home().path / "threepl" / "rejections.json")
    floor = Floor(Api(stack["api_url"]), stack["node_keys"], stack["carrier_secrets"], refusals, chosen.pace, _say)
    server = serve(Door(floor, stack["node_secrets"]), chosen.port)
    for work in (_look_around, *[_work] * _HANDS):
        threading.Thread(target=work, args=(floor,), daemon=True).start()
    _say(f"3PL on http://{settings.HOST}:{chosen.port}: {', '.join(floor.node_keys)}")
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


def _work(floor: Floor) -> None:
    while True:
        floor.step()


def _look_around(floor: Floor) -> None:
    """Asks every node's list: for nodes to which nothing is pushed, and for what was missed while we were down."""
    shipped_at = -_SHIPPED_LOOK_SECONDS
    while True:
        found = 0
        shipped_too = time.monotonic() - shipped_at >= _SHIPPED_LOOK_SECONDS
        for node in floor.node_keys:
            with contextlib.suppress(Refused):
                found += floor.look(node)
                if shipped_too:
                    floor.look(node, "shipped")
        if shipped_too:
            shipped_at = time.monotonic()
        time.sleep(_LOOK_SECONDS if found or floor.under_way else _IDLE_LOOK_SECONDS)


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


if __name__ == "__main__":
    main()
