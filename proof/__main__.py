"""The long form: races, faults, planted bugs, a soak. What came of it is printed as it comes, and kept in `.local/proof.json`.

    python -m proof [lives of the soak]
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from proof.faults import FAULTS
from proof.planted import BUGS, found
from proof.races import KNOWN, RACES, run
from proof.soak import main as soaked
from proof.stories import STORIES
from proof.sweeping import swept
from tests.support.template import ROOT


def main(lives: int = 1000) -> int:
    started, kept = time.monotonic(), {"races": _races(), "faults": _faults(), "planted": _planted()}
    kept["soak"] = {"lives": lives, "broken": soaked(lives)}
    kept["seconds"] = round(time.monotonic() - started)
    path = ROOT / ".local" / "proof.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(kept, indent=1))
    return int(bool(kept["soak"]["broken"]) or any(_broken(part) for part in (kept["races"], kept["faults"], kept["planted"])))


def _races() -> dict[str, Any]:
    return {name: _said(f"race: {name}", len(told := list(run(name))), [] if name in KNOWN else [line for each in told for line in each.broken]) for name in RACES}


def _faults() -> dict[str, Any]:
    return {name: _said(f"faults: {name}", (forks := swept(name, FAULTS)).tried.total(), forks.failures) for name in STORIES}


def _planted() -> dict[str, Any]:
    return {name: _said(f"planted: {name}", 1, [] if _caught(name) else ["not found"]) for name in BUGS}


def _caught(name: str) -> bool:
    said = "\n".join(found(name))
    return any(f"{rule} " in said or f"{rule}:" in said for rule in BUGS[name].rules)


def _said(what: str, worlds: int, broken: list[str]) -> dict[str, Any]:
    print(f"{what}: {worlds} worlds, {len(broken)} broken", *broken[:5], sep="\n    ", flush=True)
    return {"worlds": worlds, "broken": broken[:20]}


def _broken(part: dict[str, Any]) -> bool:
    return any(each["broken"] for each in part.values())


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
