"""A world in which everything has happened once: the house's scenes, played in memory, and every request that was made in them. Whoever then knocks
names orders, drafts and parcels that are there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from proof.living import Dweller, living
from proof.quick import quick
from proof.requests import Asked, Noted
from proof.senders import GATEWAYS, verified
from tests.channels.benches import BENCHES, SECRET
from tests.channels.conformance import Asked as Remote
from tests.desk.person import Person
from tests.house.scenes import SCENES
from tests.house.stage import STOCK
from tests.support import cloud
from tools.routes import ROUTES
from waybill.aws import clients, secrets
from waybill.channels import registry
from waybill.payments import wire
from waybill.shop import store as shop
from waybill.shop.model import Channel


@contextmanager
def staged(seed: int = 0) -> Iterator[tuple[Dweller, list[Asked]]]:
    """The world after the scenes, at rest, and the requests that were answered well in them, one of each kind at least."""
    with ExitStack() as stack:
        the = stack.enter_context(living(STOCK, seed=seed, logs=True))
        stack.enter_context(patch.dict(cloud._plain, the.world.cloud.services))
        asked = _played(the)
        stack.enter_context(quick())
        stack.enter_context(patch.object(wire.Wire, "_send", verified))
        stack.enter_context(_channels(the))
        yield the, [*asked, *_told_by_channels(), *_never(asked)]


def _played(the: Dweller) -> list[Asked]:
    """Every process is a new one, as the scenes want it. A scene in which time goes back, or that waits while nothing comes back, ends early here: what it
    has asked until then is known, what it has done is not. Whether scenes hold is asked in `tests/house`."""
    noted = Noted()
    the.world.always_cold = True
    with patch.object(the.world, "call", noted.door(the.world.call)), patch.object(Person, "_call", noted.desk(Person._call)):
        for scene in SCENES:
            before = the.world.snapshot()
            try:
                scene(the)
                the.settle()
            except AssertionError:
                the.world.restore(before)
    the.world.always_cold = False
    _told(the, GATEWAYS)
    the.world.restart()
    return noted.requests()


@contextmanager
def _channels(the: Dweller) -> Iterator[None]:
    """A channel of every kind whose webhooks are heard, and somebody who answers when one of them is asked."""
    known = json.loads(clients.client("secretsmanager").get_secret_value(SecretId="waybill/local/channels")["SecretString"])
    real, served = registry.adapter, {}
    for bench in BENCHES:
        remote = Remote(bench.reference)
        remote.orders[bench.reference(bench.document(1))] = bench.document(1)
        served[bench.kind] = replace(real(bench.kind), remote=lambda outgoing, remote=remote: remote, address="bench", needs=())
        shop.save(
            shop.CHANNEL, f"{bench.kind}-2", Channel(f"{bench.kind}-2", bench.kind, bench.kind.title(), settings={"bench": "here", **bench.settings})
        )
    _told(the, {"channels": known | {f"{bench.kind}-2": [SECRET] for bench in BENCHES}})
    with patch.object(registry, "adapter", lambda kind: served.get(kind) or real(kind)):
        yield


def _told_by_channels() -> list[Asked]:
    """Webhooks of every kind of channel that has any: the order itself, or word of it."""
    route = "/v1/channels/{channel}/webhooks"
    said = [
        (bench.kind, bench.document(1) if bench.word is None else bench.word(bench.reference(bench.document(1)), 1))
        for bench in BENCHES
        if bench.signed is not None
    ]
    return [Asked("POST", route, f"/v1/channels/{kind}-2/webhooks", body) for kind, body in said]


def _never(asked: list[Asked]) -> list[Asked]:
    """Of routes that no scene asks for: a request that is refused, but not in vain."""
    known, headers = {(each.method, each.route) for each in asked}, {"x-api-key": "key-admin", "content-type": "application/json", "idempotency-key": "never"}
    left = [route for route in ROUTES if (route.method, route.path) not in known]
    return [Asked(route.method, route.path, re.sub(r"\{\w+\}", "x", route.path), {"id": "x"} if route.takes else None, headers) for route in left]


def _told(the: Dweller, told: dict[str, Any]) -> None:
    for name, value in told.items():
        the.world.cloud.secrets.put_secret_value(SecretId=f"waybill/local/{name}", SecretString=json.dumps(value))
    secrets.forget()
    shop.forget()
