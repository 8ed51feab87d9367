"""Malformed input at every parser and at every door: each is answered, in time to come by a person if not at once; nothing is a fault of ours, and
nothing that was answered 2xx is lost.

    python -m proof.malformed [inputs] [seed]
"""

from __future__ import annotations

import copy
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from proof.doors import has_route
from proof.living import Dweller, living
from proof.quick import quick
from proof.requests import Asked, asked
from proof.spoiling import JUNK, as_bytes, spoilt
from tests.channels.benches import BENCHES
from tests.channels.documents import AT, sample
from waybill.channels import api, registry
from waybill.channels.checks import checked
from waybill.channels.imported import fingerprint
from waybill.kernel import json as strict_json
from waybill.kernel.errors import InvalidInput

AT_PARSERS = 0.85
"""This part of the inputs goes to the parsers themselves, the rest through the doors, where each costs more."""
_ROUND = 400
_CLOSED = ("/v1/gateways/paypal/", "/v1/gateways/adyen/")
"""The world's shop has no account there: these doors say 503, as they should."""


@dataclass
class Went:
    """What was tried, by parser or route; how the doors answered; what was broken, each with the seed and number that tell it again."""

    seed: int
    tried: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    @property
    def inputs(self) -> int:
        return self.tried.total()

    def add(self, other: Went) -> None:
        self.tried.update(other.tried)
        self.answers.update(other.answers)
        self.broken += other.broken


def parsers() -> dict[str, tuple[Callable[[str, Any, str], Any], Any]]:
    """What reads an order, and one that it reads: every kind of channel, and our own door."""
    found = {f"order of {bench.kind}": (registry.adapter(bench.kind).normalise, _parsed(bench.document(1))) for bench in BENCHES}
    return found | {"order of our own": (api.normalise, sample("api_card")["body"])}


def at_parsers(inputs: int, seed: int) -> Went:
    """Spoilt orders read by who reads them: an order, or InvalidInput that names a field; never another error."""
    draw, went, known = random.Random(seed), Went(seed), list(parsers().items())
    for number in range(inputs):
        name, (normalise, order) = known[number % len(known)]
        document = spoilt(order, draw) if draw.random() < 0.95 else draw.choice(JUNK)
        went.tried[name] += 1
        try:
            fingerprint(checked(normalise("c", document, AT), {}))
        except InvalidInput as problem:
            if not problem.fields and isinstance(document, dict):
                went.broken.append(f"{name}, seed {seed}, input {number}: refused without naming a field: {problem.message}")
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError, RecursionError, AssertionError) as fault:
            went.broken.append(f"{name}, seed {seed}, input {number}: {fault!r}")
    return went


def at_doors(inputs: int, seed: int) -> Went:
    """Spoilt requests of every route, in a world of their own. Now and then everything comes to rest, and it is looked whether anything is lost."""
    draw, went, known = random.Random(seed), Went(seed), [each for each in asked() if not each.path.startswith(_CLOSED)]
    with living(seed=seed) as the, quick():
        start = the.world.snapshot()
        while went.inputs < inputs:
            kept = _documents(the)
            for _ in range(min(_ROUND, inputs - went.inputs)):
                _knock(the, draw.choice(known), draw, went)
            the.settle()
            went.broken += [f"seed {seed}, after {went.inputs}: {each}" for each in _lost(the, kept)]
            the.world.restore(start)
            the.world.restart()
    return went


def _knock(the: Dweller, request: Asked, draw: random.Random, went: Went) -> None:
    body = as_bytes(spoilt(request.body, draw), draw) if request.body is not None else b""
    path = _elsewhere(request.path, draw)
    headers = {name: value for name, value in request.headers.items() if draw.random() > 0.02}
    if draw.random() < 0.05 and headers:
        headers[draw.choice(list(headers))] = str(draw.choice(JUNK))[:2000]
    number = went.inputs
    went.tried[f"{request.method} {request.route}"] += 1
    if not has_route(request.method, path):
        went.answers["4xx"] += 1  # by API Gateway
        return
    try:
        reply = the.world.call(request.method, path, body, request.signed(body, headers))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError, RecursionError, AssertionError) as fault:
        went.broken.append(f"{request.method} {path[:100]}, seed {went.seed}, input {number}: {fault!r}")
        return
    went.answers[f"{reply.status // 100}xx"] += 1
    if reply.status >= 500:
        went.broken.append(f"{request.method} {path[:100]}, seed {went.seed}, input {number}: {reply.status} {reply.content[:200]!r}")
    elif reply.status >= 400 and not _explains(reply.content):
        went.broken.append(f"{request.method} {path[:100]}, seed {went.seed}, input {number}: {reply.status} is no problem document: {reply.content[:200]!r}")


def _explains(content: bytes) -> bool:
    """RFC 9457, or the desk's page."""
    if content.lstrip()[:1] == b"<":
        return True
    try:
        said = json.loads(content)
    except ValueError:
        return False
    return isinstance(said, dict) and {"type", "title", "status"} <= said.keys()


def _elsewhere(path: str, draw: random.Random) -> str:
    """The path, now and then with a part of it that nobody knows."""
    if draw.random() > 0.1:
        return path
    parts = path.split("/")
    place = draw.randrange(2, len(parts)) if len(parts) > 2 else len(parts) - 1
    parts[place] = draw.choice(("x", "..", "%00", "a" * 300, "ord_" + "a" * 20, "-1", "é", "0"))
    return "/".join(parts)


def _documents(the: Dweller) -> set[str]:
    return set(the.world.cloud.dynamodb.tables["DocumentsTable"].partitions)


def _lost(the: Dweller, before: set[str]) -> list[str]:
    """Documents that were kept, and are neither of an order that stands nor in front of a person (I14). What a gateway will not have ends as a dead
    letter, which rings."""
    tables, found = the.world.cloud.dynamodb.tables, []
    for pk in _documents(the) - before:
        if pk.startswith("gateway/"):
            continue
        item = next(iter(tables["DocumentsTable"].partitions[pk].items.values()))
        order = item.get("order_id", {}).get("S", "")
        if "parked" not in item and f"ORDER#{order}" not in tables["OrdersTable"].partitions:
            found.append(f"{pk} was kept, and is neither an order nor in front of a person")
    return found


def _parsed(document: Any) -> Any:
    return strict_json.parse(json.dumps(copy.deepcopy(document), default=str))


def main(inputs: int = 20_000, seed: int = 1) -> int:
    """Tries so many. Answers 1 for anything broken."""
    started = time.monotonic()
    went = at_parsers(int(inputs * AT_PARSERS), seed)
    went.add(at_doors(inputs - went.inputs, seed))
    print(f"{went.inputs} inputs at {len(went.tried)} parsers and routes in {time.monotonic() - started:.0f} s, answers {dict(went.answers)}: {len(went.broken)} broken")
    print(*went.broken[:20], sep="\n")
    return 1 if went.broken else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
