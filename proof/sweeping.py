"""Every story under every fault, in this world."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from proof.exploring import Exploration
from proof.faults import FAULTS
from proof.living import living
from proof.quick import quick
from proof.scheduler import First
from proof.stories import STORIES, Story
from waybill.aws import gate


def swept(
    name: str | Story, kinds: Sequence[str] = FAULTS, most: int = 1, share: float = 1.0, seed: int = 0, enough: int = 0, pruned: bool = True
) -> Exploration:
    """Tells a story with `most` faults of these kinds in it, one after another, at every call; see `Exploration`."""
    story = STORIES[name] if isinstance(name, str) else name
    with living(story.stock, First(), seed) as the, quick(), no_garbage():
        the.world.always_cold = True
        the.world.cloud.clock.tick = 0.0
        story.set_up()
        found = Exploration(the, story.tell, story.ending, kinds, most, share, seed, enough, pruned)
        with gate.watching(found.strikes):
            found.explore()
    return found


@contextmanager
def no_garbage() -> Iterator[None]:
    """What the process has by now is not looked through for garbage again and again; where somebody has seen to that already (`tests/conftest.py`), nothing is done."""
    if gc.get_freeze_count():
        yield
        return
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
