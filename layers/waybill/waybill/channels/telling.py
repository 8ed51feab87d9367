"""Telling a channel many numbers: in parts as large as it takes them; what it has taken is not told again because of what it has not."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from waybill.channels.model.levels import Heard
from waybill.channels.ports import AskedToWait, ChannelRefused
from waybill.kernel.errors import NotFound, Unavailable

_PAUSE = 30
_MOST_REFUSALS = 12
_Each = TypeVar("_Each")


def parts(all: Sequence[_Each], most: int) -> Iterator[Sequence[_Each]]:
    return (all[start : start + most] for start in range(0, len(all), most))


def by_parts(units: Mapping[str, int], most: int, tell: Callable[[dict[str, int]], Heard]) -> Heard:
    """`tell` is called with `most` of them at a time: see `in_turn`."""
    return in_turn([dict(part) for part in parts(list(units.items()), most)], tell)


def in_turn(of: Iterable[dict[str, int]], tell: Callable[[dict[str, int]], Heard]) -> Heard:
    """`tell` is called with one part after the other. A part that is refused is halved until it is known which SKU it is. Once something was told, a channel
    that has had enough leaves the rest untold. Raises what `tell` raises where nothing was told at all."""
    waiting = deque(of)
    heard, told, refusals = Heard(), False, 0
    while waiting:
        part = waiting.popleft()
        try:
            heard = heard.and_(tell(part))
        except (ChannelRefused, NotFound) as problem:
            refusals += 1
            if refusals > _MOST_REFUSALS and not told:
                raise
            if len(part) == 1:
                heard = heard.and_(Heard(refused=dict.fromkeys(part, problem.message)))
            else:
                waiting.extendleft(dict(half) for half in reversed(list(parts(list(part.items()), -(-len(part) // 2)))))
            continue
        except Unavailable as problem:
            if not told:
                raise
            rest = (sku for each in (part, *waiting) for sku in each)
            return heard.and_(Heard(untold=tuple(rest), pause=problem.seconds if isinstance(problem, AskedToWait) else _PAUSE))
        told = True
    return heard
