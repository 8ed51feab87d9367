"""`python -m local.threepl [--port 4575] [--stack .local/stack.json] [--pace 1.0]`: runs until it is stopped."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from local import settings
from local.seed.demo_shop import FILE as SHOP
from local.threepl.api import Api, Refused
from local.threepl.floor import Floor
from local.threepl.folder import Folder
from local.threepl.office import Office
from local.threepl.refusals import Refusals
from local.threepl.server import Door, serve

_HANDS = 3
_LOOK_SECONDS = 1.0
_IDLE_LOOK_SECONDS = 4.0
_SHIPPED_LOOK_SECONDS = 60.0
_IDLE_FOLDER_SECONDS = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="local.threepl", description="plays the demo shop's warehouses, its 3PL and its carriers")
    parser.add_argument("--port", type=int, default=settings.ports().threepl)
    parser.add_argument("--stack", type=Path, default=settings.home().stack_file)
    parser.add_argument("--pace", type=float, default=float(os.environ.get("WAYBILL_PACE", "0.7")), help="seconds between two steps")
    chosen = parser.parse_args()
    stack = json.loads(chosen.stack.read_text())
    refusals = Refusals(settings.home().path / "threepl" / "rejections.json")
    floor = Floor(Api(stack["api_url"]), stack["node_keys"], stack["carrier_secrets"], refusals, chosen.pace, _say)
    offices = _offices(stack, floor)
    server = serve(Door(floor, stack["node_secrets"], offices), chosen.port)
    for work in (_look_around, *[_work] * _HANDS):
        threading.Thread(target=work, args=(floor,), daemon=True).start()
    for office in offices:
        threading.Thread(target=_mind, args=(office, floor), daemon=True).start()
    _say(f"3PL on http://{settings.HOST}:{chosen.port}: {', '.join(floor.node_keys)}")
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


def _offices(stack: dict[str, Any], floor: Floor) -> list[Office]:
    """Of the nodes that speak EDI: they know nothing of the shop but their folder."""
    spoken = {node["id"]: node["settings"]["edi"] for node in json.loads(SHOP.read_text("utf-8"))["nodes"] if node.get("settings", {}).get("edi")}
    if not spoken:
        return []
    s3 = botocore.session.Session().create_client("s3", region_name=settings.REGION, endpoint_url=stack["engine_url"])
    bucket = stack["outputs"]["FilesBucketName"]
    folders = {node: Folder(s3, bucket, says.get("prefix", f"edi/{node}")) for node, says in spoken.items()}
    floor.by_letter.update(folders)
    return [Office(node, folder, floor.refusals, floor.resting, floor.pace, _say) for node, folder in folders.items()]


def _mind(office: Office, floor: Floor) -> None:
    """What has left by an advice that the shop has taken is the carrier's from then on."""
    while True:
        try:
            if office.round():
                floor.look(office.node, "shipped")
        except (BotoCoreError, ClientError, Refused) as problem:
            _say(f"{office.node}: {problem}")
        time.sleep(_LOOK_SECONDS if office.under_way else _IDLE_FOLDER_SECONDS)  # between two looks into the folder: nobody tells a 3PL


def _work(floor: Floor) -> None:
    while True:
        floor.step()


def _look_around(floor: Floor) -> None:
    """Asks every node's list, but of those that are told by letter: for nodes to which nothing is pushed, and for what was missed while we were down."""
    shipped_at = -_SHIPPED_LOOK_SECONDS
    while True:
        found = 0
        shipped_too = time.monotonic() - shipped_at >= _SHIPPED_LOOK_SECONDS
        for node in floor.node_keys:
            with contextlib.suppress(Refused):
                found += 0 if node in floor.by_letter else floor.look(node)
                if shipped_too:
                    floor.look(node, "shipped")
        if shipped_too:
            shipped_at = time.monotonic()
        time.sleep(_LOOK_SECONDS if found or floor.under_way else _IDLE_LOOK_SECONDS)  # between two rounds over the lists


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


if __name__ == "__main__":
    main()
