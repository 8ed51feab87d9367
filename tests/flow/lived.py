"""A life as `tests.flow.life` has it, in the world in memory instead of on moto: an order is delivered in milliseconds.

For whatever is not about AWS's own answers. That this world answers as moto does is tested by `tests/proof/test_the_cloud_is_as_others_are.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from proof.living import Dweller, living
from tests.flow.life import Life
from tests.support.cloud import instead


class _Lived(Dweller):
    """Is answered whatever the door answers, and sees all open work as the nodes' list has it."""

    ask = Life.ask
    work = Life.work


@contextmanager
def life(stock: dict[tuple[str, str], int] | None = None) -> Iterator[Life]:
    """A fresh world, shop and gateway, and everybody outside."""
    with living(stock, lives=_Lived) as the, instead(the.world.cloud.services):
        yield the
