"""`make tariff FILE=swift.csv CARRIER=swift`: sends a carrier's price list to the system that is up; whole, or not at all."""

from __future__ import annotations

import json
import urllib.parse
from pathlib import Path

from local import stackfile
from local.importing import Door
from local.problems import Problem


def import_tariff(file: str | None, carrier: str | None, since: str | None) -> None:
    """Prints what was taken. Raises Problem with every mistake, by row and column."""
    if not file or not carrier or not Path(file).is_file():
        raise Problem("Which list, and whose? make tariff FILE=swift.csv CARRIER=swift [SINCE=2026-12-01]")
    stack = stackfile.read()
    query = f"?{urllib.parse.urlencode({'from': since})}" if since else ""
    path = f"/v1/carriers/{urllib.parse.quote(carrier, safe='')}/tariff{query}"
    told = json.loads(Door(stack.api_url, stack.ops_key).file("PUT", path, {"content-type": "text/csv"}, Path(file).read_bytes()))["imported"]
    print(f"  {carrier}: {told['services']} services, {told['zones']} zones, from {told['from']} on (version {told['version']})")
