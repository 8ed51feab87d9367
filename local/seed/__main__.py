"""`python -m local.seed [--stack .local/stack.json]`: the demo shop into the laptop cloud that is up."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from local.keys import keys
from local.settings import STAGE, aws_environment, home


def main() -> int:
    parser = argparse.ArgumentParser(prog="local.seed", description="fills the laptop cloud with the demo shop")
    parser.add_argument("--stack", type=Path, default=home().stack_file, help="where `make run` wrote what is where")
    stack_file = parser.parse_args().stack
    if not stack_file.exists():
        print(f"{stack_file} is missing: start the laptop cloud with `make run`.", file=sys.stderr)
        return 1
    stack = json.loads(stack_file.read_text())
    os.environ.update(_environment(stack))
    started = time.perf_counter()

    from local.seed.demo_shop import DemoShop
    from local.seed.seeding import seed

    shop = DemoShop.read(stack)
    new = seed(shop, keys())
    told = "seeded" if new else "was seeded already"
    counts = f"{len(shop.ids('nodes'))} nodes, {len(shop.raw['items'])} SKUs, {len(shop.ids('channels'))} channels"
    print(f"the demo shop {told}: {counts} ({time.perf_counter() - started:.2f} s)")
    return 0


def _environment(stack: dict[str, Any]) -> dict[str, str]:
    """What the functions find in theirs: the tables by name, and the laptop's AWS."""
    tables = {
        f"{name.removesuffix('TableName').upper()}_TABLE": value for name, value in stack["outputs"].items() if name.endswith("TableName")
    }
    return {**aws_environment(stack["engine_url"]), **tables, "STAGE": STAGE}


if __name__ == "__main__":
    sys.exit(main())
