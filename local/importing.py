"""`make import FILE=orders.csv`: sends a spreadsheet to the system that is up, and says how far it is."""

from __future__ import annotations

import hashlib
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local import stackfile
from local.problems import Problem

_LOOK_SECONDS = 0.3
_OVER = ("done", "refused", "failed")
_WIDTH = 24

Say = Callable[[dict[str, Any]], None]


class Door:
    """The API of imports, with a key that places orders."""

    def __init__(self, api_url: str, key: str) -> None:
        self._api, self._key = api_url, key

    def run(self, raw: bytes, wanted: dict[str, str], say: Say = lambda it: None) -> dict[str, Any]:
        """One file from its upload to its end. Raises Problem with what was answered."""
        key = hashlib.sha256(raw + json.dumps([wanted, time.time()]).encode()).hexdigest()
        it = self.ask("POST", f"/v1/imports?{urllib.parse.urlencode(wanted)}", {"idempotency-key": key})
        self._put(it["upload"]["url"], raw)
        it = self.ask("POST", it["links"]["start"])
        say(it)
        while it["status"] not in _OVER:
            time.sleep(_LOOK_SECONDS)  # between two looks at how far it is
            it = self.ask("GET", it["links"]["self"])
            say(it)
        return it

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file(method, path, headers))
        return found

    def file(self, method: str, path: str, headers: dict[str, str] | None = None, raw: bytes | None = None) -> bytes:
        return _sent(urllib.request.Request(self._api + path, raw, method=method, headers={"x-api-key": self._key, **(headers or {})}))

    @staticmethod
    def _put(url: str, raw: bytes) -> None:
        _sent(urllib.request.Request(url, raw, {"content-type": ""}, method="PUT"))


def import_file(file: str | None, channel: str, policy: str | None, dry: bool) -> None:
    """Prints a line of progress, and at the end what became of it; failed rows lie beside the file. Raises Problem."""
    if not file or not Path(file).is_file():
        raise Problem("Which file? make import FILE=orders.csv (or .xlsx) [CHANNEL=api] [POLICY=reject_all] [DRY=1]")
    stack = stackfile.read()
    door = Door(stack.api_url, stack.ops_key)
    wanted = {"channel": channel, **({"policy": policy} if policy else {}), **({"dryRun": "true"} if dry else {})}
    started = time.monotonic()
    it = door.run(Path(file).read_bytes(), wanted, _say)
    print(f"\n  {it['status']} after {time.monotonic() - started:.1f} s; {_counts(it)}")
    if it.get("problem"):
        print(f"  {it['problem']}")
    if it["ignored_columns"]:
        print(f"  columns that mean nothing to us: {', '.join(it['ignored_columns'])}")
    for problem in it["problems"][:5]:
        print(f"  row {problem['row']}, {problem['field'] or 'the row'}: {problem['problem']}")
    for name in ("errors", "notes"):
        if name in it["links"]:
            beside = Path(file).with_suffix(f".{name}.csv")
            beside.write_bytes(door.file("GET", it["links"][name]))
            print(f"  {name}: {beside}")


def _say(it: dict[str, Any]) -> None:
    """On a terminal one line that is written over; elsewhere nothing until the end."""
    if not sys.stdout.isatty() and it["status"] not in _OVER:
        return
    done = it["percent"] * _WIDTH // 100
    print(f"\r  [{'#' * done}{'.' * (_WIDTH - done)}] {it['percent']:3} %  {it['status']:9} {it['rows']['seen']} of {it['rows']['of']} rows seen", end="", flush=True)


def _counts(it: dict[str, Any]) -> str:
    named = (("stored", "orders stored"), ("known", "known already"), ("bad", "wrong"), ("held", "to be held"))
    return ", ".join(f"{it['orders'][name]} {words}" for name, words in named)


def _sent(request: urllib.request.Request) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as refusal:
        raise Problem(f"{request.get_method()} {request.full_url.partition('?')[0]}: {refusal.code} {refusal.read()[:500].decode(errors='replace')}") from None
    except OSError as problem:
        raise Problem(f"{request.full_url.partition('?')[0]} does not answer: {problem}") from None
