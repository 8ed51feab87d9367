"""`python -m local.seed [--stack .local/stack.json]`: the demo shop into the laptop cloud that is up."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from local.keys import Keys, keys
from local.settings import STAGE, aws_environment, home

SHOP = Path(__file__).with_name("shop.json")


def main() -> int:
    parser = argparse.ArgumentParser(prog="local.seed", description="fills the laptop cloud with the demo shop")
    parser.add_argument("--stack", type=Path, default=home().stack_file, help="where `make run` wrote what is where")
    stack_file = parser.parse_args().stack
    if not stack_file.exists():
        print(f"{stack_file} is missing: start the laptop cloud with `make run`.", file=sys.stderr)
        return 1
    stack = json.loads(stack_file.read_text())
    stamp, secrets = stack_file.parent / "state" / "seeded", keys()
    if stamp.exists() and stamp.read_text() == _version(stack, secrets):
        print("the demo shop is there already")
        return 0
    os.environ.update(_environment(stack))
    _seed(stack, secrets)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(_version(stack, secrets))
    return 0


def _seed(stack: dict[str, Any], secrets: Keys) -> None:
    from local.seed.demo_shop import DemoShop
    from local.seed.seeding import seed

    started = time.perf_counter()
    shop = DemoShop.read(stack)
    told = "seeded" if seed(shop, secrets) else "was seeded already"
    counts = f"{len(shop.ids('nodes'))} nodes, {len(shop.raw['items'])} SKUs, {len(shop.ids('channels'))} channels"
    print(f"the demo shop {told}: {counts} ({time.perf_counter() - started:.2f} s)")


def _version(stack: dict[str, Any], secrets: Keys) -> str:
    """Of everything that goes in. Tables made anew have new names; so a start that changes nothing need not even ask them."""
    where = [stack["engine_url"], stack["receiver_url"], stack["threepl_url"], stack["outputs"]]
    text = json.dumps([where, secrets.as_json(), SHOP.read_text("utf-8")], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _environment(stack: dict[str, Any]) -> dict[str, str]:
    """What the functions find in theirs: the tables by name, and the laptop's AWS."""
    tables = {
        f"{name.removesuffix('TableName').upper()}_TABLE": value for name, value in stack["outputs"].items() if name.endswith("TableName")
    }
    return {**aws_environment(stack["engine_url"]), **tables, "STAGE": STAGE}


if __name__ == "__main__":
    sys.exit(main())
