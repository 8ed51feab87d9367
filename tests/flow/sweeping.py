"""Telling a story with a crash at every point of it, and judging each world that comes of it."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from functools import cache

from tests.flow.holds_true import check
from tests.flow.life import an_order, life, whole_life
from tests.flow.outside import outside
from tests.flow.stories import STORIES
from tests.support.cloud import plain_client
from tests.support.faults import EveryCrash
from waybill.aws import clients, gate

_SERVICES = "dynamodb events s3 secretsmanager sesv2 sqs stepfunctions".split()
_CANNOT_BE_ASKED = "sesv2.SendEmail"
"""The one call that no key makes harmless and that cannot be looked up: cut off after it, a mail may go out twice (I26)."""


def swept(name: str, every: int = 1, offset: int = 0, distinct: bool = True) -> EveryCrash:
    """Crashes at every n-th point of a story; of those that leave the same world at one, unless `distinct` is false."""
    story = STORIES[name]
    _import_everything()
    with life(story.stock) as the, outside() as the.outside, redirect_stdout(io.StringIO()) as the.logs:
        _make_clients()
        story.set_up()
        crashes = EveryCrash(lambda number: number % every == offset % every, (lambda: the.world.invocations) if distinct else None)

        def judge() -> None:
            order = check(the, order_id, faults=int(bool(crashes.here) and crashes.cut_off == _CANNOT_BE_ASKED))
            assert order["status"] == story.ending, f"the order is {order['status']}, not {story.ending}"

        with gate.watching(crashes):
            order_id = crashes.told(lambda: story.tell(the))
        crashes.finish(judge)
        judge()
    return crashes


@cache
def _import_everything() -> None:
    """What a child would import is imported once, here."""
    with life() as the, redirect_stdout(io.StringIO()):
        whole_life(the, an_order())


def _make_clients() -> None:
    for service in _SERVICES:
        clients.client(service)
        plain_client(service)
