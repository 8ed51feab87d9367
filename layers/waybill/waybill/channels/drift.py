"""Once a day: have the documents of a channel the fields that they used to have? Whoever changed them seldom says so.

What was seen stands in Messages: `pk = shape#<channel>#<topic>` with the fields, in how many of how many documents; `pk = drift#<channel>` with what
was found last, and when.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from waybill.aws.logs import count, logger
from waybill.aws.tables import WriteConflict, commit, replace
from waybill.channels.messages import MESSAGES
from waybill.channels.model.shape import Drift, counted, drift, paths
from waybill.kernel import json as strict_json
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Malformed, NotFound
from waybill.kernel.plain import compact
from waybill.orders import documents, store
from waybill.shop.model import Channel

_PER_DAY = 60
_FORGET_BEYOND = 1000


def look(channel: Channel, clock: Clock) -> dict[str, Drift]:
    """Compares yesterday's documents with all before, once a day. Answers by topic what has drifted, and says it aloud."""
    day = (clock() - timedelta(days=1)).date().isoformat()
    done = MESSAGES.get(f"drift#{channel.id}") or {"version": 0}
    if done.get("day", "") >= day:
        return {}
    shapes: dict[str, list[frozenset[str]]] = defaultdict(list)
    for topic, body in _of_day(channel.id, day):
        shapes[topic].append(paths(body))
    found = {topic: drifted for topic, seen in sorted(shapes.items()) if (drifted := _compared(channel.id, topic, seen))}
    for topic, drifted in found.items():
        count("DocumentsDrifted", channel=channel.id)
        logger.warning("documents drift", channel=channel.id, topic=topic, appeared=drifted.appeared[:50], vanished=drifted.vanished[:50])
    told = {topic: {"appeared": list(drifted.appeared[:200]), "vanished": list(drifted.vanished[:200])} for topic, drifted in found.items()}
    kept = {"found": told, "since": day} if found else {name: done[name] for name in ("found", "since") if name in done}
    _put({"pk": f"drift#{channel.id}", "version": done["version"] + 1, "day": day, "at": instant(clock()), **kept}, done["version"])
    return found


def last(channel: str) -> dict[str, Any]:
    """What was found last: {"day", "since", "found": {topic: {"appeared", "vanished"}}}; {} where nobody has looked yet."""
    item = MESSAGES.get(f"drift#{channel}") or {}
    return {name: item[name] for name in ("day", "since", "found") if name in item}


def _of_day(channel: str, day: str) -> Iterator[tuple[str, Any]]:
    """The document of each order of a day, some of them."""
    seen, start = 0, None
    while True:
        rows, start = store.of_day(day, 100, start)
        for row in rows:
            if row["channel"] == channel and seen < _PER_DAY:
                try:
                    document = documents.newest(row["pk"].removeprefix("ORDER#"))
                    yield document.topic or document.door, strict_json.parse(document.body)
                except (NotFound, Malformed):
                    continue
                seen += 1
        if start is None or seen >= _PER_DAY:
            return


def _compared(channel: str, topic: str, seen: list[frozenset[str]]) -> Drift:
    pk = f"shape#{channel}#{topic}"
    known = MESSAGES.get(pk) or {"version": 0, "of": 0}
    before = json.loads(gzip.decompress(known["fields"])) if "fields" in known else {}
    of, now = int(known["of"]), counted(seen)
    found = drift(before, of, now, len(seen))
    gone = set(found.vanished)
    after = {path: before.get(path, 0) + now.get(path, 0) for path in {*before, *now} if path not in gone}
    of += len(seen)
    if of > _FORGET_BEYOND:  # what was long ago counts less
        after, of = {path: -(-times // 2) for path, times in after.items()}, of // 2
    packed = gzip.compress(compact(after).encode(), mtime=0)
    _put({"pk": pk, "version": known["version"] + 1, "of": of, "fields": packed}, known["version"])
    return found


def _put(item: dict[str, Any], seen: int) -> None:
    try:
        commit(replace(MESSAGES, item, seen))
    except WriteConflict:
        logger.info("another run was faster", pk=item["pk"])
