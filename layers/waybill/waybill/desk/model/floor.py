"""What the desk knows of work at nodes and on its way: queues of people beside those of orders. Instants as ISO text with `Z`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

QUEUES = (
    ("work", "Waiting at nodes", "not yet with a carrier"),
    ("approval", "To approve", "their node is not asked before"),
    ("scheduled", "For a day", "their node is asked when it comes"),
    ("fetch", "To be fetched", "waits at a store for its customer"),
    ("cancelling", "Asked to cancel", "their node has not answered"),
    ("held", "On hold", "stopped by a person"),
    ("label", "Without label", "refused, or the carrier is silent"),
    ("parcels", "Parcels", "late, undeliverable, lost, returning"),
    ("vans", "Vans", "carriers that come to collect"),
    ("claims", "Claims", "their worth is a carrier's to pay"),
    ("edi", "EDI", "broken, or not acknowledged"),
    ("untold", "Nodes not told", "their server took nothing"),
)
"""The queues of fulfilment: name, title, hint."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fulfilment order that has not left. `pause`: why it stands still, `until` when somebody must have answered; `label`: why none is bought yet; `day`: before which its node is not asked.
    Of one that its customer is to fetch: `node` is the store, `since` when it was ready, `until` when it is kept."""

    fo_id: str
    order_id: str
    reference: str
    node: str
    status: str
    since: str
    units: int
    pause: str = ""
    by: str = ""
    until: str = ""
    wave: str = ""
    label: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """An open case of a parcel (`package`), or of work without a label (0)."""

    id: str
    kind: str
    fo_id: str
    order_id: str
    node: str
    about: str
    opened: str
    package: int = 0
    carrier: str = ""
    tracking_number: str = ""


@dataclass(frozen=True, slots=True)
class Untold:
    """What a node's server did not take. `answer`: the status that it gave last, 0 where nobody answered."""

    id: str
    node: str
    type: str
    fo_id: str
    at: str
    tried: str
    attempts: int
    answer: int


@dataclass(frozen=True, slots=True)
class Interchange:
    """One that is broken, or that nobody has acknowledged in time (`overdue`)."""

    id: str
    node: str
    way: str
    control: str
    at: str
    status: str
    kinds: tuple[str, ...]
    problem: str = ""
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Coming:
    """A carrier's van, from today on. `id` is empty of one that comes every day as agreed, and is not booked; `may_cancel`: it can still be called off."""

    node: str
    carrier: str
    date: str
    window: str
    status: str
    id: str = ""
    packages: int = 0
    confirmation: str = ""
    cost: str = ""
    place: str = ""
    problem: str = ""
    may_cancel: bool = False


@dataclass(frozen=True, slots=True)
class Collected:
    """What a person says who wants a van; `ready` and `closes` are times of day at the node."""

    node: str
    carrier: str
    date: str
    ready: str
    closes: str
    place: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Floor:
    """Everything that waits; `kept` from its node, by its day or for a person. `claims`: ids of orders; `vans_of`: nodes and carriers that a van can be booked for."""

    waiting: tuple[Waiting, ...] = ()
    kept: tuple[Waiting, ...] = ()
    to_fetch: tuple[Waiting, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    untold: tuple[Untold, ...] = ()
    interchanges: tuple[Interchange, ...] = ()
    claims: tuple[str, ...] = ()
    vans: tuple[Coming, ...] = ()
    vans_of: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def queue(self, name: str) -> tuple[object, ...]:
        """What is in one of QUEUES, the oldest first."""
        found: dict[str, tuple[object, ...]] = {
            "work": self.waiting,
            "approval": tuple(each for each in self.kept if each.status == "awaiting_approval"),
            "scheduled": tuple(sorted((each for each in self.kept if each.status == "scheduled"), key=lambda each: each.day)),
            "fetch": self.to_fetch,
            "cancelling": tuple(each for each in self.waiting if each.status == "cancellation_requested"),
            "held": tuple(each for each in self.waiting if each.status == "on_hold"),
            "label": tuple(case for case in self.troubles if case.kind in ("no_label", "void_refused")),
            "parcels": tuple(case for case in self.troubles if case.kind not in ("no_label", "void_refused")),
            "vans": self.vans,
            "claims": self.claims,
            "edi": self.interchanges,
            "untold": self.untold,
        }
        return found[name]

    def nodes(self) -> list[tuple[str, dict[str, int], str, tuple[str, ...]]]:
        """Each node's work: (node, how many by status, since when the oldest waits, its waves)."""
        return [(node, _counted(work), min(each.since for each in work), tuple(sorted({each.wave for each in work} - {""}))) for node, work in _by_node(self.waiting)]

    def stores(self, now: str) -> list[tuple[str, int, int, str, str]]:
        """What waits at each store: (store, how many, how many too long, since when the oldest waits, until when the next one is kept)."""
        return [
            (node, len(work), sum(each.until <= now for each in work), min(each.since for each in work), min(each.until for each in work))
            for node, work in _by_node(self.to_fetch)
        ]


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person does to a fulfilment order. `seen`: the version looked at: units named twice on one version are named once. `said`: by whom it is
    fetched, by a code or a name; `let_go`: what he leaves is cancelled."""

    verb: str
    reason: str = ""
    node: str = ""
    units: Mapping[str, int] = field(default_factory=dict)
    package: int = 0
    even_so: bool = False
    seen: str = ""
    said: str = ""
    let_go: bool = False
    day: str = ""


def _by_node(waiting: Iterable[Waiting]) -> list[tuple[str, list[Waiting]]]:
    found: dict[str, list[Waiting]] = {}
    for each in waiting:
        found.setdefault(each.node, []).append(each)
    return sorted(found.items())


def _counted(work: list[Waiting]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in work:
        counts[each.status] = counts.get(each.status, 0) + 1
    return counts
