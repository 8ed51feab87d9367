"""Races that other systems have lost: callers at the same moment, and what may come of it."""

from __future__ import annotations

from collections.abc import Iterator

from proof.counter_races import COUNTER
from proof.door_races import DOORS
from proof.floor_races import FLOOR
from proof.interleaving import Told, every_order, every_sleep, one_by_one, some_one_by_one, some_orders
from proof.judging import Judge
from proof.kept_races import KEPT_RACES
from proof.label_races import LABELS
from proof.living import living
from proof.message_races import MESSAGES
from proof.money_races import MONEY
from proof.order_races import ORDERS
from proof.quick import quick
from proof.race import ALL, ASLEEP, DRAWN, ONE_BY_ONE
from proof.van_races import VANS

RACES = {**ORDERS, **KEPT_RACES, **COUNTER, **FLOOR, **LABELS, **VANS, **DOORS, **MONEY, **MESSAGES}
_MANY, _FEW = 300, 10


def run(name: str, quickly: bool = False, seed: int = 0) -> Iterator[Told]:
    """Every schedule of a race; of one that has too many, some that are drawn from `seed`: `wholly` tells."""
    race = RACES[name]
    with living(race.stock) as the, quick():
        race.set_up()
        judge = Judge(the)
        works, then = race.begin(the)
        few = (seed, _FEW if quickly else _MANY)
        if race.how == ASLEEP:
            yield from every_sleep(the, judge, *works, then)
        elif race.how == ONE_BY_ONE:
            yield from one_by_one(the, judge, works, then) if wholly(name, quickly) else some_one_by_one(the, judge, works, then, *few)
        else:
            yield from every_order(the, judge, works, then) if wholly(name, quickly) else some_orders(the, judge, works, then, *few)


def wholly(name: str, quickly: bool = False) -> bool:
    """Whether all its schedules are tried."""
    tried = RACES[name].tried
    return tried == ALL if quickly else tried != DRAWN
