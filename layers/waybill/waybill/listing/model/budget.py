"""How many units to hold back from a channel, so that it sells what is not there no more often than the shop allows. Pure.

A channel shows a number that is old: it was on its way, and so are the orders that answer it. From the moment in which the last unit that may be
sold is gone until no channel shows it any more, everybody goes on buying: D units, Poisson with the sales rate of all channels times that window.
With b units held back E[(D − b)⁺] of them are oversold. A budget says how many that may be: a share of what is sold before the stock runs out.

So the units held back follow from what is measured. What sells one a week is held back from nobody; what sells out in minutes is, by as much as
the channels are slow. A fixed number is too few for the one and lost sales for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, lgamma, log, sqrt

_NEGLIGIBLE = 1e-18
_ENOUGH_SIGMAS = 12


@dataclass(frozen=True, slots=True)
class Pace:
    """`rate`: units a second that all channels sell of a SKU. `window`: seconds from our telling to the last order that did not know. `cycle`: units
    that are sold before stock runs out (of the rest of a season: what is there)."""

    rate: float
    window: float
    cycle: float


def held_back(pace: Pace, budget: float) -> int:
    """The fewest units that keep what is expected to be oversold within `budget`, a share of what is sold."""
    mean, allowed = pace.rate * pace.window, budget * pace.cycle
    if mean <= 0 or mean <= allowed:
        return 0
    if allowed <= 0:
        return int(mean + _ENOUGH_SIGMAS * sqrt(mean) + _ENOUGH_SIGMAS)
    low, high = 0, int(mean + _ENOUGH_SIGMAS * sqrt(mean) + _ENOUGH_SIGMAS)
    while low < high:
        middle = (low + high) // 2
        if oversold(mean, middle) <= allowed:
            high = middle
        else:
            low = middle + 1
    return low


def oversold(mean: float, held: int) -> float:
    """E[(D − held)⁺] for D Poisson of this mean, to the last digit also where the mean is large."""
    if mean <= 0:
        return 0.0
    if held < mean:
        return mean - held + _missed(mean, held)
    total, units = 0.0, held + 1
    chance = exp(_log_chance(mean, units))
    while chance * (units - held) > _NEGLIGIBLE:
        total += (units - held) * chance
        units += 1
        chance *= mean / units
    return total


def _missed(mean: float, held: int) -> float:
    """E[(held − D)⁺]: the smaller sum where most of D lies above."""
    total, units = 0.0, held - 1
    chance = exp(_log_chance(mean, units)) if units >= 0 else 0.0
    while units >= 0 and chance * (held - units) > _NEGLIGIBLE:
        total += (held - units) * chance
        chance *= units / mean
        units -= 1
    return total


def _log_chance(mean: float, units: int) -> float:
    return units * log(mean) - mean - lgamma(units + 1) if mean > 0 else -inf
