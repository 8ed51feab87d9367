"""Every story under every fault, in this world."""

from __future__ import annotations

from collections.abc import Sequence

from proof.faults import CRASHES
from proof.forking import Forks
from proof.judging import Judge
from proof.living import living
from proof.quick import quick
from proof.stories import STORIES
from waybill.aws import gate


class BrokenError(AssertionError):
    """What does not hold, a line each."""


def swept(name: str, faults: Sequence[str] = CRASHES, most: int = 1, shares: Sequence[float] = (1.0, 1.0, 1.0), seed: int = 0, enough: int = 0) -> Forks:
    """Tells a story with `most` faults in it, at every call, or at a share of them."""
    story = STORIES[name]
    with living(story.stock, seed=seed) as the, quick():
        judge = Judge(the)
        story.set_up()
        forks = Forks(lambda: the.world.invocations, faults, most, shares, seed, enough)

        def judged(order_id: str = "") -> None:
            the.world.settle()
            broken = [str(each) for each in judge.verdict(faults=forks.doubled, struck=bool(forks.struck))]
            shown = the.order(order_id) if order_id else {"status": story.ending}
            if shown["status"] != story.ending:
                broken.append(f"the order is {shown['status']}, not {story.ending}: {shown.get('holds')}")
            if broken:
                raise BrokenError("\n".join(broken))

        with gate.watching(forks):
            told = forks.told(lambda: story.tell(the), judged)
        forks.finish(lambda: judged(told))
        judged(told)
    return forks
