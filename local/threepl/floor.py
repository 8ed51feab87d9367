"""The people on the floor: everything under way, each piece moved one step when its time has come."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Condition
from typing import Any

from local.threepl.api import Api, Document, Refused
from local.threepl.refusals import Refusals
from local.threepl.steps import next_scans, next_verb, words

_LONGEST_REST = 30.0
_FINAL_ANSWERS = (403, 404, 409, 422)


@dataclass
class Floor:
    """`pace` is the seconds between two steps of one piece of work; the people of a node in `resting` ship nothing; nodes in `by_letter` have an office for
    their work, and only their parcels are carried here. Safe to use from several threads."""

    api: Api
    node_keys: dict[str, str]
    carrier_secrets: dict[str, str]
    refusals: Refusals
    pace: float = 1.0
    say: Callable[[str], None] = print
    done: int = 0
    resting: set[str] = field(default_factory=set)
    by_letter: set[str] = field(default_factory=set)
    _under_way: dict[str, Document] = field(default_factory=dict)
    _due: list[tuple[float, int, str]] = field(default_factory=list)
    _count: int = 0
    _changed: Condition = field(default_factory=Condition)

    def take(self, document: Document) -> None:
        """New work, or work that is known already."""
        with self._changed:
            if document["id"] not in self._under_way and (next_verb(document) or document["status"] == "shipped"):
                self._under_way[document["id"]] = document
                self._wait(document["id"], self.pace)

    def look(self, node: str, status: str = "") -> int:
        """Asks the API for a node's work and takes all of it; answers how much there was."""
        found = self.api.open_work(self.node_keys[node], node, status)
        for document in found:
            self.take(document)
        return len(found)

    def step(self, patience: float = 0.5) -> bool:
        """Does the next thing that is due; waits for it at most so many seconds. False where nothing was."""
        id = self._next(patience)
        if id is None:
            return False
        if self._rests(self._under_way[id]):
            return True
        try:
            after = self._moved(self._under_way[id])
        except Refused as refusal:
            self._refused(id, refusal)
            return True
        with self._changed:
            self._keep(id, after)
        return True

    @property
    def under_way(self) -> dict[str, str]:
        """Status by fulfilment order."""
        return {id: document["status"] for id, document in self._under_way.items()}

    def _rests(self, document: Document) -> bool:
        """Put off while its people have a break; a parcel that has left goes on."""
        if document["node"] not in self.resting or document["status"] == "shipped":
            return False
        with self._changed:
            self._wait(document["id"], self.pace)
        return True

    def _next(self, patience: float) -> str | None:
        with self._changed:
            rest = min(self._due[0][0] - time.monotonic(), _LONGEST_REST) if self._due else patience
            if rest > 0:
                self._changed.wait(min(rest, patience))
            if not self._due or self._due[0][0] > time.monotonic():
                return None
            return heapq.heappop(self._due)[2]

    def _moved(self, document: Document) -> Document:
        """One step of one piece of work: the document that follows."""
        verb = next_verb(document)
        if verb:
            return self._node_does(document, verb)
        for carrier, event in next_scans(document, datetime.now(UTC).isoformat(timespec="milliseconds")):
            self.api.tell(carrier, self.carrier_secrets[carrier], event)
            self.say(f"{carrier}: {event['tracking_number']} {event['status']}")
        return self.api.read(self.node_keys[document["node"]], document["id"])

    def _node_does(self, document: Document, verb: str) -> Document:
        key, node, id = self.node_keys[document["node"]], document["node"], document["id"]
        missing = self.refusals.for_work(document) if verb in ("accept", "pick") else None
        verb, body = ("reject", missing) if missing else (verb, words(verb))
        after = self.api.verb(key, id, verb, body)
        self.say(f"{node}: {verb} {id}" + (f" ({missing['reason']})" if missing else ""))
        return after

    def _refused(self, id: str, refusal: Refused) -> None:
        """Cancelled meanwhile, or simply down: in doubt what the API says at the next look counts."""
        self.say(f"{id}: refused, {refusal}")
        with self._changed:
            if refusal.status in _FINAL_ANSWERS:
                self._under_way.pop(id, None)
            else:
                self._wait(id, max(self.pace, 1.0))

    def _keep(self, id: str, after: Document) -> None:
        if next_verb(after) or after["status"] == "shipped":
            self._under_way[id] = after
            self._wait(id, self.pace)
        else:
            self._under_way.pop(id, None)
            self.done += 1

    def _wait(self, id: str, seconds: float) -> None:
        self._count += 1
        heapq.heappush(self._due, (time.monotonic() + seconds, self._count, id))
        self._changed.notify()


def as_shown(floor: Floor) -> dict[str, Any]:
    """What `GET /` tells."""
    return {"threepl": "up", "pace": floor.pace, "done": floor.done, "under_way": floor.under_way, "resting": sorted(floor.resting), "rejections": floor.refusals.asked}
