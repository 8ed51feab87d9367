"""What a unit of each demand is worth, such that no node earns more than its base by them: a bound on every plan (the dual of facility
location, by ascent)."""

from __future__ import annotations

from waybill.routing.model.stairs import Option


def priced(options: list[Option], quantities: list[int], penalty: int) -> tuple[int, int]:
    """Leaves in `option.slack` what the prices leave of a node's base and penalty. Answers two bounds (scaled): the least that
    running costs wherever the units ship, and the value of all units at their prices, less one penalty.

    A set of nodes costs at least the first and all its bases and penalties; and at least the second and all its slacks.
    """
    holders = {d: [option for option in options if option.have[d]] for d, quantity in enumerate(quantities) if quantity}
    for option in options:
        option.slack = option.base + penalty
    share = {option.index: option.slack // sum(option.have) for option in options}
    prices = {d: min([option.run[d] + share[option.index] for option in having]) for d, having in holders.items()}
    for demand, price in prices.items():
        _charge(demand, 0, price, holders[demand])
    for demand in sorted(holders, key=lambda d: len(holders[d])):
        price = min([max(prices[demand], o.run[demand]) + o.slack // o.have[demand] for o in holders[demand]])
        if price > prices[demand]:
            _charge(demand, prices[demand], price, holders[demand])
            prices[demand] = price
    running = sum([quantities[d] * min([option.run[d] for option in having]) for d, having in holders.items()])
    return running, sum([quantities[d] * price for d, price in prices.items()]) - penalty


def _charge(demand: int, before: int, after: int, holders: list[Option]) -> None:
    """A demand's price rises: its holders earn what lies above their running cost."""
    for option in holders:
        earned = after - max(before, option.run[demand])
        if earned > 0:
            option.slack -= earned * option.have[demand]
